"""The door pack: every badge with what it opens here, nobody's name, and later only what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from expo.badge import actions as badge_actions
from expo.badge import queries as badges
from expo.booking.actions import book_seat
from expo.checkin import devices, pack
from expo.checkin.models import Device
from expo.core import clock
from expo.programme.words import Admission
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from tests import factories as a
from tests.checkin import doors
from tests.checkin.packs import name_of, read
from tests.client import Client

pytestmark = [pytest.mark.feature("D3"), pytest.mark.usefixtures("app")]


def a_gate_of(conference: Any, **changes: Any) -> tuple[Device, str]:
    return doors.a_device(doors.a_gate(doors.a_zone(conference.expo, conference), **changes))


def test_a_pack_says_what_each_badge_opens_here_and_nothing_of_whom_it_is():
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    device, _token = a_gate_of(conference)
    ada, bo = doors.a_delegate(conference, "Ada Lovelace"), doors.a_delegate(other, "Bo Ek")
    made = pack.build(device)
    found = read(made)

    zone = found.head["gates"][0]["zone"]
    opens = found.of(doors.code_of(ada))["opens"]
    assert [span[0] for span in opens] == [zone]
    assert opens[0][1] <= clock.now().timestamp() < opens[0][2]
    assert found.of(doors.code_of(bo)) == {"state": "active", "size": 1, "opens": [], "tickets": []}
    for secret in ("Ada", "Lovelace", ada.email, doors.code_of(ada)):
        assert secret.encode() not in made


def test_a_replaced_and_a_revoked_badge_say_so():
    conference = a.a_conference()
    device, _token = a_gate_of(conference)
    ada, bo = doors.a_delegate(conference), doors.a_delegate(conference)
    lost, gone = doors.code_of(ada), doors.code_of(bo)
    badge_actions.replace(badge=badges.active_badge(ada.expo_id, ada.id))
    badge_actions.revoke(badge=badges.active_badge(bo.expo_id, bo.id), reason="stolen")

    found = read(pack.build(device))

    assert found.of(lost) == {"state": "replaced"}
    assert found.of(gone) == {"state": "revoked"}
    assert found.of(doors.code_of(ada))["state"] == "active"


def test_a_session_door_has_its_lists_and_who_has_a_ticket():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    seat = a.a_session(conference, room=room, starts_at=clock.now() + timedelta(hours=2))
    ticket = a.a_session(
        conference,
        room=room,
        starts_at=clock.now() + timedelta(hours=4),
        admission=Admission.TICKET,
        seats=None,
    )
    late = a.a_session(conference, room=room, starts_at=clock.now() + timedelta(hours=40))
    device, _token = a_gate_of(conference, room=room)
    ada, bo = doors.a_delegate(conference), doors.a_delegate(conference)
    book_seat(person=ada, occurrence_id=seat.id)

    found = read(pack.build(device))

    assert found.rosters == {seat.uid: [name_of(doors.code_of(ada))]}
    assert [door["uid"] for door in found.head["gates"][0]["doors"]] == [seat.uid, ticket.uid]
    assert late.uid not in str(found.head)
    assert found.of(doors.code_of(bo))["tickets"] == [conference.id]


def test_a_delta_holds_what_changed_and_only_that():
    conference = a.a_conference()
    device, _token = a_gate_of(conference)
    early = [doors.a_delegate(conference) for _person in range(3)]
    made = pack.build(device)
    # What was written before the stamp, but may have been seen after it, comes along.
    first = read(pack.build(device, clock.real_now()))
    assert first.head["delta"]
    assert len(first.badges) == 3

    since = clock.real_now() + timedelta(minutes=10)
    with time_machine.travel(since, tick=True):
        gone = tickets.live(early[0].id, conference.id)
        registrations.withdraw(registration=gone)
        new = doors.a_delegate(conference)
        delta = read(pack.build(device, since))

        assert delta.badges == {
            name_of(doors.code_of(new)): read(made).of(doors.code_of(early[1])),
            name_of(doors.code_of(early[0])): {"state": "active", "size": 1, "opens": [], "tickets": []},
        }
        assert delta.head["high_water"] > read(made).head["high_water"]


@pytest.mark.parametrize("age", [timedelta(hours=13), timedelta(hours=-1)])
def test_a_stamp_that_is_too_old_or_of_tomorrow_gives_a_whole_pack(age: timedelta):
    conference = a.a_conference()
    device, _token = a_gate_of(conference)
    doors.a_delegate(conference)

    assert not read(pack.build(device, clock.real_now() - age)).head["delta"]


def test_a_pack_asks_the_database_as_often_for_many_as_for_one():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    a.a_session(conference, room=room, starts_at=clock.now() + timedelta(hours=2))
    device, _token = a_gate_of(conference, room=room)
    doors.a_delegate(conference)
    with doors.statements() as few:
        pack.build(device)
    for hours in (4, 6, 8):
        doors.a_delegate(conference)
        a.a_session(conference, room=room, starts_at=clock.now() + timedelta(hours=hours))
    with doors.statements() as many:
        pack.build(device)

    assert len(many) == len(few)


def test_over_http_it_is_for_devices_only_and_not_sent_twice(app):
    conference = a.a_conference()
    device, token = a_gate_of(conference)
    doors.a_delegate(conference)
    client = Client(app, None)
    path, mine = "/api/v1/door/pack", {"Authorization": f"Bearer {token}"}

    first = client.get(path, headers=mine)
    assert first.status_code == 200
    assert len(read(first.data).badges) == 1
    again = client.get(path, headers={**mine, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    since = pack.stamp_of(first.data)
    assert client.get(path, query_string={"since": since}, headers=mine).status_code == 200
    assert client.get(path, query_string={"since": "yesterday"}, headers=mine).status_code == 200
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401

    devices.revoke_device(device=device)
    assert client.get(path, headers=mine).status_code in (401, 403, 410)
