"""`/api/v1/expos/{expo}/sessions`: the programme's wishes, and what is open to the holder of a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from expo.accounts import actions as accounts
from expo.accounts.models import Account, ApiToken
from expo.core import clock
from expo.core.db import db, transaction
from expo.programme import actions as programme
from expo.programme import queries
from expo.programme.drafts import Billing
from expo.programme.words import Admission, Visibility
from expo.publishing import kept_items
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("F4", "I2")
Open = Callable[..., Client]


@pytest.fixture
def city(app):
    """Something for all, something for the members of one conference, one that nobody may know of."""
    expo = a.an_expo(slug="h22")
    members, others = a.a_conference(expo, slug="members"), a.a_conference(expo, slug="others")
    hall = a.a_room(expo, "Hall", venue="Dunkers")
    make: dict[str, Any] = {"published": False, "room": hall, "languages": ("sv",)}
    a.a_session(members, code="A-1", title="Open walk", admission=Admission.OPEN, type="guided tour", **make)
    inner = a.a_session(
        members, code="B-1", title="Inner circle", visibility=Visibility.REGISTERED, abstract="Not for all",
        starts_at=a.tomorrow_at(11), **make,
    )  # fmt: skip
    programme.bill(session=inner.session, billings=[Billing(a.a_speaker(expo, "Grace").id, "speaker")])
    a.a_session(others, code="C-1", title="Seats elsewhere", starts_at=a.tomorrow_at(13), **make)
    a.a_session(others, code="D-1", title="Whisper", visibility=Visibility.HIDDEN,
              starts_at=a.tomorrow_at(15), **make)  # fmt: skip
    a.publish(expo)
    return expo


def asked(browser: Open, query: str = "", token: str = "", expo: str = "h22") -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return browser().get(f"/api/v1/expos/{expo}/sessions{query}", headers=headers)


def codes(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [session["code"] for session in answer.json["sessions"]]


def a_key(account: Account, scopes: str = "programme:read") -> str:
    return accounts.create_token(account=account, name="test", scopes=scopes)


@pytest.fixture
def member(city) -> Account:
    """An account whose person here has a ticket of one conference."""
    account = a.an_account()
    conference = queries.conference(city.id, "members")
    a.a_registration(a.a_person(city, account=account), conference)
    return account


def test_strangers_read_what_anybody_may_know(city, browser: Open):
    answer = asked(browser)

    assert answer.mimetype == "application/json"
    assert codes(answer) == ["A-1", "B-1", "C-1"]
    closed = answer.json["sessions"][1]
    assert closed["for_ticket_holders"] is True
    assert closed["occurrences"][0]["room"] is None
    assert "Not for all" not in answer.text
    assert "Grace" not in answer.text
    assert "Set-Cookie" not in answer.headers
    walk = answer.json["sessions"][0]["occurrences"][0]
    assert (walk["room"], walk["venue"], walk["status"]) == ("hall", "dunkers", "confirmed")
    assert walk["starts_at"].endswith(("+01:00", "+02:00"))


def test_the_wishes_are_those_of_the_pages(city, browser: Open):
    day = f"{a.tomorrow_at(9):%Y-%m-%d}"
    after = f"{clock.now().date() + timedelta(days=9):%Y-%m-%d}"

    assert codes(asked(browser, "?type=guided-tour")) == ["A-1"]
    assert codes(asked(browser, "?conference=others")) == ["C-1"]
    assert codes(asked(browser, "?q=inner")) == ["B-1"]
    assert codes(asked(browser, f"?day={day}&room=hall&language=sv")) == ["A-1", "C-1"]
    assert codes(asked(browser, f"?from={day}&to={after}")) == ["A-1", "B-1", "C-1"]
    assert codes(asked(browser, f"?day={after}")) == []
    wrong = asked(browser, f"?from={after}&to={day}")
    assert (wrong.status_code, wrong.mimetype) == (422, "application/problem+json")


def test_open_to_me_needs_a_token(city, browser: Open, member: Account):
    gone = a_key(member)
    with transaction():
        db.session.query(ApiToken).update({"revoked_at": clock.now()})
    for token in ("", "nonsense", gone):
        answer = asked(browser, "?open=me", token)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), token
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["code"] == "no_key"
    assert (
        asked(browser, "", gone).status_code == 401
    )  # what was taken away says so, also where none is needed
    lacking = asked(browser, "?open=me", a_key(member, "door:read"))
    assert (lacking.status_code, lacking.json["code"]) == (403, "not_in_scope")


def test_open_to_me_is_asked_of_the_tickets_of_the_tokens_person(city, browser: Open, member: Account):
    answer = asked(browser, "?open=me", a_key(member))

    assert codes(answer) == ["A-1", "B-1"]
    inner = answer.json["sessions"][1]["occurrences"][0]
    assert (inner["room"], inner["people"], inner["abstract"]) == ("hall", ["Grace"], "Not for all")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert codes(asked(browser, "?open=me", a_key(a.an_account()))) == [
        "A-1"
    ]  # never came here, has no ticket


def test_a_ticket_of_one_expo_opens_nothing_in_another(city, browser: Open, member: Account):
    other = a.an_expo(slug="other")
    a.a_session(a.a_conference(other), code="X-1", title="Far", visibility=Visibility.REGISTERED)

    assert codes(asked(browser, "?open=me", a_key(member), "other")) == []
    assert codes(asked(browser, "", a_key(member), "other")) == ["X-1"]
    assert asked(browser, "", expo="none").json["code"] == "not_found"


def test_a_closed_account_opens_nothing_any_more(city, browser: Open, member: Account):
    token = a_key(member)
    with transaction():
        member.disabled_at = clock.now()

    assert asked(browser, "?open=me", token).status_code == 401


def test_pages_of_the_list_hold_all_and_nothing_twice(city, browser: Open):
    first = asked(browser, "?limit=2")
    rest = asked(browser, f"?limit=2&cursor={first.json['next']}")

    assert codes(first) + codes(rest) == ["A-1", "B-1", "C-1"]
    assert (rest.json["next"], rest.json["total"]) == (None, 3)
    for wrong in ("0", "201", "many", "-1", "9" * 30):
        assert asked(browser, f"?limit={wrong}").status_code == 422


def test_feeds_are_one_for_all_and_do_not_ask_who_reads(city, browser: Open, member: Account):
    headers = {"Authorization": f"Bearer {a_key(member)}"}
    plain = browser().get("/h22/feeds/programme.json")
    asking = browser().get("/h22/feeds/programme.json?open=me", headers=headers)

    assert asking.json["schedule"]["conference"] == plain.json["schedule"]["conference"]
    assert "Not for all" not in asking.text


def test_the_answer_costs_the_same_for_three_and_for_many(city, browser: Open, monkeypatch):
    monkeypatch.setattr(kept_items, "SEATS_LAST", 1e9)
    asked(browser)
    with statements() as few:
        asked(browser)
    conference = queries.conference(city.id, "others")
    for number in range(8):
        a.a_session(conference, code=f"E-{number}", published=False)
    a.publish(city)
    asked(browser)
    with statements() as many:
        assert len(codes(asked(browser))) == 11

    assert len(many) == len(few)
