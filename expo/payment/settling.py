"""What becomes of an order: it is settled, changed, made cheaper, or it expires. Each time the books follow, and what
came beyond what is owed goes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from expo.core import audit, clock, jobs, news
from expo.core.db import db, execute, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput

from . import ledger, orders, queries, refunds
from .models import Order, OrderLine, OrderState, Payment, PayState, Refund, RefundReason
from .news import CameLate, OrderBilled, OrderChanged, OrderExpired, OrderSettled
from .refusals import WrongRefundStep


def level(
    order: Order, *, owed: int | None = None, reason: RefundReason = RefundReason.SURPLUS
) -> list[Refund]:
    """Let go back whatever came beyond what is owed (the order's total, unless told). Whoever calls holds the
    order, so twice is once."""
    if order.state is OrderState.OPEN:
        return []
    db.session.flush()
    surplus = queries.net(order.id) - (order.total_minor if owed is None else owed)
    surplus -= _frozen(order.id)
    if surplus <= 0:
        return []
    number = db.session.scalar(sa.select(sa.func.count()).where(Refund.order_id == order.id)) or 0
    return refunds.request(
        order=order,
        amount=Money(surplus, order.currency),
        reason=reason,
        key=f"{reason.value}:{order.id}:{number}",
    )


def _frozen(order_id: int) -> int:
    """What lies with the provider until a dispute is decided: it cannot go back now."""
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_minor - Payment.refunded_minor), 0)).where(
                Payment.order_id == order_id, Payment.state == PayState.DISPUTED
            )
        )
        or 0
    )


def give_back_part(*, order: Order, line: OrderLine, amount: Money, key: str, note: str) -> list[Refund]:
    """Make something of a paid order cheaper by hand, and let the difference go back. Less than all of it: whoever
    gets all back has nothing, and that is a cancellation. Raises BadInput, RefundTooMuch, WrongRefundStep."""
    with transaction():
        order = orders.hold(order.id)
        known = refunds.with_key(order.expo_id, key)
        if known:
            return known
        left = price_left(line)
        if line.order_id != order.id or line.struck_at is not None or order.state is not OrderState.SETTLED:
            raise WrongRefundStep(_("Only what is paid can be made cheaper."))
        if not 0 < amount.minor < left:
            said = Money(left, order.currency).said(str(get_locale() or "en"))
            raise BadInput(
                _("Less than %(price)s, please. To give all of it back, end the registration.", price=said),
                field="amount",
            )
        reduce(order=order, line=line, amount=amount, why=note)
        return refunds.request(
            order=order, amount=amount, reason=RefundReason.GOODWILL, key=key, note=note, by_hand=True
        )


def strike(*, order_id: int, line_ids: Iterable[int], keep: dict[int, Money] | None = None) -> None:
    """Take lines off an order: what they were for has ended. A paid one stays as it is, unless `keep` says how much
    of which line is kept as a fee; then what came beyond the new total goes back."""
    with transaction():
        order = orders.hold(order_id)
        if order.state is not OrderState.OPEN and (order.state is not OrderState.SETTLED or keep is None):
            return
        wanted = list(line_ids)
        gone = [
            line for line in queries.lines_of([order.id]) if line.id in wanted or line.reduces_id in wanted
        ]
        if not gone:
            return
        before = order.total_minor
        for line in gone:
            line.struck_at = clock.now()
            fee = (keep or {}).get(line.id)
            if fee is not None and fee.minor > 0 and order.state is OrderState.SETTLED:
                with force_locale(order.person.language):  # who reads the bill
                    text = _("Cancellation fee: %(what)s", what=line.text)
                _add_line(order, text, fee, line.vat_basis_points)
        _retotal(order)
        if (
            not queries.lines_of([order.id])
            and order.state is OrderState.OPEN
            and not queries.captured(order.id)
        ):
            order.state = OrderState.VOID
        _changed(order, before)


def is_growing(order: Order) -> bool:
    """Whether more can be put on it: nothing came for it, no invoice says what it is. Whoever calls holds it."""
    return (
        order.state is OrderState.OPEN
        and order.billed_at is None
        and not queries.captured(order.id)
        and not any(one.state is PayState.PROCESSING for one in queries.payments_of([order.id]))
    )


def add(*, order: Order, bill: orders.Bill) -> list[OrderLine]:
    """More is owed on an open order, which is due when the last of it is. Whoever calls holds the order."""
    before = order.total_minor
    made = [_add_line(order, line.text, line.price, line.vat_basis_points) for line in bill.lines]
    if bill.due_at is not None and order.due_at is not None:
        order.due_at = max(order.due_at, bill.due_at)
    _retotal(order)
    _changed(order, before)
    return made


def reduce(*, order: Order, line: OrderLine, amount: Money, why: str = "") -> OrderLine:
    """Make a line of an order cheaper, by a line against it. Whoever calls holds the order; what came beyond the
    new total is theirs to give back. Raises ValueError where nothing would be left below nothing."""
    if not 0 < amount.minor <= price_left(line):
        raise ValueError(f"{amount} of {price_left(line)}")
    before = order.total_minor
    with force_locale(order.person.language):
        text = _("Reduction: %(what)s", what=line.text)
    less = _add_line(
        order,
        text,
        Money(-amount.minor, amount.currency),
        line.vat_basis_points,
        reduces_id=line.id,
    )
    _retotal(order)
    _changed(order, before, why=why, give_back=False)
    return less


@dataclass(frozen=True, slots=True)
class Less:
    """So much of a line is given up, and how much of that is kept all the same; in minor units."""

    line: OrderLine
    minor: int
    fee_minor: int = 0


def take_off(*, order: Order, parts: Iterable[Less], reason: RefundReason) -> None:
    """Make lines of an order cheaper, or end them where nothing is left. What is kept of that is a line of its own,
    which belongs to nothing that can be given back later; what came beyond the new total goes back. Whoever calls
    holds the order."""
    before = order.total_minor
    for part in parts:
        line, left = part.line, price_left(part.line)
        if part.minor >= left:
            line.struck_at = clock.now()
            for one in queries.lines_of([order.id]):
                if one.reduces_id == line.id:
                    one.struck_at = clock.now()
        else:
            with force_locale(order.person.language):  # who reads the bill
                text = _("Reduction: %(what)s", what=line.text)
            less = Money(-part.minor, order.currency)
            _add_line(order, text, less, line.vat_basis_points, reduces_id=line.id)
        if part.fee_minor:
            with force_locale(order.person.language):
                text = _("Change fee: %(what)s", what=line.text)
            _add_line(order, text, Money(part.fee_minor, order.currency), line.vat_basis_points)
    _retotal(order)
    _changed(order, before, give_back=False)
    level(order, reason=reason)


def price_left(line: OrderLine) -> int:
    """What a line costs after all that reduces it."""
    return line.price_minor + sum(
        one.price_minor for one in queries.lines_of([line.order_id]) if one.reduces_id == line.id
    )


def open_again(order: Order) -> None:
    """An order that had ended is to be paid after all: what it was for can be had. Whoever calls holds it."""
    before = order.state
    order.state, order.due_at = OrderState.OPEN, None
    db.session.flush()
    audit.record(
        "order_opened_again",
        "order",
        order.id,
        expo_id=order.expo_id,
        before={"state": before.value},
        after={"state": order.state.value},
    )


def begin_again(*, order: Order, text: str, price: Money, rate: int) -> OrderLine:
    """An order that had ended is for this alone from now on. Whoever calls holds it, and settles it."""
    for line in queries.lines_of([order.id]):
        line.struck_at = clock.now()
    new = _add_line(order, text, price, rate)
    _retotal(order)
    open_again(order)
    return new


def bill(*, order: Order) -> None:
    """From now on what the order says stands in the books as owed: an invoice is written for it."""
    with transaction():
        order = orders.hold(order.id)
        if order.billed_at is None:
            order.billed_at = clock.now()
            db.session.flush()
            audit.record("order_billed", "order", order.id, expo_id=order.expo_id)
            ledger.recognise(order)
            news.tell(OrderBilled(order.id))


def _add_line(
    order: Order, text: str, price: Money, rate: int, *, reduces_id: int | None = None
) -> OrderLine:
    line = OrderLine(
        expo_id=order.expo_id,
        order_id=order.id,
        text=text[:300],
        price_minor=price.minor,
        vat_basis_points=rate,
        vat_minor=_vat_within(price, rate, reduces_id),
        reduces_id=reduces_id,
    )
    db.session.add(line)
    db.session.flush()
    return line


def _vat_within(price: Money, rate: int, reduces_id: int | None) -> int:
    """The VAT in it. Of what takes off from a line: what its VAT falls by, so that many roundings never take more off
    than it had."""
    if reduces_id is None:
        return price.vat_included(rate).minor
    before = Money(price_left(db.session.get_one(OrderLine, reduces_id)), price.currency)
    return (before + price).vat_included(rate).minor - before.vat_included(rate).minor


def _retotal(order: Order) -> None:
    db.session.flush()
    order.total_minor = sum(line.price_minor for line in queries.lines_of([order.id]))
    db.session.flush()


def _changed(order: Order, before: int, *, why: str = "", give_back: bool = True) -> None:
    """The order says something else now: the books follow, and so does what was paid too much."""
    db.session.flush()
    audit.record(
        "order_changed",
        "order",
        order.id,
        expo_id=order.expo_id,
        before={"total": before},
        after={"total": order.total_minor, "state": order.state.value},
        why=why or None,
    )
    if order.state is OrderState.OPEN and settle_if_paid(order):
        return
    ledger.recognise(order)
    if give_back:
        level(order, reason=RefundReason.CANCELLATION)
    _close_page_later(order)
    news.tell(OrderChanged(order.id))


def _close_page_later(order: Order) -> None:
    """What is left to pay has changed, so a page that is open asks for too much or too little."""
    for one in queries.payments_of([order.id]):
        if one.state is PayState.CREATED:
            jobs.add("page_wrong", {"payment": one.id}, key=f"page_wrong:{one.id}")


def reduce_somewhere(order: Order, amount: Money) -> None:
    """Make an order cheaper by so much, of its dearest lines: somebody took the money back. Whoever calls holds it."""
    left = amount.minor
    whole = [line for line in queries.lines_of([order.id]) if line.reduces_id is None]
    for line in sorted(whole, key=price_left, reverse=True):
        part = min(left, price_left(line))
        if part > 0:
            reduce(order=order, line=line, amount=Money(part, order.currency))
            left -= part


def arrived(payment: Payment) -> None:
    """Money came: the books know, and the order is settled if that is enough. Whoever calls holds the order."""
    order = payment.order
    ledger.captured(payment)
    if order.state is OrderState.OPEN:
        if not settle_if_paid(order):
            _close_page_later(order)
    elif order.state is OrderState.SETTLED:
        level(order)
    else:
        news.tell(CameLate(order.id, payment.id))


def settle_if_paid(order: Order) -> bool:
    """Settle the order if what came covers it. Whoever calls holds it. Returns whether it was settled now."""
    if queries.net(order.id) < order.total_minor:
        return False
    settled = execute(
        sa.update(Order)
        .where(Order.id == order.id, Order.state == OrderState.OPEN)
        .values(state=OrderState.SETTLED, settled_at=clock.now())
    )
    db.session.refresh(order)
    if settled == 1:
        audit.record(
            "order_settled", "order", order.id, expo_id=order.expo_id, after={"total": order.total_minor}
        )
        ledger.recognise(order)
        news.tell(OrderSettled(order.id))
        level(order)
        _close_page_later(order)
    return settled == 1


def expire(*, order_id: int) -> bool:
    """End an order that is overdue: what it held is given back by those who listen. Returns whether it ended now.

    One on which a part was paid does not end by itself: somebody has to decide about that money.
    """
    with transaction():
        order = orders.hold(order_id)
        if order.due_at is None or order.due_at > clock.now() or queries.captured(order.id):
            return False
        if any(one.is_under_way for one in queries.payments_of([order.id])):
            return False  # somebody may be paying just now: checkout.py closes their page first
        ended = execute(
            sa.update(Order)
            .where(Order.id == order.id, Order.state == OrderState.OPEN)
            .values(state=OrderState.EXPIRED)
        )
        db.session.refresh(order)
        if ended != 1:
            return False
        audit.record("order_expired", "order", order.id, expo_id=order.expo_id)
        ledger.recognise(order)
        news.tell(OrderExpired(order.id))
        return True
