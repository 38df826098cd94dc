"""Places that one person orders for several who are named later: one order with a line for each, taken at once.

A place without a name stands in no list of people; who it is for is checked when it is named.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit, clock, news, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.payment import orders
from expo.payment.models import Order

from . import billing, letters, places, queries
from .models import LIVE, Registration, RegistrationState, TicketType
from .news import Registered, RegistrationConfirmed
from .refusals import AlreadyRegistered, NotOnSale, TicketsGone
from .submitting import Newcomer, arrive, check_sale, check_there

MOST_PLACES = 100  # in one order


def order(
    *, buyer: Person, ticket_type: TicketType, count: int, sent: bytes | None = None
) -> tuple[Order, str, list[Registration]]:
    """Order so many places; the buyer need not come. Returns the order, the secret of its page, and the places.

    Raises BadInput, NotOnSale, TicketsGone, orders.PlacedAlready.
    """
    if not 2 <= count <= MOST_PLACES:
        raise BadInput(_("From 2 to %(most)s places.", most=MOST_PLACES), field="count")
    if not is_for_groups(ticket_type):
        raise NotOnSale(_("%(ticket)s is given by name only.", ticket=ticket_type.name))
    check_sale(ticket_type)
    with transaction():
        lock(buyer)
        check_there(buyer)
        title = f"{ticket_type.conference.title}: {ticket_type.name}"
        line = orders.Line(title, ticket_type.price, ticket_type.vat_basis_points)
        bills = billing.Bills(buyer.expo_id)
        bills.add(ticket_type, [line] * count, currency=ticket_type.currency)
        placed = orders.place(person=buyer, bills=bills.bills, sent=sent)
        number, span = bills.where[ticket_type.id]
        made = [_place(ticket_type, placed.orders[number], line.id) for line in placed.lines[number][span]]
        db.session.add_all(made)
        db.session.flush()
        places.take(made)
        db.session.flush()
        audit.record(
            "places_ordered", "order", placed.orders[number].id, expo_id=buyer.expo_id,
            after={"ticket_type": ticket_type.slug, "count": count},
        )  # fmt: skip
    return placed.orders[number], placed.secret, made


def is_for_groups(ticket_type: TicketType) -> bool:
    """Whether places of it can be had before anybody is named."""
    return not (ticket_type.needs_approval or ticket_type.is_hidden or ticket_type.is_donation)


def _place(kind: TicketType, placed: Order, line_id: int) -> Registration:
    now = clock.now()
    return Registration(
        expo_id=kind.expo_id,
        conference_id=kind.conference_id,
        ticket_type_id=kind.id,
        order_id=placed.id,
        order_line_id=line_id,
        code=tokens.code(),
        state=RegistrationState.APPROVED if kind.price_minor else RegistrationState.CONFIRMED,
        state_since=now,
        submitted_at=now,
        pool_id=kind.pool_id,
        price_minor=kind.price_minor,
        currency=kind.currency,
    )


def name(
    *,
    order_id: int,
    ticket_type: TicketType,
    to: Person | Newcomer,
    also: Callable[[list[Registration]], None] | None = None,
) -> Registration:
    """Give one of the order's places to somebody: one statement, so that of two who come at once each has their own.
    `also` keeps what goes with it.

    Raises TicketsGone when all are named, AlreadyRegistered.
    """
    with transaction():
        person = to if isinstance(to, Person) else arrive(to)
        lock(person)
        check_there(person)
        if queries.live(person.id, ticket_type.conference_id):
            raise AlreadyRegistered(
                _("You are already registered for %(conference)s.", conference=ticket_type.conference.title)
            )
        found = _take_one(order_id, ticket_type.id, person.id)
        if found is None:
            raise TicketsGone(_("All places of this order have a name."))
        audit.record(
            "place_named", "registration", found.id, expo_id=found.expo_id, after={"person": person.id}
        )
        if also is not None:
            also([found])
        letters.place_received(person, [found])
        news.tell(Registered(found.id))
        if found.state is RegistrationState.CONFIRMED:
            news.tell(RegistrationConfirmed(found.id))
    return found


def _take_one(order_id: int, ticket_type_id: int, person_id: int) -> Registration | None:
    free = (
        sa.select(Registration.id)
        .where(
            Registration.order_id == order_id,
            Registration.ticket_type_id == ticket_type_id,
            Registration.person_id.is_(None),
            Registration.state.in_(LIVE),
        )
        .order_by(Registration.id)
    )
    for number in db.session.scalars(free).all():
        named = execute(
            sa.update(Registration)
            .where(Registration.id == number, Registration.person_id.is_(None), Registration.state.in_(LIVE))
            .values(person_id=person_id)
        )
        if named == 1:
            found = db.session.get_one(Registration, number)
            db.session.refresh(found)
            return found
    return None
