from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db

from .counting_models import CashCount, CountedPayment, CountedRefund
from .models import (
    LIVE_REFUNDS,
    MONEY_ACCOUNTS,
    MONEY_IN,
    Account,
    LedgerRow,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PayMethod,
    Refund,
    RefundState,
)


def _sum(column: Any, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where).scalar_subquery()


@check("3", "an order's total is the sum of its lines that were not struck")
def totals() -> Iterator[str]:
    lines = _sum(OrderLine.price_minor, OrderLine.order_id == Order.id, OrderLine.struck_at.is_(None))
    for row in db.session.execute(
        sa.select(Order.code, Order.total_minor, lines.label("sum")).where(Order.total_minor != lines)
    ):
        yield f"order {row.code} says {row.total_minor}, its lines {row.sum}"


@check("3", "an order is settled exactly when what came and stays covers it")
def settled() -> Iterator[str]:
    stays = _came() - _back(LIVE_REFUNDS)
    wrong = sa.or_(
        sa.and_(Order.state == OrderState.SETTLED, stays < Order.total_minor),
        sa.and_(Order.state == OrderState.OPEN, stays >= Order.total_minor),
    )
    for row in db.session.execute(
        sa.select(Order.code, Order.state, Order.total_minor, stays.label("stays")).where(wrong)
    ):
        yield f"order {row.code} is {row.state} with {row.stays} of {row.total_minor} paid"


@check("3", "a payment is in the currency of its order, and a refund in that of its payment and order")
def currencies() -> Iterator[str]:
    wrong = sa.select(Payment.id).join(Payment.order).where(Payment.currency != Order.currency)
    for row in db.session.execute(wrong):
        yield f"payment {row.id} is in another currency than its order"
    wrong = (
        sa.select(Refund.id)
        .join(Refund.payment)
        .where(sa.or_(Refund.currency != Payment.currency, Refund.order_id != Payment.order_id))
    )
    for row in db.session.execute(wrong):
        yield f"refund {row.id} does not belong to its payment"


@check("3", "refunds asked for, under way and done are counted on their payment")
def refunded() -> Iterator[str]:
    live = _sum(Refund.amount_minor, Refund.payment_id == Payment.id, Refund.state.in_(LIVE_REFUNDS))
    for row in db.session.execute(
        sa.select(Payment.id, Payment.refunded_minor, live.label("live")).where(
            Payment.refunded_minor != live
        )
    ):
        yield f"payment {row.id} counts {row.refunded_minor} refunded, its refunds sum to {row.live}"


@check("3", "each entry of the ledger sums to nothing, in one currency and for one order")
def balanced() -> Iterator[str]:
    wrong = (
        sa.select(LedgerRow.expo_id, LedgerRow.entry)
        .group_by(LedgerRow.expo_id, LedgerRow.entry)
        .having(
            sa.or_(
                sa.func.sum(LedgerRow.amount_minor) != 0,
                sa.func.count(LedgerRow.currency.distinct()) > 1,
                sa.func.count(LedgerRow.order_id.distinct()) > 1,
            )
        )
    )
    for row in db.session.execute(wrong):
        yield f"ledger entry {row.entry} does not balance"


@check("3", "payments less refunds are what the ledger says lies on its money accounts")
def money_is_conserved() -> Iterator[str]:
    lies = _sum(LedgerRow.amount_minor, LedgerRow.order_id == Order.id, LedgerRow.account.in_(MONEY_ACCOUNTS))
    came = _came() - _back((RefundState.DONE,))
    for row in db.session.execute(
        sa.select(Order.code, lies.label("lies"), came.label("came")).where(lies != came)
    ):
        yield f"order {row.code} has {row.came} of its payments, the ledger {row.lies}"


@check("3", "what is sold in the ledger is what settled and billed orders say")
def sold() -> Iterator[str]:
    booked = -_sum(
        LedgerRow.amount_minor,
        LedgerRow.order_id == Order.id,
        LedgerRow.account.in_((Account.SALES, Account.VAT)),
    )
    tax = -_sum(LedgerRow.amount_minor, LedgerRow.order_id == Order.id, LedgerRow.account == Account.VAT)
    vat = _sum(OrderLine.vat_minor, OrderLine.order_id == Order.id, OrderLine.struck_at.is_(None))
    counts = sa.or_(
        Order.state == OrderState.SETTLED,
        sa.and_(Order.state == OrderState.OPEN, Order.billed_at.is_not(None)),
    )
    total, owed_tax = (sa.case((counts, column), else_=0) for column in (Order.total_minor, vat))
    for row in db.session.execute(
        sa.select(Order.code, booked.label("booked"), total.label("total")).where(
            sa.or_(booked != total, tax != owed_tax)
        )
    ):
        yield f"order {row.code} is worth {row.total}, the ledger says {row.booked}, or another VAT"


@check("3", "no line is reduced below nothing, and what reduces it is struck with it")
def reductions() -> Iterator[str]:
    less = aliased(OrderLine)
    wrong = (
        sa.select(OrderLine.id)
        .join(less, less.reduces_id == OrderLine.id)
        .group_by(OrderLine.id)
        .having(
            sa.or_(
                OrderLine.price_minor + sa.func.sum(less.price_minor) < 0,
                sa.func.count().filter(
                    sa.or_(
                        less.order_id != OrderLine.order_id,
                        less.struck_at.is_(None) != OrderLine.struck_at.is_(None),
                    )
                )
                > 0,
            )
        )
    )
    for row in db.session.execute(wrong):
        yield f"order line {row.id} is reduced by more than it costs, or by what stayed behind"


@check("3", "the cash in the books of a seller is what its tills took, less what went back out of them")
def cash() -> Iterator[str]:
    tills: dict[tuple[int, str], int] = {}
    came = (
        sa.select(Order.seller_id, Payment.currency, sa.func.sum(Payment.amount_minor))
        .join(Payment.order)
        .where(Payment.method == PayMethod.DESK, Payment.state.in_(MONEY_IN))
        .group_by(Order.seller_id, Payment.currency)
    )
    gone = (
        sa.select(Order.seller_id, Refund.currency, -sa.func.sum(Refund.amount_minor))
        .join(Refund.order)
        .where(Refund.way == PayMethod.DESK, Refund.state == RefundState.DONE)
        .group_by(Order.seller_id, Refund.currency)
    )
    booked = (
        sa.select(LedgerRow.seller_id, LedgerRow.currency, -sa.func.sum(LedgerRow.amount_minor))
        .where(LedgerRow.account == Account.CASH)
        .group_by(LedgerRow.seller_id, LedgerRow.currency)
    )
    for asked in (came, gone, booked):
        for seller_id, currency, minor in db.session.execute(asked):
            key = (seller_id or 0, currency)
            tills[key] = tills.get(key, 0) + int(minor)
    for (seller_id, currency), apart in tills.items():
        if apart:
            yield f"the tills of seller {seller_id} and its books are {apart} {currency} apart"


@check("3", "a till that was counted was expected to hold just the cash that the count has in it")
def counted() -> Iterator[str]:
    came = _sum(
        Payment.amount_minor, CountedPayment.count_id == CashCount.id, Payment.id == CountedPayment.payment_id,
        Order.id == Payment.order_id, Order.seller_id == CashCount.seller_id,
        Payment.recorded_by == CashCount.taken_by, Payment.currency == CashCount.currency,
    )  # fmt: skip
    gone = _sum(
        Refund.amount_minor, CountedRefund.count_id == CashCount.id, Refund.id == CountedRefund.refund_id,
        Order.id == Refund.order_id, Order.seller_id == CashCount.seller_id, Refund.till == CashCount.taken_by,
        Refund.currency == CashCount.currency,
    )  # fmt: skip
    wrong = sa.select(CashCount.id, CashCount.expected_minor, (came - gone).label("there")).where(
        CashCount.expected_minor != came - gone
    )
    for row in db.session.execute(wrong):
        yield f"count {row.id} expected {row.expected_minor}, and has {row.there} in it"


def _came() -> sa.ScalarSelect[int]:
    return _sum(Payment.amount_minor, Payment.order_id == Order.id, Payment.state.in_(MONEY_IN))


def _back(states: Iterable[RefundState]) -> sa.ScalarSelect[int]:
    return _sum(Refund.amount_minor, Refund.order_id == Order.id, Refund.state.in_(list(states)))
