"""Which order a ticket goes on, who sells it, and until when it has to be paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.money import Money
from expo.payment import orders, sellers, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderLine, OrderState, Seller
from expo.programme.models import Conference

from . import letters, queries, reminders
from .change_models import ChangeState, TicketChange
from .models import ConferenceSeller, Registration, TicketType

AT_LEAST = timedelta(hours=1)
AFTER_ANSWER = timedelta(days=1)


class Bills:
    """The bills of a basket while it is put together: one for each seller and currency.

    `where` says for each ticket type on which bill it stands, and in which of its lines.
    """

    def __init__(self, expo_id: int) -> None:
        self.expo_id = expo_id
        self.bills: list[orders.Bill] = []
        self.where: dict[int, tuple[int, slice]] = {}

    def add(self, ticket_type: TicketType, lines: list[orders.Line], *, currency: str) -> None:
        seller = seller_of(ticket_type.conference)
        due = due_at(seller, ticket_type)
        known = [(bill.seller_id, bill.currency) for bill in self.bills]
        if (seller.id, currency) not in known:
            self.bills.append(orders.Bill(seller.id, currency))
            known.append((seller.id, currency))
        number = known.index((seller.id, currency))
        bill = self.bills[number]
        begin = len(bill.lines)
        soonest = min(due, bill.due_at or due) if any(line.price.minor for line in lines) else bill.due_at
        self.bills[number] = orders.Bill(seller.id, currency, [*bill.lines, *lines], soonest)
        self.where[ticket_type.id] = (number, slice(begin, begin + len(lines)))


def seller_of(conference: Conference) -> Seller:
    """Who sells what this conference has. Inside the transaction of an order: the default one may be made."""
    return named_seller(conference) or sellers.default(conference.expo_id)


def named_seller(conference: Conference) -> Seller | None:
    """The seller that was named for this conference."""
    return db.session.scalar(
        sa.select(Seller)
        .join(ConferenceSeller, ConferenceSeller.seller_id == Seller.id)
        .where(ConferenceSeller.conference_id == conference.id)
    )


def sellers_within(expo_id: int, conference_ids: Iterable[int] | None) -> list[Seller]:
    """The sellers all of whose sales these conferences are (None: those of the whole expo): whose books one may
    read. The default seller sells for every conference that names none."""
    every = sellers.of_expo(expo_id)
    if conference_ids is None:
        return every
    ids = set(conference_ids)
    named = db.session.execute(
        sa.select(ConferenceSeller.seller_id, ConferenceSeller.conference_id).where(
            ConferenceSeller.expo_id == expo_id
        )
    ).all()
    own = {seller_id for seller_id, conference_id in named if conference_id in ids}
    others = {seller_id for seller_id, conference_id in named if conference_id not in ids}
    about = queries.orders_about()
    sold = set(
        db.session.scalars(
            sa.select(Order.seller_id)
            .join(about, about.c.order_id == Order.id)
            .where(Order.expo_id == expo_id, about.c.conference_id.not_in(ids))
            .distinct()
        )
    )
    return [one for one in every if one.id in own - others - sold and not one.is_default]


def let_sell(*, conference: Conference, seller: Seller) -> None:
    """From now on this seller sells what the conference has; orders that are placed stay whose they were."""
    assert conference.expo_id == seller.expo_id
    with transaction():
        known = db.session.get(ConferenceSeller, conference.id)
        before = known.seller_id if known else None
        if before == seller.id:
            return
        db.session.merge(
            ConferenceSeller(conference_id=conference.id, expo_id=conference.expo_id, seller_id=seller.id)
        )
        audit.record(
            "seller_named",
            "conference",
            conference.id,
            expo_id=conference.expo_id,
            before={"seller": before},
            after={"seller": seller.id},
        )


def due_at(seller: Seller, ticket_type: TicketType) -> datetime:
    """Until when a ticket has to be paid: the seller's days, never later than the type's own date, nor than the
    conference, where one can still pay at the desk."""
    now, conference = clock.now(), ticket_type.conference
    due = now + timedelta(days=seller.pay_days)
    if ticket_type.answer_by is not None:
        due = min(due, max(ticket_type.answer_by, now + AFTER_ANSWER))
    over = datetime.combine(conference.ends_on, time(23, 59), conference.zone)
    return max(min(due, over), now + AT_LEAST)


def open_order(registration: Registration) -> Order | None:
    """The order of somebody who has to pay now: that of whoever pays for them, else one in the basket they asked
    with; None where nothing is to be paid."""
    chosen = queries.add_ons_of([registration.id])
    if not registration.price_minor and not any(one.price_minor for one in chosen):
        return None
    kind = registration.ticket_type
    seller = seller_of(kind.conference)
    bill = orders.Bill(
        seller.id,
        registration.currency,
        [
            orders.Line(f"{kind.conference.title}: {kind.name}", registration.price, kind.vat_basis_points),
            *(
                orders.Line(
                    f"{kind.conference.title}: {one.add_on.name}",
                    type(registration.price)(one.price_minor, registration.currency),
                    one.add_on.vat_basis_points,
                )
                for one in chosen
            ),
        ],
        due_at(seller, kind),
    )
    if registration.payer_id is not None:
        order, lines = _on_bill_of(db.session.get_one(Person, registration.payer_id), bill)
    elif registration.order_id is not None:
        order, lines = orders.add(to=db.session.get_one(Order, registration.order_id), bill=bill)
    else:
        placed = orders.place(person=registration.person, bills=[bill])
        order, lines = placed.orders[0], placed.lines[0]
    registration.order = order
    registration.order_line_id = lines[0].id
    for one, line in zip(chosen, lines[1:], strict=True):
        one.order_line_id = line.id
    db.session.flush()
    return order


def _on_bill_of(payer: Person, bill: orders.Bill) -> tuple[Order, list[OrderLine]]:
    """Whoever pays for several has one bill for each seller and currency, until an invoice is written for it or money
    comes; what follows stands on the next, in the same basket."""
    lock(payer)  # two at once open one bill
    theirs = payment.of_person(payer.id)
    for known in theirs:
        if (known.seller_id, known.currency) == (bill.seller_id, bill.currency):
            order = orders.hold(known.id)
            if settling.is_growing(order):
                return order, settling.add(order=order, bill=bill)
    if theirs:
        order, lines = orders.add(to=theirs[-1], bill=bill)
    else:
        placed = orders.place(person=payer, bills=[bill])
        order, lines = placed.orders[0], placed.lines[0]
    letters.bill_opened(order)
    reminders.plan_payment(order)
    return order, lines


def owed(registration: Registration) -> int:
    """What the registration costs with its add-ons, in minor units."""
    return registration.price_minor + sum(one.price_minor for one in queries.add_ons_of([registration.id]))


def standing_order(registration: Registration) -> Order | None:
    """The order on which the registration stands with a line of its own, if it is open or paid: that of whoever
    handed the place on."""
    if registration.order_line_id is None or registration.order_id is None:
        return None
    order = db.session.get_one(Order, registration.order_id)
    return order if order.state in (OrderState.OPEN, OrderState.SETTLED) else None


def strike(registration: Registration, *, keep: dict[int, Money] | None = None) -> None:
    """What an ended registration would have had to pay is taken off its order, as long as that is open; off a paid
    one where `keep` says how much of which line is kept."""
    lines = lines_of(registration)
    for order_id in db.session.scalars(
        sa.select(OrderLine.order_id).where(OrderLine.id.in_(lines)).distinct()
    ).all():
        settling.strike(order_id=order_id, line_ids=lines, keep=keep)


def lines_of(registration: Registration) -> list[int]:
    """The lines of orders that pay for a registration and its add-ons."""
    of_add_ons = [one.order_line_id for one in queries.add_ons_of([registration.id])]
    return [*ticket_lines(registration), *(one for one in of_add_ons if one is not None)]


def ticket_lines(registration: Registration) -> list[int]:
    """Those for its ticket: the first, and what changes to a dearer one have added since."""
    changed = db.session.scalars(
        sa.select(TicketChange.order_line_id)
        .where(TicketChange.registration_id == registration.id, TicketChange.state == ChangeState.DONE)
        .order_by(TicketChange.id)
    )
    return [one for one in (registration.order_line_id, *changed) if one is not None]


def hold_orders(*registrations: Registration) -> None:
    """Wait for whoever changes any order of these registrations, before the registrations themselves: the newest
    first, because whoever pays for a change holds its order before those that it makes cheaper."""
    changed = sa.select(TicketChange.order_id).where(
        TicketChange.registration_id.in_([one.id for one in registrations]),
        TicketChange.state.in_((ChangeState.WAITING, ChangeState.DONE)),
    )
    found = {*db.session.scalars(changed), *(one.order_id for one in registrations)}
    for order_id in sorted((one for one in found if one is not None), reverse=True):
        orders.hold(order_id)
