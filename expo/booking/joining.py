"""Seats go over to whom their person turned out to be; of two for one time the kept one's stays, and what clashes is
known from then on."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core import clock
from expo.core.db import db, execute

from . import clashes, records, slots
from .models import LIVE, AgendaShare, Booking, BookingClash, BookingState


def _follow(told: Joining) -> None:
    own = sa.select(Booking.occurrence_id).where(Booking.person_id == told.kept_id, Booking.state.in_(LIVE))
    theirs = (Booking.person_id == told.gone_id, Booking.state.in_(LIVE))
    for twice in db.session.scalars(
        sa.select(Booking).where(*theirs, Booking.occurrence_id.in_(own)).order_by(Booking.pool_id)
    ).all():
        records.end(twice, BookingState.CANCELLED, "joined")
    moved = set(db.session.scalars(sa.select(Booking.id).where(*theirs)))
    pass_on(told, Booking.person_id)
    pass_on(told, BookingClash.person_id)
    execute(
        sa.update(AgendaShare)
        .where(AgendaShare.person_id == told.gone_id, AgendaShare.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    pass_on(told, AgendaShare.person_id)
    db.session.expire_all()
    seats = slots.of_people({told.kept_id}).get(told.kept_id, [])
    for seat in seats:
        if seat.booking_id in moved and seat.counts:
            booking = db.session.get_one(Booking, seat.booking_id)
            clashes.note(booking, clashes.with_seats(seat.slot, seats))


follows("booking", _follow, order=20)
