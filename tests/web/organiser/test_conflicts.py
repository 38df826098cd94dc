"""The inbox of the doors: what offline scanners judged otherwise waits until somebody notes what it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.badge import actions as badge_actions
from expo.badge import queries as badges
from expo.checkin import conflicts, devices
from expo.checkin import queries as checkin
from expo.core import clock
from expo.programme.words import Role
from tests import factories as a
from tests.checkin import doors as at
from tests.checkin.doors import at_noon
from tests.counting import statements

from .conftest import Desk

__all__ = ["at_noon"]
pytestmark = pytest.mark.feature("D9")

LET_IN = {"offline": True, "local": {"verdict": "admitted", "reason": "", "pack": ""}}


@pytest.fixture
def zone(desk: Desk):
    return at.a_zone(desk.expo, desk.conference)


def test_admitted_twice_offline_names_both_gates_and_is_noted_once(desk: Desk, zone):
    north, south = at.a_door(zone, name="North"), at.a_door(zone, name="South")
    code = at.code_of(at.a_delegate(desk.conference, "Ada Nilsson"))
    long_ago = clock.real_now() - timedelta(minutes=5)
    north.scan(code, scanned_at=long_ago, **LET_IN)
    assert south.scan(code, scanned_at=long_ago, **LET_IN).verdict == "conflict"
    lead = desk.open_as(Role.DOOR_LEAD, desk.conference)

    page = lead.get(f"{desk.path}/doors/conflicts").text
    assert "Ada Nilsson" in page
    assert "In twice" in page
    assert "North," in page
    [found] = conflicts.find(desk.expo.id, {zone.id})
    empty = lead.post(f"{desk.path}/doors/conflicts/{found.key}", {"note": " "})
    assert empty.status_code == 422
    note = {"note": "Twins with one badge, second one bought a ticket"}
    assert lead.post(f"{desk.path}/doors/conflicts/{found.key}", note).status_code == 303
    again = lead.post(f"{desk.path}/doors/conflicts/{found.key}", note, follow_redirects=True)
    assert "looked at this already" in again.text
    assert "No conflicts" in again.text
    assert "Twins with one badge" in lead.get(f"{desk.path}/doors/conflicts?resolved=1").text
    at.nothing_is_broken()


def test_a_badge_ended_before_it_was_scanned_and_a_scan_set_aside_are_listed(desk: Desk, zone):
    door = at.a_door(zone)
    person = at.a_delegate(desk.conference)
    code = at.code_of(person)
    badge_actions.revoke(badge=badges.active_badge(desk.expo.id, person.id), reason="stolen")
    door.scan(code, scanned_at=clock.real_now(), **LET_IN)
    [only] = checkin.devices(desk.expo.id)
    devices.revoke_device(device=only)
    door.scan(at.code_of(at.a_delegate(desk.conference)))

    reasons = {found.reason for found in conflicts.find(desk.expo.id, {zone.id})}

    assert reasons == {"revoked", "device_revoked"}
    assert conflicts.count(desk.expo.id, {zone.id}) == 2


def test_another_teams_conflicts_are_neither_seen_nor_noted(desk: Desk):
    theirs = at.a_zone(desk.expo, a.a_conference(desk.expo))
    door = at.a_door(theirs)
    person = at.a_delegate(desk.conference, "Ada Nilsson")
    door.scan(at.code_of(person), scanned_at=clock.real_now(), **LET_IN)
    [found] = conflicts.find(desk.expo.id, {theirs.id})
    lead = desk.open_as(Role.DOOR_LEAD, desk.conference)

    assert "Ada Nilsson" not in lead.get(f"{desk.path}/doors/conflicts").text
    assert lead.post(f"{desk.path}/doors/conflicts/{found.key}", {"note": "mine"}).status_code == 404
    viewer = desk.open_as(Role.VIEWER)
    assert "Ada Nilsson" in viewer.get(f"{desk.path}/doors/conflicts").text
    assert viewer.post(f"{desk.path}/doors/conflicts/{found.key}", {"note": "x"}).status_code == 403


def test_the_inbox_asks_as_often_for_many_as_for_one(desk: Desk, zone):
    door = at.a_door(zone)

    def one_more() -> None:
        person = at.a_delegate(a.a_conference(desk.expo))
        door.scan(at.code_of(person), scanned_at=clock.real_now(), **LET_IN)

    one_more()
    with statements() as few:
        conflicts.find(desk.expo.id, {zone.id})
    for _more in range(3):
        one_more()
    with statements() as many:
        assert len(conflicts.find(desk.expo.id, {zone.id})) == 4
    assert len(many) == len(few)
