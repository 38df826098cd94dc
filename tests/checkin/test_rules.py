"""One table of cases for both who judge a scan: the server with its database, the scanner with its pack alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from expo.badge import actions as badge_actions
from expo.badge import queries as badges
from expo.booking.actions import book_seat
from expo.checkin import attentions, crew
from expo.checkin.crew_models import CrewRole
from expo.checkin.models import Direction
from expo.checkin.verdicts import city_day
from expo.core import clock
from expo.core.db import db
from expo.programme.models import Conference
from expo.programme.words import Admission
from tests import factories as a
from tests.checkin import doors
from tests.web.door.conftest import Site, site

__all__ = ["site"]

pytestmark = [pytest.mark.feature("D3", "D5"), pytest.mark.usefixtures("app")]

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text())["cases"]
NONSENSE = "A" * 32


@dataclass
class World:
    """The badges and gates that the cases name; plain values."""

    codes: dict[str, str]
    gates: dict[str, int]
    token: str
    device_id: int
    supervised: str  # of a second device, with which a supervisor works


@pytest.fixture
def world() -> World:
    """From noon: a seat at 13:00, any ticket at 15:00, open at 17:00, by invitation at 19:00; nothing at 22:00."""
    today = city_day(clock.now(), a.an_expo().zone)
    conference = a.a_conference(starts_on=today, ends_on=today + timedelta(days=3))
    expo = conference.expo
    later = a.a_conference(expo, starts_on=today + timedelta(days=2), ends_on=today + timedelta(days=2))
    room, zone = a.a_room(expo, "Blue Room"), doors.a_zone(expo, conference, later)
    hall = doors.a_zone(expo, conference)
    gates = {
        "main": doors.a_gate(zone, name="Main"),
        "side": doors.a_gate(zone, name="Side"),
        "room": doors.a_gate(hall, name="Room", room=room),
    }
    device, token = doors.a_device(*gates.values())
    second, supervised = doors.a_device(*gates.values())
    _member, pin = crew.add_member(
        expo_id=expo.id, conference_id=None, name="Sofia", role=CrewRole.SUPERVISOR,
        starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    crew.start_shift(device=second, pin=pin)
    people = {
        "ticket": doors.a_delegate(conference),
        "seat": doors.a_delegate(conference),
        "later": doors.a_delegate(later),
        "other": doors.a_delegate(a.a_conference(expo)),
        "replaced": doors.a_delegate(conference),
        "revoked": doors.a_delegate(conference),
        "group": doors.a_delegate(conference),
        "blocked": doors.a_delegate(conference),
        "noted": doors.a_delegate(conference),
    }
    codes = {name: doors.code_of(person) for name, person in people.items()} | {"nonsense": NONSENSE}
    badge_actions.replace(badge=badges.active_badge(expo.id, people["replaced"].id))
    badge_actions.revoke(badge=badges.active_badge(expo.id, people["revoked"].id), reason="stolen")
    attentions.put(person=people["blocked"], text="Fetch the supervisor", blocks=True)
    attentions.put(person=people["noted"], text="Give the headset", blocks=False)
    doors.resize(badges.active_badge(expo.id, people["group"].id), 3)
    talks = _talks(conference, room)
    book_seat(person=people["seat"], occurrence_id=talks["seat"].id)
    made = World(codes, {name: gate.id for name, gate in gates.items()}, token, device.id, supervised)
    db.session.rollback()
    return made


def _talks(conference: Conference, room: Any) -> dict[str, Any]:
    kinds = {
        "seat": Admission.SEAT,
        "ticket": Admission.TICKET,
        "open": Admission.OPEN,
        "invited": Admission.INVITATION,
    }
    made = {}
    for number, (name, admission) in enumerate(kinds.items()):
        starts_at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1 + 2 * number)
        made[name] = a.a_session(
            conference, room=room, starts_at=starts_at, admission=admission, seats=20, published=False
        )
    a.publish(conference.expo)
    return made


def test_the_server_judges_as_the_table_says(world: World):
    noon = clock.now()
    for case in CASES:
        token = world.supervised if case.get("supervisor") else world.token
        door = doors.Door(world.gates[case["gate"]], token)
        with doors.the_time_is(noon + timedelta(minutes=case.get("minutes", 0))):
            answer = door.scan(
                world.codes[case["badge"]],
                direction=Direction(case.get("direction", "in")),
                count=case.get("count", 1),
                override={"by": "steward", "reason": "known"} if case.get("by_hand") else None,
            )
        assert (str(answer.verdict), answer.reason) == (case["verdict"], case["reason"]), case


JUDGE = """
async ([asked, cases]) => {
  const rules = await import(asked.module);
  const answer = await fetch("/api/v1/door/pack", { headers: { Authorization: "Bearer " + asked.token } });
  const pack = rules.parse(await answer.arrayBuffer());
  pack.head.high_water = asked.highWater ?? pack.head.high_water;
  const memory = new rules.Memory();
  const told = [];
  for (const one of cases) {
    const now = pack.head.now + 60 * (one.minutes ?? 0);
    const gate = String(asked.gates[one.gate]);
    const found = await rules.find(pack, asked.codes[one.badge]);
    const verdict = rules.judge(pack, {
      gate, found, now, direction: one.direction, count: one.count, byHand: one.by_hand, supervisor: one.supervisor,
    }, memory.inside);
    memory.note(found?.name, pack.head.gates.find((each) => each.id === gate).zone, gate, verdict, now);
    told.push([verdict.verdict, verdict.reason]);
  }
  return told;
}
"""


@pytest.mark.browser
@pytest.mark.once
def test_the_scanner_judges_as_the_table_says_and_reads_codes_as_the_server_does(
    world: World, site: Site, chromium: Browser
):
    page = chromium.new_page()
    page.goto(f"{site.address}/healthz")
    asked = {
        "module": f"{site.address}/static/js/door-pack.js",
        "token": world.token,
        "gates": world.gates,
        "codes": world.codes,
    }
    told = page.evaluate(JUDGE, [asked, CASES])
    assert [tuple(each) for each in told] == [(case["verdict"], case["reason"]) for case in CASES]

    code = world.codes["ticket"]
    typed = [
        code.lower(),
        " ".join(code) + "\r\n",
        "-".join(code[at : at + 4] for at in range(0, 32, 4)),
        code.translate(str.maketrans("YZ", "ZY")),
        code.translate(str.maketrans("234567", '"#¤%&/')),
    ]
    read = page.evaluate(
        JUDGE,
        [
            {**asked, "codes": {str(number): text for number, text in enumerate(typed)}},
            [{"badge": str(number), "gate": "main", "minutes": 1} for number in range(len(typed))],
        ],
    )
    assert read == [["admitted", None], *[["admitted", "just_now"]] * (len(typed) - 1)]

    # A number above the list's highest may be a badge made since; one below it is none.
    newer = page.evaluate(JUDGE, [{**asked, "highWater": -1}, [{"badge": "nonsense", "gate": "main"}]])
    assert newer == [["ask", "newer_than_list"]]
    page.close()
