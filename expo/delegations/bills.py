"""One bill: what the nominees of a delegation cost stands on orders of its payer, one for each seller and currency at a
time. The delegation pays it at once, or asks for one invoice."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts import actions as accounts
from expo.accounts.models import Person
from expo.core.db import db, lock, transaction
from expo.core.money import Money
from expo.payment import orders
from expo.payment import queries as payment
from expo.payment.models import Order, OrderLine, OrderState
from expo.registration.models import Registration, TakenAddOn

from .models import Delegation, Nominee, NomineeTicket


@dataclass(frozen=True, slots=True)
class Position:
    """One line of an order, and for whom it is; for nobody, if it is a fee that was kept."""

    line: OrderLine
    nominee: Nominee | None


@dataclass(slots=True)
class Part:
    """One order, its page, what came for it, and its lines."""

    order: Order
    secret: str | None
    came: Money
    positions: list[Position] = field(default_factory=list)

    @property
    def to_pay(self) -> Money:
        open_ = self.order.state is OrderState.OPEN
        return self.order.total - self.came if open_ else Money(0, self.order.currency)


@dataclass(frozen=True, slots=True)
class Sum:
    """All of one currency: together, and what of it is still to pay."""

    total: Money
    to_pay: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """What a delegation owes; free places stand on no bill."""

    parts: list[Part]

    @property
    def sums(self) -> list[Sum]:
        made = []
        for currency in sorted({part.order.currency for part in self.parts}):
            own = [part for part in self.parts if part.order.currency == currency]
            nothing = Money(0, currency)
            made.append(
                Sum(sum((one.order.total for one in own), nothing), sum((one.to_pay for one in own), nothing))
            )
        return made


def payer_of(delegation: Delegation) -> Person:
    """On whose bill the nominees stand: the focal point, as a person of the expo. In a transaction."""
    with transaction():
        lock(delegation)  # of two nominees who come at once
        if delegation.payer is None:
            delegation.payer = accounts.create_person(
                expo_id=delegation.expo_id,
                name=delegation.focal_name,
                email=delegation.focal_email,
                language=delegation.language,
                organisation=delegation.name,
                city=delegation.city,
                country=delegation.country,
            )
            db.session.flush()
        return delegation.payer


def hand_over(delegation: Delegation) -> None:
    """The delegation has another focal point: the bill is theirs, and the address of before opens it no more."""
    before = delegation.payer
    if before is None:
        return
    delegation.payer = None
    after = payer_of(delegation)
    orders.hand_over(payment.of_person(before.id), to=after)
    db.session.execute(
        sa.update(Registration).where(Registration.payer_id == before.id).values(payer_id=after.id)
    )


def of_delegation(delegation: Delegation) -> Bill:
    """The bill as it is now: all that is paid, or still to pay."""
    owed = [
        order
        for order in _orders(delegation)
        if order.state in (OrderState.SETTLED, OrderState.OPEN) and order.total_minor
    ]
    parts = {
        order.id: Part(order, orders.secret_of(order), Money(payment.net(order.id), order.currency))
        for order in owed
    }
    whose = _whose(delegation)
    for line in payment.lines_of(parts):
        parts[line.order_id].positions.append(Position(line, whose.get(line.reduces_id or line.id)))
    return Bill(list(parts.values()))


def _orders(delegation: Delegation) -> list[Order]:
    """The payer's, that of a group's places, and those that nominees have of their own."""
    own = (
        sa.select(Registration.order_id)
        .join(NomineeTicket, NomineeTicket.registration_id == Registration.id)
        .join(Nominee, NomineeTicket.nominee_id == Nominee.id)
        .where(Nominee.delegation_id == delegation.id, Registration.order_id.is_not(None))
    )
    return list(
        db.session.scalars(
            sa.select(Order)
            .where(
                sa.or_(
                    Order.id.in_(own),
                    Order.id == delegation.order_id,
                    Order.person_id == delegation.payer_id,
                )
            )
            .options(joinedload(Order.seller))
            .order_by(Order.id)
        )
    )


def _whose(delegation: Delegation) -> dict[int, Nominee]:
    """For whom each line is."""
    named = (
        sa.select(Registration.order_line_id, TakenAddOn.order_line_id, Nominee)
        .join(NomineeTicket, NomineeTicket.registration_id == Registration.id)
        .join(Nominee, NomineeTicket.nominee_id == Nominee.id)
        .outerjoin(TakenAddOn, TakenAddOn.registration_id == Registration.id)
        .where(Nominee.delegation_id == delegation.id)
    )
    return {line: one for row in db.session.execute(named) for line in row[:2] if line for one in (row[2],)}
