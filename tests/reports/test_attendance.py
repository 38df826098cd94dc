from __future__ import annotations

import pytest

from expo.booking.actions import book_seat
from expo.checkin import queries as checkin
from expo.registration import actions as registrations
from expo.reports import attendance, doors
from tests import factories as a
from tests.checkin import doors as at
from tests.counting import statements

pytestmark = [pytest.mark.feature("O4"), pytest.mark.usefixtures("app")]


def test_each_conference_is_counted_by_itself():
    mine = a.a_conference()
    other = a.a_conference(mine.expo)
    a.a_ticket_type(mine, "City", needs_approval=True, quota=30)
    free = a.a_ticket_type(mine, "Delegate", quota=70)
    for conference in (mine, other):
        waits, comes, books = (a.a_person(mine.expo) for _number in range(3))
        if conference is mine:
            a.a_registration(waits, mine)
            a.a_registration(comes, mine, free)
            a.a_registration(books, mine, free)
        else:
            a.a_registration(books, other)
        workshop = a.a_session(conference)
        book_seat(person=books, occurrence_id=workshop.id)

    numbers = attendance.numbers(mine.expo, [mine.id, other.id])

    assert numbers[mine.id] == attendance.Numbers(1, 2, 100, 1, 1, 0)
    assert numbers[other.id] == attendance.Numbers(0, 1, None, 1, 1, 0)


def test_who_ended_their_registration_is_counted_no_more():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    registration = a.a_registration(ada, conference)
    workshop = a.a_session(conference)
    book_seat(person=ada, occurrence_id=workshop.id)

    registrations.withdraw(registration=registration)

    assert attendance.numbers(conference.expo, [conference.id])[conference.id] == attendance.Numbers(
        places=None
    )


def test_who_is_in_counts_for_each_conference_they_come_for_and_only_while_they_are_in():
    mine = a.a_conference()
    other = a.a_conference(mine.expo)
    ada = at.a_delegate(mine, "Ada")
    grace = at.a_delegate(other, "Grace")
    door = at.a_door(at.a_zone(mine.expo, mine, other), name="Main door")
    for person in (ada, grace):
        door.scan(at.code_of(person))

    found = attendance.numbers(mine.expo, [mine.id])
    assert found[mine.id].inside == 1
    assert [one.name for one in attendance.people_inside(mine.expo, [mine.id])] == ["Ada"]
    assert {one.name for one in attendance.people_inside(mine.expo, None)} == {"Ada", "Grace"}
    assert [one.name for one in attendance.people_inside(mine.expo, None, search="gra")] == ["Grace"]

    door.scan(at.code_of(ada), direction=at.Direction.OUT)
    assert attendance.people_inside(mine.expo, [mine.id]) == []


def test_who_came_to_a_session_is_known_by_name_and_counted_once():
    conference = a.a_conference()
    ada = at.a_delegate(conference, "Ada")
    workshop = a.a_session(conference, starts_at=a.clock.now().replace(microsecond=0), seats=5)
    book_seat(person=ada, occurrence_id=workshop.id)
    door = at.a_door(at.a_zone(conference.expo, conference), room=workshop.room)

    door.scan(at.code_of(ada))
    door.scan(at.code_of(ada), direction=at.Direction.OUT)
    door.scan(at.code_of(ada))

    assert attendance.who_came(workshop.id) == {ada.id}
    assert attendance.came([workshop.id]) == {workshop.id: 1}


def test_the_numbers_of_one_conference_and_of_ten_cost_the_same():
    conferences = [a.a_conference()]
    conferences += [a.a_conference(conferences[0].expo) for _number in range(9)]
    expo, ids = conferences[0].expo, [conference.id for conference in conferences]
    for conference in conferences:
        a.a_registration(a.a_person(expo), conference)
    attendance.numbers(expo, ids)
    with statements() as one:
        attendance.numbers(expo, ids[:1])
    with statements() as ten:
        attendance.numbers(expo, ids)

    assert len(ten) == len(one)


@pytest.mark.feature("D8")
def test_a_team_reaches_the_zones_its_tickets_open_and_what_lies_in_them():
    mine = a.a_conference()
    other = a.a_conference(mine.expo)
    hall, foreign = at.a_zone(mine.expo, mine), at.a_zone(mine.expo, other)
    room = at.actions.create_zone(expo_id=mine.expo_id, slug="room", name="Room", parent=hall)

    assert checkin.reach(mine.expo_id, [mine.id]) == {hall.id, room.id}
    assert checkin.reach(mine.expo_id, None) == {hall.id, room.id, foreign.id}
    assert [(line.zone.name, line.depth) for line in doors.zones(mine.expo, {hall.id, room.id})] == [
        (hall.name, 0),
        ("Room", 1),
    ]


@pytest.mark.feature("D2")
def test_a_scanner_is_ones_own_when_all_its_gates_are():
    mine = a.a_conference()
    other = a.a_conference(mine.expo)
    hall, foreign = at.a_zone(mine.expo, mine), at.a_zone(mine.expo, other)
    own, _token = at.a_device(at.a_gate(hall))
    shared, _token = at.a_device(at.a_gate(hall), at.a_gate(foreign))
    strange, _token = at.a_device(at.a_gate(foreign))

    found = {line.device: line.own for line in doors.devices(mine.expo, {hall.id}, {hall.id})}

    assert found == {own: True, shared: False}
    assert strange not in found


def test_somebody_who_is_in_two_zones_is_one_person():
    conference = a.a_conference()
    ada = at.a_delegate(conference)
    for door in [at.a_door(at.a_zone(conference.expo, conference)) for _number in range(2)]:
        door.scan(at.code_of(ada))

    assert attendance.numbers(conference.expo, [conference.id])[conference.id].inside == 1
    assert len(attendance.people_inside(conference.expo, None)) == 2
