from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.core.db import db
from expo.core.text import folded
from expo.programme.models import Occurrence
from expo.registration import validity
from expo.registration.models import Registration, RegistrationState

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


def live_of_registration(registration_id: int) -> list[Booking]:
    """The same under one registration, with what tells of each."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.registration_id == registration_id, Booking.state.in_(LIVE))
            .options(joinedload(Booking.occurrence), joinedload(Booking.registration))
            .order_by(Booking.id)
        )
    )


def not_opened_by(registration_id: int, ticket_type_id: int) -> list[Booking]:
    """What is live under a registration, and would not be open to it by a ticket of this type."""
    opened = validity.condition(
        sa.literal(ticket_type_id),
        sa.inspect(Occurrence).local_table.c.id,
        sa.inspect(Occurrence).local_table.c.starts_at,
    )
    return list(
        db.session.scalars(
            sa.select(Booking)
            .join(Booking.occurrence)
            .where(
                Booking.registration_id == registration_id,
                Booking.state.in_(LIVE),
                Occurrence.starts_at.is_not(None),
                sa.not_(opened),
            )
            .order_by(Booking.pool_id, Booking.id)
        )
    )


def of_expo(expo_id: int, booking_id: int) -> Booking | None:
    """Any booking of the expo: the caller decides who may."""
    return db.session.scalar(sa.select(Booking).where(Booking.id == booking_id, Booking.expo_id == expo_id))


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
            .options(
                joinedload(Booking.person),
                joinedload(Booking.registration).joinedload(Registration.ticket_type),
            )
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


def of_session(session_id: int, occurrence_ids: Iterable[int]) -> dict[int, list[Booking]]:
    """Who has a seat in each of these times of a session, by name. One query."""
    found: dict[int, list[Booking]] = {}
    rows = db.session.scalars(
        sa.select(Booking)
        .join(Booking.occurrence)
        .join(Booking.person)
        .where(
            Occurrence.session_id == session_id,
            Booking.occurrence_id.in_(list(occurrence_ids)),
            Booking.state == BookingState.BOOKED,
        )
        .options(joinedload(Booking.person), joinedload(Booking.registration))
        .order_by(Person.folded_name, Booking.id)
    )
    for booking in rows:
        found.setdefault(booking.occurrence_id, []).append(booking)
    return found


def of_occurrence_by_id(occurrence_id: int, booking_id: int) -> Booking | None:
    """One booking of an occurrence, ended or not."""
    return db.session.scalar(
        sa.select(Booking).where(Booking.id == booking_id, Booking.occurrence_id == occurrence_id)
    )


def could_be_given(conference_id: int, occurrence_id: int, words: str, most: int = 20) -> list[Registration]:
    """Confirmed registrations of a conference whose person these words find, without a seat in this occurrence.

    Words are looked for in name, organisation and city; a registration's code is found too. One query.
    """
    has_seat = sa.select(Booking.person_id).where(
        Booking.occurrence_id == occurrence_id, Booking.state == BookingState.BOOKED
    )
    wanted = (
        sa.select(Registration)
        .join(Registration.person)
        .where(
            Registration.conference_id == conference_id,
            Registration.state == RegistrationState.CONFIRMED,
            Person.id.not_in(has_seat),
        )
        .options(joinedload(Registration.person), joinedload(Registration.ticket_type))
        .order_by(Person.folded_name, Registration.id)
        .limit(most)
    )
    for word in folded(words).split():
        wanted = wanted.where(
            sa.or_(
                Person.folded_words.contains(word, autoescape=True),
                sa.func.lower(Registration.code) == word,
            )
        )
    return list(db.session.scalars(wanted))
