"""What the provider says, written down: the one place where its state becomes ours.

Each of these takes what was fetched just now, so the order in which things are told does not matter, nor how often.
Amount, currency, order and mode are compared before anything is believed. With an event, its id is written in the
same transaction as its effects.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

import sqlalchemy as sa

from expo.core import audit, clock, jobs, news
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.money import Money

from . import gateway, ledger, orders, refunds, settling
from .gateway import Back, Dispute, Event, Page
from .models import (
    MONEY_IN,
    Order,
    OrderState,
    Payment,
    PayState,
    ProviderEvent,
    Refund,
    RefundReason,
    RefundState,
    Seller,
)
from .news import TakenBack
from .refusals import ProviderRefuses

log = logging.getLogger(__name__)


def account_of(order: Order) -> str:
    """The account at the provider that gets the money; "" is the platform's own."""
    return order.seller.provider_account if order.seller else ""


def accounts() -> list[str]:
    """All accounts that get money here."""
    return sorted({"", *db.session.scalars(sa.select(Seller.provider_account).distinct())})


def known(event_id: str) -> bool:
    """Whether this event was seen to before."""
    return (
        db.session.scalar(sa.select(ProviderEvent.id).where(ProviderEvent.event_id == event_id)) is not None
    )


def receive(event: Event) -> str:
    """See to one event, once. Returns what came of it. Raises ProviderAway: then it shall be sent again."""
    if known(event.id):
        return "seen before"
    if event.is_live != gateway.is_live() or event.account not in accounts():
        return _set_aside(event, "not ours")
    if not re.fullmatch(r"\w{1,255}", event.object_id):
        return _set_aside(event, "not of interest")
    try:
        if event.type in gateway.PAGE_EVENTS:
            return apply_page(gateway.page(event.object_id, event.account), event)
        if event.type in gateway.REFUND_EVENTS:
            return apply_back(gateway.back(event.object_id, event.account), event)
        if event.type in gateway.DISPUTE_EVENTS:
            return apply_dispute(gateway.dispute(event.object_id, event.account), event)
    except ProviderRefuses:
        return _set_aside(event, "refused: there is no such thing")
    return _set_aside(event, "not of interest")


def _set_aside(event: Event, outcome: str) -> str:
    with transaction():
        _first(event, outcome, None)
    return outcome


def _first(event: Event | None, outcome: str, order: Order | None) -> bool:
    """Write the event down. False where it was, so its effects are there."""
    if event is None:
        return True
    return add_unless_there(
        ProviderEvent(
            event_id=event.id,
            type=event.type,
            expo_id=order.expo_id if order else None,
            order_id=order.id if order else None,
            received_at=clock.real_now(),
            outcome=outcome[:200],
        )
    )


def apply_page(page: Page, event: Event | None = None) -> str:
    """A payment page, as it is now."""
    with transaction():
        payment = _payment(page)
        if payment is None:
            _first(event, "refused: no payment of ours", None)
            return "refused: no payment of ours"
        order = orders.hold(payment.order_id)
        db.session.refresh(payment)
        wrong = _mismatch(page, payment, order)
        outcome = f"refused: {wrong}" if wrong else page.money if page.money != "none" else page.state
        if not _first(event, outcome, order):
            return "seen before"
        if wrong:
            log.error("payment %s does not agree with the provider: %s", payment.id, wrong)
            audit.record(
                "payment_refused",
                "order",
                order.id,
                expo_id=order.expo_id,
                after={"payment": payment.id},
                why=wrong,
            )
            return outcome
        if payment.provider_id is None:
            payment.provider_id, payment.page_url = page.id, page.url
        payment.intent_id = page.intent or payment.intent_id
        db.session.flush()
        _follow(page, payment, order)
    return outcome


def _payment(page: Page) -> Payment | None:
    found = db.session.scalar(sa.select(Payment).where(Payment.provider_id == page.id))
    if found is None and page.reference.isascii() and page.reference.isdigit() and len(page.reference) < 10:
        # Its page was made, and we died before we noted it.
        found = db.session.get(Payment, int(page.reference))
        if found is not None and found.provider_id is not None:
            return None
    return found


def _mismatch(page: Page, payment: Payment, order: Order) -> str:
    """What the provider's page says otherwise than we do; "" where all agrees."""
    agreed = {
        "reference": (page.reference, str(payment.id)),
        "order": (page.order, order.code),
        "amount": (page.amount.minor, payment.amount_minor),
        "currency": (page.amount.currency, payment.currency),
        "mode": (page.mode, "payment"),
        "live": (page.is_live, gateway.is_live()),
        "account": (page.account, account_of(order)),
    }
    return ", ".join(what for what, (theirs, ours) in agreed.items() if theirs != ours)


def _follow(page: Page, payment: Payment, order: Order) -> None:
    unpaid = (PayState.CREATED, PayState.PROCESSING, PayState.FAILED, PayState.EXPIRED)
    if page.money == "paid":
        if step(payment, PayState.SUCCEEDED, unpaid):
            settling.arrived(payment)
    elif page.money == "waiting":
        step(payment, PayState.PROCESSING, (PayState.CREATED,))
    elif page.state == "expired":
        if step(payment, PayState.EXPIRED, (PayState.CREATED,)):
            _look_at_due(order)
    elif page.state == "complete" and step(payment, PayState.FAILED, (PayState.CREATED, PayState.PROCESSING)):
        _look_at_due(order)


def _look_at_due(order: Order) -> None:
    """Nobody pays just now: if the order is overdue, it ends."""
    if order.state is OrderState.OPEN and order.due_at is not None:
        jobs.add("order_due", {"order": order.id}, at=order.due_at, key=f"order_due:{order.id}")


def step(payment: Payment, to: PayState, allowed: Iterable[PayState], *, why: str = "") -> bool:
    """Change the state by one conditional statement. Returns whether it was changed now. Whoever calls holds the
    order."""
    db.session.flush()
    before = payment.state
    stepped = execute(
        sa.update(Payment).where(Payment.id == payment.id, Payment.state.in_(list(allowed))).values(state=to)
    )
    db.session.refresh(payment)
    if stepped == 1:
        audit.record(
            f"payment_{to.value}",
            "order",
            payment.order_id,
            expo_id=payment.expo_id,
            before={"state": before.value},
            after={"payment": payment.id, "amount": payment.amount_minor, "currency": payment.currency},
            why=why or None,
        )
    return stepped == 1


def apply_back(back: Back, event: Event | None = None) -> str:
    """Money that goes back, as it is now. What was sent back at the provider by hand is written down, too."""
    with transaction():
        refund = _refund(back)
        payment = refund.payment if refund else _by_intent(back.intent)
        if payment is None:
            _first(event, "refused: no payment of ours", None)
            return "refused: no payment of ours"
        order = orders.hold(payment.order_id)
        if not _first(event, back.state, order):
            return "seen before"
        if refund is None:
            refund = _refund(back)  # somebody may have noted it meanwhile
        if refund is None:
            if back.state == "failed":
                return back.state
            _by_their_hand(payment, back.amount, RefundReason.GOODWILL, f"provider:{back.id}", back.id)
            return back.state
        db.session.refresh(refund)
        if back.amount != refund.amount:
            log.error("refund %s does not agree with the provider", refund.id)
            return "refused: amount"
        if back.state == "done":
            refunds.done(refund, back.id)
        elif back.state == "failed":
            refunds.failed(refund, back.failure or "failed", back.id)
        else:
            refunds.under_way(refund, back.id)
    return back.state


def _refund(back: Back) -> Refund | None:
    found = db.session.scalar(sa.select(Refund).where(Refund.provider_id == back.id))
    if found is None and back.refund.isascii() and back.refund.isdigit() and len(back.refund) < 10:
        found = db.session.get(Refund, int(back.refund))
        if found is not None and (found.provider_id is not None or found.payment.intent_id != back.intent):
            return None
    return found


def _by_intent(intent: str | None) -> Payment | None:
    if not intent:
        return None
    return db.session.scalar(
        sa.select(Payment).where(Payment.intent_id == intent, Payment.state.in_(MONEY_IN))
    )


def _by_their_hand(
    payment: Payment, amount: Money, reason: RefundReason, key: str, provider_id: str | None
) -> None:
    """The money went without us: write it down as gone, and let go of what it paid for."""
    order = payment.order
    free = payment.amount_minor - payment.refunded_minor
    if free <= 0 or refunds.with_key(order.expo_id, key):
        return
    part = Money(min(amount.minor, free), payment.currency)
    made = refunds.write_gone(order, payment, part, reason, key)
    refunds.done(made, provider_id)
    if order.state is OrderState.SETTLED and part.minor >= order.total_minor:
        news.tell(TakenBack(order.id))
    elif order.state is OrderState.SETTLED:
        settling.reduce_somewhere(order, part)


def apply_dispute(dispute: Dispute, event: Event | None = None) -> str:
    """The payer's bank wants money back: it is set aside until that is decided."""
    with transaction():
        payment = _by_intent(dispute.intent)
        if payment is None:
            _first(event, "refused: no payment of ours", None)
            return "refused: no payment of ours"
        order = orders.hold(payment.order_id)
        db.session.refresh(payment)
        if not _first(event, dispute.state, order):
            return "seen before"
        if dispute.state == "inquiry":
            return dispute.state
        aside = ledger.is_set_aside(order, dispute.id)
        if not aside and step(payment, PayState.DISPUTED, (PayState.SUCCEEDED,)):
            ledger.set_aside(
                payment, dispute.id, min(dispute.amount.minor, payment.amount_minor - payment.refunded_minor)
            )
        if dispute.state in ("won", "lost") and step(payment, PayState.SUCCEEDED, (PayState.DISPUTED,)):
            if dispute.state == "won":
                ledger.released(payment, dispute.id)
            else:
                _by_their_hand(payment, dispute.amount, RefundReason.DISPUTE, f"dispute:{dispute.id}", None)
    return dispute.state


@jobs.handler("refund_send")
def _send(payload: dict[str, object]) -> None:
    """Send money back. The key makes a second sending the first one again."""
    refund = db.session.get_one(Refund, payload["refund"])
    if refund.state is not RefundState.REQUESTED or refund.waits_for_second:
        return
    payment = refund.payment
    if payment.intent_id is None:
        raise RuntimeError("the payment is not known at the provider yet")
    account, intent, amount = account_of(refund.order), payment.intent_id, refund.amount
    key, number = f"refund:{refund.expo_id}:{refund.key}", str(refund.id)
    try:
        back = gateway.give_back(intent=intent, amount=amount, key=key, refund=number, account=account)
    except ProviderRefuses as no:
        with transaction():
            orders.hold(refund.order_id)
            db.session.refresh(refund)
            refunds.failed(refund, str(no.facts.get("why", "refused")))
        return
    apply_back(back)
