from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db

from .models import Appearance, AppearanceRole, Occurrence, Room, Session
from .words import Placement, SessionState

_placed = sa.and_(
    Occurrence.placement != Placement.UNPLACED,
    Occurrence.cancelled_at.is_(None),
    Session.state == SessionState.CONFIRMED,
)


@check("4", "no room holds more at a time than it may")
def rooms() -> Iterator[str]:
    """Compares neighbours in each room by start; a room's parallel limit is counted over all of them."""
    rows = db.session.execute(
        sa.select(
            Occurrence.room_id,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.code,
            Room.name,
            Room.parallel_items,
        )
        .join(Session, Occurrence.session_id == Session.id)
        .join(Room, Occurrence.room_id == Room.id)
        .where(_placed)
        .order_by(Occurrence.room_id, Occurrence.starts_at)
    )
    room_id, running = None, list[Any]()
    for row in rows:
        if row.room_id != room_id:
            room_id, running = row.room_id, []
        running = [other for other in running if other.ends_at > row.starts_at] + [row]
        if len(running) > row.parallel_items:
            yield f"{row.name} holds {' and '.join(other.code for other in running)} at {row.starts_at:%Y-%m-%d %H:%M} UTC"


@check("4", "nobody is in two places at a time")
def people() -> Iterator[str]:
    """Any counted role, over all conferences of the expo."""
    rows = db.session.execute(
        sa.select(
            Appearance.speaker_id, Occurrence.id, Occurrence.starts_at, Occurrence.ends_at, Occurrence.code
        )
        .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
        .join(Session, Appearance.session_id == Session.id)
        .join(
            Occurrence,
            sa.and_(
                Occurrence.session_id == Session.id,
                sa.or_(Appearance.occurrence_id.is_(None), Appearance.occurrence_id == Occurrence.id),
            ),
        )
        .where(_placed, AppearanceRole.counts)
        .distinct()
        .order_by(Appearance.speaker_id, Occurrence.starts_at)
    ).all()
    latest = None
    for row in rows:
        if latest is None or latest.speaker_id != row.speaker_id:
            latest = row
            continue
        if row.starts_at < latest.ends_at and row.id != latest.id:
            yield f"speaker {row.speaker_id} is in {latest.code} and {row.code} at the same time"
        if row.ends_at > latest.ends_at:
            latest = row


@check("9", "an appearance in an occurrence names that occurrence's session")
def appearances() -> Iterator[str]:
    own = aliased(Occurrence)
    strays = (
        sa.select(Appearance.id)
        .join(own, Appearance.occurrence_id == own.id)
        .where(own.session_id != Appearance.session_id)
    )
    for row in db.session.execute(strays):
        yield f"appearance {row.id} is in another session's occurrence"
