"""Machines are told what happens: thin, signed, again until it is taken, and no more once they say so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import clock
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.expos.models import Expo
from expo.programme.models import Conference
from expo.registration import actions as registrations
from expo.webhooks import actions, events, sending
from expo.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from expo.webhooks.refusals import EndpointEnded
from tests import factories as a
from tests.webhooks.receiver import Receiver, listening

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("I4")]


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with listening(monkeypatch) as receiver:
        yield receiver


def told_at(
    receiver: Receiver, expo: Expo, conference: Conference | None = None, kinds: tuple[str, ...] = ()
) -> tuple[WebhookEndpoint, str]:
    return actions.add(expo_id=expo.id, conference=conference, url=receiver.url, kinds=kinds)


def something_happens(expo: Expo) -> None:
    with transaction():
        events.tell("release.published", expo.id, None, {"release": 1})


def pauses_are_over() -> None:
    before = clock.real_now() - timedelta(seconds=1)
    with transaction():
        db.session.execute(sa.update(WebhookDelivery).values(next_try_at=before))
        db.session.execute(sa.update(WebhookEndpoint).values(paused_until=None))


def the_delivery() -> WebhookDelivery:
    return db.session.scalars(sa.select(WebhookDelivery).execution_options(populate_existing=True)).one()


def test_a_delivery_says_what_happened_to_what_and_to_nobody_by_name(receiver: Receiver):
    conference = a.a_conference()
    _endpoint, secret = told_at(receiver, conference.expo)
    registration = a.a_registration(
        a.a_person(conference.expo, "Ada Lovelace", email="ada@example.org"), conference
    )

    assert sending.send_due() == 1

    headers, body = receiver.came[0]
    told: dict[str, Any] = json.loads(body)
    assert told["type"] == "registration.confirmed"
    assert told["data"] == {
        "expo": conference.expo.slug,
        "registration": registration.code,
        "conference": conference.slug,
        "state": "confirmed",
    }
    assert b"Ada" not in body
    assert b"@" not in body
    # As a receiver checks it, by the words of the standard alone.
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert the_delivery().state is DeliveryState.SENT


def test_nothing_is_told_of_what_did_not_happen(receiver: Receiver):
    expo = a.an_expo()
    told_at(receiver, expo)
    with pytest.raises(ZeroDivisionError), transaction():
        events.tell("release.published", expo.id, None, {"release": 1})
        raise ZeroDivisionError

    assert sending.send_due() == 0


def test_each_address_hears_of_its_own_conference_and_of_what_it_asked_for(receiver: Receiver):
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    elsewhere = a.a_conference()
    mine, _secret = told_at(receiver, conference.expo, conference)
    told_at(receiver, conference.expo, other)
    told_at(receiver, conference.expo, None, ("order.settled",))
    told_at(receiver, elsewhere.expo)

    registration = a.a_registration(a.a_person(conference.expo), conference)
    registrations.withdraw(registration=registration)

    told = db.session.execute(sa.select(WebhookDelivery.endpoint_id, WebhookDelivery.kind)).all()
    assert sorted(map(tuple, told)) == [(mine.id, "registration.confirmed"), (mine.id, "registration.ended")]


def test_what_is_not_taken_is_tried_for_days_under_the_same_id_then_given_up(receiver: Receiver):
    expo = a.an_expo()
    told_at(receiver, expo)
    something_happens(expo)
    receiver.answer = lambda: (500, {})

    tries = 0
    while the_delivery().state is DeliveryState.WAITING:
        assert sending.send_due() == 1
        assert sending.send_due() == 0  # it is left alone meanwhile
        pauses_are_over()
        tries += 1

    assert tries == len(sending.PAUSES) + 1
    assert sum(sending.PAUSES, timedelta()) > timedelta(days=3)
    assert len({headers["webhook-id"] for headers, _body in receiver.came}) == 1
    assert the_delivery().last_status == 500


def test_a_redirect_is_not_followed(receiver: Receiver):
    expo = a.an_expo()
    told_at(receiver, expo)
    something_happens(expo)
    receiver.answer = lambda: (302, {"Location": "https://169.254.169.254/"})

    sending.send_due()

    assert len(receiver.came) == 1
    assert the_delivery().state is DeliveryState.WAITING


def test_who_says_410_is_told_no_more(receiver: Receiver):
    expo = a.an_expo()
    endpoint, _secret = told_at(receiver, expo)
    something_happens(expo)
    receiver.answer = lambda: (410, {})
    sending.send_due()

    db.session.refresh(endpoint)
    assert endpoint.ended_at is not None
    something_happens(expo)
    assert sending.send_due() == 0
    with pytest.raises(EndpointEnded):
        actions.replay(endpoint=endpoint)


def test_who_takes_nothing_for_days_is_told_no_more(receiver: Receiver):
    expo = a.an_expo()
    endpoint, _secret = told_at(receiver, expo)
    with transaction():
        endpoint.failing_since = clock.real_now() - timedelta(days=6)
    something_happens(expo)
    receiver.answer = lambda: (503, {})

    sending.send_due()

    db.session.refresh(endpoint)
    assert endpoint.ended_because


def test_what_was_given_up_is_sent_again_under_its_own_id(receiver: Receiver):
    expo = a.an_expo()
    endpoint, _secret = told_at(receiver, expo)
    something_happens(expo)
    sending.send_due()

    assert actions.replay(endpoint=endpoint, delivery_id=the_delivery().id) == 1
    assert sending.send_due() == 1

    first, second = (headers["webhook-id"] for headers, _body in receiver.came)
    assert first == second


def test_one_that_asks_for_patience_is_given_it(receiver: Receiver):
    expo = a.an_expo()
    told_at(receiver, expo)
    something_happens(expo)
    receiver.answer = lambda: (429, {"Retry-After": "3600"})

    sending.send_due()

    assert the_delivery().next_try_at > clock.real_now() + timedelta(minutes=50)


def test_a_name_that_leads_inside_is_never_connected_to(monkeypatch: pytest.MonkeyPatch):
    """Red without the look at the resolved address."""
    import socket

    expo = a.an_expo()
    actions.add(expo_id=expo.id, conference=None, url="https://hooks.example.org/", kinds=())
    something_happens(expo)
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_options: inside)
    monkeypatch.setattr(
        socket, "create_connection", lambda *_given: pytest.fail("connected to an inner address")
    )

    sending.send_due()

    assert "not public" in (the_delivery().last_error or "")


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://10.0.0.1/", "nonsense"])
def test_an_address_inside_is_not_taken(url: str):
    with pytest.raises(BadInput):
        actions.add(expo_id=a.an_expo().id, conference=None, url=url, kinds=())
