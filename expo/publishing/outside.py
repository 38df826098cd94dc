"""What else goes on in the city: kept by each process, and read again when somebody has noted something. Releases
leave it alone, so it has a stamp of its own, and an expo that notes nothing is never asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from expo.core import stamps
from expo.expos.models import Expo
from expo.programme import queries as programme
from expo.programme.outside import stamp_of


@dataclass(frozen=True, slots=True)
class Outside:
    """An event of others. It is no session: it is not counted, searched, booked or exported."""

    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str


_kept: stamps.Kept[tuple[Outside, ...]] = stamps.Kept()


def on_day(expo: Expo, day: date) -> list[Outside]:
    """What goes on at some time of this day of the city, by start. One query after each change, none in between."""
    begins = datetime.combine(day, time.min, expo.zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, expo.zone)
    known = _kept.get(stamp_of(expo.id), lambda: _read(expo.id))
    return [each for each in known if each.starts_at < ends and each.ends_at > begins]


def _read(expo_id: int) -> tuple[Outside, ...]:
    if stamps.here(stamp_of(expo_id)) == stamps.NEVER:
        return ()
    return tuple(
        Outside(each.title, each.language, each.starts_at, each.ends_at, each.place, each.url)
        for each in programme.outside_events(expo_id)
    )
