"""Registrations through the API: one's own, and those of the team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.programme.words import Role
from expo.questions import answering
from expo.registration import queries
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.client import Client
from tests.questions.asking import a_question, judged, registered

pytestmark = pytest.mark.feature("I2")
SCOPES = "registrations:read registrations:write"


def test_a_team_approves_and_the_person_has_a_badge(app, browser: Callable[..., Client]):
    expo = a.an_expo(slug="h22")
    arena, other = a.a_conference(expo), a.a_conference(expo)
    delegate = a.an_account()
    waiting = a.a_registration(
        a.a_person(expo, account=delegate), arena, a.a_ticket_type(arena, needs_approval=True)
    )
    assert waiting.state is RegistrationState.SUBMITTED
    desk = a.an_organiser(expo, Role.REGISTRATION, conference=arena)
    stranger = a.an_organiser(expo, Role.REGISTRATION, conference=other)

    def ask(who: Account, method: str, path: str = "", body: Any = None) -> Any:
        key = accounts.create_token(account=who, name="test", scopes=SCOPES)
        address = f"/api/v1/expos/h22/registrations/{waiting.code}{path}"
        return browser()._open(method, address, json=body, headers={"Authorization": f"Bearer {key}"})

    assert ask(stranger, "GET").status_code == 404
    assert ask(stranger, "POST", "/approve", {}).status_code == 404
    assert ask(delegate, "POST", "/approve", {}).status_code == 404  # nobody lets themselves in
    assert ask(desk, "GET", "/badge.svg").status_code == 404
    assert ask(desk, "POST", "/approve", {"note": "Welcome"}).json["state"] == "confirmed"
    assert ask(desk, "POST", "/approve", {}).status_code == 409
    assert ask(delegate, "GET").json["id"] == waiting.code
    assert ask(delegate, "GET", "/badge.svg").data.startswith(b"<svg")
    assert ask(delegate, "GET", "/badge.png").data.startswith(b"\x89PNG")
    assert ask(delegate, "GET", "/badge.pdf").data.startswith(b"%PDF")
    assert ask(desk, "POST", "/refuse", {}).status_code == 422
    assert ask(delegate, "POST", "/cancel", {}).json["state"] == "withdrawn"


def test_of_two_approvals_the_desk_gives_the_first_and_where_the_ticket_says_so_an_owner_the_last(
    app, browser: Callable[..., Client]
):
    expo = a.an_expo(slug="h22")
    arena = a.a_conference(expo)
    kind = a.a_ticket_type(arena, needs_approval=True, approval_stages=2, owners_last=True)
    waiting = a.a_registration(a.a_person(expo), arena, kind)

    def approve(role: Role) -> Any:
        account = a.an_organiser(expo, role, conference=arena)
        key = accounts.create_token(account=account, name="test", scopes=SCOPES)
        address = f"/api/v1/expos/h22/registrations/{waiting.code}/approve"
        return browser()._open("POST", address, json={}, headers={"Authorization": f"Bearer {key}"})

    assert approve(Role.REGISTRATION).json["state"] == "pre_approved"
    assert approve(Role.REGISTRATION).status_code == 403
    assert approve(Role.OWNER).json["state"] == "confirmed"


@pytest.mark.feature("R10")
def test_a_place_is_handed_on_by_its_own_account_once_and_answers_stay_with_whoever_gave_them(
    app, browser: Callable[..., Client]
):
    expo = a.an_expo(slug="h22")
    kind = a.a_ticket_type(a.a_conference(expo))
    question = a_question(kind.conference)
    giver, desk = a.an_account(), a.an_organiser(expo, Role.REGISTRATION)
    mine = registered(kind, {question: "Herring"}, person=a.a_person(expo, account=giver))
    order = mine.order

    def ask(who: Account, method: str, path: str, body: Any = None, key: str = "") -> Any:
        token = accounts.create_token(account=who, name="test", scopes=SCOPES + " orders:read")
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        return browser()._open(method, f"/api/v1/expos/h22{path}", json=body, headers=headers)

    path, to = f"/registrations/{mine.code}/transfer", {"name": "Bea", "email": "bea@example.org"}
    assert ask(giver, "GET", f"/orders/{order.code}").json["registrations"][0]["answers"]
    assert ask(desk, "POST", path, to).status_code == 404  # only whoever has it
    assert ask(giver, "POST", path, {"name": "Bea", "email": "nobody"}).status_code == 422
    sent = ask(giver, "POST", path, to)
    assert (sent.status_code, sent.json["state"], sent.json["name"]) == (201, "confirmed", "Bea")
    assert ask(giver, "POST", path, to).status_code == 409

    registered_now = queries.registration(expo.id, sent.json["id"])
    answering.keep(registered_now, judged(kind, {question: "Pike"}))
    told = {
        one["id"]: one.get("answers")
        for one in ask(giver, "GET", f"/orders/{order.code}").json["registrations"]
    }
    assert told == {mine.code: {str(question.id): "Herring"}, sent.json["id"]: None}
