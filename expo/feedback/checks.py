from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.checkin.models import Scan
from expo.core.checks import check
from expo.core.db import db
from expo.publishing.models import OccurrenceVersion, SessionVersion
from expo.registration.models import Registration, RegistrationState

from .models import Feedback
from .queries import WITHOUT_SEAT

# As what somebody may have had a seat once: a registration can end, and its seats with it, after they have answered.
_SEATED = (BookingState.BOOKED, BookingState.CANCELLED, BookingState.GIVEN_UP)
_CAME = (RegistrationState.CONFIRMED, RegistrationState.WITHDRAWN, RegistrationState.REVOKED)


@check("8", "feedback comes only from people who could have attended")
def only_who_could_attend() -> Iterator[str]:
    seated = sa.exists().where(
        Booking.person_id == Feedback.person_id,
        Booking.occurrence_id == Feedback.occurrence_id,
        Booking.state.in_(_SEATED),
        sa.or_(Booking.ended_at.is_(None), Booking.ended_at >= Feedback.given_at),
    )
    scanned = sa.exists().where(
        Badge.person_id == Feedback.person_id,
        Scan.badge_id == Badge.id,
        Scan.occurrence_id == Feedback.occurrence_id,
        Scan.moved > 0,
    )
    registered = sa.exists().where(
        OccurrenceVersion.occurrence_id == Feedback.occurrence_id,
        SessionVersion.session_id == OccurrenceVersion.session_id,
        SessionVersion.admission.in_(WITHOUT_SEAT),
        Registration.conference_id == SessionVersion.conference_id,
        Registration.person_id == Feedback.person_id,
        Registration.state.in_(_CAME),
    )
    strays = sa.select(Feedback.id).where(sa.not_(sa.or_(seated, scanned, registered)))
    for feedback_id in db.session.scalars(strays):
        yield f"feedback {feedback_id} comes from somebody who could not have attended"
