"""What an expo is made of, page by page; and nothing of what strangers may not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Visibility
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("I2")
Open = Callable[..., Client]


@pytest.fixture
def city(app) -> Any:
    expo = a.an_expo(slug="h22")
    arena = a.a_conference(expo, slug="arena")
    shut = a.a_conference(expo, slug="shut", visibility=Visibility.INVITATION)
    hall, vault = a.a_room(expo, "Hall", venue="Dunkers"), a.a_room(expo, "Vault", venue="Cellar")
    open_one = a.a_session(arena, code="A-1", title="Walk", room=hall, published=False)
    secret = a.a_session(shut, code="S-1", title="Whisper", room=vault, published=False)
    for session, name in ((open_one, "Grace Hopper"), (secret, "Nobody Known")):
        programme.bill(session=session.session, billings=[Billing(a.a_speaker(expo, name).id, "speaker")])
    a.publish(expo)
    return expo


def asked(browser: Open, path: str, **headers: str) -> Any:
    answer = browser().get(f"/api/v1/expos/h22{path}", headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json


def test_each_kind_of_thing_is_listed_and_read_alone(city, browser: Open):
    assert asked(browser, "")["slug"] == "h22"
    for kind, key, names in (
        ("conferences", "slug", ["arena"]),
        ("venues", "slug", ["dunkers"]),
        ("rooms", "slug", ["hall"]),
        ("speakers", "slug", ["grace-hopper"]),
        ("sessions", "code", ["A-1"]),
        ("occurrences", "code", ["A-1"]),
        ("releases", "number", [1]),
    ):
        told = asked(browser, f"/{kind}")
        assert [one[key] for one in told[kind]] == names, kind
        assert (told["total"], told["next"]) == (len(names), None)
    for path in (
        "/conferences/arena",
        "/speakers/grace-hopper",
        "/sessions/A-1",
        "/occurrences/A-1",
        "/releases/1",
    ):
        asked(browser, path)
    uid = asked(browser, "/occurrences")["occurrences"][0]["uid"]
    assert asked(browser, f"/occurrences/{uid}")["session"] == "A-1"


def test_what_is_by_invitation_is_nowhere(city, browser: Open):
    for path in (
        "",
        "/conferences",
        "/venues",
        "/rooms",
        "/speakers",
        "/sessions",
        "/occurrences",
        "/releases",
    ):
        text = str(asked(browser, path)).lower()
        for word in ("whisper", "s-1", "shut", "vault", "cellar", "nobody"):
            assert word not in text, (path, word)
    for path in (
        "/conferences/shut",
        "/speakers/nobody-known",
        "/sessions/S-1",
        "/occurrences/S-1",
        "/releases/7",
    ):
        answer = browser().get(f"/api/v1/expos/h22{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), path


def test_lists_go_on_where_they_ended_and_end(app, browser: Open):
    expo = a.an_expo(slug="h22")
    arena = a.a_conference(expo)
    hall = a.a_room(expo, "Hall")
    for number in range(5):
        a.a_session(
            arena, code=f"T-{number}", starts_at=a.tomorrow_at(8 + number), room=hall, published=False
        )
    a.publish(expo)
    seen, cursor = [], ""
    for _part in range(3):
        told = asked(browser, f"/occurrences?limit=2&cursor={cursor}")
        seen.append([one["code"] for one in told["occurrences"]])
        cursor = told["next"]

    assert (seen, cursor) == ([["T-0", "T-1"], ["T-2", "T-3"], ["T-4"]], None)
    wrong = browser().get("/api/v1/expos/h22/occurrences?cursor=%25%25")
    assert (wrong.status_code, wrong.json["field"]) == (422, "cursor")


def test_only_what_changed_since_is_told(city, browser: Open):
    changed_at = asked(browser, "/sessions/A-1")["occurrences"][0]["modified_at"]

    assert asked(browser, f"/sessions?modified_since={changed_at}")["total"] == 1
    assert asked(browser, "/sessions?modified_since=2100-01-01T00:00:00Z")["sessions"] == []
    wrong = browser().get("/api/v1/expos/h22/sessions?modified_since=yesterday")
    assert (wrong.status_code, wrong.json["field"]) == (422, "modified_since")


def test_what_did_not_change_has_no_body(city, browser: Open):
    first = browser().get("/api/v1/expos/h22/conferences")
    again = browser().get("/api/v1/expos/h22/conferences", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers


@pytest.mark.parametrize("kind", ["occurrences", "speakers", "rooms", "sessions"])
def test_a_list_asks_as_often_for_many_as_for_one(app, browser: Open, kind: str):
    expo = a.an_expo(slug="h22")
    arena, counts = a.a_conference(expo), []
    for number in (1, 12):
        for each in range(number):
            room = a.a_room(expo, f"Hall {number} {each}")
            made = a.a_session(arena, code=f"{number}-{each}", room=room, published=False)
            speaker = a.a_speaker(expo, f"Person {number} {each}")
            programme.bill(session=made.session, billings=[Billing(speaker.id, "speaker")])
        a.publish(expo)
        asked(browser, f"/{kind}")
        with statements() as sent:
            asked(browser, f"/{kind}")
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_an_expo_that_is_not_there_is_a_problem(app, browser: Open):
    answer = browser().get("/api/v1/expos/nowhere/conferences")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
