from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Order, OrderLine, OrderState, Payment, PayState


def _sum(column: Any, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where).scalar_subquery()


@check("3", "an order's total is the sum of its lines that were not struck")
def totals() -> Iterator[str]:
    lines = _sum(OrderLine.price_minor, OrderLine.order_id == Order.id, OrderLine.struck_at.is_(None))
    for row in db.session.execute(
        sa.select(Order.code, Order.total_minor, lines.label("sum")).where(Order.total_minor != lines)
    ):
        yield f"order {row.code} says {row.total_minor}, its lines {row.sum}"


@check("3", "an order is settled exactly when what came covers it, and none that ended has money")
def settled() -> Iterator[str]:
    came = _sum(Payment.amount_minor, Payment.order_id == Order.id, Payment.state == PayState.SUCCEEDED)
    wrong = sa.or_(
        sa.and_(Order.state == OrderState.SETTLED, came < Order.total_minor),
        sa.and_(Order.state == OrderState.OPEN, came >= Order.total_minor),
        sa.and_(Order.state.in_((OrderState.EXPIRED, OrderState.VOID)), came > 0),
    )
    for row in db.session.execute(
        sa.select(Order.code, Order.state, Order.total_minor, came.label("came")).where(wrong)
    ):
        yield f"order {row.code} is {row.state} with {row.came} of {row.total_minor} paid"


@check("3", "a payment is in the currency of its order")
def currencies() -> Iterator[str]:
    wrong = sa.select(Payment.id).join(Payment.order).where(Payment.currency != Order.currency)
    for row in db.session.execute(wrong):
        yield f"payment {row.id} is in another currency than its order"
