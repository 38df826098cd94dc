"""What somebody who looks at one session may like as well: alike, near in time, and with room for them.

The rule, in points: a speaker of this session 4, its track 3, its type 2, each of its goals 1 (three at most), a
language of it 1. Fewer than three points are no likeness. Among equals the nearest in time comes first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.programme.models import SessionType, Track
from expo.programme.words import Admission, Visibility

from .items import Item
from .models import OccurrenceVersion
from .queries import bills, items

BEFORE, AFTER = timedelta(hours=6), timedelta(days=3)  # around the session's time, where one looks
MOST_LOOKED_AT = 120  # of those the first: a page must not read a whole programme
LEAST = 3
MOST_GOALS = 3


def similar(item: Item, tickets: Collection[int], now: datetime, *, most: int) -> list[Item]:
    """Other sessions, each once, as somebody with these tickets may see them. One query.

    `item` is as they may see it: what is hidden from them makes no likeness.
    """
    around = max(item.starts_at, now)
    kinds = [SessionType.slug == item.type_slug]
    kinds += [Track.slug == item.track_slug] if item.track_slug else []
    kinds += [bills(speaker) for speaker in _speakers(item)]
    found = items(
        item.expo_id,
        OccurrenceVersion.starts_at > max(now, around - BEFORE),
        OccurrenceVersion.starts_at < around + AFTER,
        OccurrenceVersion.session_id != item.session_id,
        sa.not_(OccurrenceVersion.cancelled),
        sa.not_(OccurrenceVersion.tentative),
        sa.or_(*kinds),
        most=MOST_LOOKED_AT,
    )
    seen = [other.seen_with(tickets) for other in found]
    scored = [(_points(item, other), other) for other in seen if has_room(other, tickets)]
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
