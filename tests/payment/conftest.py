"""A stand-in for the payment provider, over real HTTP with real signatures, in a thread of the test's process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, has_app_context

from expo.core.db import db
from expo.expos.models import Expo
from expo.payment.models import Order
from expo.registration import actions
from expo.registration.actions import Submitted
from expo.standin.server import Standin
from tests import factories as a
from tests.client import Client

SECRET = "whsec_of_the_tests"


class Provider:
    """The stand-in, what it told, and the hands of a delegate who pays."""

    def __init__(self, app: Flask, server: Standin) -> None:
        self.app, self.server = app, server
        self.told: list[tuple[bytes, str]] = []

    def post(self, body: bytes, signature: str | None = None, **headers: str) -> int:
        """Tell the webhook, as the provider does."""
        signature = self.server.signature(body) if signature is None else signature
        client = self.app.test_client()
        if has_app_context():
            db.session.rollback()
        with self.app.app_context():
            answer = client.post(
                "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature, **headers}
            )
        if has_app_context():
            db.session.expire_all()
        return answer.status_code

    def tell(self) -> list[int]:
        """All that it has to tell, in its order; returns the answers."""
        told, self.told = self.told, []
        return [self.post(body, signature) for body, signature in told]

    def pay(self, url: str, how: str = "pay") -> None:
        """Press a button on its page."""
        with self.server.books.lock:
            self.server.books.pay(url.rsplit("/", 1)[1], how)

    @property
    def pages(self) -> list[dict[str, Any]]:
        return list(self.server.books.kept["pages"].values())


@pytest.fixture
def provider(app: Flask) -> Iterator[Provider]:
    """Tells nothing by itself: what it would tell waits in `told`, until the test lets it."""
    server = Standin(
        ("127.0.0.1", 0), key="sk_test_tests", secret=SECRET, deliver=lambda _body, _signature: 200
    )
    found = Provider(app, server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.deliver = lambda body, signature: found.told.append((body, signature)) or 200  # type: ignore[func-returns-value]
    told = server._tell

    def tell_at_once(kind: str, subject: dict[str, Any]) -> None:
        """Into the list without the thread in between, so that a test need not wait."""
        import json

        server.turn(silent=True)
        told(kind, subject)
        body = json.dumps(server.events[-1]).encode()
        found.told.append((body, server.signature(body)))

    server.books.told = tell_at_once
    before = app.config["EXPO"]
    app.config["EXPO"] = replace(
        before,
        stripe_key="sk_test_tests",
        stripe_webhook_secrets=f"whsec_the_next_one {SECRET}",
        stripe_api=server.url,
        stripe_pages=server.url,
    )
    yield found
    app.config["EXPO"] = before
    server.shutdown()
    server.server_close()


class Buyer:
    """Somebody with an order in their browser."""

    def __init__(self, app: Flask, made: Submitted) -> None:
        self.app, self.made = app, made
        self.client = Client(app)

    @property
    def order(self) -> Order:
        return self.made.order

    def path(self, what: str = "") -> str:
        expo = db.session.get_one(Expo, self.order.expo_id)
        return f"/{expo.slug}/orders/{self.order.code}/{self.made.secret}{what}"

    def to_the_page(self) -> str:
        """Press "Pay": where it leads."""
        answer = self.client.post(self.path("/pay"))
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])


def a_buyer(
    app: Flask, *, price: int = 49500, currency: str = "SEK", quota: int | None = None, **more: Any
) -> Buyer:
    kind = a.a_ticket_type(
        a.a_conference(), price_minor=price, currency=currency, vat_basis_points=2500, quota=quota, **more
    )
    return Buyer(app, actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]))
