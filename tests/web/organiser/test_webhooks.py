"""Organisers add an address, see its secret once, see what was delivered, and have it sent again."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from expo.core.db import db
from expo.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.once, pytest.mark.feature("I4")]

FORM = {"url": "https://hooks.example.org/in", "conference": "", "kinds": ["order.settled"]}


def test_the_secret_is_shown_once(browser):
    expo = a.an_expo()
    desk = browser(a.an_organiser(expo))

    page = desk.post(f"/{expo.slug}/organise/webhooks", FORM)

    assert page.status_code == 200
    secret = re.search(r'value="(whsec_[^"]+)"', page.text)
    assert secret is not None
    endpoint = db.session.scalars(sa.select(WebhookEndpoint)).one()
    assert secret[1].encode() not in endpoint.seed
    again = desk.get(f"/{expo.slug}/organise/webhooks/{endpoint.id}").text
    assert "whsec_" not in again
    assert "order.settled" in again


def test_an_address_that_cannot_be_told_comes_back_with_a_reason(browser):
    expo = a.an_expo()
    answer = browser(a.an_organiser(expo)).post(
        f"/{expo.slug}/organise/webhooks", {**FORM, "url": "https://192.168.1.4/"}
    )
    assert answer.status_code == 422
    assert 'value="https://192.168.1.4/"' in answer.text


def test_a_test_is_delivered_and_sent_again(browser):
    expo = a.an_expo()
    desk = browser(a.an_organiser(expo))
    desk.post(f"/{expo.slug}/organise/webhooks", FORM)
    endpoint = db.session.scalars(sa.select(WebhookEndpoint)).one()
    here = f"/{expo.slug}/organise/webhooks/{endpoint.id}"

    assert desk.post(f"{here}/test").status_code == 303
    one = db.session.scalars(sa.select(WebhookDelivery)).one()
    assert one.kind == "webhook.test"
    one_id = one.id
    db.session.execute(sa.update(WebhookDelivery).values(state=DeliveryState.FAILED))
    db.session.commit()
    assert "Given up" in desk.get(here).text
    assert desk.post(f"{here}/deliveries/{one_id}/replay").status_code == 303
    assert db.session.scalars(sa.select(WebhookDelivery.state)).one() is DeliveryState.WAITING
    assert desk.post(f"{here}/deliveries/{one_id + 1}/replay").status_code == 404

    assert desk.post(f"{here}/end").status_code == 303
    assert "Ended" in desk.get(here).text


def test_another_teams_address_looks_as_if_it_did_not_exist(browser):
    expo = a.an_expo()
    browser(a.an_organiser(expo)).post(f"/{expo.slug}/organise/webhooks", FORM)
    endpoint = db.session.scalars(sa.select(WebhookEndpoint)).one()
    theirs = browser(a.an_organiser(expo, conference=a.a_conference(expo)))

    assert theirs.get(f"/{expo.slug}/organise/webhooks/{endpoint.id}").status_code == 404
    assert theirs.post(f"/{expo.slug}/organise/webhooks/{endpoint.id}/end").status_code == 404
    elsewhere = a.an_expo()
    owner = browser(a.an_organiser(elsewhere))
    assert owner.get(f"/{elsewhere.slug}/organise/webhooks/{endpoint.id}").status_code == 404
