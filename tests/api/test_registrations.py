"""Registrations through the API: one's own, and those of the team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.programme.words import Role
from expo.registration.models import RegistrationState
from tests import factories as a
from tests.client import Client

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
