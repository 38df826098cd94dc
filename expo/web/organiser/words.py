"""The programme's fixed words as organisers read them, and the signs that go with them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from flask_babel import get_locale

from expo.organisations.models import OrganisationKind
from expo.programme.models import Occurrence, Session
from expo.programme.words import Admission, AppearanceState, Mode, Placement, Role, SessionState, Visibility
from expo.scheduling.words import BlockKind, ClashRule, Level
from expo.web.filters import city_time, day_name
from expo.web.texts import _l
from expo.web.words import ROLES as ROLES

STATES = {
    SessionState.DRAFT: _l("Draft"),
    SessionState.CONFIRMED: _l("Confirmed"),
    SessionState.CANCELLED: _l("Cancelled"),
}
STATE_KINDS = {SessionState.DRAFT: "wait", SessionState.CONFIRMED: "go", SessionState.CANCELLED: "stop"}
VISIBILITIES = {
    Visibility.PUBLIC: _l("Public: anybody sees everything"),
    Visibility.REGISTERED: _l("Registered: listed for all, details for ticket holders"),
    Visibility.INVITATION: _l("By invitation: nobody else sees it"),
    Visibility.HIDDEN: _l("Hidden: staff only"),
}
ADMISSIONS = {
    Admission.OPEN: _l("Open: just come"),
    Admission.TICKET: _l("Ticket: any ticket of the conference"),
    Admission.SEAT: _l("Seat: booked beforehand"),
    Admission.INVITATION: _l("By invitation"),
}
PLACEMENTS = {
    Placement.FIRM: _l("Firm"),
    Placement.TENTATIVE: _l("Tentative: shown as “time to be confirmed”"),
    Placement.UNPLACED: _l("Not placed yet: not published"),
}
MODES = {Mode.ON_SITE: _l("On site"), Mode.HYBRID: _l("Hybrid"), Mode.ONLINE: _l("Online")}
ROLE_HINTS = {
    Role.OWNER.value: _l("Everything here, and who is in the team."),
    Role.SCHEDULER.value: _l("Sessions, times, rooms, who appears, and publishing."),
    Role.REGISTRATION.value: _l("Lets people in, turns them down, looks after the list."),
    Role.FINANCE.value: _l("Reads who has registered, and answers for the money."),
    Role.DOOR_LEAD.value: _l("Scanners and doors."),
    Role.VIEWER.value: _l("Reads everything, changes nothing."),
}
ANSWERS = {
    AppearanceState.INVITED: (_l("Asked"), "wait"),
    AppearanceState.CONFIRMED: (_l("Comes"), "go"),
    AppearanceState.DECLINED: (_l("Declined"), "stop"),
    AppearanceState.ASKED_AGAIN: (_l("Asked again"), "wait"),
}
ORGANISATION_KINDS = {
    OrganisationKind.CITY: _l("City"),
    OrganisationKind.MUNICIPALITY: _l("Municipality"),
    OrganisationKind.MEMBER_STATE: _l("Member State"),
    OrganisationKind.INTERNATIONAL: _l("International organisation"),
    OrganisationKind.CIVIL_SOCIETY: _l("Civil society"),
    OrganisationKind.ACADEMIA: _l("Academia"),
    OrganisationKind.COMPANY: _l("Company"),
    OrganisationKind.PRESS: _l("Press"),
    OrganisationKind.OTHER: _l("Other"),
}
RULES = {
    ClashRule.ROOM: _l("Two things in one room"),
    ClashRule.PERSON: _l("In two places at once"),
    ClashRule.RESERVED: _l("Room is held"),
    ClashRule.BREAK: _l("In a break"),
    ClashRule.BLOCKER: _l("The city stands still"),
    ClashRule.HOURS: _l("Room is closed"),
    ClashRule.TURNAROUND: _l("No time to make the room ready"),
    ClashRule.AVAILABILITY: _l("Speaker cannot"),
    ClashRule.TRAVEL: _l("Too far to walk"),
    ClashRule.CAPACITY: _l("Room too small"),
    ClashRule.STEP_FREE: _l("Not step-free"),
    ClashRule.LANGUAGE: _l("No interpreter booths"),
    ClashRule.BACK_TO_BACK: _l("No pause"),
    ClashRule.PER_DAY: _l("Too much in a day"),
    ClashRule.ORDER: _l("Wrong order"),
    ClashRule.PLENARY: _l("Beside a plenary"),
    ClashRule.AUDIENCE: _l("Same people, same time"),
}
LEVELS = {
    Level.BLOCK: _l("Stops saving"),
    Level.RELEASE: _l("Stops publishing"),
    Level.WARN: _l("Warns"),
    Level.OFF: _l("Off"),
}
LEVEL_KINDS = {Level.BLOCK: "stop", Level.RELEASE: "stop", Level.WARN: "wait", Level.OFF: "off"}
BLOCKS = {
    BlockKind.RESERVED: _l("Reserved for a conference"),
    BlockKind.SET_UP: _l("Set-up"),
    BlockKind.DELIVERY: _l("Delivery"),
    BlockKind.CLOSED: _l("Closed"),
}
CHANGE_KINDS = {"new": "go", "cancelled": "stop", "moved": "wait", "changed": "info", "text": "info"}


W = TypeVar("W", bound=enum.StrEnum)


def choices(words: Mapping[W, str]) -> list[tuple[str, str]]:
    """The words for a select."""
    return [(word.value, text) for word, text in words.items()]


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo | str) -> str:
    """Tue 31 May 10:00–11:00, as the clocks on site show it; with the second day, if it ends on another one."""
    zone = ZoneInfo(str(zone))
    first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    end = city_time(ends_at, zone) if first == last else f"{day_name(last)} {city_time(ends_at, zone)}"
    return f"{day_name(first)} {city_time(starts_at, zone)}–{end}"


def when(time: Occurrence, session: Session) -> str:
    """The same for a time as drafted; empty while it has none."""
    if time.starts_at is None or time.ends_at is None:
        return ""
    zone = (time.room and time.room.venue.time_zone) or session.conference.time_zone
    return span(time.starts_at, time.ends_at, zone)


def lasting(since: datetime, now: datetime) -> str:
    """3 days; how long ago, in the one unit that says it."""
    locale = get_locale()
    return str(format_timedelta(max(now - since, now - now), locale=locale or "en", threshold=1.2))


def upper_first(text: str) -> str:
    """Tisdag 31 maj, where it begins a line."""
    return text[:1].upper() + text[1:]
