"""Seats that a person booked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.core.personal import Subject, keeps
from expo.programme.models import Occurrence

from .models import Booking


def _tell(who: Subject) -> list[dict[str, Any]]:
    found = db.session.scalars(
        sa.select(Booking)
        .where(Booking.person_id == who.person_id)
        .options(joinedload(Booking.occurrence).joinedload(Occurrence.session))
        .order_by(Booking.id)
    )
    return [
        {
            "session": one.occurrence.session.title,
            "code": one.occurrence.code,
            "seats": one.seats,
            "state": one.state,
            "booked": one.booked_at,
            "ended": one.ended_at,
            "reason": one.reason,
        }
        for one in found
    ]


keeps("bookings", tell=_tell)
