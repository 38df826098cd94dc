"""A day of the timetable as a grid: rooms are its lines, five minutes its columns. Hours are counted from midnight in
real time, so a night in which the clocks change has as many as it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from expo.programme.models import Room
from expo.scheduling.queries import Cell
from expo.web.filters import city_time

STEP = 5  # minutes
FIRST, LAST = 8, 22  # hours that a day shows at least
MOST = 30  # hours


@dataclass(frozen=True, slots=True)
class Day:
    """A day where the expo is: when it begins, and how many hours it lasts."""

    date: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.date, time(), self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.date + timedelta(days=1), time(), self.zone).astimezone(UTC)

    @property
    def shown_until(self) -> datetime:
        """Into the next morning: what begins in the evening ends there."""
        return self.begins + timedelta(hours=MOST)

    def minutes(self, moment: datetime) -> int:
        """Since midnight, in real time."""
        return int((moment - self.begins).total_seconds() // 60)

    def moment(self, minutes: int) -> datetime:
        return self.begins + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A time as it is drawn. Without a `code` it is another team's, and its title is not for the reader."""

    code: str
    title: str
    url: str
    classes: str
    note: str
    span: str
    at: int
    minutes: int
    room: str
    version: int
    movable: bool


def at(name: str, minutes: int) -> str:
    """at-9 at-m30; to-10."""
    minutes = minutes // STEP * STEP
    hours, rest = divmod(max(0, minutes), 60)
    return f"{name}-{hours}" + (f" {name}-m{rest}" if rest else "")


def window(day: Day, cells: Sequence[Cell]) -> tuple[int, int]:
    """From which hour until which the grid goes."""
    first, last = FIRST, LAST
    for cell in cells:
        first = min(first, max(0, day.minutes(cell.starts_at) // 60))
        last = max(last, min(MOST, -(-day.minutes(cell.ends_at) // 60)))
    return first, last


def hours(day: Day, first: int, last: int) -> list[tuple[int, str]]:
    """Each hour of the grid, as the clocks show it."""
    return [(number, city_time(day.moment(number * 60), day.zone)) for number in range(first, last)]


def place(day: Day, starts_at: datetime, ends_at: datetime, bounds: tuple[int, int]) -> str:
    """The classes of a stretch of time within the window."""
    first, last = bounds[0] * 60, bounds[1] * 60
    begins = min(max(day.minutes(starts_at), first), last - STEP)
    return f"{at('at', begins)} {at('to', max(begins + STEP, min(day.minutes(ends_at), last)))}"


def span(cell: Cell, room: Room, day: Day) -> str:
    """09:00–10:15, as the clocks in the room show it."""
    zone = ZoneInfo(room.venue.time_zone) if room.venue.time_zone else day.zone
    return f"{city_time(cell.starts_at, zone)}–{city_time(cell.ends_at, zone)}"


def shut(found: Sequence[Any], day: Day, rooms: Mapping[int, str]) -> list[dict[str, Any]]:
    """Where a time cannot be, for the script: minutes since midnight."""
    return [
        {
            "room": rooms[one.room_id] if one.room_id is not None else None,
            "from": day.minutes(one.starts_at),
            "to": day.minutes(one.ends_at),
            "why": one.why,
            "level": one.level.value,
        }
        for one in found
    ]
