"""One bill: what all nominees of a delegation have ordered, summed per currency. The delegation pays."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from expo.core.db import db
from expo.core.money import Money
from expo.payment.models import Order, OrderLine, OrderState
from expo.registration.models import LIVE, Registration

from .models import Nominee, NomineeTicket


@dataclass(frozen=True, slots=True)
class Position:
    """What one nominee costs, on one order."""

    order: Order
    nominee: Nominee
    texts: tuple[str, ...]

    @property
    def total(self) -> Money:
        return Money(self.order.total_minor, self.order.currency)


@dataclass(frozen=True, slots=True)
class Sum:
    """All positions of one currency: together, and what of it is still to pay."""

    total: Money
    to_pay: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """What a delegation owes; free places stand on no bill."""

    positions: list[Position]
    sums: list[Sum]


def of_delegation(delegation_id: int) -> Bill:
    """The bill as it is now: settled orders, and open ones with somebody who still comes."""
    rows = db.session.execute(
        sa.select(Order, Nominee, Registration.state)
        .join(Registration, Registration.order_id == Order.id)
        .join(NomineeTicket, NomineeTicket.registration_id == Registration.id)
        .join(Nominee, NomineeTicket.nominee_id == Nominee.id)
        .where(Nominee.delegation_id == delegation_id, Order.total_minor > 0)
        .order_by(Order.id, Registration.id)
    )
    owed = {
        order.id: (order, nominee)
        for order, nominee, state in rows
        if order.state is OrderState.SETTLED or (order.state is OrderState.OPEN and state in LIVE)
    }
    texts: dict[int, list[str]] = {}
    for line in db.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id.in_(owed)).order_by(OrderLine.id)
    ):
        texts.setdefault(line.order_id, []).append(line.text)
    positions = [Position(order, nominee, tuple(texts.get(order.id, ()))) for order, nominee in owed.values()]
    return Bill(
        positions, [_sum(positions, currency) for currency in sorted({p.order.currency for p in positions})]
    )


def _sum(positions: list[Position], currency: str) -> Sum:
    own = [position for position in positions if position.order.currency == currency]
    still = [position for position in own if position.order.state is OrderState.OPEN]
    nothing = Money(0, currency)
    return Sum(
        sum((position.total for position in own), nothing),
        sum((position.total for position in still), nothing),
    )
