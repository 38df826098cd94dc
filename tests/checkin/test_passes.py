"""Badges without a person at doors: they open what their registration gives, on the list of a device too."""

from __future__ import annotations

import pytest

from expo.badge import passes
from expo.badge import queries as badges
from expo.checkin import pack, queries
from expo.checkin.models import Device, Verdict
from expo.core.db import db
from expo.programme.words import Admission
from expo.registration.actions import Newcomer
from tests import factories as a
from tests.checkin import doors, packs
from tests.checkin.doors import at_noon

__all__ = ["at_noon"]
pytestmark = [pytest.mark.feature("R14"), pytest.mark.usefixtures("app")]


def an_open_pass():
    return a.a_ticket_type(a.a_conference(), "City pass", is_open_pass=True)


def test_an_anonymous_pass_opens_its_zone_once_and_stays_inside_when_it_is_claimed():
    kind = an_open_pass()
    expo = kind.conference.expo
    zone = doors.a_zone(expo, kind.conference)
    closed = doors.a_door(doors.a_zone(expo, a.a_conference(expo)))
    first, second = doors.a_door(zone), doors.a_door(zone, name="Gate 2")
    badge = passes.make(ticket_type=kind)
    code = badges.code_of(badge)

    assert first.scan(code).verdict is Verdict.ADMITTED
    assert closed.scan(code).verdict is Verdict.REFUSED
    passes.claim(badge=badge, newcomer=Newcomer(expo.id, "Ada", "ada@turin.example", "en"))
    again = second.scan(code)

    assert again.verdict is Verdict.ALREADY_IN
    assert queries.inside_by_zone(expo)[zone.id] == 1
    doors.nothing_is_broken()


def test_a_class_of_28_is_counted_up_to_28():
    kind = an_open_pass()
    zone = doors.a_zone(kind.conference.expo, kind.conference)
    door = doors.a_door(zone)
    code = badges.code_of(passes.make(ticket_type=kind, size=28, label="Class 7B"))

    answers = [door.scan(code, count=count) for count in (20, 8, 1)]

    assert [one.verdict for one in answers] == [Verdict.ADMITTED, Verdict.ADMITTED, Verdict.ALREADY_IN]
    assert answers[0].delegate is not None
    assert answers[0].delegate.name == "Class 7B"
    assert queries.inside_by_zone(kind.conference.expo) == {zone.id: 28}
    doors.nothing_is_broken()


def test_a_session_for_ticket_holders_takes_a_pass_of_its_conference():
    kind = an_open_pass()
    expo = kind.conference.expo
    session = a.a_session(kind.conference, admission=Admission.TICKET, seats=None)
    from expo.programme.models import Room

    room = db.session.get_one(Room, session.room_id)
    door = doors.a_door(doors.a_zone(expo), room=room)
    code = badges.code_of(passes.make(ticket_type=kind))

    with doors.the_time_is(session.starts_at):
        answer = door.scan(code)

    assert answer.verdict is Verdict.ADMITTED
    doors.nothing_is_broken()


def test_the_list_of_a_device_knows_passes_and_learns_when_one_ends():
    kind = an_open_pass()
    zone = doors.a_zone(kind.conference.expo, kind.conference)
    device, _token = doors.a_device(doors.a_gate(zone))
    badge = passes.make(ticket_type=kind, size=28, label="Class 7B")
    code = badges.code_of(badge)

    found = packs.read(pack.build(db.session.get_one(Device, device.id))).of(code)

    assert found is not None
    assert found["size"] == 28
    assert [span[0] for span in found["opens"]] == [zone.id]
    passes.revoke_group(badge=badge, reason="ill")
    after = packs.read(pack.build(db.session.get_one(Device, device.id))).of(code)
    assert after is not None
    assert after["state"] == "revoked"
