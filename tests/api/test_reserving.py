"""Breaks and held rooms through the API: the same rules as on pages, for the same people."""

from __future__ import annotations

from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.programme import places
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("I2", "P8", "P12")
NOON, ONE, TWO = (f"2031-05-05T{hour}:00:00+02:00" for hour in (12, 13, 14))


def test_lunches_are_made_changed_published_and_taken_away(desk: Desk):
    body = {"conference": "arena", "title": "Lunch", "starts_at": NOON, "ends_at": ONE, "until": "2031-05-07",
            "without": ["2031-05-06"]}  # fmt: skip
    made = desk.ask("POST", "/breaks", body)
    assert made.status_code == 201, made.text
    first, last = made.json["breaks"]
    assert (first["starts_at"], last["series"]) == (NOON, first["series"])
    changed = desk.ask("PATCH", f"/breaks/{first['id']}", {"rooms": [desk.hall.slug], "reach": "all"})
    assert (changed.json["rooms"], changed.json["version"]) == ([desk.hall.slug], 2)
    assert desk.ask("PATCH", f"/breaks/{first['id']}", {"title": "x", "version": 1}).status_code == 409
    gone = f"/breaks/{last['id']}"
    for query, status in (("version=1", 409), ("version=x", 422), ("reach=some", 422), ("version=2", 204)):
        assert desk.ask("DELETE", f"{gone}?{query}").status_code == status
    assert [each["id"] for each in desk.ask("GET", "/break-drafts").json["breaks"]] == [first["id"]]

    assert desk.ask("GET", "/breaks", key="").json["breaks"] == []
    assert desk.ask("POST", "/releases", {"scope": "conference:arena"}).status_code == 201
    (told,) = desk.ask("GET", "/breaks", key="").json["breaks"]
    assert (told["title"], told["starts_at"], told["conference"]) == ("Lunch", NOON, "arena")
    for since, total in ((told["modified_at"], 1), ("2099-01-01T00:00:00Z", 0)):
        assert desk.ask("GET", f"/breaks?modified_since={since}", key="").json["total"] == total


def test_what_stands_in_a_break_is_told_and_may_stay_for_a_reason(desk: Desk):
    from datetime import datetime

    a.a_session(desk.arena, code="T-1", starts_at=datetime.fromisoformat(NOON), published=False)
    body: dict[str, Any] = {"conference": "arena", "title": "Lunch", "starts_at": NOON, "ends_at": ONE}
    no = desk.ask("POST", "/breaks", body)
    assert (no.status_code, no.json["clashes"][0]["rule"], no.json["clashes"][0]["one"]) == (
        409,
        "break",
        "T-1",
    )
    assert desk.ask("POST", "/breaks", {**body, "override_reason": "It is a lunch talk."}).status_code == 201


def test_rooms_are_held_otherwise_and_given_free(desk: Desk):
    body = {
        "room": desk.hall.slug,
        "conference": "arena",
        "kind": "reserved",
        "starts_at": NOON,
        "ends_at": ONE,
    }
    made = desk.ask("POST", "/room-blocks", body)
    assert made.status_code == 201, made.text
    one = f"/room-blocks/{made.json['id']}"
    assert desk.ask("POST", "/room-blocks", body).json["code"] == "room_taken"
    changed = desk.ask("PATCH", one, {"ends_at": TWO, "note": "Rehearsal", "room": desk.quay.slug})
    assert (changed.json["ends_at"], changed.json["room"]) == (TWO, desk.quay.slug)
    assert desk.ask("PATCH", one, {"ends_at": NOON}).status_code == 422
    assert desk.ask("PATCH", one, {"conference": None}).status_code == 403
    assert [each["note"] for each in desk.ask("GET", "/room-blocks").json["room_blocks"]] == ["Rehearsal"]
    assert desk.ask("DELETE", one).status_code == 204
    assert desk.ask("DELETE", one).status_code == 404


def test_other_teams_and_other_roles_cannot(desk: Desk):
    body = {"title": "Lunch", "starts_at": NOON, "ends_at": ONE}
    block = {"room": desk.hall.slug, "kind": "set_up", "starts_at": NOON, "ends_at": ONE}
    for path, sent in (("/breaks", body), ("/room-blocks", block)):
        assert desk.ask("POST", path, sent).status_code == 403  # the whole expo's
        assert desk.ask("POST", path, {**sent, "conference": "other"}).status_code == 404
        viewer = desk.key_of(Role.VIEWER)
        assert desk.ask("POST", path, {**sent, "conference": "arena"}, key=viewer).status_code == 403
        assert desk.ask("POST", path, sent, key="no").status_code == 401


def test_what_stops_an_area_is_told_by_the_slug_that_was_sent_and_a_series_is_taken_away_whole(desk: Desk):
    area = places.find_or_create_area(desk.expo, "Old harbour")
    body = {"title": "Parade", "area": area.slug, "starts_at": NOON, "ends_at": ONE, "until": "2031-05-07"}
    account = a.an_organiser(desk.expo, Role.OWNER)
    owner = accounts.create_token(account=account, name="all", scopes="programme:write programme:publish")
    first = desk.ask("POST", "/breaks", body, key=owner).json["breaks"][0]
    assert desk.ask("POST", "/releases", {"scope": "expo"}, key=owner).status_code == 201
    told = desk.ask("GET", "/breaks", key="").json["breaks"]
    assert [each["area"] for each in told] == [area.slug] * 3
    assert desk.ask("DELETE", f"/breaks/{first['id']}?reach=all", key=owner).status_code == 204
    assert desk.ask("GET", "/break-drafts", key=owner).json["breaks"] == []
