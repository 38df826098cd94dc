"""/api/v1/expos/{expo}/bookings, as scripts speak to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from expo.accounts import actions as accounts
from expo.core import checks
from expo.core.db import db
from expo.programme.words import Role
from tests import factories as a

pytestmark = pytest.mark.feature("B1", "B3", "B4", "I2")


class Script:
    """A program with a key for bookings."""

    def __init__(self, app, expo, account, scopes="bookings:write bookings:read") -> None:
        self.app, self.path = app, f"/api/v1/expos/{expo.slug}/bookings"
        made = accounts.create_token(account=account, name="test", scopes=scopes)
        self.headers = {"Accept-Language": "en", "Authorization": f"Bearer {made}"}

    def send(self, method: str, path: str = "", body: Any = None, **headers: str):
        db.session.rollback()
        content = None if body is None else json.dumps(body)
        with self.app.app_context():
            answer = self.app.test_client().open(
                self.path + path, method=method, data=content, headers={**self.headers, **headers},
                content_type="application/json",
            )  # fmt: skip
        db.session.expire_all()
        return answer


@pytest.fixture
def scene(app):
    conference = a.a_conference()
    account = a.an_account()
    ada = a.a_person(conference.expo, account=account)
    registration = a.a_registration(ada, conference)
    return conference, registration, Script(app, conference.expo, account)


def taken(conference, seats=1):
    """A full session, and the script of whoever fills it."""
    session = a.a_session(conference, seats=seats)
    return session


def test_a_seat_is_booked_listed_and_given_back(scene):
    conference, registration, script = scene
    workshop = a.a_session(conference, seats=2)
    body = {"registration": registration.code, "occurrence": workshop.uid}

    made = script.send("POST", body=body)
    assert (made.status_code, made.json["state"], made.json["occurrence"]) == (201, "booked", workshop.uid)
    listed = script.send("GET", f"?registration={registration.code}").json["bookings"]
    assert [one["id"] for one in listed] == [made.json["id"]]
    again = script.send("POST", body=body)
    assert (again.status_code, again.json["code"]) == (409, "already_booked")

    for _twice in range(2):
        assert script.send("DELETE", f"/{made.json['id']}").status_code == 204
    assert workshop.pool.taken == 0
    assert [found for _promise, found in checks.broken()] == []


def test_the_same_request_again_gives_the_same_answer_and_no_second_seat(scene):
    conference, registration, script = scene
    workshop = a.a_session(conference, seats=2)
    body = {"registration": registration.code, "occurrence": workshop.uid}
    key = {"Idempotency-Key": "one"}

    first, second = (script.send("POST", body=body, **key) for _time in range(2))
    assert first.json == second.json
    other = script.send("POST", body={**body, "seats": 2}, **key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert workshop.pool.taken == 1


def test_a_full_session_says_so_or_gives_a_place_in_line_that_is_accepted_and_declined(app, scene):
    conference, registration, script = scene
    workshop = a.a_session(conference, seats=1)
    owner = a.an_account()
    grace = a.a_person(conference.expo, account=owner)
    hers, other = a.a_registration(grace, conference), Script(app, conference.expo, owner)
    seat = other.send("POST", body={"registration": hers.code, "occurrence": workshop.uid}).json["id"]
    body = {"registration": registration.code, "occurrence": workshop.uid}

    full = script.send("POST", body=body)
    assert (full.status_code, full.json["code"], full.json["left"]) == (409, "session_full", 0)
    waits = script.send("POST", body={**body, "waitlist": True, "takes_at_once": False})
    assert (waits.status_code, waits.json["state"], waits.json["position"]) == (201, "waiting", 1)
    assert script.send("POST", f"/{waits.json['id']}/accept").status_code == 410

    assert other.send("DELETE", f"/{seat}").status_code == 204
    [offered] = script.send("GET", f"?registration={registration.code}").json["bookings"]
    assert (offered["state"], "until" in offered) == ("offered", True)
    assert script.send("POST", f"/{offered['id']}/accept").json["state"] == "booked"
    assert script.send("POST", f"/{offered['id']}/decline").status_code == 410


def test_a_clash_is_told_accepted_or_swapped_away(scene):
    conference, registration, script = scene
    one, two, three = (a.a_session(conference) for _number in range(3))

    def wish(session, **more):
        return script.send(
            "POST", body={"registration": registration.code, "occurrence": session.code, **more}
        )

    first = wish(one).json["id"]
    clash = wish(two)
    assert (clash.status_code, clash.json["code"]) == (409, "overlap")
    assert clash.json["clashes"][0]["booking"] == first
    assert wish(two, swap_for=first).status_code == 201
    assert wish(three, accept=["overlap"]).status_code == 201
    assert one.pool.taken == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"occurrence": "nothing"}, "occurrence"),
        ({"seats": 0}, "seats"),
        ({"seats": "2"}, "seats"),
        ({"swap_for": 1}, "swap_for"),
        ({"accept": "overlap"}, "accept"),
        ({"accept": ["fire"]}, "accept"),
    ],
)
def test_what_cannot_be_meant_is_named(scene, wrong, field):
    conference, registration, script = scene
    body = {"registration": registration.code, "occurrence": a.a_session(conference).uid, **wrong}

    answer = script.send("POST", body=body)

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, "bad_input", field)


def test_keys_reach_their_own_people_and_those_of_their_team(app, scene):
    conference, registration, script = scene
    workshop = a.a_session(conference)
    body = {"registration": registration.code, "occurrence": workshop.uid}
    booking = script.send("POST", body=body).json["id"]
    stranger = Script(app, conference.expo, a.an_account())
    reader = Script(app, conference.expo, a.an_organiser(conference.expo), scopes="bookings:read")
    desk = Script(app, conference.expo, a.an_organiser(conference.expo, Role.REGISTRATION))
    elsewhere = Script(app, a.an_expo(), registration.person.account)

    for other in (stranger, elsewhere):
        assert other.send("POST", body=body).status_code == 404
        assert other.send("DELETE", f"/{booking}").status_code == 404
        assert other.send("GET", f"?registration={registration.code}").status_code == 404
    assert reader.send("DELETE", f"/{booking}").status_code == 403
    assert desk.send("DELETE", f"/{booking}").status_code == 204
    assert workshop.pool.taken == 0
