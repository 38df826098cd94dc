"""The rows of bookings, written and ended in one place, together with the seats that they hold."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock, news
from expo.core.db import db, execute, insert_unless_there, is_sqlite, lock
from expo.core.refusals import BadInput
from expo.registration.models import Registration

from . import clashes
from .models import COUNTING, HOLDING, LIVE, Booking, BookingState
from .news import SeatsEnded
from .refusals import AlreadyBooked, SessionFull
from .slots import Slot


def write(person: Person, registration: Registration, slot: Slot, seats: int, **values: Any) -> Booking:
    """A new row, booked unless said otherwise; whoever calls has taken its seats. Raises AlreadyBooked: a second
    tap that came at the same time."""
    values = {"state": BookingState.BOOKED, "pool_id": slot.pool_id, **values}
    booking_id = insert_unless_there(
        Booking,
        expo_id=person.expo_id,
        occurrence_id=slot.occurrence_id,
        person_id=person.id,
        registration_id=registration.id,
        seats=seats,
        booked_at=clock.now(),
        **values,
    )
    if booking_id is None:
        raise AlreadyBooked(_("You already have a seat in %(title)s.", title=slot.title))
    audit.record(
        values["state"].value,
        "booking",
        booking_id,
        expo_id=person.expo_id,
        after={"occurrence": slot.code, "person": person.id, "seats": seats},
    )
    return db.session.get_one(Booking, booking_id)


def step(booking: Booking, to: BookingState, states: Collection[BookingState], **values: Any) -> bool:
    """Change the state by a conditional statement; False where it is in none of these states any more."""
    before = booking.state
    stepped = execute(
        sa.update(Booking)
        .where(Booking.id == booking.id, Booking.state == before, Booking.state.in_(states))
        .values(state=to, **values)
    )
    db.session.refresh(booking)
    if stepped == 1:
        audit.record(
            f"booking_{to.value}",
            "booking",
            booking.id,
            expo_id=booking.expo_id,
            before={"state": before.value},
            after={"state": to.value, "seats": booking.seats},
            why=values.get("reason") or None,
        )
    return stepped == 1


def end(
    booking: Booking, to: BookingState, reason: str = "", states: Collection[BookingState] = LIVE
) -> bool:
    """End what is live: the row first, then its seats, exactly once. By whoever holds the person. False where it
    had ended already, or is not in these states."""
    read_again(booking)
    before = booking.state
    if not step(booking, to, states, ended_at=clock.now(), reason=reason, until=None):
        return False
    clashes.end_of(booking.id)
    if before in HOLDING:
        pools.give_back([booking.pool_id], booking.seats)
    news.tell(SeatsEnded(booking.id, booking.person_id, booking.occurrence_id, to))
    return True


def read_again(booking: Booking) -> None:
    """As it is now, and as it stays until the commit."""
    if is_sqlite():
        db.session.refresh(booking)
    else:
        lock(booking)


def check_swap(swap_for: Booking | None, person: Person, occurrence_id: int) -> None:
    """Raises BadInput unless this is a seat that the person has elsewhere."""
    if swap_for is None:
        return
    if swap_for.person_id != person.id or swap_for.occurrence_id == occurrence_id:
        raise BadInput(_("Only another seat of the same person can be given back for it."), field="swap_for")
    if swap_for.state not in COUNTING:
        raise BadInput(_("The seat that you want to give back is not yours any more."), field="swap_for")


def exchange(slot: Slot, seats: int, swap_for: Booking | None) -> None:
    """Take the seats, and give the others back; of two pools the lower id first, so that two who swap with each
    other do not wait for ever. If one part fails nothing has happened."""

    def give() -> None:
        if swap_for is not None and not end(swap_for, BookingState.CANCELLED, "swapped", COUNTING):
            raise BadInput(_("The seat that you want to give back is not yours any more."), field="swap_for")

    first = swap_for is not None and swap_for.pool_id < slot.pool_id
    if first:
        give()
    try:
        pools.take([slot.pool_id], seats)
    except PoolFull as none_left:
        raise full(slot, seats) from none_left
    if not first:
        give()


def full(slot: Slot, seats: int) -> SessionFull:
    if slot.free and seats > slot.free:
        return SessionFull(
            _("%(title)s has fewer seats left than you want.", title=slot.title), left=slot.free
        )
    return SessionFull(_("%(title)s is full.", title=slot.title), left=0)
