"""How many want to be at each time: what the rules of the timetable ask, who themselves know nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from expo.booking.models import COUNTING, IS_LIVE, Booking, BookingState
from expo.capacity.models import Pool
from expo.core.db import db
from expo.favourites.models import Favourite
from expo.programme.models import Occurrence
from expo.questions.answering import value_of
from expo.questions.models import Answer, Kind, Question
from expo.registration.models import Registration
from expo.scheduling import demand

STEP_FREE = "step-free"  # the key of that need among the answers: questions/presets.py


def listen() -> None:
    """Say to the rules how wishes are counted."""
    demand.seats(taken)
    demand.seats(waiting)
    demand.minds(favourites)
    demand.needs_no_steps(step_free)


def taken(expo_id: int) -> Mapping[int, int]:
    """Seats taken, by occurrence. One query."""
    return _counts(
        sa.select(Occurrence.id, Pool.taken)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(Occurrence.expo_id == expo_id, Pool.taken > 0)
    )


def waiting(expo_id: int) -> Mapping[int, int]:
    """Seats that people wait for. One query."""
    return _counts(
        sa.select(Booking.occurrence_id, sa.func.sum(Booking.seats))
        .where(sa.text("bookings.state = 'waiting'"), Booking.expo_id == expo_id)
        .group_by(Booking.occurrence_id)
    )


def favourites(expo_id: int) -> Mapping[int, int]:
    """Who keeps it in mind. One query."""
    return _counts(
        sa.select(Favourite.occurrence_id, sa.func.count())
        .where(Favourite.expo_id == expo_id, Favourite.dropped_at.is_(None))
        .group_by(Favourite.occurrence_id)
    )


def step_free(expo_id: int) -> Mapping[int, int]:
    """Who has a seat and needs a way without steps, by occurrence."""
    people = without_steps(Question.expo_id == expo_id)
    found = db.session.execute(
        sa.select(Booking.occurrence_id, sa.func.count())
        .where(Booking.person_id.in_(people), Booking.state.in_(COUNTING))
        .group_by(Booking.occurrence_id)
    )
    return _pairs(found) if people else {}


def without_steps(*which: sa.ColumnElement[bool]) -> set[int]:
    """The persons who answered that they need a way without steps. Sealed answers are opened to count them: nobody
    reads whose they are. One query."""
    answers = db.session.scalars(
        sa.select(Answer)
        .join(Answer.question)
        .join(Answer.registration)
        .where(Question.kind == Kind.ACCESS, Registration.person_id.is_not(None), *which)
        .options(contains_eager(Answer.question), contains_eager(Answer.registration))
    )
    return {
        answer.registration.person_id
        for answer in answers
        if answer.registration.person_id is not None
        and STEP_FREE in (value_of(answer) or {}).get("chosen", ())
    }


_bookings = sa.inspect(Booking).local_table


@dataclass(frozen=True, slots=True)
class Seated:
    """Who has a seat in some times, or waits, in numbers: there may be tens of thousands."""

    people: int
    taken: Mapping[int, int]  # seats, by occurrence
    waiting: Mapping[int, list[int]]  # seats that each wants, the first in line first, by occurrence


def seated(occurrence_ids: Collection[int]) -> Seated:
    """Two queries; the bookings are read once for both sums."""
    counts = _who_counts(occurrence_ids).cte("counts")
    everybody = sa.select(sa.func.count(sa.distinct(counts.c.person_id))).scalar_subquery()
    sums = db.session.execute(
        sa.select(counts.c.occurrence_id, sa.func.sum(counts.c.seats), everybody).group_by(
            counts.c.occurrence_id
        )
    ).all()
    waits = sa.select(_bookings.c.occurrence_id, _bookings.c.seats).where(
        _bookings.c.occurrence_id.in_(list(occurrence_ids)), sa.text("bookings.state = 'waiting'")
    )
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for occurrence_id, seats in db.session.execute(waits.order_by(_bookings.c.id)):
        waiting[occurrence_id].append(seats)
    return Seated(sums[0][2] if sums else 0, {one: int(seats) for one, seats, _people in sums}, waiting)


def people_in(occurrence_ids: Collection[int]) -> set[int]:
    """Who has a seat in one of these. One query."""
    counts = _who_counts(occurrence_ids).subquery()
    return set(db.session.scalars(sa.select(counts.c.person_id).distinct()))


def _who_counts(occurrence_ids: Collection[int]) -> sa.Select[int, int, int]:
    return sa.select(_bookings.c.occurrence_id, _bookings.c.person_id, _bookings.c.seats).where(
        _bookings.c.occurrence_id.in_(list(occurrence_ids)),
        _live("bookings"),
        _bookings.c.state.in_(COUNTING),
    )


def also_in(
    occurrence_ids: Collection[int], other_ids: Collection[int]
) -> list[tuple[int, int, int, BookingState]]:
    """Who is live in one of these and has a seat in one of those: both occurrences, the person, and how they stand in
    the first. One query."""
    if not occurrence_ids or not other_ids:
        return []
    mine, other = _bookings.alias("mine"), _bookings.alias("other")
    rows = (
        sa.select(
            mine.c.occurrence_id, other.c.occurrence_id, mine.c.person_id, sa.type_coerce(mine.c.state, sa.String)
        )
        .join(other, sa.and_(other.c.person_id == mine.c.person_id, other.c.id != mine.c.id))
        .where(
            mine.c.occurrence_id.in_(list(occurrence_ids)), _live("mine"),
            other.c.occurrence_id.in_(list(other_ids)), other.c.state.in_(COUNTING),
        )
    )  # fmt: skip
    return [
        (one, beside, person, _STATES[state])
        for one, beside, person, state in db.session.connection().execute(rows)
    ]


# Bare words become states here: there may be tens of thousands.
_STATES = {state.value: state for state in BookingState}


def _live(table: str) -> sa.ColumnElement[bool]:
    """In the words of the index of live bookings."""
    return sa.literal_column(f"{table}.{IS_LIVE}", sa.Boolean)


def kept_in_mind(occurrence_ids: Collection[int]) -> int:
    """How many people keep one of these in mind. One query."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(sa.distinct(Favourite.person_id))).where(
                Favourite.occurrence_id.in_(list(occurrence_ids)), Favourite.dropped_at.is_(None)
            )
        )
        or 0
    )


def _counts(query: sa.Select[int, int]) -> Mapping[int, int]:
    return _pairs(db.session.execute(query))


def _pairs(rows: sa.Result[int, int]) -> Counter[int]:
    return Counter({row[0]: int(row[1]) for row in rows})
