"""Who could attend what, and what they said of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.checkin.models import Scan
from expo.checkin.queries import counts as scan_counts
from expo.core.db import db
from expo.programme.models import Occurrence
from expo.programme.words import Admission
from expo.publishing.models import OccurrenceVersion, SessionVersion
from expo.registration.models import Registration, RegistrationState

from .models import Feedback

# Where nobody needs a seat, whoever is registered may simply have come.
WITHOUT_SEAT = (Admission.OPEN, Admission.TICKET)


def had_seat(person: Any, occurrence: Any) -> sa.ColumnElement[bool]:
    """That the person had a seat there, and did not give it up. Takes columns or ids, as those below."""
    return sa.exists().where(
        Booking.person_id == person,
        Booking.occurrence_id == occurrence,
        Booking.state == BookingState.BOOKED,
    )


def was_let_in(person: Any, occurrence: Any) -> sa.ColumnElement[bool]:
    """That a door let the person in."""
    return sa.exists().where(
        Badge.person_id == person,
        Scan.badge_id == Badge.id,
        Scan.occurrence_id == occurrence,
        Scan.moved > 0,
        scan_counts(),
    )


def could_simply_come(person: Any, occurrence: Any) -> sa.ColumnElement[bool]:
    """That it needed no seat, and the person has a place at its conference."""
    return sa.exists().where(
        OccurrenceVersion.occurrence_id == occurrence,
        OccurrenceVersion.until_release_id.is_(None),
        SessionVersion.session_id == OccurrenceVersion.session_id,
        SessionVersion.until_release_id.is_(None),
        SessionVersion.admission.in_(WITHOUT_SEAT),
        Registration.conference_id == SessionVersion.conference_id,
        Registration.person_id == person,
        Registration.state == RegistrationState.CONFIRMED,
    )


def attended(person_id: int, occurrence_ids: Collection[int]) -> set[int]:
    """Those of these times that the person may give feedback on, as far as who they are decides. One query."""
    if not occurrence_ids:
        return set()
    one = Occurrence.id
    found = sa.select(one).where(
        one.in_(occurrence_ids),
        sa.or_(had_seat(person_id, one), was_let_in(person_id, one), could_simply_come(person_id, one)),
    )
    return set(db.session.scalars(found))


def given(person_id: int, occurrence_ids: Collection[int]) -> dict[int, Feedback]:
    """What the person has said of these times, by occurrence. One query."""
    found = db.session.scalars(
        sa.select(Feedback).where(Feedback.person_id == person_id, Feedback.occurrence_id.in_(occurrence_ids))
    )
    return {one.occurrence_id: one for one in found}
