"""Where a calendar is too large to be had whole: the days of its parts, each of which carries all of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby

from . import feeds

# Of what a feed may carry: events differ in size, and a part must fit by its bytes, too.
FILLED = 0.75


def parts(events: Mapping[date, int]) -> list[tuple[date, date]]:
    """First and last days of the parts of what has so many events on its days: halves of months, or less where even
    these are too large. None where one calendar holds all."""
    if sum(events.values()) <= feeds.MOST_EVENTS:
        return []
    return [part for _half, days in groupby(sorted(events), _half) for part in _fitting(list(days), events)]


def _half(day: date) -> tuple[int, int, bool]:
    return day.year, day.month, day.day > 15


def _fitting(days: list[date], events: Mapping[date, int]) -> Iterator[tuple[date, date]]:
    """These days in runs as long as may be, each of at least one day."""
    most, total = int(feeds.MOST_EVENTS * FILLED), 0
    first = last = days[0]
    for day in days:
        if total and total + events[day] > most:
            yield first, last
            first, total = day, 0
        last, total = day, total + events[day]
    yield first, last
