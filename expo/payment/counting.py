"""What each person took at the desk, and the tills that were counted. A count has in it just the payments in cash that
no count has yet, so none is counted twice and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import one_line

from .counting_models import CashCount, CountedPayment
from .models import MONEY_IN, Order, Payment, PayMethod, Seller
from .payments import MOST_MINOR

AT_THE_DESK = (PayMethod.DESK, PayMethod.SWISH)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one person wrote down for one seller in one way."""

    taken_by: str
    seller_id: int
    method: PayMethod
    count: int
    amount: Money


def taken(expo_id: int, seller_ids: Iterable[int] | None, begin: datetime, end: datetime) -> list[Taken]:
    """What each person took at the desk in this time."""
    return _grouped(expo_id, seller_ids, Payment.recorded_at >= begin, Payment.recorded_at < end)


def uncounted(expo_id: int, seller_ids: Iterable[int] | None) -> list[Taken]:
    """What should lie in each till now: what came in cash and was never counted."""
    return _grouped(expo_id, seller_ids, Payment.method == PayMethod.DESK, _OPEN)


def counts(expo_id: int, seller_ids: Iterable[int] | None, most: int = 200) -> list[CashCount]:
    """Tills that were counted, the newest first."""
    found = sa.select(CashCount).where(CashCount.expo_id == expo_id).options(joinedload(CashCount.seller))
    if seller_ids is not None:
        found = found.where(CashCount.seller_id.in_(list(seller_ids)))
    return list(db.session.scalars(found.order_by(CashCount.id.desc()).limit(most)))


def count(*, seller: Seller, taken_by: str, expected: Money, counted: int, note: str = "") -> CashCount:
    """Close a till: so much was in it. `expected` is what the page said; a difference needs a note.

    Raises BadInput; ChangedMeanwhile where more came since, or somebody else has counted it.
    """
    if not 0 <= counted <= MOST_MINOR:
        raise BadInput(_("An amount, please: nothing or above."), field="counted")
    if counted != expected.minor and not one_line(note):
        raise BadInput(_("Say why more or less was there than expected."), field="note")
    with transaction():
        lock(seller)  # of two who count at once, the second finds nothing left
        found = db.session.scalars(
            sa.select(Payment)
            .join(Payment.order)
            .where(
                Order.seller_id == seller.id, Payment.recorded_by == taken_by,
                Payment.currency == expected.currency, Payment.method == PayMethod.DESK,
                Payment.state.in_(MONEY_IN), _OPEN,
            )
            .order_by(Payment.id)
        ).all()  # fmt: skip
        if not found or sum(one.amount_minor for one in found) != expected.minor:
            raise ChangedMeanwhile(
                _("What should be there has changed since you opened the page. Look again.")
            )
        made = CashCount(
            expo_id=seller.expo_id, seller_id=seller.id, currency=expected.currency, taken_by=taken_by,
            counted_by=audit.actor(), counted_at=clock.now(), expected_minor=expected.minor,
            counted_minor=counted, note=one_line(note)[:300],
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.add_all(CountedPayment(payment_id=one.id, count_id=made.id) for one in found)
        db.session.flush()
        audit.record(
            "cash_counted", "seller", seller.id, expo_id=seller.expo_id,
            after={"of": taken_by, "expected": expected.minor, "counted": counted, "currency": expected.currency},
            why=made.note or None,
        )  # fmt: skip
    return made


_OPEN = sa.not_(sa.exists().where(CountedPayment.payment_id == Payment.id))


def _grouped(expo_id: int, seller_ids: Iterable[int] | None, *where: sa.ColumnElement[bool]) -> list[Taken]:
    by = (Payment.recorded_by, Order.seller_id, Payment.method, Payment.currency)
    found = (
        sa.select(*by, sa.func.count(), sa.func.sum(Payment.amount_minor))
        .join(Payment.order)
        .where(
            Payment.expo_id == expo_id, Payment.method.in_(AT_THE_DESK), Payment.state.in_(MONEY_IN),
            Order.seller_id.is_not(None), *where,
        )
        .group_by(*by)
        .order_by(*by)
    )  # fmt: skip
    if seller_ids is not None:
        found = found.where(Order.seller_id.in_(list(seller_ids)))
    return [
        Taken(who, seller_id or 0, PayMethod(method), number, Money(int(total), currency))
        for who, seller_id, method, currency, number, total in db.session.execute(found)
    ]
