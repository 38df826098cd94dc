"""Whether somebody may have a seat here and now: what is released, when booking is open, and under which ticket."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import db, is_sqlite, lock
from expo.core.refusals import BadInput
from expo.programme.words import Admission
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration import validity
from expo.registration.models import Registration, RegistrationState

from . import invited, slots
from .refusals import BookingClosed, BookingNotOpen, InvitationOnly, NoBookingNeeded, NoTicket
from .slots import Slot


def listed(expo_id: int, occurrence_id: int) -> Slot:
    """What anybody may know of. Raises InvitationOnly: a draft looks the same as what is for invited people."""
    slot = slots.one(expo_id, occurrence_id)
    if slot is None or not slot.is_listed:
        raise InvitationOnly(_("Seats in this session are given by its hosts."))
    return slot


def let_in(person: Person, occurrence_id: int, seats: int) -> tuple[Slot, int | None]:
    """What this person may book here, with the invitation that they need for it, held until the commit so that its
    last seat is given once. Raises InvitationOnly, AllSeatsOfInvitationTaken and what `check_open` does."""
    slot, invitation_id = slots.one(person.expo_id, occurrence_id), None
    if slot is not None:
        invitation_id = invited.way_in(
            person,
            session_id=slot.session_id,
            occurrence_id=occurrence_id,
            visibility=slot.visibility,
            admission=slot.admission,
            seats=seats,
        )
    if slot is None or (not slot.is_listed and invitation_id is None):
        raise InvitationOnly(_("Seats in this session are given by its hosts."))
    check_open(slot, is_invited=invitation_id is not None)
    return slot, invitation_id


def check_open(slot: Slot, *, is_invited: bool = False) -> None:
    """Raises BookingClosed, BookingNotOpen, InvitationOnly, NoBookingNeeded."""
    now = clock.now()
    if slot.cancelled:
        raise BookingClosed(_("%(title)s is cancelled.", title=slot.title))
    if slot.tentative:
        raise BookingClosed(
            _("The time of %(title)s is not certain yet. Booking opens when it is.", title=slot.title)
        )
    if slot.ends_at <= now:
        raise BookingClosed(_("%(title)s is over.", title=slot.title))
    if slot.admission is Admission.INVITATION and not is_invited:
        raise InvitationOnly(_("Seats in %(title)s are given by its hosts.", title=slot.title))
    if slot.admission not in (Admission.SEAT, Admission.INVITATION):
        raise NoBookingNeeded(_("%(title)s needs no booking: just come.", title=slot.title))
    opens, closes = slot.terms.opens_at, slot.terms.closes_at
    if opens is not None and now < opens:
        said = _said(opens, slot)
        raise BookingNotOpen(
            _("Booking of %(title)s opens on %(moment)s.", title=slot.title, moment=said), opens_at=opens
        )
    if closes is not None and now >= closes:
        raise BookingClosed(
            _("Booking of %(title)s is closed. Ask at the door for a seat.", title=slot.title)
        )


def _said(moment: datetime, slot: Slot) -> str:
    local = moment.astimezone(ZoneInfo(slot.time_zone))
    return str(format_datetime(local, "d MMMM, HH:mm", locale=get_locale() or "en"))


def check_party(slot: Slot, seats: int) -> None:
    """Raises BadInput."""
    most = slot.terms.most_party
    if not 1 <= seats <= most:
        if most == 1:
            raise BadInput(_("One seat for each person in %(title)s.", title=slot.title), field="seats")
        raise BadInput(
            _("Between 1 and %(most)s seats in %(title)s.", most=most, title=slot.title), field="seats"
        )


def hold(person_id: int) -> None:
    """Until the commit nothing else changes what this person has booked: two taps in two windows see each other.
    On SQLite the transaction itself already holds everything."""
    if not is_sqlite():
        db.session.connection().execute(_PERSON.with_for_update(key_share=True), {"person": person_id})


def hold_if_free(person_id: int, registration_id: int) -> bool:
    """The same for whoever holds seats already and must not wait: False where somebody else is at it."""
    if is_sqlite():
        return True
    ask = db.session.connection().execute
    person = ask(_PERSON.with_for_update(key_share=True, skip_locked=True), {"person": person_id}).first()
    if person is None:
        return False
    under = _REGISTRATION.with_for_update(key_share=True, skip_locked=True)
    return ask(under, {"registration": registration_id}).first() is not None


_PERSON = sa.select(Person.__table__.c.id).where(Person.__table__.c.id == sa.bindparam("person"))
_REGISTRATION = sa.select(Registration.__table__.c.id).where(
    Registration.__table__.c.id == sa.bindparam("registration")
)


def registration_for(person: Person, slot: Slot) -> Registration:
    """The registration that opens this session; in the open programme it is made if it is missing. Raises NoTicket."""
    known = tickets.live(person.id, slot.conference_id)
    if known:
        lock(known)  # whoever withdraws meanwhile gives back this seat too, or ends the registration before
    if known and known.state is RegistrationState.CONFIRMED:
        if validity.opens(known.ticket_type_id, slot.occurrence_id, slot.starts_at):
            return known
        raise NoTicket(
            _("Your ticket for %(conference)s does not open this time.", conference=slot.conference_title)
        )
    if known and known.state is RegistrationState.APPROVED:
        raise NoTicket(
            _(
                "Your place at %(conference)s is not paid yet. You can book as soon as it is.",
                conference=slot.conference_title,
            )
        )
    if known and known.is_live:
        raise NoTicket(
            _(
                "Your registration for %(conference)s is not approved yet. You can book as soon as it is.",
                conference=slot.conference_title,
            )
        )
    open_pass = tickets.open_pass(person.expo_id)
    if open_pass and open_pass.conference_id == slot.conference_id:
        return registrations.take_open_pass(person=person)
    raise NoTicket(
        _(
            "This needs a ticket for %(conference)s. Register first, then book.",
            conference=slot.conference_title,
        )
    )
