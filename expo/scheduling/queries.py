"""What an editor shows of a day, and what has no place yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core.db import db
from expo.programme.models import Conference, Occurrence, Session
from expo.programme.words import LISTED, Placement, SessionState, Visibility

from .models import SessionNeeds

USUAL = 60  # minutes, where nobody said how long it lasts


@dataclass(frozen=True, slots=True)
class Cell:
    """A time as the timetable shows it."""

    id: int
    code: str
    title: str
    session_code: str
    conference_id: int
    colour: int
    starts_at: datetime
    ends_at: datetime
    room_id: int
    placement: Placement
    state: SessionState
    visibility: Visibility
    conference_visibility: Visibility
    seats: int | None
    taken: int
    version: int

    @property
    def listed(self) -> bool:
        return self.visibility in LISTED and self.conference_visibility in LISTED


def day(expo_id: int, first: datetime, last: datetime) -> list[Cell]:
    """Everything that stands in a room between these moments, drafts too, by start. One query."""
    rows = db.session.execute(
        sa.select(
            Occurrence.id, Occurrence.code, Session.title, Session.code, Session.conference_id, Conference.colour,
            Occurrence.starts_at, Occurrence.ends_at, Occurrence.room_id, Occurrence.placement, Session.state,
            Session.visibility, Conference.visibility, Occurrence.seats, Pool.taken, Occurrence.version,
        )
        .join(Session, Occurrence.session_id == Session.id)
        .join(Conference, Session.conference_id == Conference.id)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(
            Occurrence.expo_id == expo_id,
            Occurrence.placement != Placement.UNPLACED,
            Occurrence.cancelled_at.is_(None),
            Session.state != SessionState.CANCELLED,
            Occurrence.starts_at < last,
            Occurrence.ends_at > first,
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )  # fmt: skip
    return [Cell(*tuple(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A time without a place; `code` is the session's own, where it has no time at all."""

    code: str
    title: str
    session_code: str
    conference_title: str
    colour: int
    minutes: int
    expected: int
    version: int


def backlog(conference_ids: Collection[int]) -> list[Unplaced]:
    """What has no place yet in these conferences, by code: times that stand nowhere, and sessions without any. Two
    queries."""
    open_ = sa.and_(Session.conference_id.in_(list(conference_ids)), Session.state != SessionState.CANCELLED)
    head = (
        Session.code,
        Session.title,
        Conference.title,
        Conference.colour,
        SessionNeeds.minutes,
        SessionNeeds.expected,
    )
    times = (
        sa.select(
            *head, Occurrence.code.label("own"), Occurrence.starts_at, Occurrence.ends_at, Occurrence.seats, Occurrence.version
        )
        .join(Session, Occurrence.session_id == Session.id)
        .join(Conference, Session.conference_id == Conference.id)
        .outerjoin(SessionNeeds, SessionNeeds.session_id == Session.id)
        .where(open_, Occurrence.placement == Placement.UNPLACED, Occurrence.cancelled_at.is_(None))
    )  # fmt: skip
    without = (
        sa.select(*head)
        .join(Conference, Session.conference_id == Conference.id)
        .outerjoin(SessionNeeds, SessionNeeds.session_id == Session.id)
        .where(open_, sa.not_(sa.exists().where(Occurrence.session_id == Session.id)))
    )
    found = []
    for (
        code,
        title,
        conference,
        colour,
        minutes,
        expected,
        own,
        starts,
        ends,
        seats,
        version,
    ) in db.session.execute(times):
        known = int((ends - starts).total_seconds() // 60) if starts and ends else None
        found.append(
            Unplaced(
                own,
                title,
                code,
                conference,
                colour,
                known or minutes or USUAL,
                expected or seats or 0,
                version,
            )
        )
    for code, title, conference, colour, minutes, expected in db.session.execute(without):
        found.append(Unplaced(code, title, code, conference, colour, minutes or USUAL, expected or 0, 0))
    return sorted(found, key=lambda one: one.code)
