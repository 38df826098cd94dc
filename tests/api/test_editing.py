"""Writing the draft through the API: the same rules as on pages, for the same people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expo.core import audit
from expo.programme import queries
from expo.programme.words import Role
from tests import factories as a
from tests.client import Client

from .conftest import Desk

pytestmark = pytest.mark.feature("I2", "P1")
Open = Callable[..., Client]
NINE, TEN = "2031-05-05T09:00:00+02:00", "2031-05-05T10:00:00+02:00"


def test_a_session_is_added_changed_placed_and_published(desk: Desk):
    made = desk.ask(
        "POST",
        "/sessions",
        {"conference": "arena", "title": "Walk", "type": "tour", "code": "W-1", "state": "confirmed"},
    )
    assert (made.status_code, made.json["code"], made.json["version"]) == (201, "W-1", 1), made.text
    changed = desk.ask("PATCH", "/sessions/W-1", {"title": "A walk", "sdgs": [11], "version": 1})
    assert (changed.json["title"], changed.json["type"], changed.json["sdgs"]) == ("A walk", "Tour", [11])
    time = a.a_session(desk.arena, code="T-1", room=desk.hall, published=False)
    placed = desk.ask(
        "PUT",
        f"/occurrences/{time.uid}/placement",
        {"room": "quay", "starts_at": NINE, "ends_at": TEN, "version": 1},
    )
    assert (placed.status_code, placed.json["room"], placed.json["version"]) == (200, "quay", 2), placed.text
    assert placed.json["starts_at"] == NINE
    released = desk.ask("POST", "/releases", {"scope": "conference:arena", "note": "first"})
    assert (released.status_code, released.json["number"]) == (201, 1), released.text
    assert desk.browser().get("/api/v1/expos/h22/occurrences/T-1").json["room"] == "quay"
    assert audit.history("occurrence", time.id)[0].actor.startswith("account:")


def test_what_clashes_is_refused_with_a_sentence_and_kept_with_a_reason(desk: Desk):
    a.a_session(desk.arena, code="T-1", title="Drums", room=desk.hall, published=False)
    other = a.a_session(desk.arena, code="T-2", room=desk.quay, published=False)
    first = queries.occurrence(desk.expo.id, "T-1")
    body = {"room": "hall", "starts_at": first.starts_at.isoformat(), "ends_at": first.ends_at.isoformat()}

    no = desk.ask("PUT", "/occurrences/T-2/placement", body)
    assert (no.status_code, no.json["code"]) == (409, "clash")
    assert [(one["rule"], one["level"], one["other"]) for one in no.json["clashes"]] == [
        ("room", "block", "T-1")
    ]
    assert "Drums" in no.json["clashes"][0]["message"]
    assert queries.occurrence(desk.expo.id, "T-2").room_id == other.room_id

    kept = desk.ask("PUT", "/occurrences/T-2/placement", {**body, "override_reason": "They share the stage."})
    assert kept.status_code == 200
    told = desk.ask("GET", "/clashes").json["clashes"]
    assert {one["reason"] for one in told} == {"They share the stage."}


def test_who_saved_first_is_not_overwritten(desk: Desk):
    time = a.a_session(desk.arena, code="T-1", room=desk.hall, published=False)
    body = {"room": "hall", "starts_at": NINE, "ends_at": TEN, "version": 1}

    assert desk.ask("PUT", "/occurrences/T-1/placement", {**body, "room": "quay"}).status_code == 200
    late = desk.ask("PUT", "/occurrences/T-1/placement", body)

    assert (late.status_code, late.json["code"]) == (409, "changed_meanwhile")
    assert queries.occurrence(desk.expo.id, time.uid).room.slug == "quay"


def test_the_same_request_again_adds_nothing(desk: Desk):
    body = {"conference": "arena", "title": "Walk", "type": "tour"}
    answers = [desk.ask("POST", "/sessions", body, **{"Idempotency-Key": "one"}) for _time in range(2)]
    other = desk.ask("POST", "/sessions", {**body, "title": "Run"}, **{"Idempotency-Key": "one"})

    assert answers[0].json == answers[1].json
    assert len(queries.sessions(desk.expo.id, [desk.arena.id])) == 1
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


def test_another_teams_things_are_not_there(desk: Desk):
    a.a_session(desk.other, code="O-1", room=desk.hall, published=False)
    place = {"room": "quay", "starts_at": NINE, "ends_at": TEN}
    for method, path, body in (
        ("GET", "/drafts/O-1", None),
        ("PATCH", "/sessions/O-1", {"title": "Mine"}),
        ("PUT", "/occurrences/O-1/placement", place),
        ("POST", "/sessions", {"conference": "other", "title": "Mine", "type": "tour"}),
        ("POST", "/releases", {"scope": "conference:other"}),
        ("POST", "/releases", {"scope": "session:O-1"}),
    ):
        assert desk.ask(method, path, body).status_code == 404, (method, path)
    assert desk.ask("POST", "/releases", {"scope": "expo"}).status_code == 403


def test_a_key_does_what_it_was_made_for_and_its_account_may(desk: Desk):
    a.a_session(desk.arena, code="T-1", room=desk.hall, published=False)
    lacking, viewer = desk.key_of(Role.SCHEDULER, "programme:read"), desk.key_of(Role.VIEWER)

    assert desk.ask("PATCH", "/sessions/T-1", {"title": "X"}, key="").status_code == 401
    assert desk.ask("PATCH", "/sessions/T-1", {"title": "X"}, key=lacking).json["code"] == "not_in_scope"
    assert desk.ask("PATCH", "/sessions/T-1", {"title": "X"}, key=viewer).status_code == 403
    assert desk.ask("GET", "/drafts/T-1", key=viewer).status_code == 200


def test_what_cannot_be_meant_is_named(desk: Desk):
    a.a_session(desk.arena, code="T-1", room=desk.hall, published=False)
    for path, body, field in (
        ("/sessions/T-1", {"title": ""}, "title"),
        ("/sessions/T-1", {"state": "maybe"}, "state"),
        ("/sessions/T-1", {"sdgs": ["11"]}, "sdgs"),
        ("/sessions/T-1", {"languages": ["x" * 99]}, "languages"),
        ("/sessions/T-1", {"parent": "NONE"}, "parent"),
        ("/sessions/T-1", {"version": 0}, "version"),
    ):
        answer = desk.ask("PATCH", path, body)
        assert (answer.status_code, answer.json["field"]) == (422, field), answer.text
    nowhere = desk.ask(
        "PUT", "/occurrences/T-1/placement", {"room": "moon", "starts_at": NINE, "ends_at": TEN}
    )
    assert (nowhere.status_code, nowhere.json["field"]) == (422, "room")


def test_speakers_are_added_and_changed(desk: Desk):
    made = desk.ask("POST", "/speakers", {"name": "Grace Hopper", "organisation": "Navy"})
    assert (made.status_code, made.json["slug"]) == (201, "grace-hopper")
    changed = desk.ask("PATCH", "/speakers/grace-hopper", {"title": "Admiral"})
    assert (changed.json["name"], changed.json["title"], changed.json["organisation"]) == (
        "Grace Hopper", "Admiral", "Navy",
    )  # fmt: skip
