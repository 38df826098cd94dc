"""What moving some times would do to those who have a seat there: who is moved, who cannot be at both of two things
any more, who could come after all, and who loses the way without steps.

What is compared is what people know (the release) with what they would know (the draft, and the moves in it).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.booking.clashes import apart
from expo.booking.models import COUNTING, ClashKind
from expo.core.db import db
from expo.programme import ways
from expo.programme.models import Appearance
from expo.programme.terms_models import BookingTerms
from expo.programme.words import AppearanceState
from expo.publishing.models import OccurrenceVersion
from expo.questions.models import Question
from expo.scheduling.board import Board, Placed, Spot
from expo.scheduling.rules_rooms import capacity, without_steps

from . import counting
from .counting import Seated


@dataclass(frozen=True, slots=True)
class Impact:
    """How many people each thing happens to. `beside` names what the new clashes are with, the most first: the row,
    and how many people."""

    sessions: int = 0
    people: int = 0
    clashes: int = 0
    freed: int = 0  # had a clash, and have none any more
    waiting: int = 0
    waiting_can: int = 0  # wait, and could not have come before
    waiting_seats: int = 0  # wait, and the new room is large enough for them
    lose_steps: int = 0  # need a way without steps, and would have none
    in_mind: int = 0
    speakers: int = 0  # had said yes, and are asked again
    too_small: tuple[tuple[Placed, int, int], ...] = ()  # seats taken, and what the room holds
    beside: tuple[tuple[Placed, int], ...] = field(default=())


@dataclass(slots=True)
class _Thing:
    """A time at a place, as `apart` wants it."""

    id: int
    session_id: int
    parent_id: int | None
    instead_of_parent: bool
    starts_at: datetime
    ends_at: datetime
    venue: Spot
    late: int


def of(board: Board, moved: Collection[Placed]) -> Impact:
    """What it would do to put these rows where they say. Eight queries at most, however many rows."""
    before = _released(board, {row.id: row for row in moved})
    moved = [row for row in moved if row.id in before]
    if not moved:
        return Impact(sessions=0)
    ids = [row.id for row in moved]
    seated = counting.seated(ids)
    newly, freed = _apart(board, before, moved)
    others = {other for pairs in (newly, freed) for _own, other in pairs}
    met = counting.also_in(ids, others) if seated.people or seated.waiting else []
    hit: set[int] = set()
    relieved: set[int] = set()
    can: set[int] = set()
    beside: Counter[int] = Counter()
    for own, other, person, state in met:
        counts = state in COUNTING
        if (own, other) in newly and counts:
            hit.add(person)
            beside[other] += 1
        elif (own, other) in freed:
            (relieved if counts else can).add(person)
    return Impact(
        sessions=len(moved),
        people=seated.people,
        clashes=len(hit),
        freed=len(relieved - hit),
        waiting=sum(map(len, seated.waiting.values())),
        waiting_can=len(can),
        waiting_seats=_seats_for_waiting(board, moved, seated),
        lose_steps=_lose_steps(board, before, moved),
        in_mind=counting.kept_in_mind(ids),
        speakers=_asked_again(board, before, moved),
        too_small=_too_small(board, moved, seated),
        beside=tuple((board.rows[key], number) for key, number in beside.most_common(3)),
    )


def _released(board: Board, moved: Mapping[int, Placed]) -> dict[int, Placed]:
    """Where each of these is as people know it. What was never published touches nobody. One query."""
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.occurrence_id, OccurrenceVersion.starts_at, OccurrenceVersion.ends_at,
            OccurrenceVersion.room_id,
        ).where(
            OccurrenceVersion.occurrence_id.in_(list(moved)),
            OccurrenceVersion.until_release_id.is_(None),
            sa.not_(OccurrenceVersion.cancelled),
        )
    )  # fmt: skip
    return {
        key: replace(moved[key], starts_at=starts_at, ends_at=ends_at, room_id=room_id)
        for key, starts_at, ends_at, room_id in rows
    }


Pairs = set[tuple[int, int]]


def _apart(board: Board, before: Mapping[int, Placed], moved: Iterable[Placed]) -> tuple[Pairs, Pairs]:
    """Which others nobody could be at any more beside one of these, and which they could not be at until now."""
    late = _late(board.expo_id)
    walk = timedelta(minutes=board.longest_walk)
    was = {key: _thing(board, row, late) for key, row in before.items()}
    now = {row.id: _thing(board, row, late) for row in moved}
    moments = [
        each for things in (was, now) for one in things.values() for each in (one.starts_at, one.ends_at)
    ]
    first, last = min(moments) - walk, max(moments) + walk
    still = {
        row.id: _thing(board, row, late)
        for row in board.in_order
        if row.id not in now and row.starts_at < last and row.ends_at > first
    }
    newly = _never_both(now, {**still, **now}, board.ways, walk)
    until_now = _never_both(was, {**still, **was}, board.ways, walk)
    return newly - until_now, until_now - newly


def _never_both(
    some: Mapping[int, _Thing], others: Mapping[int, _Thing], known: ways.Ways, walk: timedelta
) -> Pairs:
    """Each of some with each of the others that nobody can be at as well. Only what is near is looked at."""
    found: Pairs = set()
    by_start = sorted(others.values(), key=lambda other: other.starts_at)
    starts = [other.starts_at for other in by_start]
    longest = max((other.ends_at - other.starts_at for other in by_start), default=timedelta())
    for one in some.values():
        near = bisect_left(starts, one.starts_at - walk - longest), bisect_left(starts, one.ends_at + walk)
        for other in by_start[near[0] : near[1]]:
            over = one.starts_at >= other.ends_at
            if other.id == one.id or (over and one.starts_at - other.ends_at >= walk):
                continue
            apart_by = apart(one, other, known)
            if apart_by is None:
                continue
            kind, minutes, after = apart_by
            if kind is not ClashKind.LATE or minutes > (one if after else other).late:
                found.add((one.id, other.id))
    return found


def _thing(board: Board, row: Placed, late: tuple[Mapping[int, int], Mapping[int, int]]) -> _Thing:
    own, of_kind = late
    return _Thing(
        row.id, row.session_id, row.parent_id, row.instead_of_parent, row.starts_at, row.ends_at,
        board.places[row.room_id].venue, own.get(row.id, of_kind.get(row.type_id, 0)),
    )  # fmt: skip


def _late(expo_id: int) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """How many minutes late are only told: of single times, and of kinds of session. One query."""
    own: dict[int, int] = {}
    of_kind: dict[int, int] = {}
    rows = db.session.execute(
        sa.select(BookingTerms.occurrence_id, BookingTerms.type_id, BookingTerms.late_minutes).where(
            BookingTerms.expo_id == expo_id, BookingTerms.late_minutes.is_not(None)
        )
    )
    for occurrence_id, type_id, minutes in rows:
        if occurrence_id is not None:
            own[occurrence_id] = minutes or 0
        elif type_id is not None:
            of_kind[type_id] = minutes or 0
    return own, of_kind


def _lose_steps(board: Board, before: Mapping[int, Placed], moved: Iterable[Placed]) -> int:
    """Who needs a way without steps and would have none. Two queries, where a room is worse than the one before."""
    worse = [
        row.id
        for row in moved
        if without_steps(board.places[before[row.id].room_id].features)
        and not without_steps(board.places[row.room_id].features)
    ]
    if not worse or not (people := counting.people_in(worse)):
        return 0
    return len(people & counting.without_steps(Question.expo_id == board.expo_id))


def _seats_for_waiting(board: Board, moved: Iterable[Placed], seated: Seated) -> int:
    """How many of those who wait a larger room would hold, if the seats were raised to what it holds."""
    found = 0
    for row in moved:
        left = capacity(board, row) - max(row.seats or 0, seated.taken.get(row.id, 0))
        for seats in seated.waiting.get(row.id, ()):
            if seats > left:
                break
            left -= seats
            found += 1
    return found


def _too_small(board: Board, moved: Iterable[Placed], seated: Seated) -> tuple[tuple[Placed, int, int], ...]:
    found = []
    for row in moved:
        taken, holds = seated.taken.get(row.id, 0), capacity(board, row)
        if taken > holds and not board.places[row.room_id].venue.is_online:
            found.append((row, taken, holds))
    return tuple(found)


def _asked_again(board: Board, before: Mapping[int, Placed], moved: Iterable[Placed]) -> int:
    """Who had said yes and is asked again. One query."""
    changed: defaultdict[int, set[int]] = defaultdict(set)
    for row in moved:
        was = before[row.id]
        if (was.starts_at, was.ends_at, was.room_id) != (row.starts_at, row.ends_at, row.room_id):
            changed[row.session_id].add(row.id)
    if not changed:
        return 0
    rows = db.session.execute(
        sa.select(Appearance.session_id, Appearance.occurrence_id, Appearance.speaker_id).where(
            Appearance.session_id.in_(list(changed)), Appearance.state == AppearanceState.CONFIRMED
        )
    )
    return len({speaker for session, one, speaker in rows if one is None or one in changed[session]})
