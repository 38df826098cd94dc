"""All that is released, kept by each process under the stamp of its expo, in the orders in which it is asked for.

Seats change without a stamp: those of all items are looked up anew after two seconds, in one small query, and only
items whose seats have changed are made afresh. Whoever shows a few items asks for theirs as they are now.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core import stamps
from expo.core.db import db
from expo.programme.models import Occurrence
from expo.programme.words import Admission

from .items import Item
from .queries import items

SEATS_LAST = 2.0  # seconds
ALL_DAY = timedelta(hours=18)  # what lasts as long stands in no hour of a day

_SEATS = sa.select(Occurrence.id, Pool.taken, Pool.over).join(Pool, Occurrence.pool_id == Pool.id)
_OF_ALL = _SEATS.where(Occurrence.expo_id == sa.bindparam("expo"))
_OF_SOME = _SEATS.where(Occurrence.id.in_(sa.bindparam("some", expanding=True)))

_Seats = dict[int, tuple[int, int]]


@dataclass(slots=True)
class Orders:
    """Where among the items those of a day, a session, a code stand. As lasting as the stamp."""

    of_day: dict[date, list[int]] = field(default_factory=dict)
    of_session: dict[int, list[int]] = field(default_factory=dict)
    of_speaker: dict[int, list[int]] = field(default_factory=dict)
    of_parent: dict[int, list[int]] = field(default_factory=dict)
    of_code: dict[str, int] = field(default_factory=dict)
    of_id: dict[int, int] = field(default_factory=dict)
    session_of_code: dict[str, int] = field(default_factory=dict)
    starts: list[datetime] = field(default_factory=list)
    long: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, found: Sequence[Item]) -> Orders:
        orders = cls(starts=[item.starts_at for item in found])
        for place, item in enumerate(found):
            orders.of_day.setdefault(item.day, []).append(place)
            orders.of_session.setdefault(item.session_id, []).append(place)
            orders.of_code[item.code] = orders.of_id[item.occurrence_id] = place
            orders.session_of_code[item.code] = item.session_id
            for speaker in {billing["speaker"] for billing in item.billed}:
                orders.of_speaker.setdefault(speaker, []).append(place)
            if item.parent_id is not None:
                orders.of_parent.setdefault(item.parent_id, []).append(place)
            if is_long(item):
                orders.long.append(place)
        # A session's own code goes before that of a time.
        orders.session_of_code |= {item.session_code: item.session_id for item in found}
        return orders


@dataclass(slots=True)
class Kept:
    """`whole` are the items by start, `closed` the same as somebody without a ticket sees them. What is `counted` of
    these very items goes with them; `sorted_` goes with the stamp, because seats do not matter for it."""

    stamp: tuple[int, str]
    seats_at: float
    whole: tuple[Item, ...]
    closed: tuple[Item, ...]
    orders: Orders
    sorted_: dict[Hashable, object] = field(default_factory=dict)
    counted: dict[Hashable, object] = field(default_factory=dict)

    def seen(self, place: int, tickets: Collection[int]) -> Item:
        """The item there, as somebody with tickets of these conferences may see it."""
        whole = self.whole[place]
        return whole if tickets and whole.conference_id in tickets else self.closed[place]

    def among(self, places: Iterable[int], tickets: Collection[int]) -> list[Item]:
        return [self.seen(place, tickets) for place in places]


_kept: dict[int, Kept] = {}


def of(expo_id: int) -> Kept:
    """All items of this expo that anybody may know of."""
    stamp = stamps.here(f"programme:{expo_id}")
    kept = _kept.get(expo_id)
    if kept is None or kept.stamp != stamp:
        found = tuple(items(expo_id))
        closed = tuple(item.seen_with(()) for item in found)
        kept = _kept[expo_id] = Kept(stamp, time.monotonic(), found, closed, Orders.of(found))
    elif time.monotonic() - kept.seats_at > SEATS_LAST:
        kept = _kept[expo_id] = _with_seats_of_now(expo_id, kept)
    return kept


def _with_seats_of_now(expo_id: int, kept: Kept) -> Kept:
    """The same with all seats as they are now: the very same where none has changed."""
    seats = _ask(_OF_ALL, expo=expo_id)
    changed = [
        place
        for place, item in enumerate(kept.whole)
        if (found := seats.get(item.occurrence_id)) and found != (item.taken, item.over)
    ]
    if not changed:
        kept.seats_at = time.monotonic()
        return kept
    whole, closed = list(kept.whole), list(kept.closed)
    for place in changed:
        taken, over = seats[whole[place].occurrence_id]
        whole[place] = replace(whole[place], taken=taken, over=over)
        closed[place] = whole[place].seen_with(())
    return Kept(kept.stamp, time.monotonic(), tuple(whole), tuple(closed), kept.orders, kept.sorted_)


def with_seats(*lists: list[Item]) -> list[list[Item]]:
    """The same lists with the seats of these items as they are now: one query, where any of them has seats."""
    wanted = {
        item.occurrence_id
        for found in lists
        for item in found
        if item.admission is Admission.SEAT and item.seats is not None
    }
    if not wanted:
        return list(lists)
    seats = _ask(_OF_SOME, some=sorted(wanted))
    return [[_with(item, seats) for item in found] for found in lists]


def _with(item: Item, seats: _Seats) -> Item:
    found = seats.get(item.occurrence_id)
    if found is None or item.seats is None or found == (item.taken, item.over):
        return item
    return replace(item, taken=found[0], over=found[1])


def _ask(wanted: sa.Select[int, int, int], **values: object) -> _Seats:
    """Taken and over by occurrence."""
    rows = db.session.connection().execute(wanted, values)
    return {occurrence_id: (taken, over) for occurrence_id, taken, over in rows}


def is_long(item: Item) -> bool:
    return item.ends_at - item.starts_at >= ALL_DAY
