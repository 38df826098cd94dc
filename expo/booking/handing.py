"""Seats that change hands with their registration. The pool counts them all the while, so nobody takes one between."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import audit, clock
from expo.core.db import add_unless_there, db, execute
from expo.registration.models import Registration

from . import clashes, slots
from .models import Booking, BookingState


def hand_on(*, registration_id: int, successor: Registration) -> None:
    """Move the booked seats of a registration over. What the successor has booked already is left where it is, and
    given back with the registration that ends."""
    assert successor.person_id is not None
    held = db.session.scalars(
        sa.select(Booking)
        .where(
            Booking.registration_id == registration_id,
            Booking.state == BookingState.BOOKED,
            Booking.invitation_id.is_(None),  # who was invited was invited in person
        )
        .order_by(Booking.id)
    ).all()
    now = clock.now()
    moved: list[Booking] = []
    for before in held:
        after = Booking(
            expo_id=before.expo_id,
            occurrence_id=before.occurrence_id,
            person_id=successor.person_id,
            registration_id=successor.id,
            pool_id=before.pool_id,
            seats=before.seats,
            state=BookingState.BOOKED,
            booked_at=now,
            accepts_clash=before.accepts_clash,
        )
        if not add_unless_there(after):
            continue
        execute(
            sa.update(Booking)
            .where(Booking.id == before.id, Booking.state == BookingState.BOOKED)
            .values(state=BookingState.CANCELLED, ended_at=now, reason="handed on")
        )
        db.session.refresh(before)
        clashes.end_of(before.id)
        moved.append(after)
        audit.record(
            "booking_handed_on", "booking", before.id, expo_id=before.expo_id, after={"to": after.id}
        )
    # What they cannot both use, among these and with what they had, is theirs to see.
    seats = slots.of_person(successor.person_id) if moved else []
    known = {seat.booking_id: seat.slot for seat in seats}
    for after in moved:
        clashes.note(after, clashes.with_seats(known[after.id], seats))
