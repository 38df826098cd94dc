"""Booking, swapping and giving back. A seat is taken by one conditional statement, and given back exactly once.

Everybody takes locks in one order: the person, the registration, then pools by their ids. What promotes people
from a waiting list holds a pool first, and therefore waits for nobody (waiting.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import db, is_sqlite, transaction
from expo.programme.words import Admission

from . import clashes, letters, records, rights, slots
from .models import COUNTING, LIVE, Booking, BookingState
from .refusals import AlreadyBooked, TooLate
from .slots import Slot

UNDO_FOR = timedelta(minutes=10)
OVERLAP = "overlap"  # what may be accepted


def book_seat(
    *,
    person: Person,
    occurrence_id: int,
    seats: int = 1,
    accept: Collection[str] = (),
    swap_for: Booking | None = None,
) -> Booking:
    """Give the person so many seats and queue the confirmation, or refuse. `accept` may hold "overlap": clashes
    that a kind of session only warns of. With `swap_for` that booking of the same person is given back for it, in
    the same transaction: it is kept whenever this one cannot be had.

    In the open programme the free pass is made along with it. Raises SessionFull, Overlap, AlreadyBooked, NoTicket,
    NoBookingNeeded, InvitationOnly, BookingClosed, BookingNotOpen, BadInput.
    """
    if swap_for is None:
        _look_first(person, occurrence_id, seats)
    with transaction():
        rights.hold(person.id)
        slot, invitation_id = rights.let_in(person, occurrence_id, seats)
        rights.check_party(slot, seats)
        had = slots.of_person(person.id)
        here = next((seat for seat in had if seat.slot.occurrence_id == occurrence_id), None)
        if here is not None and here.state in COUNTING:
            raise AlreadyBooked(_("You already have a seat in %(title)s.", title=slot.title))
        records.check_swap(swap_for, person, occurrence_id)
        stay = clashes.refuse(
            clashes.with_seats(slot, had),
            accepted=OVERLAP in accept,
            instead_of=swap_for.id if swap_for else None,
        )
        registration = rights.registration_for(person, slot)
        if here is not None:  # whoever waits and finds a seat has no need to wait
            records.end(db.session.get_one(Booking, here.booking_id), BookingState.CANCELLED, "booked")
        records.exchange(slot, seats, swap_for)
        slot = _once_more(slot, is_invited=invitation_id is not None)
        booking = records.write(
            person, registration, slot, seats, accepts_clash=bool(stay), invitation_id=invitation_id
        )
        clashes.note(booking, stay)
        letters.write("booking_confirmed", person, slot, seats=seats)
    return booking


def cancel(*, booking: Booking, reason: str = "") -> None:
    """Give seats, an offer or a place on a waiting list back. Cancelling twice is cancelling once."""
    with transaction():
        rights.hold(booking.person_id)
        records.end(booking, BookingState.CANCELLED, reason)


def take_back(*, booking: Booking) -> Booking:
    """Take seats again that were given back some minutes ago, as many as they were, if they are still free.

    Raises TooLate and what booking does.
    """
    ended = booking.ended_at
    if booking.state is not BookingState.CANCELLED or ended is None or clock.now() > ended + UNDO_FOR:
        raise TooLate(_("This cannot be undone any more. Book the seat anew, if there is one."))
    accept = (OVERLAP,) if booking.accepts_clash else ()
    return book_seat(
        person=booking.person, occurrence_id=booking.occurrence_id, seats=booking.seats, accept=accept
    )


def may_take_back(booking: Booking) -> bool:
    """Whether that can be tried."""
    ended = booking.ended_at
    return booking.state is BookingState.CANCELLED and ended is not None and clock.now() <= ended + UNDO_FOR


def _look_first(person: Person, occurrence_id: int, seats: int) -> None:
    """Most who come too late are told so by a look, without waiting for the database to be theirs."""
    slot = slots.one(person.expo_id, occurrence_id)
    if (
        slot is None
        or slot.free is None
        or slot.free >= seats
        or slot.admission is not Admission.SEAT
        or not slot.is_listed
    ):
        return
    rights.check_open(slot)
    rights.check_party(slot, seats)
    live = db.session.scalar(
        sa.select(Booking.state).where(
            Booking.occurrence_id == occurrence_id, Booking.person_id == person.id, Booking.state.in_(LIVE)
        )
    )
    if live is None:
        raise records.full(slot, seats)


def _once_more(slot: Slot, *, is_invited: bool) -> Slot:
    """A release that cancels or moves holds the pool: having waited for it, look again."""
    if is_sqlite():
        return slot
    now = slots.one(slot.expo_id, slot.occurrence_id) or slot
    rights.check_open(now, is_invited=is_invited)
    return now
