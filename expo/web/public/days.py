"""The strip of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

BARS = 8


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day as a link, with how full it is from 0 to 8."""

    date: date
    count: int
    weekend: bool
    url: str
    bar: int


def span(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def strip(
    dates: Sequence[date], counts: Mapping[date, int], url: Callable[[str], str]
) -> tuple[StripDay, ...]:
    """These dates with their counts; the fullest has the longest bar."""
    most = max((counts.get(each, 0) for each in dates), default=0) or 1
    return tuple(
        StripDay(
            date=each,
            count=counts.get(each, 0),
            weekend=each.weekday() >= 5,
            url=url(each.isoformat()),
            bar=-(-BARS * counts.get(each, 0) // most),
        )
        for each in dates
    )
