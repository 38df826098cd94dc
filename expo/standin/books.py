"""What the stand-in remembers: payment pages, the money that came by them, refunds, disputes, answers by key.

The shapes are those of Stripe's API (https://docs.stripe.com/api), as far as we use it.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Made = dict[str, Any]
LEAST_LIFE, MOST_LIFE = 30 * 60, 24 * 60 * 60  # seconds that a page may stand
CURRENCIES = ("sek", "eur", "nok", "dkk", "usd", "gbp", "chf")


class Refused(Exception):
    """The answer is an error: 400, or 404 for what is not there."""

    def __init__(self, message: str, code: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status


class Books:
    """All of it, behind one lock; in a file too, where one is named, so that a restart forgets nothing."""

    def __init__(self, own_address: str = "", file: Path | None = None) -> None:
        self.own_address, self.file = own_address, file
        self.lock = threading.RLock()
        self.told: Callable[[str, Made], None] = lambda _kind, _subject: None
        self.kept: dict[str, dict[str, Any]] = {
            name: {} for name in ("pages", "intents", "refunds", "disputes", "answers")
        }
        if file is not None and file.is_file():
            self.kept.update(json.loads(file.read_text()))

    def save(self) -> None:
        if self.file is not None:
            beside = self.file.with_suffix(".new")
            beside.write_text(json.dumps(self.kept))
            beside.replace(self.file)

    def find(self, kind: str, name: str) -> Made:
        found: Made | None = self.kept[kind].get(name)
        if found is None:
            raise Refused(f"No such {kind[:-1]}: '{name}'", "resource_missing", 404)
        return found

    # Pages.

    def make_page(self, asked: Made) -> Made:
        now = int(time.time())
        item = asked.get("line_items", [{}])[0]
        price = item.get("price_data", {})
        amount, currency = int(price.get("unit_amount", 0)), str(price.get("currency", ""))
        until = int(asked.get("expires_at", now + MOST_LIFE))
        if asked.get("mode") != "payment" or currency not in CURRENCIES:
            raise Refused("This stand-in takes single payments in a few currencies.", "parameter_invalid")
        if not 300 <= amount * int(item.get("quantity", 1)) <= 99_999_999:
            code = "amount_too_small" if amount < 300 else "amount_too_large"
            raise Refused("The amount is out of bounds.", code)
        if not now + LEAST_LIFE - 5 <= until <= now + MOST_LIFE:
            raise Refused("expires_at must be in 30 minutes to 24 hours.", "parameter_invalid")
        name = f"cs_test_{secrets.token_hex(24)}"
        page = {
            "id": name, "object": "checkout.session", "created": now, "status": "open", "payment_status": "unpaid",
            "mode": "payment", "livemode": False, "amount_total": amount, "currency": currency,
            "client_reference_id": asked.get("client_reference_id"), "metadata": asked.get("metadata", {}),
            "payment_intent": None, "expires_at": until, "url": f"{self.own_address}/pay/{name}",
            "success_url": asked.get("success_url"), "cancel_url": asked.get("cancel_url"),
            "locale": asked.get("locale"), "customer_email": asked.get("customer_email"),
            "what": price.get("product_data", {}).get("name", ""),
        }  # fmt: skip
        self.kept["pages"][name] = page
        return page

    def page(self, name: str) -> Made:
        page = self.find("pages", name)
        if page["status"] == "open" and page["expires_at"] <= time.time():
            self._end(page)
        return page

    def expire(self, name: str) -> Made:
        page = self.page(name)
        if page["status"] != "open":
            raise Refused(f"This page is {page['status']} already.", "checkout_session_not_open")
        self._end(page)
        return page

    def _end(self, page: Made) -> None:
        page["status"], page["url"] = "expired", None
        self.told("checkout.session.expired", page)

    def pay(self, name: str, how: str) -> Made:
        """Somebody pays: at once, or by a way that takes its time ("slow")."""
        page = self.page(name)
        if page["status"] != "open":
            return page
        if how == "fail":
            return page  # the page stays open for another try
        intent = {
            "id": f"pi_{secrets.token_hex(12)}", "object": "payment_intent", "amount": page["amount_total"],
            "currency": page["currency"], "status": "processing" if how == "slow" else "succeeded",
            "metadata": page["metadata"], "refunded": 0, "disputed": False,
        }  # fmt: skip
        self.kept["intents"][intent["id"]] = intent
        page["status"], page["url"], page["payment_intent"] = "complete", None, intent["id"]
        if how != "slow":
            page["payment_status"] = "paid"
        self.told("checkout.session.completed", page)
        return page

    def settle(self, name: str, went_well: bool) -> Made:
        """What took its time has come, or has failed."""
        page = self.page(name)
        intent = self.find("intents", str(page["payment_intent"]))
        if intent["status"] != "processing":
            return page
        if went_well:
            intent["status"], page["payment_status"] = "succeeded", "paid"
            self.told("checkout.session.async_payment_succeeded", page)
        else:
            intent["status"] = "requires_payment_method"
            self.told("checkout.session.async_payment_failed", page)
        return page

    def shown(self, page: Made, expand: str) -> Made:
        """The page as it is answered: with its payment, where that was asked for."""
        intent = page["payment_intent"]
        return (
            {**page, "payment_intent": self.kept["intents"][intent]}
            if intent and expand in ("payment_intent", "data.payment_intent")
            else page
        )

    # What comes back.

    def make_refund(self, asked: Made) -> Made:
        intent = self.find("intents", str(asked.get("payment_intent", "")))
        left = intent["amount"] - intent["refunded"]
        amount = int(asked.get("amount", left))
        if intent["status"] != "succeeded" or intent["disputed"]:
            raise Refused("This payment cannot be refunded.", "charge_not_refundable")
        if amount <= 0 or amount > left:
            code = "charge_already_refunded" if not left else "amount_too_large"
            raise Refused(f"Refund amount ({amount}) is greater than what is left ({left}).", code)
        refund = {
            "id": f"re_{secrets.token_hex(12)}", "object": "refund", "created": int(time.time()), "amount": amount,
            "currency": intent["currency"], "payment_intent": intent["id"], "metadata": asked.get("metadata", {}),
            "status": "succeeded", "failure_reason": None,
        }  # fmt: skip
        intent["refunded"] += amount
        self.kept["refunds"][refund["id"]] = refund
        self.told("refund.created", refund)
        return refund

    def fail_refund(self, name: str) -> Made:
        refund = self.find("refunds", name)
        if refund["status"] != "failed":
            refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
            self.kept["intents"][refund["payment_intent"]]["refunded"] -= refund["amount"]
            self.told("refund.failed", refund)
        return refund

    def dispute(self, intent_name: str) -> Made:
        intent = self.find("intents", intent_name)
        dispute = {
            "id": f"du_{secrets.token_hex(12)}", "object": "dispute", "payment_intent": intent_name,
            "amount": intent["amount"] - intent["refunded"], "currency": intent["currency"],
            "status": "needs_response", "created": int(time.time()),
        }  # fmt: skip
        intent["disputed"] = True
        self.kept["disputes"][dispute["id"]] = dispute
        self.told("charge.dispute.created", dispute)
        return dispute

    def decide(self, name: str, outcome: str) -> Made:
        dispute = self.find("disputes", name)
        dispute["status"] = outcome
        self.kept["intents"][dispute["payment_intent"]]["disputed"] = outcome != "won"
        self.told("charge.dispute.closed", dispute)
        return dispute
