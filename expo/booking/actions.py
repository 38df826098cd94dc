"""Booking and giving back. A seat is taken by one conditional statement, and given back exactly once."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.mail import outbox
from expo.programme.models import Occurrence
from expo.programme.words import LISTED, Admission
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration import validity
from expo.registration.models import Registration, RegistrationState

from . import invited, queries
from .models import Booking, BookingState
from .refusals import AlreadyBooked, BookingClosed, InvitationOnly, NoBookingNeeded, NoTicket, SessionFull


def book_seat(*, person: Person, occurrence_id: int) -> Booking:
    """Give the person a seat and queue the confirmation, or refuse.

    In the open programme the free pass is made along with it. Raises SessionFull, AlreadyBooked, NoTicket,
    NoBookingNeeded, InvitationOnly, BookingClosed.
    """
    with transaction():
        item = publishing.item(person.expo_id, occurrence_id)
        invitation_id = _way_in(person, item) if item is not None else None
        if item is None or (item.visibility not in LISTED and invitation_id is None):
            raise InvitationOnly(_("Seats in this session are given by its hosts."))
        _check_open(item, invited=invitation_id is not None)
        if queries.live_booking(occurrence_id, person.id):
            raise AlreadyBooked(_("You already have a seat in %(title)s.", title=item.title))
        registration = _registration_for(person, item)
        try:
            pools.take([item.pool_id])
        except PoolFull as full:
            raise SessionFull(_("%(title)s is full.", title=item.title)) from full
        # A release that cancels holds the pool: having waited for it, look again.
        item = publishing.item(person.expo_id, occurrence_id) or item
        _check_open(item, invited=invitation_id is not None)
        booking = Booking(
            expo_id=person.expo_id,
            occurrence_id=occurrence_id,
            person_id=person.id,
            registration_id=registration.id,
            seats=1,
            state=BookingState.BOOKED,
            booked_at=clock.now(),
            invitation_id=invitation_id,
        )
        if not add_unless_there(booking):  # a second tap that came at the same time
            raise AlreadyBooked(_("You already have a seat in %(title)s.", title=item.title))
        audit.record(
            "booked",
            "booking",
            booking.id,
            expo_id=person.expo_id,
            after={"occurrence": item.code, "person": person.id},
        )
        _write("booking_confirmed", person, item)
    return booking


def cancel(*, booking: Booking, reason: str = "") -> None:
    """Give a seat back. Cancelling twice is cancelling once."""
    with transaction():
        ended = execute(
            sa.update(Booking)
            .where(Booking.id == booking.id, Booking.state == BookingState.BOOKED)
            .values(state=BookingState.CANCELLED, ended_at=clock.now(), reason=reason)
        )
        db.session.refresh(booking)
        if ended != 1:
            return
        pool_id = db.session.scalar(
            sa.select(Occurrence.pool_id).where(Occurrence.id == booking.occurrence_id)
        )
        assert pool_id is not None
        pools.give_back([pool_id], booking.seats)
        audit.record("booking_cancelled", "booking", booking.id, expo_id=booking.expo_id, why=reason or None)


def _check_open(item: Item, *, invited: bool) -> None:
    if item.cancelled:
        raise BookingClosed(_("%(title)s is cancelled.", title=item.title))
    if item.tentative:
        raise BookingClosed(
            _("The time of %(title)s is not certain yet. Booking opens when it is.", title=item.title)
        )
    if item.ends_at <= clock.now():
        raise BookingClosed(_("%(title)s is over.", title=item.title))
    if item.admission is Admission.INVITATION and not invited:
        raise InvitationOnly(_("Seats in %(title)s are given by its hosts.", title=item.title))
    if item.admission in (Admission.SEAT, Admission.INVITATION):
        _check_window(item)
    else:
        raise NoBookingNeeded(_("%(title)s needs no booking: just come.", title=item.title))


def _way_in(person: Person, item: Item) -> int | None:
    return invited.way_in(
        person,
        session_id=item.session_id,
        occurrence_id=item.occurrence_id,
        visibility=item.visibility,
        admission=item.admission,
        seats=1,
    )


def _check_window(item: Item) -> None:
    """Organisers say from when and until when seats are booked; what they give by hand does not ask."""
    if item.booking_opens_at is not None and item.not_yet_open(clock.now()):
        opens = item.booking_opens_at.astimezone(item.zone)
        raise BookingClosed(
            _(
                "Seats in %(title)s can be booked from %(when)s.",
                title=item.title,
                when=f"{opens:%Y-%m-%d %H:%M}",
            )
        )
    if item.closed_early(clock.now()):
        raise BookingClosed(
            _("Booking for %(title)s is closed. At the door there may be seats left.", title=item.title)
        )


def _registration_for(person: Person, item: Item) -> Registration:
    """The registration that opens this session; in the open programme it is made if it is missing."""
    known = tickets.live(person.id, item.conference_id)
    if known:
        lock(known)  # whoever withdraws meanwhile gives back this seat too, or ends the registration before
    if known and known.state is RegistrationState.CONFIRMED:
        if validity.opens(known.ticket_type_id, item.occurrence_id, item.starts_at):
            return known
        raise NoTicket(
            _("Your ticket for %(conference)s does not open this time.", conference=item.conference_title)
        )
    if known and known.state is RegistrationState.APPROVED:
        raise NoTicket(
            _(
                "Your place at %(conference)s is not paid yet. You can book as soon as it is.",
                conference=item.conference_title,
            )
        )
    if known and known.is_live:
        raise NoTicket(
            _(
                "Your registration for %(conference)s is not approved yet. You can book as soon as it is.",
                conference=item.conference_title,
            )
        )
    open_pass = tickets.open_pass(person.expo_id)
    if open_pass and open_pass.conference_id == item.conference_id:
        return registrations.take_open_pass(person=person)
    raise NoTicket(
        _(
            "This needs a ticket for %(conference)s. Register first, then book.",
            conference=item.conference_title,
        )
    )


def _write(kind: str, person: Person, item: Item) -> None:
    if person.email:
        outbox.queue(
            kind,
            to=person.email,
            language=person.language,
            expo_id=person.expo_id,
            name=person.name,
            title=item.title_in(person.language)[0],
            starts=item.starts_at,
            ends=item.ends_at,
            zone=item.time_zone,
            room=item.room_name,
            venue=item.venue_name,
            meeting_point=item.meeting_point,
            code=item.code,
        )
