from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.programme.models import Occurrence

from .models import LIVE, Booking, BookingState


def live_booking(occurrence_id: int, person_id: int) -> Booking | None:
    """The person's seat in an occurrence."""
    return db.session.scalar(
        sa.select(Booking).where(
            Booking.occurrence_id == occurrence_id,
            Booking.person_id == person_id,
            Booking.state == BookingState.BOOKED,
        )
    )


def of_person(person_id: int) -> list[Booking]:
    """The person's live bookings."""
    return list(
        db.session.scalars(
            sa.select(Booking).where(Booking.person_id == person_id, Booking.state == BookingState.BOOKED)
        )
    )


def of_registration(registration_id: int) -> list[Booking]:
    """All bookings under a registration, ended ones too, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.registration_id == registration_id)
            .options(joinedload(Booking.occurrence).joinedload(Occurrence.session))
            .order_by(Booking.id.desc())
        )
    )


def live_of_person(person_id: int) -> list[Booking]:
    """All that the person has anywhere: seats, offers, places in line."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.person_id == person_id, Booking.state.in_(LIVE))
            .order_by(Booking.id)
        )
    )


def booking(person_id: int, booking_id: int) -> Booking | None:
    """One of the person's own bookings, ended or not."""
    return db.session.scalar(
        sa.select(Booking).where(Booking.id == booking_id, Booking.person_id == person_id)
    )


def of_occurrence(occurrence_id: int) -> list[Booking]:
    """Who has a seat, by name."""
    return sorted(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.occurrence_id == occurrence_id, Booking.state == BookingState.BOOKED)
            .options(joinedload(Booking.person), joinedload(Booking.registration))
        ),
        key=lambda booking: booking.person.folded_name,
    )


def counts(occurrence_ids: Iterable[int]) -> dict[int, int]:
    """Booked seats of each occurrence."""
    rows = db.session.execute(
        sa.select(Booking.occurrence_id, sa.func.sum(Booking.seats))
        .where(Booking.occurrence_id.in_(list(occurrence_ids)), Booking.state == BookingState.BOOKED)
        .group_by(Booking.occurrence_id)
    )
    return {row[0]: int(row[1]) for row in rows}
