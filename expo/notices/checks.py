from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.booking.models import Booking
from expo.core.checks import check
from expo.core.db import db

from .models import AgendaNotice


@check("8", "only who had a seat or waited is told that something moved or is cancelled")
def only_them() -> Iterator[str]:
    booked = sa.exists().where(
        Booking.person_id == AgendaNotice.person_id, Booking.occurrence_id == AgendaNotice.occurrence_id
    )
    for notice_id in db.session.scalars(sa.select(AgendaNotice.id).where(sa.not_(booked))):
        yield f"notice {notice_id} tells somebody who never had a seat there"
