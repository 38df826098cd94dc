"""Placing orders: one per seller and currency, all orders of a basket in one transaction. What is free is settled
at once; what is not stays open until it is paid, or expires: settling.py."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.core import audit, clock, jobs, tokens
from expo.core.db import add_unless_there, db, lock, transaction
from expo.core.money import Money

from .models import Order, OrderLine, OrderState


@dataclass(frozen=True, slots=True)
class Line:
    """One position: the price has its VAT inside, the rate in hundredths of a per cent."""

    text: str
    price: Money
    vat_basis_points: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What one order shall say. Where something is to be paid, it is due at `due_at`."""

    seller_id: int
    currency: str
    lines: list[Line] = field(default_factory=list)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The orders of a basket, each with its lines in the order of its bill; the secret opens their page."""

    secret: str
    orders: list[Order]
    lines: list[list[OrderLine]]


class PlacedAlready(Exception):
    """The same form was sent before: raised to undo what its second sending did so far."""


def placed(expo_id: int, sent: bytes) -> tuple[Order, str] | None:
    """The first order that this sending made, and the secret of its basket."""
    order = db.session.scalar(sa.select(Order).where(Order.expo_id == expo_id, Order.sent_digest == sent))
    return (order, tokens.derived("order", sent)) if order else None


def place(*, person: Person, bills: list[Bill], sent: bytes | None = None) -> Placed:
    """Write the orders of a basket down.

    `sent`, 32 bytes, is what makes a second sending of a form the same: raises PlacedAlready then. Their secret is
    made of it and of our key, so that the second sending, and later letters, can lead to the page of the first;
    the database alone cannot make it.
    """
    sent = sent or secrets.token_bytes(32)
    secret, basket = tokens.derived("order", sent), tokens.code()
    with transaction():
        made = [
            _write(person, bill, basket=basket, digest=tokens.digest(secret), sent=None if number else sent)
            for number, bill in enumerate(bills)
        ]
    return Placed(secret, [order for order, _lines in made], [lines for _order, lines in made])


def add(*, to: Order, bill: Bill) -> tuple[Order, list[OrderLine]]:
    """One more order in a basket: what was asked for then may be had now."""
    with transaction():
        return _write(to.person, bill, basket=to.basket, digest=to.secret_digest, sent=None)


def secret_of(order: Order) -> str | None:
    """The secret of the order's page, for letters. None where it was made with a key that is forgotten."""
    sent = db.session.scalar(
        sa.select(Order.sent_digest).where(
            Order.expo_id == order.expo_id, Order.basket == order.basket, Order.sent_digest.is_not(None)
        )
    )
    for secret in tokens.derived_by_all("order", sent) if sent else ():
        if tokens.digest(secret) == order.secret_digest:
            return secret
    return None


def hand_over(given: list[Order], *, to: Person) -> None:
    """These orders of one person are another's from now on, under a new address: the one before opens nothing."""
    with transaction():
        for basket in sorted({order.basket for order in given}):
            own = [hold(order.id) for order in given if order.basket == basket]
            sent = secrets.token_bytes(32)
            first = next((order for order in own if order.sent_digest is not None), own[0])
            first.sent_digest = sent
            for order in own:
                before = order.person_id
                order.person_id, order.secret_digest = to.id, tokens.digest(tokens.derived("order", sent))
                audit.record(
                    "order_handed_over", "order", order.id, expo_id=order.expo_id,
                    before={"person": before}, after={"person": to.id},
                )  # fmt: skip
        db.session.flush()


def hold(order_id: int) -> Order:
    """Wait for whoever changes the order, then read it afresh. Always before the rows of what it pays for."""
    order = db.session.get_one(Order, order_id)
    lock(order)
    return order


def _write(
    person: Person, bill: Bill, *, basket: str, digest: bytes, sent: bytes | None
) -> tuple[Order, list[OrderLine]]:
    total = sum((line.price for line in bill.lines), Money(0, bill.currency))
    now = clock.now()
    order = Order(
        expo_id=person.expo_id,
        code=tokens.code(),
        secret_digest=digest,
        person_id=person.id,
        state=OrderState.OPEN if total.minor else OrderState.SETTLED,
        currency=bill.currency,
        total_minor=total.minor,
        created_at=now,
        sent_digest=sent,
        basket=basket,
        seller_id=bill.seller_id,
        due_at=bill.due_at if total.minor else None,
        settled_at=None if total.minor else now,
    )
    if not add_unless_there(order):
        raise PlacedAlready
    lines = [
        OrderLine(
            expo_id=order.expo_id,
            order_id=order.id,
            text=line.text[:300],
            price_minor=line.price.minor,
            vat_basis_points=line.vat_basis_points,
            vat_minor=line.price.vat_included(line.vat_basis_points).minor,
        )
        for line in bill.lines
    ]
    db.session.add_all(lines)
    db.session.flush()
    audit.record(
        "order_placed",
        "order",
        order.id,
        expo_id=order.expo_id,
        after={"code": order.code, "total": total.minor, "currency": bill.currency},
    )
    if order.due_at is not None:
        jobs.add("order_due", {"order": order.id}, at=order.due_at, key=f"order_due:{order.id}")
    return order, lines
