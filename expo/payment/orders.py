"""Placing orders. A free one is settled at once; priced ones wait for the payment room to grow."""

from __future__ import annotations

from dataclasses import dataclass

from expo.accounts.models import Person
from expo.core import audit, clock, tokens
from expo.core.db import db, transaction
from expo.core.money import Money

from .models import Order, OrderLine, OrderState


@dataclass(frozen=True, slots=True)
class Line:
    """One position: the price has its VAT inside, the rate in hundredths of a per cent."""

    text: str
    price: Money
    vat_basis_points: int


def place(*, person: Person, currency: str, lines: list[Line]) -> tuple[Order, str]:
    """Write an order down. Returns it and the secret of its page, which is kept as a digest only."""
    secret = tokens.new()
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
        )
        db.session.add(order)
        db.session.flush()
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
