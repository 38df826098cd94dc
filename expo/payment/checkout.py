"""Paying on the provider's page: one page at a time for an order, closed before its places are given away.

Two short transactions with the network between them. Whatever dies in between, the row of the attempt is there
first, and its key makes the provider give the same page again.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, jobs
from expo.core.db import add_unless_there, db, execute, transaction

from . import gateway, orders, provider, queries, settling
from .gateway import Page
from .models import Order, OrderState, Payment, PayMethod, PayState
from .refusals import AlreadyPaid, OrderClosed, PaymentUnderWay, ProviderRefuses

log = logging.getLogger(__name__)

PAGE_LASTS = timedelta(minutes=35)  # the provider wants thirty at least
GRACE = timedelta(minutes=5)  # for what is told at the last moment, before places go
STILL_WORTH_OPENING = timedelta(minutes=5)
MOST_PAGES = 20  # of one order: each keeps its places for another half hour
_TRIES = 3


def open_page(*, order: Order, url: str, language: str) -> str:
    """Where the order can be paid now. `url` is its own page, where the provider sends people back to.

    Raises AlreadyPaid, OrderClosed, PaymentUnderWay, ProviderAway, ProviderRefuses.
    """
    for _try in range(_TRIES):
        payment, old = _attempt(order.id)
        if old is not None:
            close(old)
            continue
        if payment.page_url is None:
            # The same key again, after a crash, is the same page.
            try:
                made = gateway.create_page(_wish(payment, url, language))
            except ProviderRefuses as no:
                _give_up(payment, str(no.facts.get("why", "")))
                raise
            _note(payment, made)
        if payment.page_url:
            return payment.page_url
    raise PaymentUnderWay(_("This order changes right now. Try again in a moment."))


def _attempt(order_id: int) -> tuple[Payment, Payment | None]:
    """The attempt to use, or else the one that has to be closed before."""
    with transaction():
        order = orders.hold(order_id)
        left = order.total_minor - queries.net(order.id)
        if order.state is OrderState.SETTLED or (order.state is OrderState.OPEN and left <= 0):
            raise AlreadyPaid(_("This order is paid."))
        if order.state is not OrderState.OPEN:
            raise OrderClosed(_("This order has ended, and its places are given back. Register again."))
        known = queries.payments_of([order.id])
        if any(one.state is PayState.PROCESSING for one in known):
            raise PaymentUnderWay(
                _("A payment for this order is on its way. You get a letter when it has come.")
            )
        there = next((one for one in known if one.state is PayState.CREATED), None)
        now = clock.real_now()
        if there is not None:
            fits = (
                there.amount_minor == left
                and there.page_until is not None
                and there.page_until - now > STILL_WORTH_OPENING
            )
            return there, None if fits else there
        pages = sum(one.method is PayMethod.CHECKOUT for one in known)
        if pages >= MOST_PAGES:
            raise PaymentUnderWay(
                _("Too many payment pages were opened for this order. Pay by transfer or at the desk.")
            )
        payment = Payment(
            expo_id=order.expo_id,
            order_id=order.id,
            key=f"page:{secrets.token_urlsafe(24)}",
            state=PayState.CREATED,
            method=PayMethod.CHECKOUT,
            amount_minor=left,
            currency=order.currency,
            recorded_by=audit.actor(),
            recorded_at=clock.now(),
            page_until=now + PAGE_LASTS,
        )
        if not add_unless_there(payment):
            raise PaymentUnderWay(_("This order changes right now. Try again in a moment."))
        _hold_longer(order)
        audit.record(
            "page_opened",
            "order",
            order.id,
            expo_id=order.expo_id,
            after={"payment": payment.id, "amount": left, "currency": order.currency},
        )
        jobs.add(
            "page_over",
            {"payment": payment.id},
            at=clock.now() + PAGE_LASTS + GRACE / 2,
            key=f"page_over:{payment.id}",
        )
        return payment, None


def _hold_longer(order: Order) -> None:
    """The places outlive the page."""
    until = clock.now() + PAGE_LASTS + GRACE
    if order.due_at is not None and order.due_at < until:
        order.due_at = until
        db.session.flush()


def _wish(payment: Payment, url: str, language: str) -> gateway.Wish:
    order = payment.order
    assert payment.page_until is not None
    seller = f", {order.seller.name}" if order.seller else ""
    return gateway.Wish(
        key=payment.key,
        reference=str(payment.id),
        order=order.code,
        what=_("Order %(code)s", code=order.code) + seller,
        amount=payment.amount,
        email=order.person.email,
        language=language,
        until=payment.page_until,
        success_url=f"{url}/paid",
        cancel_url=url,
        account=provider.account_of(order),
    )


def _note(payment: Payment, made: Page) -> None:
    with transaction():
        orders.hold(payment.order_id)
        execute(
            sa.update(Payment)
            .where(Payment.id == payment.id, Payment.provider_id.is_(None))
            .values(provider_id=made.id, page_url=made.url, intent_id=made.intent)
        )
        db.session.refresh(payment)


def _give_up(payment: Payment, why: str) -> None:
    """The provider makes no such page: nobody can pay on it."""
    with transaction():
        orders.hold(payment.order_id)
        provider.step(payment, PayState.FAILED, (PayState.CREATED,), why=why)


def close(payment: Payment) -> None:
    """Close a page at the provider, so that nobody pays on it from now on, then note what became of it.

    Raises ProviderAway: then nothing is known, and whatever it holds must stay held.
    """
    account = provider.account_of(payment.order)
    if payment.provider_id is None:
        # The provider may have made it, and we died before we noted it. The key finds it, or makes it to be closed.
        try:
            made = gateway.create_page(_wish(payment, f"{_base()}/", "en"))
        except ProviderRefuses as no:
            _give_up(payment, str(no.facts.get("why", "")))
            return
        _note(payment, made)
    assert payment.provider_id is not None
    provider.apply_page(gateway.expire_page(payment.provider_id, account))


def look(payment: Payment) -> None:
    """Ask the provider how a payment stands, and note it. Raises ProviderAway, ProviderRefuses."""
    if payment.provider_id is not None:
        provider.apply_page(gateway.page(payment.provider_id, provider.account_of(payment.order)))


def _base() -> str:
    from flask import current_app

    return str(current_app.config["EXPO"].base_url).rstrip("/")


def unsettled(order_id: int) -> list[Payment]:
    """Payments of an order of which the provider may still tell something."""
    return [one for one in queries.payments_of([order_id]) if one.is_under_way]


@jobs.handler("order_due")
def _when_due(payload: dict[str, Any]) -> None:
    """An order nobody paid ends; not before nobody can pay it any more."""
    order = db.session.get_one(Order, payload["order"])
    due: datetime | None = order.due_at
    if order.state is not OrderState.OPEN or due is None:
        return
    if due > clock.now():  # a page that was opened meanwhile has put it off
        with transaction():
            jobs.add("order_due", {"order": order.id}, at=due, key=f"order_due:{order.id}")
        return
    for payment in unsettled(order.id):
        if payment.state is PayState.CREATED:
            close(payment)
        else:
            look(payment)
    if not settling.expire(order_id=order.id):
        db.session.refresh(order)
        later: datetime | None = order.due_at
        if later is not None and later > clock.now():
            with transaction():
                jobs.add("order_due", {"order": order.id}, at=later, key=f"order_due:{order.id}")


@jobs.handler("page_over")
def _when_over(payload: dict[str, Any]) -> None:
    """The page has ended by itself, or what it says has not reached us: ask."""
    payment = db.session.get_one(Payment, payload["payment"])
    if payment.state is PayState.CREATED:
        close(payment)
    elif payment.state is PayState.PROCESSING:
        look(payment)
        with transaction():
            db.session.refresh(payment)
            if payment.state is PayState.PROCESSING:
                jobs.add(
                    "page_over",
                    {"payment": payment.id},
                    at=clock.now() + timedelta(hours=6),
                    key=f"page_over:{payment.id}",
                )


@jobs.handler("page_wrong")
def _when_wrong(payload: dict[str, Any]) -> None:
    """The order is worth something else now, so its open page is closed."""
    payment = db.session.get_one(Payment, payload["payment"])
    order = payment.order
    if payment.state is PayState.CREATED and (
        order.state is not OrderState.OPEN
        or payment.amount_minor != order.total_minor - queries.net(order.id)
    ):
        close(payment)
