"""Places without a name: the open city pass of somebody who only comes, and of a group that comes with one badge."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit, clock, news, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput

from . import places, queries
from .models import Registration, RegistrationState, TicketType
from .news import Registered
from .refusals import AlreadyRegistered, NotOnSale
from .submitting import check_sale

LARGEST_PARTY = 500


def take(*, ticket_type: TicketType, party: int = 1) -> Registration:
    """Register so many without a name, by a ticket that costs nothing and needs nobody's word.

    Raises BadInput, NotOnSale, TicketsGone.
    """
    if not 1 <= party <= LARGEST_PARTY:
        raise BadInput(_("From 1 to %(most)s people.", most=LARGEST_PARTY), field="size")
    if ticket_type.price_minor or ticket_type.needs_approval or ticket_type.is_hidden:
        raise NotOnSale(_("%(ticket)s is given by name only.", ticket=ticket_type.name))
    check_sale(ticket_type)
    now = clock.now()
    with transaction():
        registration = Registration(
            expo_id=ticket_type.expo_id,
            conference_id=ticket_type.conference_id,
            ticket_type_id=ticket_type.id,
            code=tokens.code(),
            state=RegistrationState.CONFIRMED,
            state_since=now,
            submitted_at=now,
            pool_id=ticket_type.pool_id,
            currency=ticket_type.currency,
            party=party,
        )
        db.session.add(registration)
        db.session.flush()
        places.take([registration])
        db.session.flush()
        audit.record(
            "pass_taken", "registration", registration.id, expo_id=registration.expo_id,
            after={"ticket_type": ticket_type.slug, "party": party},
        )  # fmt: skip
    return registration


def open_pass(expo_id: int) -> TicketType:
    """The ticket of the open programme. Raises NotOnSale where the expo has none."""
    kind = queries.open_pass(expo_id)
    if kind is None:
        raise NotOnSale(_("This expo has no open pass. Register for what you want to come to."))
    return kind


def name(*, registration: Registration, person: Person) -> None:
    """Give an anonymous place to the person who has it: one statement, so that of two one does. Raises
    AlreadyRegistered where the person has a place there, or somebody was quicker."""
    with transaction():
        lock(person)
        if queries.live(person.id, registration.conference_id):
            raise AlreadyRegistered(
                _("You are already registered for %(conference)s.", conference=registration.conference.title)
            )
        named = execute(
            sa.update(Registration)
            .where(
                Registration.id == registration.id,
                Registration.person_id.is_(None),
                Registration.party == 1,
                Registration.state == RegistrationState.CONFIRMED,
            )
            .values(person_id=person.id)
        )
        db.session.refresh(registration)
        if named != 1:
            raise AlreadyRegistered(_("This pass is somebody's already."))
        audit.record(
            "pass_claimed", "registration", registration.id, expo_id=registration.expo_id,
            after={"person": person.id},
        )  # fmt: skip
        news.tell(Registered(registration.id))
