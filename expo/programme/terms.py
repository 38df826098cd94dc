"""When the seats of a time can be booked, and where its people gather. Holds at once: no release is needed."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from expo.core import audit, stamps
from expo.core.db import lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from .models import Occurrence
from .values import plain


def set_terms(
    *, occurrence: Occurrence, opens_at: datetime | None, closes_at: datetime | None, meeting_point: str
) -> bool:
    """Open and close booking at these moments (None: no such moment), and name the meeting point. Returns whether
    anything changed. Raises BadInput where it would close before it opens.
    """
    if opens_at and closes_at and closes_at <= opens_at:
        raise BadInput(_("Booking must close after it opens."), field="closes_at")
    values = {
        "booking_opens_at": opens_at,
        "booking_closes_at": closes_at,
        "meeting_point": one_line(meeting_point)[:200],
    }
    with transaction():
        lock(occurrence)
        before = {name: getattr(occurrence, name) for name in values}
        if before == values:
            return False
        for name, value in values.items():
            setattr(occurrence, name, value)
        audit.record(
            "booking_terms_set",
            "occurrence",
            occurrence.id,
            expo_id=occurrence.expo_id,
            before=plain(before),
            after=plain(values),
        )
        stamps.raise_stamp(f"programme:{occurrence.expo_id}")
    return True
