"""POST and GET /api/v1/expos/{expo}/orders, as scripts speak to it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from expo.accounts import actions as accounts
from expo.accounts.models import Person
from expo.core import checks, idempotency
from expo.core.db import db, transaction
from expo.core.idempotency import KeptAnswer
from expo.programme.words import Role
from expo.registration import tickets, vouchers
from tests import factories as a

pytestmark = pytest.mark.feature("R1", "I2")


class Script:
    """A program with a key."""

    def __init__(
        self, app: Flask, expo: a.Expo, account: Any, scopes: str = "orders:write orders:read"
    ) -> None:
        self.app, self.path = app, f"/api/v1/expos/{expo.slug}/orders"
        self.headers = {"Accept-Language": "en"}
        if account is not None:
            made = accounts.create_token(account=account, name="test", scopes=scopes)
            self.headers["Authorization"] = f"Bearer {made}"

    def post(self, body: Any, key: str = "") -> TestResponse:
        db.session.rollback()
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        content = body if isinstance(body, bytes) else json.dumps(body)
        with self.app.app_context():
            return self.app.test_client().post(
                self.path, data=content, content_type="application/json", headers=headers
            )

    def get(self, code: str, **headers: str) -> TestResponse:
        db.session.rollback()
        with self.app.app_context():
            return self.app.test_client().get(f"{self.path}/{code}", headers={**self.headers, **headers})


@pytest.fixture
def congress(app: Flask):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, "Congress", price_minor=49500, vat_basis_points=2500, quota=5)
    free = a.a_ticket_type(a.a_conference(conference.expo), "City pass")
    return conference, kind, free, Script(app, conference.expo, a.an_account())


def ada(*kinds: Any, **more: Any) -> dict[str, Any]:
    lines = [{"ticket_type": str(kind.id), "name": "Ada Lövelace"} for kind in kinds]
    return {"email": "ada@example.org", "lines": lines, **more}


def people() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


def test_an_order_over_two_conferences_is_made_and_can_be_read(congress):
    conference, kind, free, script = congress

    answer = script.post(ada(kind, free))

    assert answer.status_code == 201
    made = answer.json
    order = made["orders"][0]
    assert made["basket"] == order["basket"]
    assert (order["state"], order["total"]) == ("open", {"amount": 49500, "currency": "SEK"})
    assert sorted(each["state"] for each in order["registrations"]) == ["approved", "confirmed"]
    assert f"/orders/{order['code']}/{order['secret']}" in order["url"]
    assert script.get(order["code"]).status_code == 404
    read = script.get(order["code"], **{"X-Order-Secret": order["secret"]}).json
    assert read["paid"] == {"amount": 0, "currency": "SEK"}
    assert read["lines"][0]["vat"] == {"amount": 9900, "currency": "SEK"}
    team = Script(script.app, conference.expo, a.an_organiser(conference.expo, Role.FINANCE))
    assert team.get(order["code"]).status_code == 200
    half = Script(script.app, conference.expo, a.an_organiser(conference.expo, Role.FINANCE, conference))
    assert half.get(order["code"]).status_code == 404
    assert Script(script.app, a.an_expo(), a.an_account(admin=True)).get(order["code"]).status_code == 404
    assert [found for _promise, found in checks.broken()] == []


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(congress):
    _conference, kind, free, script = congress
    first = script.post(ada(kind), "key-1")

    for _press in range(10):
        again = script.post(ada(kind), "key-1")
        assert (again.status_code, again.json) == (201, first.json)

    other = script.post(ada(free), "key-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert (people(), kind.pool.taken) == (1, 1)
    secret = first.json["orders"][0]["secret"]
    assert secret not in "".join(db.session.scalars(sa.select(KeptAnswer.body)))
    for _press in range(2):
        assert script.post(ada(kind)).status_code == 201  # without a key each is a person of its own
    assert (people(), kind.pool.taken) == (3, 3)
    stranger = Script(script.app, kind.conference.expo, a.an_account())
    assert stranger.post(ada(free), "key-1").status_code == 201
    assert [found for _promise, found in checks.broken()] == []


def test_a_request_that_is_being_worked_on_is_told_so_and_one_that_died_leads_to_its_order(congress):
    _conference, kind, _free, script = congress
    first = script.post(ada(kind), "key-1")
    with transaction():  # its process died before it wrote the answer
        db.session.execute(sa.update(KeptAnswer).values(status=None, body=None))
    running = script.post(ada(kind), "key-1")
    assert (running.status_code, running.json["code"]) == (409, "idempotency_key_in_use")
    with transaction():
        db.session.execute(
            sa.update(KeptAnswer).values(begun_at=idempotency.clock.real_now() - 2 * idempotency.LOST)
        )

    assert script.post(ada(kind), "key-1").json == first.json
    assert people() == 1


def test_a_refusal_is_a_problem_and_may_be_tried_again(congress):
    conference, _kind, _free, script = congress
    full = a.a_ticket_type(conference, "Full", quota=0)
    no = script.post(ada(full), "key-9")
    assert (no.status_code, no.mimetype, no.json["code"]) == (409, "application/problem+json", "tickets_gone")
    tickets.save_ticket_type(
        conference=conference, draft=replace(tickets.draft_of(full), quota=1), ticket_type=full
    )

    assert script.post(ada(full), "key-9").status_code == 201


def test_codes_amounts_and_add_ons_are_understood(congress):
    conference, kind, _free, script = congress
    gift = a.a_ticket_type(a.a_conference(conference.expo), "Friend", price_minor=100, is_donation=True)
    lunch = tickets.save_add_on(conference=conference, draft=tickets.AddOnDraft("Lunch", 15000))
    vouchers.create(conference=conference, draft=vouchers.VoucherDraft(code="HALFPRICE", percent=50))
    body = ada(kind, gift, code="halfprice")
    body["lines"][0]["add_ons"] = [str(lunch.id)]
    body["lines"][1]["amount"] = {"amount": 5000, "currency": "SEK"}

    made = script.post(body)

    assert made.json["orders"][0]["total"]["amount"] == 24750 + 15000 + 5000


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody"}, {"email": 7}, {"email": "a b@c.d"}, {"lines": []}, {"lines": "x"}, {"lines": [1]},
        {"lines": [{"ticket_type": "0", "name": "A"}]}, {"lines": [{"ticket_type": "1e9"}]}, {"lines": [{}]},
        {"language": "xx"}, {"code": "x" * 41}, {"code": "NOTHING"}, {"lines": [{"ticket_type": "1"}] * 41},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_422(congress, change):
    _conference, kind, _free, script = congress
    answer = script.post({**ada(kind), **change})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert people() == 0


def test_lines_are_for_one_person_and_each_ticket_once(congress):
    _conference, kind, free, script = congress
    two = ada(kind, free)
    two["lines"][1]["name"] = "Grace Hopper"
    assert script.post(two).status_code == 422
    assert script.post(ada(kind, kind)).status_code == 422
    wrong = ada(kind)
    for name, value in (("add_ons", ["1"]), ("add_ons", 5), ("amount", 5)):
        wrong["lines"][0] = {**ada(kind)["lines"][0], name: value}
        assert script.post(wrong).status_code == 422
    assert script.post(b"{").status_code == 400


def test_only_a_key_with_the_scope_may(congress):
    conference, kind, _free, script = congress
    expo, account = conference.expo, a.an_account()
    assert Script(script.app, expo, None).post(ada(kind)).status_code == 401
    wrong = Script(script.app, expo, account)
    wrong.headers["Authorization"] = "Bearer nonsense"
    assert wrong.post(ada(kind)).status_code == 401
    assert Script(script.app, expo, account, "orders:read").post(ada(kind)).status_code == 403
    gone = Script(script.app, expo, account)
    with transaction():
        account.disabled_at = idempotency.clock.now()
    assert gone.post(ada(kind)).status_code == 401


def test_what_can_be_had_is_listed_without_a_key_and_nothing_hidden(congress):
    conference, kind, free, script = congress
    a.a_ticket_type(conference, "Backstage", is_hidden=True)
    with script.app.app_context():
        answer = script.app.test_client().get(script.path.replace("/orders", "/ticket-types"))
    listed = {one["id"]: one for one in answer.json["ticket_types"]}
    assert set(listed) == {str(kind.id), str(free.id)}
    assert (listed[str(kind.id)]["left"], listed[str(free.id)]["left"]) == (5, None)
    assert listed[str(kind.id)]["price"] == {"amount": 49500, "currency": "SEK"}
