from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from expo.core import clock
from expo.core.db import db
from expo.publishing import queries as publishing
from expo.publishing import shelf, similar
from expo.publishing.items import Item

from .models import AgendaNotice

MOST_ALTERNATIVES = 3


def unread(person_id: int) -> list[AgendaNotice]:
    """What the person has not read yet: of several about one thing the latest, with where it was before the first."""
    found: dict[int, AgendaNotice] = {}
    rows = db.session.scalars(
        sa.select(AgendaNotice)
        .where(AgendaNotice.person_id == person_id, AgendaNotice.read_at.is_(None))
        .order_by(AgendaNotice.id.desc())
    )
    for notice in rows:
        found.setdefault(notice.occurrence_id, notice)
    return list(found.values())


def alternatives(item: Item, tickets: Collection[int], *, after: datetime | None = None) -> list[Item]:
    """Other times of the session with seats, the nearest first; then sessions like it. Of what is not for everybody
    only its own times."""
    now = after or clock.now()
    times = [
        other
        for other in publishing.of_session(item.expo_id, item.session_id)
        if other.occurrence_id != item.occurrence_id
    ]
    times.sort(key=lambda other: abs(other.starts_at - item.starts_at))
    listed = shelf.by_ids(item.expo_id, [item.occurrence_id], tickets)
    alike: list[Item] = []
    if listed and not listed[0].closed:
        found = similar.candidates(listed[0], tickets, now)
        alike = similar.similar(listed[0], found, tickets, most=2 * MOST_ALTERNATIVES)
    seats = [
        other
        for other in shelf.with_seats([*times, *alike])[0]
        if other.takes_bookings(now) and other.starts_at > now and other.seats_left != 0 and not other.closed
    ]
    return seats[:MOST_ALTERNATIVES]
