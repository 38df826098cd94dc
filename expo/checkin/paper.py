"""The list on paper, for the day on which nothing else works: who may go in here, by name."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge.models import Badge, BadgeState
from expo.booking.models import Booking, BookingState
from expo.core import clock
from expo.core.db import db

from . import queries
from .crew_models import Attention
from .models import Entitlement, Gate
from .verdicts import DOORS_OPEN

MOST = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """One name. `number` is the badge's, printed on it too, so that two of one name are told apart."""

    name: str
    organisation: str
    number: int
    blocked: bool


def lines(gate: Gate) -> list[Line]:
    """Who may go in: with a seat in what is on or comes next behind a session door, with a ticket now at any other."""
    running = queries.on_at(gate)
    now = clock.now()
    if running is not None:
        may = sa.exists().where(
            Booking.person_id == Person.id,
            Booking.occurrence_id == running.occurrence_id,
            Booking.state == BookingState.BOOKED,
        )
    else:
        may = sa.exists().where(
            Entitlement.person_id == Person.id,
            Entitlement.zone_id == gate.zone_id,
            Entitlement.opens_at <= now + DOORS_OPEN,
            Entitlement.closes_at > now,
        )
    rows = db.session.execute(
        sa.select(Person.name, Person.organisation, Badge.id, Attention.blocks)
        .join(Badge, Badge.person_id == Person.id)
        .outerjoin(Attention, sa.and_(Attention.person_id == Person.id, Attention.ended_at.is_(None)))
        .where(Person.expo_id == gate.expo_id, Badge.state == BadgeState.ACTIVE, may)
        .order_by(Person.folded_name, Badge.id)
        .limit(MOST)
    )
    return [
        Line(name, organisation or "", number, bool(blocks)) for name, organisation, number, blocks in rows
    ]
