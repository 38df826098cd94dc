"""Seats for those who come without one, and, once it has begun, those of who did not come."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.core import audit, clock
from expo.core.db import db, execute, transaction
from expo.core.refusals import NotFound
from expo.publishing import queries as publishing
from expo.publishing.items import Item

from . import actions, organisers, queries
from .models import Booking, BookingState
from .refusals import BookingClosed


def take_walk_up_seat(*, person: Person, occurrence_id: int) -> Booking:
    """A seat for somebody who stands at the door without one. Who has a seat already has it: it is returned.

    Raises SessionFull, NoTicket, BookingClosed, NotFound.
    """
    with transaction():
        item = _item(person.expo_id, occurrence_id)
        held = queries.live_booking(occurrence_id, person.id)
        if held is not None:
            return held
        actions.registration_for(person, item)
        return organisers.give(person=person, occurrence_id=occurrence_id, reason="walked up")


def release_no_shows(*, occurrence_id: int, present: Collection[int]) -> int:
    """Once it has begun: give up the seats of everybody who has not come. `present` are the persons who were let in.
    Returns how many seats that gives.

    Raises BookingClosed before it begins, NotFound.
    """
    with transaction():
        expo_id = db.session.scalar(
            sa.select(Booking.expo_id).where(Booking.occurrence_id == occurrence_id).limit(1)
        )
        if expo_id is None:
            return 0
        item = _item(expo_id, occurrence_id)
        if item.starts_at > clock.now():
            raise BookingClosed(_("%(title)s has not begun: people may still come.", title=item.title))
        absent = db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.occurrence_id == occurrence_id,
                Booking.state == BookingState.BOOKED,
                Booking.person_id.not_in(list(present)),
            )
            .order_by(Booking.id)
        ).all()
        freed = sum(one.seats for one in absent if _give_up(one))
        if freed:
            pools.give_back([item.pool_id], freed)
        return freed


def _give_up(booking: Booking) -> bool:
    ended = execute(
        sa.update(Booking)
        .where(Booking.id == booking.id, Booking.state == BookingState.BOOKED)
        .values(state=BookingState.CANCELLED, ended_at=clock.now(), reason="did not come")
    )
    if ended:
        audit.record("no_show", "booking", booking.id, expo_id=booking.expo_id)
    return ended == 1


def _item(expo_id: int, occurrence_id: int) -> Item:
    item = publishing.item(expo_id, occurrence_id)
    if item is None:
        raise NotFound(_("Seats are booked for no such session."))
    return item
