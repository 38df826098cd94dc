"""Changing what one chose through the API: quoted, then made for just that; one's own, or the team's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.core import checks
from expo.core.db import db
from expo.payment import refunds
from expo.payment.models import OrderState
from expo.programme.words import Role
from expo.registration import quoting
from expo.registration.models import AddOn, Registration, TicketType
from tests import factories as a
from tests.client import Client
from tests.registration.test_changing import a_kind, an_add_on, bought, pay

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R10", "I2")]
Ask = Callable[..., Any]


@pytest.fixture
def ask(browser: Callable[..., Client]) -> Ask:
    def ask(who: Account, method: str, registration: Registration, query: str = "", body: Any = None,
            key: str = "", scopes: str = "registrations:read registrations:write") -> Any:  # fmt: skip
        token = accounts.create_token(account=who, name="test", scopes=scopes)
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        expo = registration.conference.expo.slug
        address = f"/api/v1/expos/{expo}/registrations/{registration.code}/change{query}"
        return browser()._open(method, address, json=body, headers=headers)

    return ask


@pytest.fixture
def shop() -> tuple[TicketType, TicketType, AddOn]:
    kind = a_kind()
    return kind, a_kind("Congress", 80000, like=kind, quota=1), an_add_on(kind)


def owner_of(registration: Registration) -> Account:
    registration.person.account_id = (account := a.an_account()).id
    db.session.commit()
    return account


def sek(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "SEK"}


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def test_what_was_quoted_is_held_until_it_is_paid_and_the_same_request_again_is_the_same_change(ask, shop):
    kind, congress, lunch = shop
    mine = bought(kind)
    me = owner_of(mine)
    wish = f"?ticket_type={congress.id}&add_ons={lunch.id}"

    quote = ask(me, "GET", mine, wish).json

    assert (quote["pay"], quote["back"], quote["order"]) == (sek(50000), sek(0), None)
    assert [(one["price"]["amount"], one["vat_rate"]) for one in quote["lines"]] == [(30000, 25), (20000, 12)]
    body = {
        "ticket_type": str(congress.id), "add_ons": [str(lunch.id)], "pay": quote["pay"], "back": quote["back"]
    }  # fmt: skip
    sent = ask(me, "POST", mine, body=body, key="one")
    assert (sent.status_code, sent.json["state"], sent.json["order"]["total"]) == (201, "waiting", sek(50000))
    assert f"/orders/{sent.json['order']['code']}/{sent.json['order']['secret']}" in sent.json["order"]["url"]
    nothing_is_broken()
    assert congress.pool.taken == 1
    assert ask(me, "POST", mine, body=body).json["code"] == "change_waits"
    assert ask(me, "GET", mine, wish).json["code"] == "change_waits"

    waits = quoting.waiting(mine.id)
    assert waits is not None
    assert waits.order is not None
    pay(waits.order)
    assert mine.ticket_type_id == congress.id
    assert ask(me, "POST", mine, body={**body, "pay": sek(0)}).status_code == 422  # it has that already
    nothing_is_broken()


def test_an_idempotency_key_gives_the_first_answer_again(ask, shop, browser):
    kind, congress, _lunch = shop
    mine = bought(kind)
    me = owner_of(mine)
    token = accounts.create_token(account=me, name="test", scopes="registrations:write")
    address = f"/api/v1/expos/{mine.conference.expo.slug}/registrations/{mine.code}/change"
    body = {"ticket_type": str(congress.id), "pay": sek(30000), "back": sek(0)}

    def post(body: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
        return browser()._open("POST", address, json=body, headers=headers)

    first, again = post(body), post(body)

    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert first.json["order"]["secret"]
    assert post({**body, "back": sek(1)}).status_code == 422


def test_what_goes_back_goes_back_once_and_a_tampered_quote_changes_nothing(ask, shop):
    kind, _congress, lunch = shop
    visitor = a_kind("Visitor", 30000, like=kind)
    mine = bought(kind, lunch)
    me = owner_of(mine)
    quote = ask(me, "GET", mine, f"?ticket_type={visitor.id}&add_ons=").json
    assert (quote["pay"], quote["back"], quote["kept"]) == (sek(0), sek(20000), sek(20000))
    assert [one["back"]["amount"] for one in quote["given_up"]] == [10000, 10000]
    good = {"ticket_type": str(visitor.id), "add_ons": [], "pay": sek(0), "back": sek(20000)}
    for wrong in (
        {"back": sek(40000)}, {"back": {"amount": 20000, "currency": "EUR"}}, {"pay": {"amount": 0, "currency": "EUR"}},
    ):  # fmt: skip
        refused = ask(me, "POST", mine, body={**good, **wrong})
        assert (refused.status_code, refused.json["code"]) == (409, "quote_changed")
    other = a_kind()
    for wrong in (
        {"back": sek(-1)}, {"back": sek(10**30)}, {"back": {"amount": "20000", "currency": "SEK"}}, {"back": 20000},
        {"pay": {"amount": True, "currency": "SEK"}}, {"pay": None}, {"back": {"amount": 20000}},
        {"ticket_type": "x"}, {"ticket_type": str(other.id)}, {"ticket_type": None}, {"code": "\0"},
        {"add_ons": ["9999"]}, {"add_ons": [str(lunch.id)] * 2}, {"add_ons": "3"}, {"add_ons": ["\0"]},
    ):  # fmt: skip
        assert ask(me, "POST", mine, body={**good, **wrong}).status_code == 422, wrong
    assert mine.ticket_type_id == kind.id

    made = ask(me, "POST", mine, body=good)

    assert (made.status_code, made.json["state"], made.json["order"]) == (201, "done", None)
    assert made.json["registration"]["ticket_type"] == str(visitor.id)
    assert sum(one.amount_minor for one in refunds.of_orders([mine.order_id or 0])) == 20000
    nothing_is_broken()
    assert ask(me, "POST", mine, body=good).status_code == 422
    assert sum(one.amount_minor for one in refunds.of_orders([mine.order_id or 0])) == 20000


def test_nobody_changes_what_is_anothers_and_the_team_gives_what_only_it_may_give(ask, shop):
    kind, congress, _lunch = shop
    staff = a_kind("Staff", 0, like=kind, is_hidden=True, needs_approval=True)
    mine = bought(kind)
    me, expo = owner_of(mine), mine.conference.expo
    stranger = a.an_account()
    elsewhere = a.an_organiser(expo, Role.OWNER, conference=a.a_conference(expo))
    viewer = a.an_organiser(expo, Role.VIEWER, conference=mine.conference)
    team = a.an_organiser(expo, Role.REGISTRATION, conference=mine.conference)
    body = {"ticket_type": str(congress.id), "pay": sek(30000), "back": sek(0)}
    for who, said in ((stranger, 404), (elsewhere, 404), (viewer, 403)):
        assert ask(who, "GET", mine, f"?ticket_type={congress.id}").status_code == said
        assert ask(who, "POST", mine, body=body).status_code == said
        assert ask(who, "DELETE", mine).status_code == said
    assert ask(me, "POST", mine, body=body, scopes="registrations:read").status_code == 403
    assert ask(me, "GET", mine, f"?ticket_type={staff.id}").status_code == 422

    held = ask(team, "POST", mine, body=body)
    assert held.json["state"] == "waiting"
    assert "secret" not in held.json["order"]  # that is the payer's
    assert ask(me, "DELETE", mine).status_code == 204
    assert ask(me, "DELETE", mine).status_code == 404
    nothing_is_broken()
    quote = ask(team, "GET", mine, f"?ticket_type={staff.id}").json
    given = ask(
        team, "POST", mine, body={"ticket_type": str(staff.id), **{n: quote[n] for n in ("pay", "back")}}
    )
    assert (given.json["state"], mine.ticket_type_id) == ("done", staff.id)
    nothing_is_broken()


def test_an_order_that_is_not_paid_yet_is_changed_itself(ask, shop):
    kind, congress, lunch = shop
    mine = bought(kind, paid=False)
    me = owner_of(mine)

    quote = ask(me, "GET", mine, f"?ticket_type={congress.id}&add_ons={lunch.id}").json

    assert mine.order is not None
    assert (quote["order"], quote["total"]) == (mine.order.code, sek(100000))
    body = {
        "ticket_type": str(congress.id),
        "add_ons": [str(lunch.id)],
        "pay": sek(100000),
        "back": sek(50000),
    }
    made = ask(me, "POST", mine, body=body).json
    assert (made["state"], made["order"]["code"], made["order"]["total"]) == (
        "done",
        mine.order.code,
        sek(100000),
    )
    assert (mine.order.state, mine.order.total_minor) == (OrderState.OPEN, 100000)
    nothing_is_broken()
