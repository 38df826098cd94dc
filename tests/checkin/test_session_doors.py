"""Session doors: the schedule decides, from the room and the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.checkin import queries
from expo.checkin.models import Verdict
from expo.programme.models import Occurrence
from expo.programme.words import Admission
from tests import factories as a
from tests.checkin import doors

pytestmark = [pytest.mark.feature("D7"), pytest.mark.usefixtures("app")]


def a_session_door(occurrence: Occurrence, *, name: str = "Sundet 1") -> doors.Door:
    assert occurrence.room is not None
    return doors.a_door(doors.a_zone(occurrence.session.conference.expo), name=name, room=occurrence.room)


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [(-31, Verdict.ASK), (-29, Verdict.ADMITTED), (59, Verdict.ADMITTED), (61, Verdict.ASK)],
)
def test_doors_open_half_an_hour_before_and_close_with_the_end(minutes: int, verdict: Verdict):
    session = a.a_session(admission=Admission.OPEN, title="Opening")
    door = a_session_door(session)
    code = doors.code_of(doors.a_delegate(session.session.conference))

    with doors.the_time_is(a.tomorrow_at(9) + timedelta(minutes=minutes)):
        answer = door.scan(code)

    assert answer.verdict is verdict
    doors.nothing_is_broken()


def test_a_door_with_nothing_on_asks_and_says_what_is_next():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    session = a.a_session(
        conference,
        admission=Admission.OPEN,
        title="Voluntary Local Reviews",
        room=room,
        starts_at=a.tomorrow_at(13, 30),
    )
    door = a_session_door(session)
    code = doors.code_of(doors.a_delegate(conference))
    local = a.tomorrow_at(13, 30).astimezone(conference.expo.zone).strftime("%H:%M")

    with doors.the_time_is(a.tomorrow_at(9)):
        answer = door.scan(code)
    assert (answer.verdict, answer.reason) == (Verdict.ASK, "nothing_on")
    assert answer.message == f"Nothing is on here now. Next: Voluntary Local Reviews, {local}."

    with doors.the_time_is(a.tomorrow_at(9)):
        by_hand = door.scan(code, override={"by": "Steward", "reason": "speaker's guest"})
    assert (by_hand.verdict, by_hand.reason) == (Verdict.ADMITTED, "let_in")
    doors.nothing_is_broken()


def test_an_open_session_takes_anybody_with_a_live_badge():
    expo = a.an_expo()
    session = a.a_session(a.a_conference(expo), admission=Admission.OPEN)
    door = a_session_door(session)
    stranger = doors.a_delegate(a.a_conference(expo))

    with doors.the_time_is(a.tomorrow_at(9)):
        assert door.scan(doors.code_of(stranger)).verdict is Verdict.ADMITTED
        assert queries.came_to(session.id) == 1


def test_a_ticketed_session_takes_any_ticket_of_its_conference():
    expo = a.an_expo()
    conference = a.a_conference(expo, title="H22+50 Session")
    session = a.a_session(conference, admission=Admission.TICKET, seats=None)
    door = a_session_door(session)
    delegate, other = doors.a_delegate(conference), doors.a_delegate(a.a_conference(expo))

    with doors.the_time_is(a.tomorrow_at(9)):
        assert door.scan(doors.code_of(delegate)).verdict is Verdict.ADMITTED
        refused = door.scan(doors.code_of(other))
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "no_ticket")
    assert refused.message == "Needs a ticket for H22+50 Session. The desk can help."
    doors.nothing_is_broken()


def test_a_booked_session_takes_those_with_a_seat():
    conference = a.a_conference()
    session = a.a_session(conference, title="Workshop")
    door = a_session_door(session)
    booked, other = doors.a_delegate(conference), doors.a_delegate(conference)
    book_seat(person=booked, occurrence_id=session.id)

    with doors.the_time_is(a.tomorrow_at(9)):
        assert door.scan(doors.code_of(booked)).verdict is Verdict.ADMITTED
        refused = door.scan(doors.code_of(other))
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "no_seat")
    assert refused.message == "No seat booked for Workshop."
    doors.nothing_is_broken()


def test_an_invitation_is_not_a_ticket():
    conference = a.a_conference()
    session = a.a_session(conference, admission=Admission.INVITATION, title="Round table")
    door = a_session_door(session)

    with doors.the_time_is(a.tomorrow_at(9)):
        answer = door.scan(doors.code_of(doors.a_delegate(conference)))
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "not_invited")


@pytest.mark.feature("D6")
def test_who_stands_at_the_wrong_door_is_told_the_right_one():
    conference = a.a_conference()
    here = a.a_session(conference, room=a.a_room(conference.expo, "Sundet 1"))
    there = a.a_session(
        conference, room=a.a_room(conference.expo, "Kattegatt"), starts_at=a.tomorrow_at(9, 15)
    )
    door = a_session_door(here)
    lost = doors.a_delegate(conference)
    book_seat(person=lost, occurrence_id=there.id)
    local = a.tomorrow_at(9, 15).astimezone(conference.expo.zone).strftime("%H:%M")

    with doors.the_time_is(a.tomorrow_at(9)):
        answer = door.scan(doors.code_of(lost))

    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "other_room")
    assert answer.message == f"Booked in Kattegatt, Sea U. Starts {local}."


def test_where_two_sessions_meet_the_one_the_person_has_a_seat_in_counts():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    first = a.a_session(conference, room=room)
    second = a.a_session(conference, room=room, starts_at=a.tomorrow_at(10))
    door = a_session_door(first)
    early, late = doors.a_delegate(conference), doors.a_delegate(conference)
    book_seat(person=early, occurrence_id=second.id)
    book_seat(person=late, occurrence_id=first.id)

    with doors.the_time_is(a.tomorrow_at(9, 45)):
        assert door.scan(doors.code_of(early)).verdict is Verdict.ADMITTED
        assert door.scan(doors.code_of(late)).verdict is Verdict.ADMITTED

    assert (queries.came_to(first.id), queries.came_to(second.id)) == (1, 1)
    doors.nothing_is_broken()


def test_the_next_session_in_a_room_is_entered_afresh():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    first = a.a_session(conference, room=room, admission=Admission.OPEN)
    a.a_session(conference, room=room, admission=Admission.OPEN, starts_at=a.tomorrow_at(14))
    door = a_session_door(first)
    code = doors.code_of(doors.a_delegate(conference))

    with doors.the_time_is(a.tomorrow_at(9)):
        assert door.scan(code).verdict is Verdict.ADMITTED
        assert sum(queries.inside_by_zone(conference.expo).values()) == 1
    with doors.the_time_is(a.tomorrow_at(12)):
        assert queries.inside_by_zone(conference.expo) == {}
    with doors.the_time_is(a.tomorrow_at(14)):
        assert door.scan(code).verdict is Verdict.ADMITTED
        assert [inside.people for inside in queries.people_in(conference.expo)] == [1]
    doors.nothing_is_broken()


def test_a_cancelled_or_unreleased_session_opens_no_door():
    conference = a.a_conference()
    session = a.a_session(conference, admission=Admission.OPEN, published=False)
    door = a_session_door(session)

    with doors.the_time_is(a.tomorrow_at(9)):
        assert door.scan(doors.code_of(doors.a_delegate(conference))).reason == "nothing_on"


@pytest.mark.feature("R2")
def test_a_ticket_of_a_morning_opens_its_door_before_the_session_and_not_in_the_evening():
    conference = a.a_conference(time_zone="UTC")
    day = a.tomorrow_at(9).date().isoformat()
    kind = a.a_ticket_type(conference, valid_days=(day,), valid_from="09:00", valid_until="13:00")
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference, kind)
    morning, evening = (
        a_session_door(a.a_session(conference, admission=Admission.TICKET, starts_at=a.tomorrow_at(hour)))
        for hour in (9, 18)
    )
    code = doors.code_of(ada)

    with doors.the_time_is(a.tomorrow_at(8, 45)):
        assert morning.scan(code).verdict is Verdict.ADMITTED
    with doors.the_time_is(a.tomorrow_at(18, 5)):
        assert evening.scan(code).verdict is Verdict.REFUSED
    doors.nothing_is_broken()


@pytest.mark.feature("R2")
def test_a_ticket_of_one_session_opens_that_door_alone():
    conference = a.a_conference()
    one, other = (
        a.a_session(conference, admission=Admission.TICKET, starts_at=a.tomorrow_at(hour)) for hour in (9, 18)
    )
    kind = a.a_ticket_type(conference, occurrence_ids=(one.id,))
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference, kind)
    code = doors.code_of(ada)
    first, second = a_session_door(one), a_session_door(other)

    with doors.the_time_is(a.tomorrow_at(9, 5)):
        assert first.scan(code).verdict is Verdict.ADMITTED
    with doors.the_time_is(a.tomorrow_at(18, 5)):
        assert second.scan(code).verdict is Verdict.REFUSED
