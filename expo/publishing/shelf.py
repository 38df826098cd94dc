"""All that is released, kept by each process: what pages of many days, and counts over all days, are made of.

The items are read again when the stamp of their expo has moved. Seats change without a stamp: they are looked up
anew after two seconds, in one small query, and only items whose seats have changed are made afresh.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core import clock, stamps
from expo.core.db import db
from expo.programme.models import Occurrence

from . import search
from .filters import Filter
from .items import Item
from .queries import items

SEATS_LAST = 2.0  # seconds
MOST_COUNTS = 256
ALL_DAY = timedelta(hours=18)  # what lasts as long stands in no hour of a day

_SEATS = (
    sa.select(Occurrence.id, Pool.taken, Pool.over)
    .join(Pool, Occurrence.pool_id == Pool.id)
    .where(Occurrence.expo_id == sa.bindparam("expo"))
)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip: how many sessions, and how many free seats in those that one books; None where nothing
    can be booked any more, or never could."""

    date: date
    count: int
    seats_left: int | None


Days = dict[date, Day]
_Asked = tuple[Filter, frozenset[int]]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """`long` are the items that last all day, `counts` are made of these very items: both go with them."""

    stamp: tuple[int, str]
    seats_at: float
    items: tuple[Item, ...]
    long: tuple[Item, ...]
    counts: dict[_Asked, Days] = field(default_factory=dict)


_shelves: dict[int, _Shelf] = {}


def _shelf(expo_id: int) -> _Shelf:
    stamp = stamps.here(f"programme:{expo_id}")
    shelf = _shelves.get(expo_id)
    if shelf is None or shelf.stamp != stamp:
        found = items(expo_id)
    elif time.monotonic() - shelf.seats_at > SEATS_LAST:
        found = _seated(expo_id, shelf.items)
    else:
        return shelf
    long = tuple(item for item in found if is_long(item))
    shelf = _shelves[expo_id] = _Shelf(stamp, time.monotonic(), tuple(found), long)
    return shelf


def _seated(expo_id: int, known: Collection[Item]) -> list[Item]:
    """The same items with their seats as they are now."""
    seats = {row[0]: (row[1], row[2]) for row in db.session.execute(_SEATS, {"expo": expo_id})}
    found = []
    for item in known:
        taken, over = seats.get(item.occurrence_id, (item.taken, item.over))
        same = taken == item.taken and over == item.over
        found.append(item if same else replace(item, taken=taken, over=over))
    return found


def find(
    expo_id: int, first: date | None, last: date | None, wish: Filter, tickets: Collection[int] = ()
) -> list[Item]:
    """What meets the wish from the first to the last day, by start, as somebody with tickets of these conferences
    may see it. Both days None: on all days. The wish's own day counts for nothing."""
    return list(_meeting(expo_id, _shelf(expo_id).items, first, last, wish, tickets))


def _meeting(
    expo_id: int,
    known: Collection[Item],
    first: date | None,
    last: date | None,
    wish: Filter,
    tickets: Collection[int],
) -> Iterator[Item]:
    every = replace(wish, day=None, words="") == Filter()
    among = frozenset(search.sessions(expo_id, wish.words, tickets)) if wish.words else None
    for item in known:
        if first is not None and last is not None and not first <= item.day <= last:
            continue
        if among is not None and item.session_id not in among:
            continue
        seen = item.seen_with(tickets)
        if every or wish.wants(seen):
            yield seen


def days(expo_id: int, wish: Filter | None = None, tickets: Collection[int] = ()) -> Days:
    """Days that have something that meets the wish, each session counted once a day, without what is cancelled.
    Seats count where they can be booked still, and by nobody who may not know of them."""
    shelf = _shelf(expo_id)
    asked = (replace(wish or Filter(), day=None), frozenset(tickets))
    known = shelf.counts.get(asked)
    if known is None:
        if len(shelf.counts) >= MOST_COUNTS:
            shelf.counts.clear()
        known = shelf.counts[asked] = counted(_meeting(expo_id, shelf.items, None, None, *asked))
    return known


def counted(found: Iterable[Item]) -> Days:
    """The days of these items."""
    sessions: dict[date, set[int]] = {}
    seats: dict[date, int] = {}
    now = clock.now()
    for item in found:
        if not item.cancelled:
            sessions.setdefault(item.day, set()).add(item.session_id)
            if item.takes_bookings(now) and item.seats_left is not None:
                seats[item.day] = seats.get(item.day, 0) + item.seats_left
    return {day: Day(day, len(sessions[day]), seats.get(day)) for day in sorted(sessions)}


def lasting(
    expo_id: int, days: Collection[date], wish: Filter, tickets: Collection[int] = ()
) -> dict[date, list[Item]]:
    """What meets the wish, lasts all day or over several days, and runs on each of these days. At most one query."""
    long = [item for item in _shelf(expo_id).long if any(_runs_on(item, day) for day in days)]
    found = list(_meeting(expo_id, long, None, None, wish, tickets)) if long else []
    return {day: [item for item in found if _runs_on(item, day)] for day in days}


def is_long(item: Item) -> bool:
    return item.ends_at - item.starts_at >= ALL_DAY


def _runs_on(item: Item, day: date) -> bool:
    """Whether it began on this day, or before and goes on after the day's first minute."""
    return item.day == day or item.day < day <= (item.ends - timedelta(minutes=1)).date()
