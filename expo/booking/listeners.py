"""What the booking room does when something changes below it."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db
from expo.registration.models import Registration, RegistrationState
from expo.registration.news import PlaceHandedOn, RegistrationEnded

from . import actions, handing
from .models import Booking, BookingState


def listen() -> None:
    news.listen(PlaceHandedOn, hand_on_seats)
    news.listen(RegistrationEnded, give_back_seats)


def give_back_seats(message: RegistrationEnded) -> None:
    """A place at a conference that ends takes its seats with it."""
    held = db.session.scalars(
        sa.select(Booking).where(
            Booking.registration_id == message.registration_id, Booking.state == BookingState.BOOKED
        )
    )
    for booking in held.all():
        actions.cancel(booking=booking, reason="registration ended")


def hand_on_seats(told: PlaceHandedOn) -> None:
    """Whoever receives a place receives its seats, as far as they are confirmed and have none there already."""
    successor = db.session.get_one(Registration, told.successor_id)
    if told.with_seats and successor.state is RegistrationState.CONFIRMED:
        handing.hand_on(registration_id=told.registration_id, successor=successor)
