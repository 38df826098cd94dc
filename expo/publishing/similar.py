"""What somebody who looks at one session may like as well: alike, near in time, and with room for them.

The rule, in points: a speaker of this session 4, its track 3, its type 2, each of its goals 1 (three at most), a
language of it 1. Fewer than three points are no likeness. Among equals the nearest in time comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice

from expo.programme.words import Admission, Visibility

from . import shelf
from .items import Item

BEFORE, AFTER = timedelta(hours=6), timedelta(days=3)  # around the session's time, where one looks
MOST_LOOKED_AT = 120  # of those the first: a page must not read a whole programme
LEAST = 3
MOST_GOALS = 3


def candidates(item: Item, tickets: Collection[int], now: datetime) -> list[Item]:
    """Other sessions that may be alike, as somebody with these tickets may see them, by start.

    `item` is as they may see it: what is hidden from them makes no likeness.
    """
    around = max(item.starts_at, now)
    earliest, speakers = max(now, around - BEFORE), _speakers(item)
    found = (
        other
        for other in shelf.between(item.expo_id, earliest, around + AFTER, tickets)
        if other.starts_at > earliest
        and other.session_id != item.session_id
        and not (other.cancelled or other.tentative)
        and _akin(item, other, speakers)
    )
    return list(islice(found, MOST_LOOKED_AT))


def _akin(item: Item, other: Item, speakers: set[int]) -> bool:
    same_track = item.track_slug is not None and other.track_slug == item.track_slug
    return other.type_slug == item.type_slug or same_track or not speakers.isdisjoint(_speakers(other))


def similar(item: Item, found: Iterable[Item], tickets: Collection[int], *, most: int) -> list[Item]:
    """Those of the candidates that are alike indeed, each session once, the most alike first."""
    scored = [(_points(item, other), other) for other in found if has_room(other, tickets)]
    scored.sort(key=lambda pair: (-pair[0], abs(pair[1].starts_at - item.starts_at)))
    once: dict[int, Item] = {}
    for points, other in scored:
        if points >= LEAST:
            once.setdefault(other.session_id, other)
    return list(once.values())[:most]


def has_room(item: Item, tickets: Collection[int]) -> bool:
    """Whether somebody with these tickets could still get in: a free seat, an open door, or a ticket that opens it."""
    if item.closed or item.cancelled or item.tentative:
        return False
    if item.admission is Admission.SEAT:
        return item.seats_left != 0
    if item.admission is Admission.INVITATION:
        return False
    open_to_all = item.admission is Admission.OPEN and item.visibility is Visibility.PUBLIC
    return open_to_all or item.conference_id in tickets


def _points(item: Item, other: Item) -> int:
    return (
        4 * (not _speakers(item).isdisjoint(_speakers(other)))
        + 3 * (item.track_slug is not None and item.track_slug == other.track_slug)
        + 2 * (item.type_slug == other.type_slug)
        + min(MOST_GOALS, len(set(item.sdgs) & set(other.sdgs)))
        + (not set(item.languages).isdisjoint(other.languages))
    )


def _speakers(item: Item) -> set[int]:
    return {billing["speaker"] for billing in item.billed}
