"""The only file that talks to Stripe: pages to pay on, money that goes back, and what its webhooks tell.

Nothing here is believed to be known afterwards: whoever changes something fetches it again. Never inside a
transaction, for the provider may take seconds. The package costs most of a second to import, so it is imported
with the first call. Sources: https://docs.stripe.com/api (version of the package), /payments/checkout, /webhooks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _

from expo.core.db import in_transaction
from expo.core.money import Money

from .refusals import ProviderAway, ProviderRefuses

if TYPE_CHECKING:
    from stripe import StripeClient

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 15  # seconds
PAGE_EVENTS = frozenset(
    f"checkout.session.{what}"
    for what in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)
REFUND_EVENTS = frozenset(("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"))
DISPUTE_EVENTS = frozenset(
    f"charge.dispute.{what}"
    for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)


@dataclass(frozen=True, slots=True)
class Page:
    """A payment page as the provider says it is now.

    `state` is open, complete or expired; `money` is paid, waiting (it is on its way) or none.
    """

    id: str
    url: str | None
    state: str
    money: str
    amount: Money
    mode: str
    is_live: bool
    reference: str
    order: str
    intent: str | None
    account: str


@dataclass(frozen=True, slots=True)
class Back:
    """Money that goes back, as the provider says: state is pending, done or failed."""

    id: str
    state: str
    amount: Money
    intent: str | None
    refund: str
    failure: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payment that the payer's bank disputes: state is open, won, lost or only an inquiry."""

    id: str
    state: str
    amount: Money
    intent: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook is about. Only its ids are used: what they name is fetched."""

    id: str
    type: str
    object_id: str
    account: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A page that shall be made. The same key makes the same page, however often it is asked for."""

    key: str
    reference: str
    order: str
    what: str
    amount: Money
    email: str | None
    language: str
    until: datetime
    success_url: str
    cancel_url: str
    account: str


class BadSignature(Exception):
    """Nobody who knows one of our secrets has sent this, or too long ago."""


def is_open() -> bool:
    """Whether people can pay online here."""
    return bool(current_app.config["EXPO"].takes_payments)


def is_live() -> bool:
    """Whether our key moves real money."""
    return "_live_" in str(current_app.config["EXPO"].stripe_key)


def create_page(wish: Wish) -> Page:
    """Make a page. No methods are named: the account's own settings decide what it offers (card, Swish, Klarna …).

    Raises ProviderAway, ProviderRefuses.
    """
    told = {"order": wish.order, "payment": wish.reference}
    params: Any = {
        "mode": "payment",
        "client_reference_id": wish.reference,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": wish.amount.currency.lower(),
                    "unit_amount": wish.amount.minor,
                    "product_data": {"name": wish.what},
                },
            }
        ],
        "metadata": told,
        "payment_intent_data": {"metadata": told, "description": wish.what},
        "expires_at": int(wish.until.timestamp()),
        "locale": wish.language if wish.language in ("sv", "en") else "auto",
        "success_url": wish.success_url,
        "cancel_url": wish.cancel_url,
        "expand": ["payment_intent"],
    }
    if wish.email:
        params["customer_email"] = wish.email
    made = _call(lambda client: client.v1.checkout.sessions.create(params, _once(wish.key, wish.account)))
    return _page(made, wish.account)


def page(page_id: str, account: str = "") -> Page:
    """Raises ProviderAway, ProviderRefuses."""
    found = _call(
        lambda client: client.v1.checkout.sessions.retrieve(
            page_id, {"expand": ["payment_intent"]}, _account(account)
        )
    )
    return _page(found, account)


def expire_page(page_id: str, account: str = "") -> Page:
    """Close a page, so that nobody pays on it from now on; returns it as it is then, which may be: paid before."""
    try:
        _call(lambda client: client.v1.checkout.sessions.expire(page_id, {}, _account(account)))
    except ProviderRefuses:
        log.info("a page that was to be closed is over already")
    return page(page_id, account)


def pages_since(begin: datetime, account: str = "") -> Iterator[Page]:
    """All pages made since then, for the nightly comparison."""
    params: Any = {
        "created": {"gte": int(begin.timestamp())},
        "limit": 100,
        "expand": ["data.payment_intent"],
    }
    listed = _call(lambda client: client.v1.checkout.sessions.list(params, _account(account)))
    for one in _every(listed):
        yield _page(one, account)


def give_back(*, intent: str, amount: Money, key: str, refund: str, account: str = "") -> Back:
    """Send money back to where it came from. The same key sends it once. Raises ProviderAway, ProviderRefuses."""
    params: Any = {"payment_intent": intent, "amount": amount.minor, "metadata": {"refund": refund}}
    made = _call(lambda client: client.v1.refunds.create(params, _once(key, account)))
    return _back(made)


def back(back_id: str, account: str = "") -> Back:
    return _back(_call(lambda client: client.v1.refunds.retrieve(back_id, {}, _account(account))))


def backs_since(begin: datetime, account: str = "") -> Iterator[Back]:
    params: Any = {"created": {"gte": int(begin.timestamp())}, "limit": 100}
    for one in _every(_call(lambda client: client.v1.refunds.list(params, _account(account)))):
        yield _back(one)


def dispute(dispute_id: str, account: str = "") -> Dispute:
    found = _call(lambda client: client.v1.disputes.retrieve(dispute_id, {}, _account(account)))
    state = str(found.status)
    return Dispute(
        found.id,
        state if state in ("won", "lost") else "inquiry" if state.startswith("warning") else "open",
        Money(int(found.amount), str(found.currency).upper()),
        _id(found.payment_intent),
    )


def event(payload: bytes, signature: str) -> Event:
    """What a webhook says, if one of our secrets signed just these bytes lately. Raises BadSignature.

    Without a configured secret nothing is believed.
    """
    settings = current_app.config["EXPO"]
    client = _client()
    import stripe

    for secret in settings.stripe_webhook_secrets.split():
        try:
            told = client.construct_event(payload, signature, secret, settings.stripe_tolerance)
        except (stripe.SignatureVerificationError, ValueError, AttributeError, KeyError, TypeError):
            continue  # another secret's, or no event at all
        try:
            plain = told.to_dict()
            subject = plain["data"]["object"]
            return Event(
                str(plain["id"])[:255],
                str(plain["type"])[:100],
                str(subject.get("id", "")),
                str(plain.get("account") or ""),
                bool(plain.get("livemode")),
            )
        except (AttributeError, KeyError, TypeError) as wrong:
            raise BadSignature from wrong
    raise BadSignature


def reach() -> None:
    """Ask for something small, for `expo doctor`. Raises ProviderAway, ProviderRefuses."""
    _call(lambda client: client.v1.checkout.sessions.list({"limit": 1}))


def _call(ask: Callable[[StripeClient], Any]) -> Any:
    """Ask the provider. Its own faults, silence and "too many" are worth another try; a refusal is not."""
    assert not in_transaction(), "no network inside a transaction"
    client = _client()
    import stripe

    try:
        return ask(client)
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as no:
        raise ProviderRefuses(
            _("The payment provider refuses this."), why=str(no.code or type(no).__name__)
        ) from no
    except (stripe.AuthenticationError, stripe.PermissionError) as no:
        log.error("the payment provider does not take our key: %s", type(no).__name__)
        raise ProviderAway(
            _("Payments are not set up right now. Nothing was charged; try again later.")
        ) from no
    except stripe.StripeError as away:
        log.warning("the payment provider does not answer: %s", type(away).__name__)
        raise ProviderAway(
            _("The payment provider does not answer. Nothing was charged; try again in a minute.")
        ) from away


def _client() -> StripeClient:
    settings = current_app.config["EXPO"]
    return _made(settings.stripe_key or "none", settings.stripe_api)


@lru_cache(maxsize=4)
def _made(key: str, api: str) -> StripeClient:
    import stripe

    return stripe.StripeClient(
        key,
        base_addresses={"api": api},
        # Each attempt carries its idempotency key, so a second one cannot do a thing twice.
        max_network_retries=2,
        http_client=stripe.new_default_http_client(timeout=ANSWERS_WITHIN),
    )


def _account(account: str) -> Any:
    return {"stripe_account": account} if account else {}


def _once(key: str, account: str) -> Any:
    return {"idempotency_key": key, **_account(account)}


def _every(listed: Any) -> Iterator[Any]:
    try:
        yield from listed.auto_paging_iter()
    except Exception as away:
        raise ProviderAway(
            _("The payment provider does not answer. Nothing was charged; try again in a minute.")
        ) from away


def _id(found: Any) -> str | None:
    """An id, whether the object was expanded or not."""
    return None if found is None else found if isinstance(found, str) else str(found.id)


def _page(found: Any, account: str) -> Page:
    plain = found.to_dict()
    metadata = plain.get("metadata") or {}
    intent = plain.get("payment_intent")
    status = plain.get("payment_status")
    paid = status in ("paid", "no_payment_required")
    waiting = (
        plain.get("status") == "complete"
        and not paid
        and isinstance(intent, dict)
        and intent.get("status") == "processing"
    )
    return Page(
        id=str(plain["id"]),
        url=plain.get("url"),
        state=str(plain.get("status")),
        money="paid" if paid else "waiting" if waiting else "none",
        amount=Money(int(plain.get("amount_total") or 0), str(plain.get("currency") or "xxx").upper()),
        mode=str(plain.get("mode")),
        is_live=bool(plain.get("livemode")),
        reference=str(plain.get("client_reference_id") or ""),
        order=str(metadata.get("order") or ""),
        intent=intent["id"] if isinstance(intent, dict) else intent,
        account=account,
    )


def _back(found: Any) -> Back:
    plain = found.to_dict()
    states = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
    return Back(
        str(plain["id"]),
        states.get(str(plain.get("status")), "pending"),
        Money(int(plain["amount"]), str(plain["currency"]).upper()),
        _id(found.payment_intent),
        str((plain.get("metadata") or {}).get("refund") or ""),
        str(plain.get("failure_reason") or ""),
    )
