"""What each person took at the desk, and the tills that were counted. A count has in it just the payments in cash, and
the cash that went back, which no count has yet; so none is counted twice and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import one_line

from .counting_models import CashCount, CountedPayment, CountedRefund
from .models import MONEY_IN, Order, Payment, PayMethod, Refund, RefundState, Seller
from .payments import MOST_MINOR

AT_THE_DESK = (PayMethod.DESK, PayMethod.SWISH)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one person wrote down for one seller in one way; in a till, less what went `back` out of it."""

    taken_by: str
    seller_id: int
    method: PayMethod
    count: int
    amount: Money
    back: int = 0


def taken(expo_id: int, seller_ids: Iterable[int] | None, begin: datetime, end: datetime) -> list[Taken]:
    """What each person took at the desk in this time."""
    return _grouped(expo_id, seller_ids, Payment.recorded_at >= begin, Payment.recorded_at < end)


def uncounted(expo_id: int, seller_ids: Iterable[int] | None) -> list[Taken]:
    """What should lie in each till now: what came in cash and was never counted, less what went back."""
    tills = {
        (one.taken_by, one.seller_id, one.amount.currency): one
        for one in _grouped(expo_id, seller_ids, Payment.method == PayMethod.DESK, _OPEN)
    }
    by = (Refund.till, Order.seller_id, Refund.currency)
    gone = (
        sa.select(*by, sa.func.count(), sa.func.sum(Refund.amount_minor))
        .join(Refund.order)
        .where(Refund.expo_id == expo_id, Order.seller_id.is_not(None), *_OUT)
        .group_by(*by)
        .order_by(*by)
    )
    if seller_ids is not None:
        gone = gone.where(Order.seller_id.in_(list(seller_ids)))
    for till, seller_id, currency, number, minor in db.session.execute(gone):
        key = (str(till), int(seller_id or 0), currency)
        known = tills.get(key) or Taken(key[0], key[1], PayMethod.DESK, 0, Money(0, currency))
        tills[key] = replace(known, amount=known.amount - Money(int(minor), currency), back=number)
    return list(tills.values())


def in_till(seller_id: int, taken_by: str, currency: str) -> int:
    """What should lie there now, in minor units. Whoever acts on it holds the seller."""
    came = sa.select(sa.func.sum(Payment.amount_minor)).join(Payment.order).where(
        *_of_till(seller_id, taken_by, currency)
    )  # fmt: skip
    return int(db.session.scalar(came) or 0) - sum(
        one.amount_minor for one in _gone_from(seller_id, taken_by, currency)
    )


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
            .where(*_of_till(seller.id, taken_by, expected.currency))
            .order_by(Payment.id)
        ).all()
        gone = _gone_from(seller.id, taken_by, expected.currency)
        there = sum(one.amount_minor for one in found) - sum(one.amount_minor for one in gone)
        if not (found or gone) or there != expected.minor:
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
        db.session.add_all(CountedRefund(refund_id=one.id, count_id=made.id) for one in gone)
        db.session.flush()
        audit.record(
            "cash_counted", "seller", seller.id, expo_id=seller.expo_id,
            after={"of": taken_by, "expected": expected.minor, "counted": counted, "currency": expected.currency},
            why=made.note or None,
        )  # fmt: skip
    return made


_OPEN = sa.not_(sa.exists().where(CountedPayment.payment_id == Payment.id))
_OUT = (
    Refund.way == PayMethod.DESK,
    Refund.state == RefundState.DONE,
    sa.not_(sa.exists().where(CountedRefund.refund_id == Refund.id)),
)


def _of_till(seller_id: int, taken_by: str, currency: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Cash of this till that no count has."""
    return (
        Order.seller_id == seller_id, Payment.recorded_by == taken_by, Payment.currency == currency,
        Payment.method == PayMethod.DESK, Payment.state.in_(MONEY_IN), _OPEN,
    )  # fmt: skip


def _gone_from(seller_id: int, till: str, currency: str) -> list[Refund]:
    """What went back out of this till that no count has."""
    found = (
        sa.select(Refund)
        .join(Refund.order)
        .where(Order.seller_id == seller_id, Refund.till == till, Refund.currency == currency, *_OUT)
        .order_by(Refund.id)
    )
    return list(db.session.scalars(found))


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
