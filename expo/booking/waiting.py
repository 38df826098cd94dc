"""The waiting list of a session: how one joins it, and answers an offer. Who is next stands in promotion.py."""

from __future__ import annotations

import secrets
from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import clock, jobs, tokens
from expo.core.db import db, transaction
from expo.programme.words import Admission

from . import clashes, letters, records, rights, slots
from .models import COUNTING, Booking, BookingState
from .refusals import AlreadyBooked, AlreadyWaiting, BookingClosed, OfferOver, StillSeats
from .slots import Seat, Slot

_WAITING, _OFFERED = (BookingState.WAITING,), (BookingState.OFFERED,)


def join(
    *,
    person: Person,
    occurrence_id: int,
    seats: int = 1,
    keep_together: bool = True,
    takes_at_once: bool = True,
    accept: Collection[str] = (),
    swap_for: Booking | None = None,
) -> Booking:
    """Wait for so many seats in a session that is full. `keep_together`: all of them or none; else as many as are
    free. `takes_at_once`: take them without asking, as long as there is time to come. With `swap_for` that booking
    is given back when they come.

    Raises StillSeats, AlreadyWaiting, AlreadyBooked, Overlap, and what booking does.
    """
    with transaction():
        rights.hold(person.id)
        slot = rights.listed(person.expo_id, occurrence_id)
        _check_waits(slot)
        rights.check_party(slot, seats)
        had = slots.of_person(person.id)
        here = next((seat for seat in had if seat.slot.occurrence_id == occurrence_id), None)
        if here is not None:
            raise _here_already(here, slot)
        records.check_swap(swap_for, person, occurrence_id)
        stay = clashes.refuse(
            clashes.with_seats(slot, had),
            accepted="overlap" in accept,
            instead_of=swap_for.id if swap_for else None,
        )
        registration = rights.registration_for(person, slot)
        # Whoever gives a seat back waits for this, and then sees who waits; or was before, and there is one.
        db.session.execute(sa.select(Pool.id).where(Pool.id == slot.pool_id).with_for_update())
        left = pools.left([slot.pool_id])[slot.pool_id]
        if left is None or left >= (seats if keep_together else 1):
            raise StillSeats(_("There are seats left in %(title)s: book one.", title=slot.title))
        seed = secrets.token_bytes(32)
        booking = records.write(
            person, registration, slot, seats,
            state=BookingState.WAITING, keep_together=keep_together, takes_at_once=takes_at_once,
            swap_for_id=swap_for.id if swap_for else None, accepts_clash=bool(stay),
            seed=seed, secret_digest=tokens.digest(tokens.derived("offer", seed)),
        )  # fmt: skip
        lapse_later(slot)
        letters.write(
            "seat_waiting", person, slot, seats=seats, position=position(booking), secret=secret_of(booking)
        )
    return booking


def accept(*, booking: Booking, accept: Collection[str] = (), swap_for: Booking | None = None) -> None:
    """Take the offered seats, and give `swap_for` back for them. Twice is once. Raises OfferOver; Overlap where the person has another seat by now."""
    with transaction():
        rights.hold(booking.person_id)
        records.read_again(booking)
        if booking.state in COUNTING:
            return
        if booking.state is not BookingState.OFFERED or (booking.until and booking.until <= clock.now()):
            raise OfferOver(_("This offer has ended. The seat has gone to the next in line."))
        slot = rights.listed(booking.expo_id, booking.occurrence_id)
        if not slot.takes_place or slot.ends_at <= clock.now():
            raise BookingClosed(_("%(title)s does not take place then any more.", title=slot.title))
        if swap_for is not None:
            records.check_swap(swap_for, booking.person, booking.occurrence_id)
            booking.swap_for_id = swap_for.id
            db.session.flush()
        stay = clashes.refuse(
            clashes.with_seats(slot, slots.of_person(booking.person_id)),
            accepted=booking.accepts_clash or "overlap" in accept,
            instead_of=booking.swap_for_id,
        )
        take(booking, slot, stay)


def decline(*, booking: Booking) -> None:
    """Do not want it any more: offered seats go to the next in line. Twice is once. Raises OfferOver."""
    with transaction():
        rights.hold(booking.person_id)
        records.end(booking, BookingState.CANCELLED, "declined", (*_WAITING, *_OFFERED))
        if booking.state in COUNTING:
            raise OfferOver(_("You have taken this offer already. Give the seat back in your agenda."))


def by_secret(expo_id: int, secret: str) -> Booking | None:
    """The place in line, or the offer, to which a letter led."""
    return db.session.scalar(
        sa.select(Booking)
        .where(Booking.expo_id == expo_id, Booking.secret_digest == tokens.digest(secret))
        .options(joinedload(Booking.occurrence), joinedload(Booking.person))
    )


def position(booking: Booking) -> int:
    """The how manieth one is, from 1."""
    return positions([booking])[booking.id]


def positions(bookings: Collection[Booking]) -> dict[int, int]:
    """The same of several, by their ids. One query."""
    ahead = Booking.__table__.alias("ahead")
    rows = db.session.execute(
        sa.select(Booking.id, sa.func.count(ahead.c.id))
        .outerjoin(
            ahead,
            sa.and_(
                ahead.c.occurrence_id == Booking.occurrence_id,
                ahead.c.state == BookingState.WAITING,
                ahead.c.id < Booking.id,
            ),
        )
        .where(Booking.id.in_([booking.id for booking in bookings]))
        .group_by(Booking.id)
    )
    return {booking_id: 1 + before for booking_id, before in rows}


def lengths(occurrence_ids: Collection[int]) -> dict[int, int]:
    """How many people wait for each of these occurrences. One query."""
    rows = db.session.execute(
        sa.select(Booking.occurrence_id, sa.func.count())
        .where(Booking.occurrence_id.in_(list(occurrence_ids)), Booking.state == BookingState.WAITING)
        .group_by(Booking.occurrence_id)
    )
    return {row[0]: row[1] for row in rows}


def line(occurrence_id: int) -> list[Booking]:
    """Who waits, in their order."""
    return list(
        db.session.scalars(
            sa.select(Booking)
            .where(Booking.occurrence_id == occurrence_id, Booking.state == BookingState.WAITING)
            .options(joinedload(Booking.person))
            .order_by(Booking.id)
        )
    )


def _check_waits(slot: Slot) -> None:
    rights.check_open(slot)
    if not takes_waiting(slot):
        raise BookingClosed(
            _(
                "%(title)s has begun. Ask at the door: seats of who did not come are given there.",
                title=slot.title,
            )
        )


def takes_waiting(slot: Slot) -> bool:
    """Whether anybody waits for it by letter: once it has begun, people wait at its door."""
    now, closes = clock.now(), slot.terms.closes_at
    return (
        slot.takes_place
        and slot.is_listed
        and slot.admission is Admission.SEAT
        and slot.starts_at > now
        and (closes is None or now < closes)
    )


def _here_already(here: Seat, slot: Slot) -> AlreadyBooked | AlreadyWaiting:
    if here.state in COUNTING:
        return AlreadyBooked(_("You already have a seat in %(title)s.", title=slot.title))
    if here.state is BookingState.OFFERED:
        return AlreadyWaiting(_("A seat in %(title)s is held for you: take it.", title=slot.title))
    return AlreadyWaiting(_("You are on the waiting list of %(title)s already.", title=slot.title))


def take(entry: Booking, slot: Slot, stay: list[clashes.Clash], letter: str = "booking_confirmed") -> None:
    """The offered seats are theirs, and what they wanted to give for them is given back."""
    if not records.step(entry, BookingState.BOOKED, _OFFERED, until=None, booked_at=clock.now()):
        raise OfferOver(_("This offer was answered already."))
    if entry.swap_for_id is not None:
        given = db.session.get_one(Booking, entry.swap_for_id)
        records.end(given, BookingState.CANCELLED, "swapped", COUNTING)
    clashes.note(entry, stay)
    letters.write(letter, entry.person, slot, seats=entry.seats)


def secret_of(booking: Booking) -> str | None:
    """The secret again, for a letter; None after the installation's key was changed."""
    secret = tokens.derived("offer", booking.seed) if booking.seed else None
    return secret if secret and tokens.digest(secret) == booking.secret_digest else None


def lapse_later(slot: Slot) -> None:
    payload = {"expo": slot.expo_id, "occurrence": slot.occurrence_id}
    key = f"seats_begun:{slot.occurrence_id}:{slot.starts_at:%Y%m%d%H%M}"
    jobs.add("seats_begun", payload, at=slot.starts_at, key=key)
