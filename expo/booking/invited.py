"""Seats in what is not for everybody: for whom they are, and how many an invitation has left."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core.db import db
from expo.guests import queries as guests
from expo.guests.models import SessionInvitation
from expo.guests.refusals import AllSeatsOfInvitationTaken
from expo.programme.words import LISTED, Admission, Visibility

from .models import Booking, BookingState


def needs_invitation(visibility: Visibility, admission: Admission) -> bool:
    return visibility not in LISTED or admission is Admission.INVITATION


def way_in(
    person: Person,
    *,
    session_id: int,
    occurrence_id: int,
    visibility: Visibility,
    admission: Admission,
    seats: int,
) -> int | None:
    """The invitation under which this person may have so many seats, held until the commit so that its last seat is
    given once; None where they are not invited, or need not be. What is hidden is for nobody.

    Raises AllSeatsOfInvitationTaken.
    """
    if visibility is Visibility.HIDDEN or not needs_invitation(visibility, admission):
        return None
    ways = guests.to_session(person, session_id)
    for way in ways:
        if way.seats is None:
            return way.id
        db.session.execute(
            sa.select(SessionInvitation.id).where(SessionInvitation.id == way.id).with_for_update()
        )
        if taken(way.id, occurrence_id) + seats <= way.seats:
            return way.id
    if ways:
        raise AllSeatsOfInvitationTaken(
            _("All seats of your invitation are taken. Ask your delegation, or whoever invited you.")
        )
    return None


def taken(invitation_id: int, occurrence_id: int) -> int:
    """Seats that are booked under an invitation in one time."""
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Booking.seats), 0)).where(
                Booking.invitation_id == invitation_id,
                Booking.occurrence_id == occurrence_id,
                Booking.state == BookingState.BOOKED,
            )
        )
        or 0
    )


def taken_of(invitation_ids: list[int]) -> dict[int, int]:
    """The same of several, over all times."""
    rows = db.session.execute(
        sa.select(Booking.invitation_id, sa.func.sum(Booking.seats))
        .where(Booking.invitation_id.in_(invitation_ids), Booking.state == BookingState.BOOKED)
        .group_by(Booking.invitation_id)
    )
    return {row[0]: int(row[1]) for row in rows if row[0] is not None}
