"""Placing orders. A free one is settled at once; priced ones wait for the payment room to grow."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.core import audit, clock, tokens
from expo.core.db import add_unless_there, db, transaction
from expo.core.money import Money

from .models import Order, OrderLine, OrderState


@dataclass(frozen=True, slots=True)
class Line:
    """One position: the price has its VAT inside, the rate in hundredths of a per cent."""

    text: str
    price: Money
    vat_basis_points: int


class PlacedAlready(Exception):
    """The same form was sent before: raised to undo what its second sending did so far."""


def placed(expo_id: int, sent: bytes) -> tuple[Order, str] | None:
    """The order that this sending made, and its secret."""
    order = db.session.scalar(sa.select(Order).where(Order.expo_id == expo_id, Order.sent_digest == sent))
    return (order, tokens.derived("order", sent)) if order else None


def place(
    *, person: Person, currency: str, lines: list[Line], sent: bytes | None = None
) -> tuple[Order, str]:
    """Write an order down. Returns it and the secret of its page, which is kept as a digest only.

    `sent`, 32 bytes, is what makes a second sending of a form the same: raises PlacedAlready then.
    """
    # From `sent` and our key, so that the second sending can be led to the page of the first.
    secret = tokens.derived("order", sent) if sent else tokens.new()
    total = sum((line.price for line in lines), Money(0, currency))
    with transaction():
        order = Order(
            expo_id=person.expo_id,
            code=tokens.code(),
            secret_digest=tokens.digest(secret),
            person_id=person.id,
            state=OrderState.OPEN if total.minor else OrderState.SETTLED,
            currency=currency,
            total_minor=total.minor,
            created_at=clock.now(),
            sent_digest=sent,
        )
        if not add_unless_there(order):
            raise PlacedAlready
        for line in lines:
            db.session.add(
                OrderLine(
                    expo_id=order.expo_id,
                    order_id=order.id,
                    text=line.text,
                    price_minor=line.price.minor,
                    vat_basis_points=line.vat_basis_points,
                    vat_minor=line.price.vat_included(line.vat_basis_points).minor,
                )
            )
        audit.record(
            "order_placed",
            "order",
            order.id,
            expo_id=order.expo_id,
            after={"code": order.code, "total": total.minor, "currency": currency},
        )
    return order, secret
