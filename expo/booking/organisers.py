"""What organisers do to seats: give one, force one over the number, take one back. Each names who and why."""

from __future__ import annotations

from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.programme.words import Admission
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.models import Registration, RegistrationState

from . import clashes, letters, records, rights, slots
from .models import COUNTING, Booking, BookingState
from .refusals import AlreadyBooked, BookingClosed, NoBookingNeeded, NoTicket, SessionFull
from .slots import Slot

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
        rights.hold(person.id)
        slot = _taking_place(person.expo_id, occurrence_id)
        registration = _registration_of(person, slot)
        had = slots.of_person(person.id)
        here = next((seat for seat in had if seat.slot.occurrence_id == occurrence_id), None)
        if here is not None and here.state in COUNTING:
            raise AlreadyBooked(
                _("%(name)s has a seat in %(title)s already.", name=person.name, title=slot.title)
            )
        if here is not None:  # whoever waited for it waits no more
            records.end(db.session.get_one(Booking, here.booking_id), BookingState.CANCELLED, "given")
        over = 0
        try:
            pools.take([slot.pool_id], seats)
        except PoolFull as full:
            if not force:
                raise SessionFull(
                    _("%(title)s is full. Force the seat with a reason, if it must be.", title=slot.title)
                ) from full
            over = pools.force(slot.pool_id, seats, reason=reason)
        # A release that cancels holds the pool: having waited for it, look again.
        slot = _taking_place(person.expo_id, occurrence_id)
        booking = records.write(person, registration, slot, seats, reason=reason, accepts_clash=True)
        clashes.note(booking, clashes.with_seats(slot, had))
        audit.record(
            "seat_forced" if over else "seat_given",
            "booking",
            booking.id,
            expo_id=person.expo_id,
            after={"occurrence": slot.code, "person": person.id, "seats": seats, "over": over},
            why=reason or None,
        )
        letters.write("booking_given", person, slot, seats=seats, reason="")
    return booking


def take_back(*, booking: Booking, reason: str) -> None:
    """Take somebody's seats back, with a reason that they read. Twice is once. Raises BadInput without a reason."""
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why: the person reads it."), field="reason")
    with transaction():
        rights.hold(booking.person_id)
        if not records.end(booking, BookingState.CANCELLED, reason, COUNTING):
            return
        audit.record("seat_taken_back", "booking", booking.id, expo_id=booking.expo_id, why=reason)
        slot = slots.one(booking.expo_id, booking.occurrence_id)
        if slot is not None and not slot.cancelled and slot.ends_at > clock.now():
            letters.write("booking_taken_back", booking.person, slot, seats=booking.seats, reason=reason)


def _taking_place(expo_id: int, occurrence_id: int) -> Slot:
    slot = slots.one(expo_id, occurrence_id)
    if slot is None:
        raise BookingClosed(_("This time is not published yet. Publish it first."))
    if slot.cancelled:
        raise BookingClosed(_("%(title)s is cancelled.", title=slot.title))
    if slot.ends_at <= clock.now():
        raise BookingClosed(_("%(title)s is over.", title=slot.title))
    if slot.admission not in (Admission.SEAT, Admission.INVITATION):
        raise NoBookingNeeded(_("%(title)s needs no booking: just come.", title=slot.title))
    return slot


def _registration_of(person: Person, slot: Slot) -> Registration:
    known = tickets.live(person.id, slot.conference_id)
    if known:
        lock(known)
    if known and known.state is RegistrationState.CONFIRMED:
        return known
    open_pass = tickets.open_pass(person.expo_id)
    if known is None and open_pass and open_pass.conference_id == slot.conference_id:
        return registrations.take_open_pass(person=person)
    raise NoTicket(
        _(
            "%(name)s has no confirmed ticket for %(conference)s. Register them first, then give the seat.",
            name=person.name,
            conference=slot.conference_title,
        )
    )
