"""What the provider tells is believed by its signature, fetched again, compared, and has its effects once.

Shown red on broken variants: with provider.py comparing nothing, all tampered pages; with the signature not looked at,
all forgeries; with events neither looked up nor noted, what is told twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from expo.core import checks
from expo.core.db import db
from expo.payment import provider as money
from expo.payment import queries as payment
from expo.payment.models import OrderState, PayState, ProviderEvent
from expo.payment.refusals import ProviderAway
from tests.payment.conftest import SECRET, Buyer, Provider, a_buyer

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R8")]


def a_paid_page(app, provider: Provider) -> tuple[Buyer, bytes, str]:
    """Somebody has paid, and what tells so has not been told yet: body and signature."""
    ada = a_buyer(app)
    provider.pay(ada.to_the_page())
    [(body, signature)] = provider.told
    return ada, body, signature


def signed(body: bytes, secret: str = SECRET, at: float | None = None, scheme: str = "v1") -> str:
    moment = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},{scheme}={mac}"


def state(ada: Buyer) -> OrderState:
    db.session.rollback()
    db.session.expire_all()
    return ada.order.state


FORGED = {
    "none": lambda body: "",
    "another secret": lambda body: signed(body, "whsec_of_somebody_else"),
    "an empty secret": lambda body: signed(body, ""),
    "another body": lambda body: signed(body.replace(b"evt_", b"evu_")),
    "too old": lambda body: signed(body, at=time.time() - 3600),
    "no time": lambda body: signed(body).partition(",")[2],
    "another time": lambda body: signed(body).replace("t=", "t=1"),
    "an older scheme": lambda body: signed(body, scheme="v0"),
    "cut short": lambda body: signed(body)[:-2],
    "the secret itself": lambda body: f"t={int(time.time())},v1={SECRET}",
    "rubbish": lambda body: "t=x,v1=" + "\x01" * 3 + "å" * 9,
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_signature_is_refused(app, provider: Provider, how: str):
    ada, body, _signature = a_paid_page(app, provider)

    assert provider.post(body, FORGED[how](body).encode("latin-1").decode("latin-1")) == 400

    assert state(ada) is OrderState.OPEN
    assert db.session.scalar(sa.select(sa.func.count(ProviderEvent.id))) == 0


def test_without_a_configured_secret_everything_is_refused(app, provider: Provider):
    ada, body, signature = a_paid_page(app, provider)
    app.config["EXPO"] = replace(app.config["EXPO"], stripe_webhook_secrets=" ")

    for each in (signature, signed(body, ""), signed(body, " "), ""):
        assert provider.post(body, each) == 403

    assert state(ada) is OrderState.OPEN


def test_while_the_secret_is_changed_both_are_taken(app, provider: Provider):
    ada, body, _signature = a_paid_page(app, provider)

    assert provider.post(body, signed(body, "whsec_the_next_one")) == 200

    assert state(ada) is OrderState.SETTLED


def test_what_is_told_has_its_effects_once_however_often_it_is_told(app, provider: Provider):
    ada, body, signature = a_paid_page(app, provider)

    assert [provider.post(body, signature) for _copy in range(5)] == [200] * 5

    assert payment.captured(ada.order.id) == 49500
    assert db.session.scalar(sa.select(sa.func.count(ProviderEvent.id))) == 1
    assert list(checks.broken()) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"amount_total": 1}, {"amount_total": 49501}, {"amount_total": -49500}, {"amount_total": 10**15},
        {"currency": "eur"}, {"currency": "jpy"}, {"mode": "subscription"}, {"livemode": True},
        {"metadata": {"order": "ANOTHER2"}}, {"client_reference_id": "99999"}, {"client_reference_id": "x"},
    ],
)  # fmt: skip
def test_a_page_that_says_otherwise_than_we_do_pays_nothing(app, provider: Provider, lie: dict[str, Any]):
    """Whoever tampers with the price of a page, or pays another one, is not let in."""
    ada, body, signature = a_paid_page(app, provider)
    provider.pages[0].update(lie)

    assert provider.post(body, signature) == 200
    assert provider.post(body, signature) == 200

    assert state(ada) is OrderState.OPEN
    assert [one.state for one in payment.payments_of([ada.order.id])] == [PayState.CREATED]
    [event] = db.session.scalars(sa.select(ProviderEvent)).all()
    assert event.outcome.startswith("refused: ")


def test_the_body_of_a_webhook_is_not_believed_only_what_is_fetched(app, provider: Provider):
    ada = a_buyer(app)
    ada.to_the_page()
    page = {**provider.pages[0], "status": "complete", "payment_status": "paid"}
    body = json.dumps(
        {
            "id": "evt_1",
            "object": "event",
            "type": "checkout.session.completed",
            "livemode": False,
            "data": {"object": page},
        }
    ).encode()

    assert provider.post(body) == 200

    assert state(ada) is OrderState.OPEN


@pytest.mark.parametrize(
    "event",
    [
        {"type": "customer.created", "data": {"object": {"id": "cus_1"}}},
        {"type": "checkout.session.completed", "data": {"object": {"id": "cs_of_somebody_else"}}},
        {"type": "checkout.session.completed", "data": {"object": {}}},
        {"type": "charge.dispute.created", "data": {"object": {"id": "du_x"}}, "account": "acct_unknown"},
        {"type": "checkout.session.completed", "livemode": True, "data": {"object": {"id": "cs_1"}}},
    ],
)
def test_what_is_none_of_ours_is_taken_note_of_and_answered_with_success(app, provider: Provider, event):
    body = json.dumps({"id": "evt_x", "object": "event", "livemode": False, **event}).encode()

    assert (provider.post(body), provider.post(body)) == (200, 200)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"id":1,"object":"event"}', b"{" * 5000]
)
def test_a_signed_body_that_is_no_event_is_refused(app, provider: Provider, body: bytes):
    assert provider.post(body) == 400


def test_while_the_provider_is_away_it_is_asked_to_tell_again(app, provider: Provider):
    ada, body, signature = a_paid_page(app, provider)
    provider.server.turn(fail_every=1)
    assert provider.post(body, signature) == 503

    provider.server.turn(fail_every=0)
    assert provider.post(body, signature) == 200
    assert state(ada) is OrderState.SETTLED


def test_the_order_in_which_things_are_told_does_not_matter(app, provider: Provider):
    ada = a_buyer(app)
    provider.pay(ada.to_the_page(), "slow")
    provider.server.books.settle(provider.pages[0]["id"], True)
    provider.told.reverse()

    assert provider.tell() == [200, 200]

    assert state(ada) is OrderState.SETTLED
    assert payment.captured(ada.order.id) == 49500


def test_an_event_whose_effects_fail_is_not_noted_as_seen(app, provider: Provider, monkeypatch):
    ada, body, signature = a_paid_page(app, provider)

    def fails(_payment: object) -> None:
        raise ProviderAway("as if the process died here")

    monkeypatch.setattr(money.settling, "arrived", fails)
    assert provider.post(body, signature) == 503
    assert db.session.scalar(sa.select(sa.func.count(ProviderEvent.id))) == 0
    monkeypatch.undo()

    assert provider.post(body, signature) == 200
    assert state(ada) is OrderState.SETTLED
