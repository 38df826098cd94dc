"""What the board is read from: a query for each table, on bare columns, because there may be thousands of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from expo.core.db import db
from expo.programme import hours, ways
from expo.programme.models import (
    Appearance,
    AppearanceRole,
    Conference,
    Occurrence,
    Room,
    Session,
    Venue,
)
from expo.programme.words import LISTED, AppearanceState, Placement, SessionState
from expo.speakers import queries as speakers
from expo.speakers.models import Speaker

from . import levels
from .board import Board, Held, Needs, Pause, Place, Placed, Span, Spot
from .models import Break, RoomBlock, SessionNeeds, SessionOrder

_STANDS = sa.and_(
    Occurrence.placement != Placement.UNPLACED,
    Occurrence.cancelled_at.is_(None),
    Session.state != SessionState.CANCELLED,
)
_PLACED = (
    sa.select(
        Occurrence.id, Occurrence.code, Session.title, Session.id, Session.parent_id,
        Session.instead_of_parent, Session.type_id, Session.conference_id,
        Occurrence.starts_at, Occurrence.ends_at, Occurrence.room_id, Occurrence.seats,
        sa.type_coerce(Session.state, sa.String) == SessionState.CONFIRMED.value,
        sa.and_(
            sa.type_coerce(Conference.visibility, sa.String).in_([word.value for word in LISTED]),
            sa.type_coerce(Session.visibility, sa.String).in_([word.value for word in LISTED]),
        ),
        sa.cast(Session.interpretation, sa.String) != "[]",
    )
    .join(Session, Occurrence.session_id == Session.id)
    .join(Conference, Session.conference_id == Conference.id)
    .where(_STANDS)
)  # fmt: skip
_APPEARING = (
    sa.select(Appearance.speaker_id, Occurrence.id)
    .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
    .join(Session, Appearance.session_id == Session.id)
    .join(
        Occurrence,
        sa.and_(
            Occurrence.session_id == Session.id,
            sa.or_(Appearance.occurrence_id.is_(None), Appearance.occurrence_id == Occurrence.id),
        ),
    )
    .where(_STANDS, AppearanceRole.counts, Appearance.state != AppearanceState.DECLINED)
    .distinct()
)


def load(expo_id: int, stamp: tuple[int, str]) -> Board:
    """The whole board. Twelve queries."""
    rows = placed(Occurrence.expo_id == expo_id)
    return Board(
        expo_id=expo_id,
        stamp=stamp,
        rows={row.id: row for row in rows},
        places=_places(expo_id),
        conferences=_conferences(expo_id),
        names=names(expo_id),
        away=_away(expo_id),
        held=_held(expo_id),
        needs=_needs(expo_id),
        before=_before(expo_id),
        ways=ways.of(expo_id),
        levels=levels.read(expo_id),
        pauses=_pauses(expo_id),
    )


def placed(*conditions: sa.ColumnElement[bool]) -> list[Placed]:
    """Everything that stands in a room at a time and is not cancelled, drafts too, with who appears. Two queries."""
    people: defaultdict[int, list[int]] = defaultdict(list)
    for speaker_id, occurrence_id in db.session.execute(_APPEARING.where(*conditions)):
        people[occurrence_id].append(speaker_id)
    rows = db.session.execute(_PLACED.where(*conditions))
    return [Placed(*(*tuple[Any, ...](row), tuple(sorted(people.get(row[0], ()))))) for row in rows]


def of_sessions(session_ids: Collection[int]) -> list[Placed]:
    """The rows of these sessions."""
    return placed(Occurrence.session_id.in_(list(session_ids)))


def unplaced(occurrence: Occurrence | None, session: Session) -> Placed:
    """What stands nowhere yet, as if it stood: whoever asks says where. A session without a time has the id 0."""
    own = Appearance.occurrence_id == occurrence.id if occurrence else sa.false()
    people = db.session.scalars(
        sa.select(Appearance.speaker_id)
        .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
        .where(
            Appearance.session_id == session.id,
            sa.or_(Appearance.occurrence_id.is_(None), own),
            AppearanceRole.counts,
            Appearance.state != AppearanceState.DECLINED,
        )
        .distinct()
    )
    return Placed(
        occurrence.id if occurrence else 0, occurrence.code if occurrence else session.code, session.title,
        session.id, session.parent_id, session.instead_of_parent, session.type_id, session.conference_id,
        session.created_at, session.created_at, 0, occurrence.seats if occurrence else None,
        session.state is SessionState.CONFIRMED,
        session.conference.visibility in LISTED and session.visibility in LISTED,
        bool(session.interpretation), tuple(sorted(people)),
    )  # fmt: skip


def names(expo_id: int) -> dict[int, str]:
    found = db.session.execute(sa.select(Speaker.id, Speaker.name).where(Speaker.expo_id == expo_id))
    return {row[0]: row[1] for row in found}


def _places(expo_id: int) -> dict[int, Place]:
    venues = {
        row.id: row
        for row in db.session.execute(
            sa.select(
                Venue.id, Venue.name, Venue.latitude, Venue.longitude, Venue.is_online, Venue.time_zone,
                Venue.opening_hours, Venue.area_id,
            ).where(Venue.expo_id == expo_id)
        )
    }  # fmt: skip
    spots = {
        row.id: Spot(row.id, row.name, row.latitude, row.longitude, row.is_online, row.area_id)
        for row in venues.values()
    }
    found = {}
    for row in db.session.execute(
        sa.select(
            Room.id, Room.slug, Room.name, Room.capacity, Room.parallel_items, Room.accessibility,
            Room.accessibility_text, Room.opening_hours, Room.venue_id,
        ).where(Room.expo_id == expo_id)
    ):  # fmt: skip
        venue = venues[row.venue_id]
        told = bool(row.accessibility or row.accessibility_text)
        found[row.id] = Place(
            row.id, row.slug, row.name, row.capacity, row.parallel_items,
            frozenset(row.accessibility) if told else None,
            hours.read(row.opening_hours if row.opening_hours is not None else venue.opening_hours),
            venue.time_zone, spots[row.venue_id],
        )  # fmt: skip
    return found


def _conferences(expo_id: int) -> dict[int, tuple[str, str]]:
    found = db.session.execute(
        sa.select(Conference.id, Conference.title, Conference.time_zone).where(Conference.expo_id == expo_id)
    )
    return {row[0]: (row[1], row[2]) for row in found}


def _away(expo_id: int) -> dict[int, list[Span]]:
    """When speakers cannot, as they said."""
    return {
        key: [(span.starts_at, span.ends_at) for span in spans]
        for key, spans in speakers.unavailable(expo_id).items()
    }


def _held(expo_id: int) -> dict[int, list[Held]]:
    found: defaultdict[int, list[Held]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(
            RoomBlock.id, RoomBlock.room_id, RoomBlock.conference_id, RoomBlock.kind, RoomBlock.starts_at,
            RoomBlock.ends_at, RoomBlock.note, RoomBlock.capacity,
        )
        .where(RoomBlock.expo_id == expo_id)
        .order_by(RoomBlock.starts_at, RoomBlock.id)
    ):  # fmt: skip
        found[row.room_id].append(Held(*row))
    return dict(found)


def _pauses(expo_id: int) -> dict[int | None, list[Pause]]:
    found: defaultdict[int | None, list[Pause]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(
            Break.id,
            Break.conference_id,
            Break.area_id,
            Break.rooms,
            Break.title,
            Break.starts_at,
            Break.ends_at,
        )
        .where(Break.expo_id == expo_id, Break.removed_at.is_(None))
        .order_by(Break.starts_at, Break.id)
    ):
        found[row.conference_id].append(
            Pause(row[0], row[1], row[2], frozenset(row[3]), row[4], row[5], row[6])
        )
    return dict(found)


def _needs(expo_id: int) -> dict[int, Needs]:
    found = db.session.execute(
        sa.select(
            SessionNeeds.session_id, SessionNeeds.expected, SessionNeeds.step_free, SessionNeeds.is_plenary,
            SessionNeeds.audience,
        ).where(SessionNeeds.expo_id == expo_id)
    )  # fmt: skip
    return {row[0]: Needs(row[1] or 0, row[2], row[3], row[4]) for row in found}


def _before(expo_id: int) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for first, then in db.session.execute(
        sa.select(SessionOrder.first_id, SessionOrder.then_id).where(SessionOrder.expo_id == expo_id)
    ):
        found[then].append(first)
    return dict(found)
