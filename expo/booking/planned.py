"""The days of an agenda: what somebody plans, what is free in between, when to leave, and what cannot both be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from math import ceil

from expo.programme import queries as programme
from expo.programme import ways
from expo.publishing.items import Item

from .models import Booking

NEXT_DOOR = 2  # minutes on foot that nobody needs to be told of
Planned = tuple[Item, Booking | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in the agenda, with the minutes that are free before it. Without a booking it is a favourite.

    `walk` is the way on foot from the one before, in minutes (an estimate), `leave_at` when to set out for it, and
    `late` how many minutes too late one comes all the same. `against` are earlier entries that are not over yet.
    """

    item: Item
    booking: Booking | None
    free_before: int | None = None
    walk: int = 0
    leave_at: datetime | None = None
    late: int = 0
    before: Item | None = None
    against: tuple[Entry, ...] = ()

    @property
    def clashing(self) -> tuple[Entry, ...]:
        """Those of which one must go: the earlier ones, and this."""
        return (*self.against, self)

    @property
    def overlaps(self) -> bool:
        return bool(self.against)


def days(expo_id: int, planned: Sequence[Planned]) -> list[tuple[date, list[Entry]]]:
    """The agenda day by day, by start. Two queries where anything follows anything, for the ways on foot."""
    ordered = sorted(planned, key=lambda pair: (pair[0].day, pair[0].starts_at))
    minutes = _Minutes(expo_id)
    found = []
    for day, group in groupby(ordered, key=lambda pair: pair[0].day):
        entries: list[Entry] = []
        for item, booking in group:
            entries.append(_entry(item, booking, entries, minutes))
        found.append((day, entries))
    return found


class _Minutes:
    """Minutes on foot between venues by their slugs; read when first asked for."""

    def __init__(self, expo_id: int) -> None:
        self._expo_id = expo_id
        self._known: ways.Ways | None = None

    def between(self, one: Item, other: Item) -> int:
        if one.venue_slug == other.venue_slug or one.venue_online or other.venue_online:
            return 0
        if self._known is None:
            self._known = ways.of(self._expo_id)
            self._venues = {venue.slug: venue for venue in programme.venues(self._expo_id)}
        return self._known.minutes(self._venues[one.venue_slug], self._venues[other.venue_slug]) or 0


def _entry(item: Item, booking: Booking | None, earlier: list[Entry], minutes: _Minutes) -> Entry:
    standing = [entry for entry in earlier if not entry.item.cancelled]
    if item.cancelled or not standing:
        return Entry(item, booking)
    against = tuple(entry for entry in standing if entry.item.ends_at > item.starts_at)
    if against:
        return Entry(item, booking, against=against, before=against[-1].item)
    last = max(standing, key=lambda entry: entry.item.ends_at).item
    gap = (item.starts_at - last.ends_at).total_seconds() / 60
    walk = minutes.between(last, item)
    if walk <= NEXT_DOOR:
        return Entry(item, booking, round(gap) or None, before=last)
    leave_at = item.starts_at - timedelta(minutes=walk)
    late = max(0, ceil(walk - gap))
    return Entry(item, booking, max(0, round(gap) - walk) or None, walk, leave_at, late, last)
