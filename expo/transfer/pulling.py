"""Calendars of partners, read again every hour: their events stand beside the programme, as they stand there."""

from __future__ import annotations

import http.client
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, jobs, outgoing, stamps
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme import outside, texts
from expo.programme.outside_models import OutsideEvent, PartnerCalendar
from expo.programme.words import SessionState

from . import ical
from .records import Entry

LARGEST = 4 * 1024 * 1024
MOST_EVENTS = 1_000
MOST_CALENDARS = 30


def add(*, expo: Expo, name: str, url: str, language: str = "") -> PartnerCalendar:
    """Follow a calendar. It is read within the hour, or at once by `pull`. Raises BadInput."""
    name, url = one_line(name), url.strip()
    if url.startswith("webcal://"):
        url = "https://" + url.removeprefix("webcal://")
    if not 0 < len(name) <= 120:
        raise BadInput(_("A name of 1 to %(most)s letters, please.", most=120), field="name")
    if language and not texts.LANGUAGE.fullmatch(language):
        raise BadInput(_("“%(text)s” is not a language code such as sv.", text=language[:20]), field="spoken")
    try:
        if len(url) > 500:
            raise outgoing.Refused
        outgoing.checked(url)
    except outgoing.Refused as refused:
        raise BadInput(_("A public address that begins with https://, please."), field="address") from refused
    with transaction():
        if len(every(expo.id)) >= MOST_CALENDARS:
            raise BadInput(_("At most %(most)s calendars.", most=MOST_CALENDARS))
        row = PartnerCalendar(
            expo_id=expo.id, name=name, url=url, language=language, fault="", created_at=clock.now()
        )
        if not add_unless_there(row):
            raise BadInput(_("This calendar is followed already."), field="address")
        audit.record(
            "calendar_followed", "partner_calendar", row.id, expo_id=expo.id, after={"name": name, "url": url}
        )
    return row


def remove(*, calendar: PartnerCalendar) -> None:
    """Follow it no more: its events go with it."""
    with transaction():
        number, expo_id, name = calendar.id, calendar.expo_id, calendar.name
        execute(sa.delete(OutsideEvent).where(OutsideEvent.calendar_id == number))
        execute(sa.delete(PartnerCalendar).where(PartnerCalendar.id == number))
        audit.record("calendar_left", "partner_calendar", number, expo_id=expo_id, before={"name": name})
        _raise_stamps(expo_id)
    db.session.expire_all()


def every(expo_id: int) -> list[PartnerCalendar]:
    """All that are followed, by name."""
    return list(
        db.session.scalars(
            sa.select(PartnerCalendar)
            .where(PartnerCalendar.expo_id == expo_id)
            .order_by(PartnerCalendar.name)
        )
    )


def by_id(expo_id: int, calendar_id: int) -> PartnerCalendar | None:
    return db.session.scalar(
        sa.select(PartnerCalendar).where(
            PartnerCalendar.expo_id == expo_id, PartnerCalendar.id == calendar_id
        )
    )


def counts(expo_id: int) -> dict[int, int]:
    """How many events each has."""
    rows = db.session.execute(
        sa.select(OutsideEvent.calendar_id, sa.func.count())
        .where(OutsideEvent.expo_id == expo_id, OutsideEvent.calendar_id.is_not(None))
        .group_by(OutsideEvent.calendar_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


@jobs.every("pull_calendars", timedelta(hours=1))
def pull_all() -> None:
    """Reads the calendars of partners."""
    for number in list(db.session.scalars(sa.select(PartnerCalendar.id).order_by(PartnerCalendar.id))):
        pull(number)


def pull(calendar_id: int) -> str:
    """Read one now, outside any transaction, and bring its events to what it says. Returns why it could not; "" where
    it could. What could not be read leaves all as it was."""
    calendar = db.session.get(PartnerCalendar, calendar_id)
    if calendar is None:
        return ""
    expo, url = db.session.get_one(Expo, calendar.expo_id), calendar.url
    zone, first, last = expo.zone, expo.starts_on, expo.ends_on
    db.session.rollback()  # nothing is held while the network is asked
    fault, entries = "", list[Entry]()
    try:
        page = outgoing.get(url, most=LARGEST, accept="text/calendar")
        if page.status != 200:
            fault = _("It answered %(status)s.", status=page.status)
        else:
            found = ical.read("", page.body, zone)
            entries = [entry for entry in found.entries if _near(entry, first, last)]
    except outgoing.Refused:
        fault = _("Its address is not public.")
    except outgoing.TooLarge:
        fault = _("It is larger than %(most)s MB.", most=LARGEST // 1024 // 1024)
    except BadInput as wrong:
        fault = wrong.message
    except (OSError, http.client.HTTPException, ValueError):
        fault = _("It could not be reached.")
    if len(entries) > MOST_EVENTS:
        fault = _("It has more than %(most)s events in these weeks.", most=MOST_EVENTS)
    _write(calendar_id, entries, fault)
    return fault


def _near(entry: Entry, first: date, last: date) -> bool:
    """Whether it falls into the weeks of the expo, or a week around."""
    starts, ends = entry.starts_at, entry.ends_at
    if starts is None or ends is None or entry.state is SessionState.CANCELLED:
        return False
    week = timedelta(days=7)
    return starts.date() <= last + week and ends.date() >= first - week


def _write(calendar_id: int, entries: list[Entry], fault: str) -> None:
    with transaction():
        calendar = db.session.get(PartnerCalendar, calendar_id)
        if calendar is None:
            return
        calendar.fault = fault[:300]
        if fault:
            return
        calendar.pulled_at = now = clock.now()
        there = {
            event.calendar_key: event
            for event in db.session.scalars(
                sa.select(OutsideEvent).where(OutsideEvent.calendar_id == calendar_id)
            )
        }
        changed = False
        for entry in entries:
            values = {
                "title": (entry.title or "")[:200], "starts_at": entry.starts_at, "ends_at": entry.ends_at,
                "place": (entry.room or "")[:200], "url": entry.url[:500], "language": calendar.language,
            }  # fmt: skip
            event = there.pop(entry.key, None)
            if event is None:
                event = OutsideEvent(
                    expo_id=calendar.expo_id, calendar_id=calendar_id, calendar_key=entry.key, version=1,
                    created_at=now, changed_at=now, **values,
                )  # fmt: skip
                db.session.add(event)
                changed = True
            elif any(getattr(event, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(event, name, value)
                event.version, event.changed_at, changed = event.version + 1, now, True
        for event in there.values():
            db.session.delete(event)
            changed = True
        if changed:
            _raise_stamps(calendar.expo_id)


def _raise_stamps(expo_id: int) -> None:
    stamps.raise_stamp(outside.stamp_of(expo_id))
    stamps.raise_stamp(f"programme:{expo_id}")
