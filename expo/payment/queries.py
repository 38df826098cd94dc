from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from expo.core.db import db

from .models import LIVE_REFUNDS, MONEY_IN, Order, OrderLine, OrderState, Payment, Refund


def order(expo_id: int, code: str) -> Order | None:
    return db.session.scalar(
        sa.select(Order)
        .where(Order.expo_id == expo_id, Order.code == code)
        .options(joinedload(Order.person), joinedload(Order.seller))
    )


def of_basket(order: Order) -> list[Order]:
    """All orders of this order's basket, the first one first."""
    if not order.basket:
        return [order]
    return list(
        db.session.scalars(
            sa.select(Order)
            .where(Order.expo_id == order.expo_id, Order.basket == order.basket)
            .options(joinedload(Order.person), joinedload(Order.seller))
            .order_by(Order.id)
        )
    )


def of_person(person_id: int) -> list[Order]:
    """The person's orders, those that are open first."""
    return list(
        db.session.scalars(
            sa.select(Order)
            .where(Order.person_id == person_id)
            .options(joinedload(Order.seller))
            .order_by(sa.case((Order.state == OrderState.OPEN, 0), else_=1), Order.id.desc())
        )
    )


def lines_of(order_ids: Iterable[int], *, struck_too: bool = False) -> list[OrderLine]:
    """What these orders ask to be paid for; on request also what was taken off again."""
    found = (
        sa.select(OrderLine)
        .where(OrderLine.order_id.in_(list(order_ids)))
        .options(joinedload(OrderLine.order))
        .order_by(OrderLine.id)
    )
    if not struck_too:
        found = found.where(OrderLine.struck_at.is_(None))
    return list(db.session.scalars(found))


def lines_with(line_ids: Iterable[int]) -> list[OrderLine]:
    """Those of these lines that were not struck, of whatever orders."""
    return list(
        db.session.scalars(
            sa.select(OrderLine)
            .where(OrderLine.id.in_(list(line_ids)), OrderLine.struck_at.is_(None))
            .options(joinedload(OrderLine.order))
            .order_by(OrderLine.id)
        )
    )


def captured(order_id: int) -> int:
    """What came for an order, in minor units, whether it stayed or not."""
    return total(Payment.amount_minor, Payment.order_id == order_id, Payment.state.in_(MONEY_IN))


def net(order_id: int) -> int:
    """What came for an order and is not on its way back, in minor units."""
    return captured(order_id) - total(
        Refund.amount_minor, Refund.order_id == order_id, Refund.state.in_(LIVE_REFUNDS)
    )


def total(column: InstrumentedAttribute[int], *where: sa.ColumnElement[bool]) -> int:
    """The sum of a column of money, in minor units."""
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where)) or 0)


def payments_of(order_ids: Iterable[int]) -> list[Payment]:
    return list(
        db.session.scalars(
            sa.select(Payment)
            .where(Payment.order_id.in_(list(order_ids)))
            .options(joinedload(Payment.order))
            .order_by(Payment.id)
        )
    )


def payment_by_key(expo_id: int, key: str) -> Payment | None:
    return db.session.scalar(sa.select(Payment).where(Payment.expo_id == expo_id, Payment.key == key))
