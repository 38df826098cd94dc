from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from expo.capacity.holders import holder
from expo.core import clock
from expo.core.checks import check
from expo.core.db import db
from expo.guests.models import SessionInvitation
from expo.programme import ways
from expo.programme.models import Occurrence
from expo.publishing.models import OccurrenceVersion
from expo.registration.models import Registration, RegistrationState

from . import clashes, promotion, slots, waiting
from .models import COUNTING, HOLDING, LIVE, Booking, BookingClash, BookingState, ClashKind

LATE = timedelta(hours=1)  # a worker that was away


@holder
def _held() -> sa.Select[int, int]:
    return (
        sa.select(Booking.pool_id, sa.func.sum(Booking.seats))
        .where(Booking.state.in_(HOLDING))
        .group_by(Booking.pool_id)
    )


@check("1", "no seat is free while somebody waits for it whose party fits and who could attend")
def nobody_waits_in_vain() -> Iterator[str]:
    waited_for = db.session.execute(
        sa.select(Booking.expo_id, Booking.occurrence_id)
        .where(Booking.state == BookingState.WAITING)
        .distinct()
    ).all()
    for expo_id, occurrence_id in waited_for:
        slot = slots.one(expo_id, occurrence_id)
        if slot is None or slot.free == 0 or not waiting.takes_waiting(slot):
            continue
        entries = [entry for entry in waiting.line(occurrence_id) if promotion.fitting(entry, slot.free)]
        agendas = slots.of_people([entry.person_id for entry in entries])
        opened = promotion.opened_by([entry.registration_id for entry in entries], slot)
        for entry in entries:
            if promotion.why_not(entry, slot, agendas[entry.person_id], opened) is None:
                yield f"{slot.code}: {slot.free} seats are free, and booking {entry.id} waits for {entry.seats}"


@check("1", "no offer holds seats long after its time")
def offers() -> Iterator[str]:
    late = sa.select(Booking.id, Booking.until).where(
        Booking.state == BookingState.OFFERED, Booking.until < clock.now() - LATE
    )
    for row in db.session.execute(late):
        yield f"booking {row.id} holds seats since {row.until:%Y-%m-%d %H:%M}, when that should have ended"


@check("2", "one live booking per person and occurrence")
def one_live() -> Iterator[str]:
    twice = (
        sa.select(Booking.person_id, Booking.occurrence_id)
        .where(Booking.state.in_(LIVE))
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
            Booking.state.in_((*COUNTING, BookingState.OFFERED, BookingState.WAITING)),
            sa.or_(
                Registration.state != RegistrationState.CONFIRMED, Registration.person_id != Booking.person_id
            ),
        )
    )
    for row in db.session.execute(lost):
        yield f"booking {row.id} has no confirmed registration of its person"


@check("4", "two seats of one person at the same time are known as a clash")
def clashes_are_known() -> Iterator[str]:
    one, other = Booking.__table__.alias("one"), Booking.__table__.alias("other")
    first, second = OccurrenceVersion.__table__.alias("first"), OccurrenceVersion.__table__.alias("second")
    pairs = (
        sa.select(one.c.person_id, one.c.id, other.c.id)
        .join(
            first, sa.and_(first.c.occurrence_id == one.c.occurrence_id, first.c.until_release_id.is_(None))
        )
        .join(other, sa.and_(other.c.person_id == one.c.person_id, other.c.id > one.c.id))
        .join(
            second,
            sa.and_(second.c.occurrence_id == other.c.occurrence_id, second.c.until_release_id.is_(None)),
        )
        .where(
            one.c.state.in_(COUNTING),
            other.c.state.in_(COUNTING),
            first.c.starts_at < second.c.ends_at,
            second.c.starts_at < first.c.ends_at,
            ~sa.exists().where(
                BookingClash.one_id == one.c.id,
                BookingClash.other_id == other.c.id,
                BookingClash.over_at.is_(None),
            ),
        )
    )
    found = db.session.execute(pairs).all()
    agendas = slots.of_people({row[0] for row in found})
    for person_id, one_id, other_id in found:
        seats = {seat.booking_id: seat for seat in agendas[person_id]}
        clash = clashes.with_seats(seats[one_id].slot, [seats[other_id]], ways.Ways({}))
        if clash and seats[one_id].counts and clash[0].kind is not ClashKind.LATE:
            yield f"bookings {one_id} and {other_id} of person {person_id} clash, and nobody knows"


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
