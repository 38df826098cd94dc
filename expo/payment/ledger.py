"""The books: double entry, per seller and currency, written in the transaction of each event and never changed.

What an order says is owed (`receivable`) is earned (`sales`) and owed on to the tax office (`vat`) from the moment
it is settled or billed; what comes lies on a money account until it goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db
from expo.core.money import Money

from .models import (
    Account,
    LedgerRow,
    Order,
    OrderLine,
    OrderState,
    Payment,
    PayMethod,
    Refund,
)

_WHERE = {
    PayMethod.TRANSFER: Account.BANK,
    PayMethod.INVOICE: Account.BANK,
    PayMethod.DESK: Account.CASH,
    PayMethod.SWISH: Account.SWISH,
    PayMethod.CHECKOUT: Account.PROVIDER,
}


def captured(payment: Payment) -> None:
    """Money came."""
    _post(
        payment.order,
        f"payment:{payment.id}",
        [(_WHERE[payment.method], payment.amount_minor), (Account.RECEIVABLE, -payment.amount_minor)],
    )


def returned(refund: Refund) -> None:
    """Money went back. What a bank took back comes out of what it had set aside."""
    whence = (
        Account.DISPUTED if refund.key.startswith("dispute:") else _WHERE[refund.way or refund.payment.method]
    )
    _post(
        refund.order,
        f"refund:{refund.id}",
        [(whence, -refund.amount_minor), (Account.RECEIVABLE, refund.amount_minor)],
    )


def returned_back(refund: Refund) -> None:
    """What went back did not arrive, and is with us again."""
    _contra(refund.order, f"refund:{refund.id}:failed", _rows_of(refund.order_id, f"refund:{refund.id}"))


def set_aside(payment: Payment, dispute: str, amount_minor: int) -> None:
    """The payer's bank disputes a payment: the provider holds the money until that is decided."""
    _post(
        payment.order,
        f"dispute:{dispute}"[:64],
        [(Account.DISPUTED, amount_minor), (_WHERE[payment.method], -amount_minor)],
    )


def is_set_aside(order: Order, dispute: str) -> bool:
    return bool(_rows_of(order.id, f"dispute:{dispute}"[:64]))


def released(payment: Payment, dispute: str) -> None:
    """The dispute was won: the money is back."""
    _contra(payment.order, f"won:{dispute}"[:64], _rows_of(payment.order_id, f"dispute:{dispute}"[:64]))


def recognise(order: Order) -> None:
    """Bring what is earned with this order up to date: lines that count are booked once, those struck are booked
    back. Whoever calls holds the order."""
    db.session.flush()
    counts = order.state is OrderState.SETTLED or (
        order.state is OrderState.OPEN and order.billed_at is not None
    )
    booked: dict[str, list[LedgerRow]] = {}
    for row in db.session.scalars(
        sa.select(LedgerRow).where(LedgerRow.order_id == order.id, LedgerRow.entry.startswith("line:"))
    ):
        booked.setdefault(row.entry, []).append(row)
    lines = db.session.scalars(
        sa.select(OrderLine)
        .where(OrderLine.order_id == order.id, OrderLine.price_minor != 0)
        .order_by(OrderLine.id)
    ).all()
    for line in lines:
        known = [entry for entry in booked if entry.split(":")[1] == str(line.id)]
        is_booked = len(known) % 2 == 1
        wanted = counts and line.struck_at is None
        entry = f"line:{line.id}" + (f":{len(known)}" if known else "")
        if wanted and not is_booked:
            net = line.price_minor - line.vat_minor
            _post(
                order,
                entry,
                [
                    (Account.RECEIVABLE, line.price_minor),
                    (Account.SALES, -net),
                    (Account.VAT, -line.vat_minor),
                ],
                rate=line.vat_basis_points,
            )
        elif is_booked and not wanted:
            last = max(known, key=lambda one: booked[one][0].id)
            _contra(order, entry, booked[last])


def _post(order: Order, entry: str, sides: Sequence[tuple[Account, int]], rate: int | None = None) -> None:
    assert sum(amount for _account, amount in sides) == 0, entry
    _write(
        order,
        entry,
        [
            (account, amount, rate if account in (Account.SALES, Account.VAT) else None, None)
            for account, amount in sides
            if amount
        ],
    )


def _contra(order: Order, entry: str, rows: Iterable[LedgerRow]) -> None:
    _write(order, entry, [(row.account, -row.amount_minor, row.vat_basis_points, row.id) for row in rows])


def _write(order: Order, entry: str, rows: Sequence[tuple[Account, int, int | None, int | None]]) -> None:
    db.session.add_all(
        LedgerRow(
            expo_id=order.expo_id,
            seller_id=order.seller_id,
            order_id=order.id,
            entry=entry,
            account=account,
            amount_minor=amount,
            currency=order.currency,
            vat_basis_points=rate,
            posted_at=clock.now(),
            posted_by=audit.actor(),
            contra_id=against,
        )
        for account, amount, rate, against in rows
    )
    db.session.flush()


def _rows_of(order_id: int, entry: str) -> list[LedgerRow]:
    return list(
        db.session.scalars(
            sa.select(LedgerRow).where(LedgerRow.order_id == order_id, LedgerRow.entry == entry)
        )
    )


# Looking.


@dataclass(frozen=True, slots=True)
class Balance:
    """What one account of a seller holds, in one currency."""

    seller_id: int | None
    account: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class VatLine:
    """What was sold at one rate in a span of time: without VAT, and the VAT itself."""

    seller_id: int | None
    rate: int  # hundredths of a per cent
    net: Money
    vat: Money


def rows(
    expo_id: int,
    seller_ids: Iterable[int] | None,
    *,
    begin: datetime | None = None,
    end: datetime | None = None,
    order_id: int | None = None,
    most: int | None = None,
    after: int = 0,
) -> list[LedgerRow]:
    """Rows of these sellers (None: of all), the newest first."""
    found = sa.select(LedgerRow).where(*_within(expo_id, seller_ids, begin, end))
    if order_id is not None:
        found = found.where(LedgerRow.order_id == order_id)
    return list(
        db.session.scalars(
            found.options(joinedload(LedgerRow.order), joinedload(LedgerRow.seller))
            .order_by(LedgerRow.id.desc())
            .limit(most)
            .offset(after)
        )
    )


def count(
    expo_id: int, seller_ids: Iterable[int] | None, begin: datetime | None = None, end: datetime | None = None
) -> int:
    wanted = sa.select(sa.func.count(LedgerRow.id)).where(*_within(expo_id, seller_ids, begin, end))
    return db.session.scalar(wanted) or 0


def balances(expo_id: int, seller_ids: Iterable[int] | None, *, end: datetime | None = None) -> list[Balance]:
    """What each account holds, per seller and currency."""
    totals = (
        sa.select(
            LedgerRow.seller_id, LedgerRow.currency, LedgerRow.account, sa.func.sum(LedgerRow.amount_minor)
        )
        .where(*_within(expo_id, seller_ids, None, end))
        .group_by(LedgerRow.seller_id, LedgerRow.currency, LedgerRow.account)
    )
    order = list(Account)
    found = [
        Balance(seller_id, account, Money(int(total), currency))
        for seller_id, currency, account, total in db.session.execute(totals)
    ]
    return sorted(found, key=lambda one: (one.seller_id or 0, one.amount.currency, order.index(one.account)))


def vat(
    expo_id: int, seller_ids: Iterable[int] | None, begin: datetime | None = None, end: datetime | None = None
) -> list[VatLine]:
    """What was sold in this time, per seller, currency and rate."""
    amount, account = LedgerRow.amount_minor, LedgerRow.account
    per_rate = (LedgerRow.seller_id, LedgerRow.currency, LedgerRow.vat_basis_points)
    sums = (
        sa.select(
            *per_rate,
            -sa.func.sum(sa.case((account == Account.SALES, amount), else_=0)),
            -sa.func.sum(sa.case((account == Account.VAT, amount), else_=0)),
        )
        .where(*_within(expo_id, seller_ids, begin, end), account.in_((Account.SALES, Account.VAT)))
        .group_by(*per_rate)
        .order_by(*per_rate)
    )
    return [
        VatLine(seller_id, rate or 0, Money(int(net), currency), Money(int(tax), currency))
        for seller_id, currency, rate, net, tax in db.session.execute(sums)
    ]


def _within(
    expo_id: int, seller_ids: Iterable[int] | None, begin: datetime | None, end: datetime | None
) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [LedgerRow.expo_id == expo_id]
    if seller_ids is not None:
        wanted.append(LedgerRow.seller_id.in_(list(seller_ids)))
    if begin is not None:
        wanted.append(LedgerRow.posted_at >= begin)
    if end is not None:
        wanted.append(LedgerRow.posted_at < end)
    return wanted
