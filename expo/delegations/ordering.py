"""A group order: places bought at once by one person, named later. The same board, links and reminders as a
delegation's; only its seats are places that are taken already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.capacity import pools
from expo.core import audit, clock, tokens
from expo.core.db import db, transaction
from expo.core.text import folded, one_line
from expo.mail import outbox
from expo.payment import orders
from expo.payment.models import Order
from expo.registration import unnamed
from expo.registration.models import TicketType
from expo.registration.submitting import SHORTEST_KEY, Newcomer, arrive

from . import links, reminders
from .models import CategorySeats, Delegation, DelegationConference


@dataclass(frozen=True, slots=True)
class Ordered:
    """The group with the secret of its board, and the order with that of its page."""

    delegation: Delegation
    secret: str
    order: Order
    order_secret: str


def order(
    *, name: str, ticket_type: TicketType, count: int, buyer: Person | Newcomer, form_key: str = ""
) -> Ordered:
    """Order so many places for a group of this name. The same form (`form_key`) with the same answers, sent again,
    gives the same order again. Raises BadInput, NotOnSale, TicketsGone: then nothing happened."""
    sent = None
    if len(form_key) >= SHORTEST_KEY:
        who = buyer.id if isinstance(buyer, Person) else (buyer.name, buyer.email)
        sent = tokens.digest(repr(("group", form_key, who, name, ticket_type.id, count)))
    try:
        return _order(name, ticket_type, count, buyer, sent)
    except orders.PlacedAlready:
        assert sent is not None
        return _ordered(ticket_type.expo_id, sent)


def _ordered(expo_id: int, sent: bytes) -> Ordered:
    """What the first sending of this form made."""
    first = orders.placed(expo_id, sent)
    assert first is not None
    with transaction():
        delegation = db.session.scalars(sa.select(Delegation).where(Delegation.order_id == first[0].id)).one()
        return Ordered(delegation, links.again(delegation), *first)


def _order(
    name: str, ticket_type: TicketType, count: int, buyer: Person | Newcomer, sent: bytes | None
) -> Ordered:
    conference, now = ticket_type.conference, clock.now()
    with transaction():
        person = buyer if isinstance(buyer, Person) else arrive(buyer)
        placed, order_secret, _places = unnamed.order(
            buyer=person, ticket_type=ticket_type, count=count, sent=sent
        )
        delegation = Delegation(
            expo_id=person.expo_id,
            code=tokens.code(),
            name=one_line(name),
            folded_name=folded(one_line(name)),
            city=person.city,
            country=person.country,
            focal_name=person.name,
            focal_email=person.email or "",
            language=person.language,
            nominate_until=datetime.combine(conference.ends_on, time(0), conference.zone),
            invited_at=now,
            sent_at=now,
            answered_at=now,
            order_id=placed.id,
        )
        db.session.add(delegation)
        db.session.flush()
        db.session.add(
            DelegationConference(
                expo_id=person.expo_id, delegation_id=delegation.id, conference_id=conference.id
            )
        )
        db.session.add(
            CategorySeats(
                expo_id=person.expo_id,
                delegation_id=delegation.id,
                category=ticket_type.category,
                pool_id=pools.create(person.expo_id, count).id,
            )
        )
        db.session.flush()
        audit.record(
            "group_ordered", "delegation", delegation.id, expo_id=person.expo_id,
            after={"order": placed.code, "count": count},
            personal={"name": person.name, "email": person.email},
        )  # fmt: skip
        secret = links.make(delegation)
        if person.email:
            outbox.queue(
                "group_order", to=person.email, language=person.language, expo_id=person.expo_id,
                name=person.name, group=delegation.name, count=count,
                conference=conference.title_in(person.language)[0], ticket=ticket_type.name,
                to_pay=placed.total.said(person.language) if placed.total_minor else "",
                order=placed.code, order_secret=order_secret, secret=secret,
            )  # fmt: skip
        reminders.plan(delegation)
    return Ordered(delegation, secret, placed, order_secret)
