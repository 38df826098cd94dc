"""What the booking room does when something changes below it."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db
from expo.programme.news import TermsChanged
from expo.publishing.models import OccurrenceVersion, SessionVersion
from expo.publishing.news import ReleasePublished
from expo.registration.models import Registration, RegistrationState
from expo.registration.news import PlaceHandedOn, RegistrationEnded, TicketChanged

from . import clashes, handing, letters, promotion, queries, records, slots, walk_ups
from .models import LIVE, Booking, BookingState
from .news import ClashesFound


def listen() -> None:
    news.listen(PlaceHandedOn, hand_on_seats)
    news.listen(RegistrationEnded, give_back_seats)
    news.listen(TicketChanged, give_back_what_it_opens_no_more)
    news.listen(ReleasePublished, look_again)
    news.listen(TermsChanged, walk_ups.terms_changed)
    promotion.listen()


def give_back_seats(message: RegistrationEnded) -> None:
    """A place at a conference that ends takes its seats, offers and places in line with it."""
    held = db.session.scalars(
        sa.select(Booking)
        .where(Booking.registration_id == message.registration_id, Booking.state.in_(LIVE))
        .order_by(Booking.pool_id, Booking.id)
    )
    for booking in held.all():
        records.end(booking, BookingState.CANCELLED, "registration ended")


def give_back_what_it_opens_no_more(message: TicketChanged) -> None:
    """Another ticket opens other days or times: seats, offers and places in line at what it does not open go back."""
    registration = db.session.get_one(Registration, message.registration_id)
    for booking in queries.not_opened_by(registration.id, registration.ticket_type_id):
        records.end(booking, BookingState.CANCELLED, "ticket changed")


def hand_on_seats(told: PlaceHandedOn) -> None:
    """Whoever receives a place receives its seats, as far as they are confirmed and have none there already."""
    successor = db.session.get_one(Registration, told.successor_id)
    if told.with_seats and successor.state is RegistrationState.CONFIRMED:
        handing.hand_on(registration_id=told.registration_id, successor=successor)


def look_again(message: ReleasePublished) -> None:
    """Who has clashing seats now, and who not any more; nobody waits for what is cancelled; as many seats are kept
    for those who walk up as the terms say of the new number."""
    touched = _touched(message)
    if message.cancelled:
        _end_waiting(message)
    walk_ups.adjust(touched)
    found = clashes.find_anew(message.expo_id, touched, message.release_id)
    if found:
        news.tell(ClashesFound(message.release_id, message.expo_id, tuple(found)))


def _touched(message: ReleasePublished) -> list[int]:
    """Occurrences of which this release says anything new that can be booked."""
    own = sa.select(OccurrenceVersion.occurrence_id).where(OccurrenceVersion.release_id == message.release_id)
    of_sessions = (
        sa.select(OccurrenceVersion.occurrence_id)
        .join(SessionVersion, SessionVersion.session_id == OccurrenceVersion.session_id)
        .where(SessionVersion.release_id == message.release_id, OccurrenceVersion.until_release_id.is_(None))
    )
    return list(db.session.scalars(sa.union(own, of_sessions)))


def _end_waiting(message: ReleasePublished) -> None:
    waits = db.session.scalars(
        sa.select(Booking)
        .where(
            Booking.occurrence_id.in_(message.cancelled),
            Booking.state.in_((BookingState.WAITING, BookingState.OFFERED)),
        )
        .order_by(Booking.pool_id, Booking.id)
        .with_for_update()  # all rows before any pool, as whoever answers an offer at this moment
    ).all()
    known = slots.of(message.cancelled)
    for entry in waits:
        if records.end(entry, BookingState.CANCELLED, "session cancelled"):
            letters.write("seat_waiting_over", entry.person, known[entry.occurrence_id])
