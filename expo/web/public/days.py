"""The strip of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from expo.publishing.queries import Day

BARS = 8


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day as a link, with how full it is from 0 to 8."""

    date: date
    count: int
    seats_left: int
    weekend: bool
    url: str
    bar: int


def span(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def strip(dates: Sequence[date], counts: Mapping[date, Day], url: Callable[[str], str]) -> list[StripDay]:
    """These dates with their counts; the fullest has the longest bar."""
    most = max((counts[each].count for each in dates if each in counts), default=0) or 1
    return [
        StripDay(
            date=each,
            count=(found := counts.get(each, Day(each, 0, 0))).count,
            seats_left=found.seats_left,
            weekend=each.weekday() >= 5,
            url=url(each.isoformat()),
            bar=-(-BARS * found.count // most),
        )
        for each in dates
    ]
