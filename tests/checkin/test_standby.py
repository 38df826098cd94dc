"""Who has no seat: the door books one, asks, or gives a number that is called when others did not come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking import queries as bookings
from expo.booking.actions import book_seat
from expo.checkin import policies, queries, standby
from expo.checkin.crew_models import DoorRelease, Policy
from expo.checkin.models import Verdict
from expo.checkin.refusals import NothingOn, UnknownBadge
from expo.core import clock
from expo.core.db import db
from expo.programme import terms
from expo.programme.words import Admission
from tests import factories as a
from tests.checkin import doors
from tests.checkin.test_races import at_once

pytestmark = [pytest.mark.feature("D7", "B6"), pytest.mark.usefixtures("app")]


class Hall:
    """A session of two seats that begins in ten minutes, behind a door with a scanner."""

    def __init__(self, admission: Admission = Admission.SEAT, seats: int = 2) -> None:
        self.conference = a.a_conference()
        self.room = a.a_room(self.conference.expo)
        zone = doors.a_zone(self.conference.expo, self.conference)
        self.gate = doors.a_gate(zone, room=self.room)
        self.device, token = doors.a_device(self.gate)
        self.door = doors.Door(self.gate.id, token)
        self.talk = a.a_session(
            self.conference,
            room=self.room,
            starts_at=clock.now() + timedelta(minutes=10),
            admission=admission,
            seats=seats,
        )
        self.occurrence_id = self.talk.id

    def guest(self, *, booked: bool = False):
        person = doors.a_delegate(self.conference)
        if booked:
            book_seat(person=person, occurrence_id=self.occurrence_id)
        return person

    def tell(self, policy: Policy | None = None, release_after: int | None = None) -> None:
        policies.tell(session=self.talk.session, policy=policy, release_after=release_after)

    def scan(self, person):
        return self.door.scan(doors.code_of(person))

    def number(self, person) -> int:
        return standby.join(device=self.device, gate=self.gate, code=doors.code_of(person)).number


def test_a_door_that_books_takes_a_seat_while_there_are_any():
    hall = Hall()
    hall.tell(Policy.BOOK)
    one, two, three = hall.guest(), hall.guest(), hall.guest()

    assert hall.scan(one).verdict is Verdict.ADMITTED
    assert hall.scan(two).verdict is Verdict.ADMITTED
    answer = hall.scan(three)

    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "full")
    assert bookings.live_booking(hall.occurrence_id, one.id) is not None
    assert bookings.live_booking(hall.occurrence_id, three.id) is None
    doors.nothing_is_broken()


@pytest.mark.storm
def test_eight_at_a_door_that_books_take_the_two_seats(app):
    """Red where the seat is looked at before it is taken: three or more went in."""
    hall = Hall()
    hall.tell(Policy.BOOK)
    codes = [doors.code_of(hall.guest()) for _guest in range(8)]

    answers = at_once(app, *[lambda code=code: hall.door.scan(code) for code in codes])

    assert sorted(answer.verdict for answer in answers) == [Verdict.ADMITTED] * 2 + [Verdict.REFUSED] * 6
    doors.nothing_is_broken()


def test_a_door_may_ask_count_or_hold_to_tickets_whatever_the_admission():
    hall = Hall()
    stranger = doors.a_delegate(a.a_conference(hall.conference.expo))
    told = {}
    for policy in (Policy.ASK, Policy.TICKET, Policy.OPEN):
        hall.tell(policy)
        told[policy] = hall.scan(stranger).verdict

    assert told == {Policy.ASK: Verdict.ASK, Policy.TICKET: Verdict.REFUSED, Policy.OPEN: Verdict.ADMITTED}


def test_seats_of_who_did_not_come_go_to_the_first_numbers_once():
    hall = Hall()
    hall.tell(release_after=5)
    came, absent = hall.guest(booked=True), hall.guest(booked=True)
    first, second = hall.guest(), hall.guest()
    assert hall.scan(came).verdict is Verdict.ADMITTED
    assert [hall.number(first), hall.number(second), hall.number(first)] == [1, 2, 1]

    with doors.later(minutes=14):
        standby.release_due()
        assert hall.scan(first).reason == "no_seat"
    with doors.later(minutes=16):
        standby.release_due()
        standby.release_due()
        assert standby.queue(hall.occurrence_id) == standby.Queue([1], [2])
        assert hall.scan(second).verdict is Verdict.REFUSED
        assert hall.scan(first).verdict is Verdict.ADMITTED
        assert hall.scan(absent).verdict is Verdict.REFUSED
        assert standby.queue(hall.occurrence_id) == standby.Queue([], [2])
    assert db.session.get_one(DoorRelease, hall.occurrence_id).seats == 1
    assert bookings.live_booking(hall.occurrence_id, came.id) is not None
    doors.nothing_is_broken()


def test_seats_that_are_kept_are_called_as_soon_as_somebody_stands_at_the_door():
    hall = Hall(seats=3)
    terms.say(of=hall.talk, draft=terms.TermsDraft(walk_ups=1))
    for _seat in range(2):
        hall.guest(booked=True)
    first, second = hall.guest(), hall.guest()
    assert hall.scan(first).reason == "no_seat"

    assert [hall.number(first), hall.number(second)] == [1, 2]

    assert standby.queue(hall.occurrence_id) == standby.Queue([1], [2])
    assert hall.scan(second).verdict is Verdict.REFUSED
    assert hall.scan(first).verdict is Verdict.ADMITTED
    hall.tell(release_after=0)
    with doors.later(minutes=11):
        standby.release_due()
        assert standby.queue(hall.occurrence_id) == standby.Queue([2], [])
        assert hall.scan(second).verdict is Verdict.ADMITTED
    doors.nothing_is_broken()


def test_who_does_not_come_when_called_lapses_and_the_next_is_called():
    hall = Hall(seats=1)
    hall.tell(release_after=0)
    hall.guest(booked=True)
    first, second = hall.guest(), hall.guest()
    hall.number(first), hall.number(second)

    with doors.later(minutes=11):
        standby.release_due()
    with doors.later(minutes=17):
        standby.release_due()
        assert standby.queue(hall.occurrence_id) == standby.Queue([2], [])
        assert hall.scan(first).verdict is Verdict.REFUSED
        assert hall.number(first) == 3
        assert hall.scan(second).verdict is Verdict.ADMITTED
    doors.nothing_is_broken()


def test_numbers_are_for_badges_of_this_expo_and_for_what_is_on():
    hall = Hall()
    with pytest.raises(UnknownBadge):
        standby.join(device=hall.device, gate=hall.gate, code="no code")
    elsewhere = doors.code_of(doors.a_delegate(a.a_conference()))
    with pytest.raises(UnknownBadge):
        standby.join(device=hall.device, gate=hall.gate, code=elsewhere)
    with doors.later(hours=12), pytest.raises(NothingOn):
        standby.join(device=hall.device, gate=hall.gate, code=doors.code_of(hall.guest()))


@pytest.mark.storm
def test_numbers_drawn_at_once_are_each_given_once(app):
    hall = Hall()
    codes = [doors.code_of(hall.guest()) for _guest in range(8)]
    device_id, gate_id = hall.device.id, hall.gate.id

    def draw(code: str) -> int:
        expo_id = hall_expo
        device = queries.device(expo_id, device_id)
        [gate] = [one for one in queries.gates(expo_id) if one.id == gate_id]
        return standby.join(device=device, gate=gate, code=code).number

    hall_expo = hall.conference.expo_id
    numbers = at_once(app, *[lambda code=code: draw(code) for code in codes])

    assert sorted(numbers) == list(range(1, 9))
