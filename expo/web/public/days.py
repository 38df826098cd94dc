"""The strip of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from expo.publishing.shelf import Day

BARS = 8


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day as a link, with how much it holds from 0 to 8, and its free seats; None where none can be booked."""

    date: date
    count: int
    seats_left: int | None
    weekend: bool
    url: str
    bar: int


def span(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def strip(
    dates: Sequence[date], counts: Mapping[date, Day], url: Callable[[str], str]
) -> tuple[StripDay, ...]:
    """These dates with their counts; the fullest has the longest bar."""
    most = max((counts[each].count for each in dates if each in counts), default=0) or 1
    found = []
    for each in dates:
        day = counts.get(each) or Day(each, 0, None)
        found.append(
            StripDay(
                date=each,
                count=day.count,
                seats_left=day.seats_left,
                weekend=each.weekday() >= 5,
                url=url(each.isoformat()),
                bar=-(-BARS * day.count // most),
            )
        )
    return tuple(found)
