from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.checkin import crew
from expo.checkin import queries as checkin
from expo.checkin.crew_models import CrewRole
from expo.core import clock
from expo.programme.words import Role
from expo.web import live as parts
from tests import factories as a
from tests.checkin import doors as at
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("D2")


def test_a_scanner_is_made_paired_and_revoked(desk: Desk):
    gate = at.a_gate(at.a_zone(desk.expo, desk.conference), name="Main door")
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)

    made = page.post(f"{desk.path}/doors/devices/new", {"name": "Telephone 1", "gates": [str(gate.id)]})
    assert made.status_code == 303
    shown = page.get(made.location).text
    code = re.search(r'<p class="code">(\w{4}) (\w{4})</p>', shown)
    assert code
    assert "<svg" in shown
    assert code[1] + code[2] in page.get(made.location).text.replace(" ", "")  # a reload shows it again
    door = desk.browser()
    paired = door.post(f"/{desk.expo.slug}/door/pair", {"code": code[1] + code[2]})
    assert paired.status_code == 303
    assert "Paired" in page.get(f"{desk.path}/doors").text
    (device,) = checkin.devices(desk.expo.id)
    assert page.post(f"{desk.path}/doors/devices/{device.id}/revoke").status_code == 303
    assert device.revoked_at is not None
    assert "Revoked" in page.get(f"{desk.path}/doors").text


def test_the_code_is_shown_to_whoever_made_it_and_to_nobody_else(desk: Desk):
    gate = at.a_gate(at.a_zone(desk.expo, desk.conference))
    made = desk.open_as(Role.DOOR_LEAD).post(
        f"{desk.path}/doors/devices/new", {"name": "Telephone", "gates": [str(gate.id)]}
    )

    assert '<p class="code">' not in desk.open_as(Role.DOOR_LEAD).get(made.location).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("gates", []),
        ("gates", ["999999"]),
        ("gates", ["x"]),
        ("gates", ["²"]),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(desk: Desk, field: str, value: object):
    gate = at.a_gate(at.a_zone(desk.expo, desk.conference))
    form = {"name": "Telephone", "gates": [str(gate.id)], field: value}

    back = desk.open_as(Role.DOOR_LEAD).post(f"{desk.path}/doors/devices/new", form)

    assert back.status_code == 422
    assert f'id="{field}-error"' in back.text
    assert checkin.devices(desk.expo.id) == []


def test_nobody_stands_a_scanner_at_another_teams_gate(desk: Desk):
    other = a.a_conference(desk.expo)
    theirs = at.a_gate(at.a_zone(desk.expo, other))
    at.a_gate(at.a_zone(desk.expo, desk.conference))
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)

    back = page.post(f"{desk.path}/doors/devices/new", {"name": "Telephone", "gates": [str(theirs.id)]})

    assert back.status_code == 422
    assert theirs.name not in page.get(f"{desk.path}/doors/devices/new").text or theirs.name == "Gate 1"
    assert checkin.devices(desk.expo.id) == []


def test_a_scanner_of_another_team_or_expo_is_not_found(desk: Desk):
    theirs, _token = at.a_device(at.a_gate(at.a_zone(desk.expo, a.a_conference(desk.expo))))
    far = a.a_conference()
    strange, _token = at.a_device(at.a_gate(at.a_zone(far.expo, far)))
    page = desk.open_as(Role.DOOR_LEAD, desk.conference)

    for number in (theirs.id, strange.id, 0, 2_147_483_648, "x"):
        assert page.get(f"{desk.path}/doors/devices/{number}").status_code == 404
        assert page.post(f"{desk.path}/doors/devices/{number}/revoke").status_code == 404
        assert page.post(f"{desk.path}/doors/devices/{number}/code").status_code == 404
    assert theirs.revoked_at is None


@pytest.mark.feature("D8", "O5")
def test_who_is_in_stands_in_numbers_and_by_name(desk: Desk):
    ada = at.a_delegate(desk.conference, "Ada Lovelace")
    zone = at.a_zone(desk.expo, desk.conference)
    door = at.a_door(zone, name="Main door")
    door.scan(at.code_of(ada))
    page = desk.open_as(Role.VIEWER, desk.conference)

    doors = page.get(f"{desk.path}/doors").text
    assert "Main door" in doors
    assert "Ada Lovelace" in doors
    inside = page.get(f"{desk.path}/inside?zone={zone.id}&q=ada").text
    assert "Ada Lovelace" in inside
    assert "1 person" in inside
    assert "<b>1</b><span>in now</span>" in page.get(f"{desk.path}/").text
    numbers = page.get(f"{desk.path}/numbers").text
    assert numbers.count(f"{zone.name}</a>") == 1
    for odd in ("zone=²", "zone=99999999999", "q=%25", "page=0"):
        assert page.get(f"{desk.path}/inside?{odd}").status_code == 200


@pytest.mark.feature("D8")
def test_who_is_in_for_another_conference_is_not_named(desk: Desk):
    other = a.a_conference(desk.expo)
    grace = at.a_delegate(other, "Grace Hopper")
    shared = at.a_zone(desk.expo, desk.conference, other)
    at.a_door(shared).scan(at.code_of(grace))
    page = desk.open_as(Role.VIEWER, desk.conference)

    assert "Grace Hopper" not in page.get(f"{desk.path}/inside").text


def test_the_doors_cost_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    zone = at.a_zone(desk.expo, desk.conference)
    at.a_device(at.a_gate(zone))
    for path in ("/doors", "/numbers", "/inside"):
        page.get(desk.path + path)
        with statements() as one:
            page.get(desk.path + path)
        for number in range(4):
            door = at.a_door(at.a_zone(desk.expo, desk.conference), name=f"Door {number}")
            door.scan(at.code_of(at.a_delegate(desk.conference)))
        with statements() as many:
            page.get(desk.path + path)
        assert len(many) == len(one), path


def test_the_parts_that_change_are_renewed_and_cost_nothing_while_they_do_not(desk: Desk):
    door = at.a_door(at.a_zone(desk.expo, desk.conference), name="Main gate")
    lead = desk.open_as(Role.DOOR_LEAD, desk.conference)
    now = f"{desk.path}/doors/now/scans"
    assert f'data-live="{now}"' in lead.get(f"{desk.path}/doors").text
    before = lead.get(now)
    assert lead.get(now, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304

    door.scan(at.code_of(at.a_delegate(desk.conference, name="Grace Lind")))
    parts._kept.clear()  # two seconds later

    after = lead.get(now, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Grace Lind" in after.text
    assert "<html" not in after.text
    other = desk.open_as(Role.DOOR_LEAD, a.a_conference(desk.expo))
    assert "Grace Lind" not in other.get(now).text
    assert desk.open_as(Role.FINANCE, desk.conference).get(now).status_code == 403


@pytest.mark.feature("D10", "P1")
def test_door_leads_see_give_and_end_the_pins_of_their_own_conference_only(desk: Desk):
    other = a.a_conference(desk.expo, title="The other one")
    made = {}
    for name, conference_id in (("Mia", desk.conference.id), ("Otto", other.id), ("Eva", None)):
        made[name] = crew.add_member(
            expo_id=desk.expo.id, conference_id=conference_id, name=name, role=CrewRole.STEWARD,
            starts_at=clock.now(), ends_at=clock.now() + timedelta(days=1),
        )[0]  # fmt: skip
    today = clock.now().date().isoformat()
    new = {"name": "Nils", "role": "steward", "first": today, "last": today}
    lead, whole = desk.open_as(Role.DOOR_LEAD, desk.conference), desk.open_as(Role.DOOR_LEAD)

    shown = lead.get(f"{desk.path}/doors/crew").text
    assert "Mia" in shown
    assert not any(word in shown for word in ("Otto", "Eva", "The other one", "All doors"))
    for name in ("Otto", "Eva"):
        assert lead.post(f"{desk.path}/doors/crew/{made[name].id}/end").status_code == 404
        assert made[name].ended_at is None
    for elsewhere in ("", other.slug):
        assert lead.post(f"{desk.path}/doors/crew", {**new, "conference": elsewhere}).status_code == 422
    assert (
        lead.post(f"{desk.path}/doors/crew", {**new, "conference": desk.conference.slug}).status_code == 303
    )
    assert [one.name for one in crew.members(desk.expo.id, [desk.conference.id])] == ["Mia", "Nils"]
    assert lead.post(f"{desk.path}/doors/crew/{made['Mia'].id}/end").status_code == 303

    everybody = whole.get(f"{desk.path}/doors/crew").text
    assert all(word in everybody for word in ("Nils", "Otto", "Eva", "The other one"))
    assert whole.post(f"{desk.path}/doors/crew/{made['Eva'].id}/end").status_code == 303
    assert whole.post(f"{desk.path}/doors/crew", {**new, "conference": ""}).status_code == 303
