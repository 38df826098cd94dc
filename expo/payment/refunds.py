"""Money that goes back. Asked for here, sent to where it came from, noted when it is there.

What is asked for, under way and done never exceeds what came: the statement that writes a refund counts it on its
payment, and the database refuses what would be too much. A refund is no cancellation: that is decided by whoever
knows what the order is about.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from expo.core import audit, clock, jobs
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import counting, ledger, orders, queries
from .models import (
    LIVE_REFUNDS,
    Order,
    Payment,
    PayMethod,
    PayState,
    Refund,
    RefundReason,
    RefundState,
)
from .refusals import NotYourRefund, RefundTooMuch, TillTooEmpty, WrongRefundStep

_GONE = (RefundReason.DISPUTE,)


def request(
    *,
    order: Order,
    amount: Money,
    reason: RefundReason,
    key: str,
    note: str = "",
    payment: Payment | None = None,
    by_hand: bool = False,
) -> list[Refund]:
    """Ask for this much of an order's money to go back: of this payment, or first of what goes back by itself.

    The same key again is the same refund. `by_hand`: a person decides, so above the seller's limit a second one has
    to agree. Raises BadInput, RefundTooMuch; then nothing is asked for.
    """
    if amount.minor <= 0:
        raise BadInput(_("An amount above nothing, please."), field="amount")
    if amount.currency != order.currency:
        raise BadInput(_("This order is paid in %(currency)s.", currency=order.currency), field="amount")
    with transaction():
        order = orders.hold(order.id)
        known = with_key(order.expo_id, key)
        if known:
            return known
        made, left = [], amount.minor
        second = by_hand and amount.minor + _alone(order.id) > _limit(order)
        for one in [payment] if payment else _by_ease(queries.payments_of([order.id])):
            if one.state is not PayState.SUCCEEDED or not left:
                continue
            db.session.refresh(one)
            part = min(left, one.amount_minor - one.refunded_minor)
            if part <= 0:
                continue
            made.append(_write(order, one, part, reason, f"{key}:{one.id}", note, second))
            left -= part
        if left:
            raise RefundTooMuch(
                _("That is more than came for this order and has not gone back yet."), field="amount"
            )
    return made


def _limit(order: Order) -> int:
    """Above this two people let money of the order go."""
    return order.seller.refund_limit_minor if order.seller else 0


def _alone(order_id: int) -> int:
    """What one person has let go by themselves, so that many small refunds are no way around the limit."""
    return queries.total(
        Refund.amount_minor, Refund.order_id == order_id, Refund.reason == RefundReason.GOODWILL,
        Refund.state.in_(LIVE_REFUNDS), Refund.approved_by.is_(None),
    )  # fmt: skip


def _by_ease(paid: list[Payment]) -> list[Payment]:
    """First what the provider gives back by itself, the newest first; then what finance has to pay out."""
    return sorted(paid, key=lambda one: (one.method is not PayMethod.CHECKOUT, -one.id))


def with_key(expo_id: int, key: str) -> list[Refund]:
    return list(
        db.session.scalars(
            sa.select(Refund).where(
                Refund.expo_id == expo_id, Refund.key.startswith(f"{key}:", autoescape=True)
            )
        )
    )


def _write(
    order: Order, payment: Payment, part: int, reason: RefundReason, key: str, note: str, second: bool
) -> Refund:
    counted = execute(
        sa.update(Payment)
        .where(
            Payment.id == payment.id,
            Payment.state.in_((PayState.SUCCEEDED, PayState.DISPUTED)),
            Payment.refunded_minor + part <= Payment.amount_minor,
        )
        .values(refunded_minor=Payment.refunded_minor + part)
    )
    db.session.refresh(payment)
    if counted != 1:
        raise RefundTooMuch(
            _("That is more than came for this order and has not gone back yet."), field="amount"
        )
    refund = Refund(
        expo_id=order.expo_id,
        order_id=order.id,
        payment_id=payment.id,
        key=key[:120],
        state=RefundState.REQUESTED,
        reason=reason,
        amount_minor=part,
        currency=order.currency,
        note=one_line(note)[:300],
        requested_by=audit.actor(),
        requested_at=clock.now(),
        needs_second=second,
    )
    if not add_unless_there(refund):
        raise WrongRefundStep(_("This refund was asked for already."))
    _record(refund, "refund_requested", why=refund.note or None)
    if not second and reason not in _GONE and not key.startswith("provider:"):
        _send_later(refund)
    return refund


def write_gone(order: Order, payment: Payment, part: Money, reason: RefundReason, key: str) -> Refund:
    """Money that has gone back without us: by the provider's own pages, or by the payer's bank."""
    return _write(order, payment, part.minor, reason, f"{key}:{payment.id}", "", second=False)


def approve(*, refund: Refund) -> None:
    """The second person agrees. Raises NotYourRefund for the one who asked, WrongRefundStep."""
    with transaction():
        orders.hold(refund.order_id)
        db.session.refresh(refund)
        if not refund.waits_for_second:
            raise WrongRefundStep(_("This refund needs nobody's approval any more."))
        if refund.requested_by == audit.actor():
            raise NotYourRefund(_("You asked for this refund. Somebody else has to agree to it."))
        refund.approved_by = audit.actor()
        db.session.flush()
        _record(refund, "refund_approved")
        _send_later(refund)


def ways(payment: Payment) -> tuple[PayMethod, ...]:
    """How a person may give a payment back: as it came, or by transfer. None for what the provider gives back."""
    if payment.method is PayMethod.CHECKOUT:
        return ()
    if payment.method in (PayMethod.DESK, PayMethod.SWISH):
        return (payment.method, PayMethod.TRANSFER)
    return (PayMethod.TRANSFER,)


def is_to_pay_out(refund: Refund) -> bool:
    """Whether a person can pay it out now."""
    return (
        bool(ways(refund.payment))
        and refund.state in (RefundState.REQUESTED, RefundState.PENDING)
        and not refund.waits_for_second
    )


def paid_out(*, refund: Refund, way: PayMethod | None = None, till: str = "") -> None:
    """Finance has given it back by hand: in cash out of a till (one's own, unless told), by transfer or Swish. Twice
    is once. Raises WrongRefundStep; NotYourRefund for much that the same person asked for; TillTooEmpty."""
    with transaction():
        order = orders.hold(refund.order_id)
        db.session.refresh(refund)
        if refund.state is RefundState.DONE:
            return
        possible = ways(refund.payment)
        if not possible:
            raise WrongRefundStep(_("The payment provider gives this back by itself."))
        if not is_to_pay_out(refund):
            if refund.waits_for_second:
                raise WrongRefundStep(_("This refund waits for a second person."))
            raise WrongRefundStep(_("This refund has ended. Ask for it once more if it has to go back."))
        if (
            refund.requested_by == audit.actor()
            and not refund.approved_by
            and refund.amount_minor > _limit(order)
        ):
            raise NotYourRefund(_("You asked for this refund. Somebody else has to pay it out."))
        refund.way = way or possible[0]
        if refund.way not in possible:
            raise WrongRefundStep(_("It goes back as it came, or by transfer."))
        if refund.way is PayMethod.DESK:
            refund.till = till or audit.actor()
            _check_till(order, refund)
        done(refund)


def _check_till(order: Order, refund: Refund) -> None:
    """Nobody hands out what is not there. The seller stays held, as for a count."""
    if order.seller is None or refund.till is None:
        return
    lock(order.seller)
    there = counting.in_till(order.seller.id, refund.till, refund.currency)
    if there < refund.amount_minor:
        said = Money(max(0, there), refund.currency).said(str(get_locale() or "en"))
        raise TillTooEmpty(
            _("There is only %(amount)s in this till. Take another, or send a transfer.", amount=said)
        )


def try_again(*, refund: Refund) -> list[Refund]:
    """Ask once more for what failed. Raises WrongRefundStep, RefundTooMuch."""
    if refund.state is not RefundState.FAILED:
        raise WrongRefundStep(_("This refund has not failed."))
    return request(
        order=refund.order,
        amount=refund.amount,
        reason=refund.reason,
        key=f"again:{refund.id}",
        note=refund.note,
        payment=refund.payment,
        by_hand=refund.needs_second,
    )


def done(refund: Refund, provider_id: str | None = None) -> None:
    """It is back with the payer. Whoever calls holds the order; twice is once."""
    _step(refund, RefundState.DONE, (RefundState.REQUESTED, RefundState.PENDING), provider_id)


def under_way(refund: Refund, provider_id: str) -> None:
    """The provider has it, and is not through with it."""
    _step(refund, RefundState.PENDING, (RefundState.REQUESTED,), provider_id)


def failed(refund: Refund, why: str, provider_id: str | None = None) -> None:
    """It could not be given back: it counts no longer, and finance is shown it. One that was done can still fail
    (the payer's account is closed): then the money is ours again."""
    was_done = refund.state is RefundState.DONE
    if was_done and refund.way is PayMethod.DESK:
        raise WrongRefundStep(_("It was handed over in cash."))
    refund.failure = one_line(why)[:300]
    if _step(refund, RefundState.FAILED, LIVE_REFUNDS, provider_id):
        execute(
            sa.update(Payment)
            .where(Payment.id == refund.payment_id)
            .values(refunded_minor=Payment.refunded_minor - refund.amount_minor)
        )
        db.session.refresh(refund.payment)
        if was_done:
            ledger.returned_back(refund)


def _step(
    refund: Refund, to: RefundState, allowed: Iterable[RefundState], provider_id: str | None = None
) -> bool:
    db.session.flush()
    values: dict[str, object] = {"state": to}
    if provider_id is not None:
        values["provider_id"] = provider_id
    if to is RefundState.DONE:
        values["done_at"] = clock.now()
    stepped = execute(
        sa.update(Refund).where(Refund.id == refund.id, Refund.state.in_(list(allowed))).values(**values)
    )
    db.session.refresh(refund)
    if stepped == 1:
        if to is RefundState.DONE:
            ledger.returned(refund)
        _record(refund, f"refund_{to.value}", why=refund.failure or None)
    return stepped == 1


def _send_later(refund: Refund) -> None:
    if refund.payment.method is PayMethod.CHECKOUT:
        jobs.add("refund_send", {"refund": refund.id}, key=f"refund_send:{refund.id}")


def _record(refund: Refund, action: str, why: str | None = None) -> None:
    audit.record(
        action,
        "order",
        refund.order_id,
        expo_id=refund.expo_id,
        after={
            "refund": refund.id,
            "amount": refund.amount_minor,
            "currency": refund.currency,
            "reason": refund.reason.value,
            **({"way": refund.way.value} if refund.way else {}),
            **({"till": refund.till} if refund.till else {}),
        },
        why=why,
    )


# Looking.


def of_orders(order_ids: Iterable[int]) -> list[Refund]:
    return list(
        db.session.scalars(
            sa.select(Refund)
            .where(Refund.order_id.in_(list(order_ids)))
            .options(joinedload(Refund.payment), joinedload(Refund.order))
            .order_by(Refund.id)
        )
    )


def of_order(order_id: int, refund_id: int) -> Refund | None:
    """A refund of just this order."""
    return db.session.scalar(sa.select(Refund).where(Refund.id == refund_id, Refund.order_id == order_id))


def listed(
    expo_id: int, seller_ids: Iterable[int] | None, *, states: Iterable[RefundState] = ()
) -> list[Refund]:
    """Refunds of these sellers' orders (None: of all), those that somebody has to do something about first."""
    todo = sa.case((Refund.state.in_((RefundState.REQUESTED, RefundState.FAILED)), 0), else_=1)
    found = (
        sa.select(Refund)
        .join(Refund.order)
        .where(Refund.expo_id == expo_id)
        .options(
            contains_eager(Refund.order).joinedload(Order.person),
            contains_eager(Refund.order).joinedload(Order.seller),
            joinedload(Refund.payment),
        )
        .order_by(todo, Refund.id.desc())
        .limit(2000)
    )
    if seller_ids is not None:
        found = found.where(Order.seller_id.in_(list(seller_ids)))
    wanted = list(states)
    if wanted:
        found = found.where(Refund.state.in_(wanted))
    return list(db.session.scalars(found))
