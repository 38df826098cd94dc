"""Opening hours in words: the week, today, and the days to come that are otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.core import clock
from expo.programme import hours
from expo.programme.hours import Hours, Spans
from expo.programme.models import Room, Venue
from expo.web.context import this_expo
from expo.web.filters import capital, long_date

SOON = 30  # days in which a day that is otherwise is told


@dataclass(frozen=True, slots=True)
class Line:
    """Days that have the same hours. `here` is where today is."""

    days: str
    told: str
    here: bool


def lines(venue: Venue, said: Hours | None) -> list[Line]:
    """The hours of a venue, or of one of its rooms, as readers have them; nothing where nobody said."""
    if said is None:
        return []
    today = _today(venue)
    return [*_week(said, today), *_others(said, today)]


def otherwise(venue: Venue, rooms: list[Room]) -> list[tuple[Room, list[Line]]]:
    """The rooms that have other hours than the venue."""
    own = [room for room in rooms if room.opening_hours not in (None, venue.opening_hours)]
    return [(room, lines(venue, hours.read(room.opening_hours))) for room in own]


def today_in(venue: Venue) -> str:
    """“Open today 08:00–18:00”; "" where nobody said when it is open."""
    said = hours.read(venue.opening_hours)
    if said is None:
        return ""
    spans = said.on(_today(venue))
    return _("Open today %(hours)s", hours=hours.told(spans)) if spans else _("Closed today")


def _today(venue: Venue) -> date:
    """The day that it is at the venue."""
    return clock.now().astimezone(ZoneInfo(venue.time_zone or this_expo().time_zone)).date()


def _week(said: Hours, today: date) -> list[Line]:
    names = (get_locale() or Locale("en")).days["stand-alone"]["abbreviated"]
    found = []
    for first, last, spans in said.alike():
        days = names[first] if first == last else f"{names[first]}–{names[last]}"
        here = first <= today.weekday() <= last and today not in said.days
        found.append(Line(capital(days), _told(spans), here))
    return found


def _others(said: Hours, today: date) -> list[Line]:
    return [
        Line(capital(long_date(day)), _told(said.days[day]), day == today)
        for day in sorted(said.days)
        if 0 <= (day - today).days <= SOON
    ]


def _told(spans: Spans) -> str:
    return hours.told(spans) or _("closed")
