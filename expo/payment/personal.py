"""Orders and payments. The ledger keeps its amounts; it names the person only by a number."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db
from expo.core.personal import Subject, keeps

from . import queries
from .models import Order, Payment


def _tell(who: Subject) -> list[dict[str, Any]]:
    mine = queries.of_person(who.person_id)
    lines: dict[int, list[dict[str, Any]]] = {}
    for line in queries.lines_of([order.id for order in mine]):
        lines.setdefault(line.order_id, []).append({"text": line.text, "amount": line.price_minor})
    paid = db.session.scalars(sa.select(Payment).where(Payment.order_id.in_([order.id for order in mine])))
    payments: dict[int, list[dict[str, Any]]] = {}
    for one in paid:
        payments.setdefault(one.order_id, []).append(
            {"at": one.recorded_at, "amount": one.amount_minor, "how": one.method, "state": one.state}
        )
    return [
        {
            "code": order.code,
            "seller": order.seller.name if order.seller else "",
            "state": order.state,
            "total": {"amount": order.total_minor, "currency": order.currency},
            "placed": order.created_at,
            "lines": lines.get(order.id, []),
            "payments": payments.get(order.id, []),
        }
        for order in mine
    ]


def _stays(who: Subject) -> list[str]:
    money = db.session.scalar(
        sa.select(Order.id).where(Order.person_id == who.person_id, Order.total_minor > 0).limit(1)
    )
    if money is None:
        return []
    return [
        _(
            "Amounts of orders and payments stay in the books, without a name: the law on accounts asks for it."
        )
    ]


keeps("orders", tell=_tell, stays=_stays)
