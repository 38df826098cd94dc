"""What organisers do to seats: give one, force one over the number, take one back. Each names who and why."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock
from expo.core.db import add_unless_there, lock, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.models import Registration, RegistrationState

from . import actions, queries
from .models import Booking, BookingState
from .refusals import AlreadyBooked, BookingClosed, NoBookingNeeded, NoTicket, SessionFull

MOST_SEATS = 50  # that one person may be given at once


def give(
    *, person: Person, occurrence_id: int, seats: int = 1, reason: str = "", force: bool = False
) -> Booking:
    """Give somebody seats, whatever their own booking would be refused for: booking is closed, by invitation, or not
    open yet. With `force` and a reason also where no seat is left: the pool then says how many are over, who said so
    and why.

    Raises SessionFull without `force`, BadInput for `force` without a reason, NoTicket without a confirmed
    registration, AlreadyBooked, BookingClosed for what is cancelled or over, NoBookingNeeded.
    """
    reason = reason.strip()
    if force and not reason:
        raise BadInput(_("Say why there shall be more than fit."), field="reason")
    if not 1 <= seats <= MOST_SEATS:
        raise BadInput(_("From 1 to %(most)s seats.", most=MOST_SEATS), field="seats")
    with transaction():
        item = publishing.item(person.expo_id, occurrence_id)
        _check_takes_place(item)
        assert item is not None
        registration = _registration_of(person, item)
        if queries.live_booking(occurrence_id, person.id):
            raise _already(person, item)
        over = 0
        try:
            pools.take([item.pool_id], seats)
        except PoolFull as full:
            if not force:
                raise SessionFull(
                    _("%(title)s is full. Force the seat with a reason, if it must be.", title=item.title)
                ) from full
            over = pools.force(item.pool_id, seats, reason=reason)
        # A release that cancels holds the pool: having waited for it, look again.
        _check_takes_place(publishing.item(person.expo_id, occurrence_id))
        booking = Booking(
            expo_id=person.expo_id,
            occurrence_id=occurrence_id,
            person_id=person.id,
            registration_id=registration.id,
            seats=seats,
            state=BookingState.BOOKED,
            booked_at=clock.now(),
            reason=reason,
        )
        if not add_unless_there(booking):
            raise _already(person, item)
        audit.record(
            "seat_forced" if over else "seat_given",
            "booking",
            booking.id,
            expo_id=person.expo_id,
            after={"occurrence": item.code, "person": person.id, "seats": seats, "over": over},
            why=reason or None,
        )
        _write("booking_given", person, item, seats=seats, reason="")
    return booking


def take_back(*, booking: Booking, reason: str) -> None:
    """Take somebody's seats back, with a reason that they read. Twice is once. Raises BadInput without a reason."""
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why: the person reads it."), field="reason")
    with transaction():
        lock(booking)
        if booking.state is not BookingState.BOOKED:
            return
        actions.cancel(booking=booking, reason=reason)
        item = publishing.item(booking.expo_id, booking.occurrence_id)
        audit.record("seat_taken_back", "booking", booking.id, expo_id=booking.expo_id, why=reason)
        if item is not None and not item.cancelled and item.ends_at > clock.now():
            _write("booking_taken_back", booking.person, item, seats=booking.seats, reason=reason)


def _check_takes_place(item: Item | None) -> None:
    if item is None:
        raise BookingClosed(_("This time is not published yet. Publish it first."))
    if item.cancelled:
        raise BookingClosed(_("%(title)s is cancelled.", title=item.title))
    if item.ends_at <= clock.now():
        raise BookingClosed(_("%(title)s is over.", title=item.title))
    if item.admission not in (Admission.SEAT, Admission.INVITATION):
        raise NoBookingNeeded(_("%(title)s needs no booking: just come.", title=item.title))


def _already(person: Person, item: Item) -> AlreadyBooked:
    return AlreadyBooked(_("%(name)s has a seat in %(title)s already.", name=person.name, title=item.title))


def _registration_of(person: Person, item: Item) -> Registration:
    known = tickets.live(person.id, item.conference_id)
    if known:
        lock(known)
    if known and known.state is RegistrationState.CONFIRMED:
        return known
    open_pass = tickets.open_pass(person.expo_id)
    if known is None and open_pass and open_pass.conference_id == item.conference_id:
        return registrations.take_open_pass(person=person)
    raise NoTicket(
        _(
            "%(name)s has no confirmed ticket for %(conference)s. Register them first, then give the seat.",
            name=person.name,
            conference=item.conference_title,
        )
    )


def _write(kind: str, person: Person, item: Item, *, seats: int, reason: str) -> None:
    if not person.email:
        return
    with force_locale(person.language):
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
            seats=seats,
            reason=reason,
        )
