"""What the booking room does when something changes below it."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db
from expo.registration.news import RegistrationEnded

from . import actions
from .models import Booking, BookingState


def listen() -> None:
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
