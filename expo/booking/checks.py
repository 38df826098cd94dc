from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.capacity.holders import holder
from expo.capacity.models import Pool
from expo.core.checks import check
from expo.core.db import db
from expo.guests.models import SessionInvitation
from expo.programme.models import Occurrence
from expo.registration.models import Registration, RegistrationState

from .models import Booking, BookingState


@holder
def _held() -> sa.Select[int, int]:
    return (
        sa.select(Occurrence.pool_id, sa.func.sum(Booking.seats))
        .join(Booking, Booking.occurrence_id == Occurrence.id)
        .where(Booking.state == BookingState.BOOKED)
        .group_by(Occurrence.pool_id)
    )


@check("1", "an occurrence's pool holds exactly its booked seats")
def seats() -> Iterator[str]:
    booked = (
        sa.select(sa.func.coalesce(sa.func.sum(Booking.seats), 0))
        .where(Booking.occurrence_id == Occurrence.id, Booking.state == BookingState.BOOKED)
        .scalar_subquery()
    )
    differ = (
        sa.select(Occurrence.code, Pool.taken, booked.label("booked"))
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(Pool.taken != booked)
    )
    for row in db.session.execute(differ):
        yield f"{row.code}: {row.booked} seats booked, the pool says {row.taken}"


@check("2", "one live booking per person and occurrence")
def one_live() -> Iterator[str]:
    twice = (
        sa.select(Booking.person_id, Booking.occurrence_id)
        .where(Booking.state == BookingState.BOOKED)
        .group_by(Booking.person_id, Booking.occurrence_id)
        .having(sa.func.count() > 1)
    )
    for row in db.session.execute(twice):
        yield f"person {row.person_id} has two bookings of occurrence {row.occurrence_id}"


@check("2", "a live booking stands under a confirmed registration of the same person")
def under_a_registration() -> Iterator[str]:
    lost = (
        sa.select(Booking.id)
        .join(Registration, Booking.registration_id == Registration.id)
        .where(
            Booking.state == BookingState.BOOKED,
            sa.or_(
                Registration.state != RegistrationState.CONFIRMED, Registration.person_id != Booking.person_id
            ),
        )
    )
    for row in db.session.execute(lost):
        yield f"booking {row.id} has no confirmed registration of its person"


@check("1", "no more seats are booked under an invitation than it has in each time")
def within_invitations() -> Iterator[str]:
    booked = sa.func.sum(Booking.seats)
    rows = db.session.execute(
        sa.select(
            SessionInvitation.id, Booking.occurrence_id, booked.label("booked"), SessionInvitation.seats
        )
        .join(Booking, Booking.invitation_id == SessionInvitation.id)
        .where(Booking.state == BookingState.BOOKED, SessionInvitation.seats.is_not(None))
        .group_by(SessionInvitation.id, Booking.occurrence_id, SessionInvitation.seats)
        .having(booked > SessionInvitation.seats)
    )
    for row in rows:
        yield f"invitation {row.id}: {row.booked} of {row.seats} seats booked in occurrence {row.occurrence_id}"


@check("9", "an invitation under which somebody booked is one to that session")
def of_that_session() -> Iterator[str]:
    rows = db.session.scalars(
        sa.select(Booking.id)
        .join(SessionInvitation, Booking.invitation_id == SessionInvitation.id)
        .join(Occurrence, Booking.occurrence_id == Occurrence.id)
        .where(Occurrence.session_id != SessionInvitation.session_id)
    )
    for booking_id in rows:
        yield f"booking {booking_id} stands under an invitation to another session"
