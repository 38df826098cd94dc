"""The crew at a door: a PIN, people found by name, scans taken back, standby numbers; by page and by API."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from expo.checkin import crew, devices, health, queries
from expo.checkin.crew_models import CrewRole
from expo.checkin.models import Gate
from expo.core import clock
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme.models import Conference
from tests import factories as a
from tests.checkin import doors
from tests.client import Client

from .test_door_pages import Open, paired

pytestmark = [pytest.mark.feature("D10"), pytest.mark.usefixtures("app")]


def a_gate() -> tuple[Conference, Gate]:
    conference = a.a_conference()
    return conference, doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")


def a_pin(conference: Conference, role: CrewRole = CrewRole.SUPERVISOR) -> str:
    now = clock.now()
    return crew.add_member(
        expo_id=conference.expo_id,
        name="Sofia Berg",
        role=role,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=8),
    )[1]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.feature("D2")
def test_a_supervisor_gives_the_pin_finds_a_person_lets_in_and_takes_it_back(browser: Open):
    conference, gate = a_gate()
    telephone, door = paired(browser, gate)
    doors.a_delegate(conference, "Åsa Öberg")
    at = f"{door}gates/{gate.slug}"

    assert telephone.get(f"{at}/search?q=oberg").status_code == 403
    assert telephone.post(f"{door}shift", {"pin": "000"}).status_code == 422
    assert telephone.post(f"{door}shift", {"pin": a_pin(conference)}).status_code == 303
    assert "Sofia Berg" in telephone.get(at).text
    assert telephone.get(f"{at}/search?q=ob").status_code == 422
    found = telephone.get(f"{at}/search?q=oberg")
    assert "Åsa Öberg" in found.text
    scan = {"id": str(uuid.uuid4()), "direction": "in", "code": hidden(found.text, "code")}
    verdict = telephone.post(at, scan)
    assert "Take back" in verdict.text
    undo = {"id": str(uuid.uuid4()), "scan": hidden(verdict.text, "scan")}
    back = telephone.post(f"{at}/undo", undo, follow_redirects=True)
    assert "The scan was taken back." in back.text
    assert queries.came_today(gate, conference.expo) == 0
    assert telephone.post(f"{door}shift/end", {}).status_code == 303
    assert telephone.get(f"{at}/search?q=oberg").status_code == 403
    doors.nothing_is_broken()


class Api:
    """A scanner without a page."""

    def __init__(self, client: Client, gate: Gate) -> None:
        self.client, self.gate = client, gate
        _device, token = doors.a_device(gate)
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: object):
        return self.client.post(f"/api/v1/door/{path}", json=body, headers=self.headers)

    def get(self, path: str):
        return self.client.get(f"/api/v1/door/{path}", headers=self.headers)

    def scan(self, code: str, **more: object) -> dict[str, object]:
        body = {
            "id": str(uuid.uuid4()),
            "code": code,
            "gate": str(self.gate.id),
            "scanned_at": clock.real_now().isoformat(),
        }
        return self.post("scans", {**body, **more}).json


@pytest.fixture
def api(browser: Open) -> Api:
    _conference, gate = a_gate()
    return Api(browser(), gate)


def test_by_api_a_shift_begins_and_search_undo_and_conflicts_need_a_supervisor(api: Api):
    refused = api.get("search?q=abc")
    assert (refused.status_code, refused.json["code"]) == (403, "supervisor_needed")
    assert api.post(f"scans/{uuid.uuid4()}/undo", {"id": str(uuid.uuid4()), "reason": "x"}).status_code == 403
    assert api.post("conflicts/nothing/resolve", {"note": "x"}).status_code == 403
    assert api.get("conflicts").json == {"conflicts": []}
    assert api.post("shift", {"pin": "no"}).status_code == 422


@pytest.mark.feature("D8", "D13")
def test_counts_health_and_occupancy_are_kept_and_told(api: Api):
    one = str(uuid.uuid4())
    count = {"id": one, "gate": str(api.gate.id), "people": 7, "counted_at": clock.real_now().isoformat()}

    assert api.post("counts", count).json == {"results": [{"id": one, "stored": True}]}
    assert api.post("counts", {"counts": [count]}).json == {"results": [{"id": one, "stored": True}]}
    assert api.post("counts", {**count, "people": 0}).status_code == 422
    _other_expo, theirs = a_gate()
    for nowhere in ("99999", str(theirs.id)):
        assert api.post("counts", {**count, "gate": nowhere}).status_code == 422
    said = {
        "pack": clock.real_now().isoformat(),
        "waiting": 3,
        "clock_error": -90.4,
        "version": "door-2",
        "battery": 15,
    }
    assert api.post("health", said).json == {"stored": True}
    (kept,) = health.of(api.gate.expo_id).values()
    assert (kept.waiting, kept.battery) == (3, 15)
    assert api.post("health", {**said, "battery": 101}).status_code == 422
    assert api.post("health", {"clock_error": "late"}).status_code == 422
    [zone] = [one for one in api.get("occupancy").json["zones"] if one["people"]]
    assert zone["people"] == 7

    # What it counted where it stood before it was moved still counts, there.
    before = doors.a_gate(doors.a_zone(db.session.get_one(Expo, api.gate.expo_id)), name="South")
    moved = {**count, "id": str(uuid.uuid4()), "gate": str(before.id), "people": 2}
    assert api.post("counts", moved).status_code == 200
    told = {one["slug"]: one["people"] for one in api.get("occupancy").json["zones"]}
    assert (told[zone["slug"]], told[before.zone.slug]) == (7, 2)


@pytest.mark.feature("D9")
def test_a_conflict_is_told_at_both_gates_and_noted_by_a_supervisor(browser: Open):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gates = [doors.a_gate(zone, name=name) for name in ("North", "South")]
    north, south = (Api(browser(), gate) for gate in gates)
    code = doors.code_of(doors.a_delegate(conference, "Ada Nilsson"))
    let_in = {"offline": True, "local": {"verdict": "admitted", "reason": "", "pack": ""}}
    north.scan(code, **let_in)
    assert south.scan(code, **let_in)["verdict"] == "conflict"

    told = [api.get("conflicts").json["conflicts"] for api in (north, south)]

    assert told[0] == told[1]
    [conflict] = told[0]
    assert (conflict["gate"], [one["gate"] for one in conflict["elsewhere"]]) == ("South", ["North"])
    assert south.post("shift", {"pin": a_pin(conference)}).json["role"] == "supervisor"
    path = f"conflicts/{conflict['id']}/resolve"
    assert south.post(path, {"note": "Twins"}).json["resolved"]
    assert south.post(path, {"note": "Twins"}).status_code == 409
    assert north.get("conflicts").json == {"conflicts": []}


@pytest.mark.feature("D7")
def test_who_has_no_seat_gets_a_number_at_the_door_and_the_screen_shows_it(browser: Open):
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), room=room)
    a.a_session(conference, room=room, starts_at=clock.now() - timedelta(minutes=1), seats=0)
    telephone, door = paired(browser, gate)
    at = f"{door}gates/{gate.slug}"
    code = doors.code_of(doors.a_delegate(conference))

    refused = telephone.post(at, {"code": code, "direction": "in", "id": str(uuid.uuid4())})
    assert "Give a standby number" in refused.text
    number = telephone.post(f"{at}/standby", {"code": code})

    assert "Standby number 1" in number.text
    assert "1 number waits" in telephone.get(at).text
    screen = browser().get(f"/{conference.expo.slug}/screens/standby/{room.slug}")
    assert "Waiting" in screen.text
    assert devices.COOKIE not in screen.headers.get("Set-Cookie", "")
