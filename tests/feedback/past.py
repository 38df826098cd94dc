"""Sessions that are over: people book and are let in while they are not, then days go by."""

from __future__ import annotations

from datetime import timedelta

from expo.accounts.models import Person
from expo.booking.actions import book_seat
from expo.checkin.models import Verdict
from expo.core import clock
from expo.programme.models import Conference, Occurrence
from tests import factories as a
from tests.checkin import doors


def days_go_by(days: float) -> None:
    """The clock is set back after each test."""
    clock._offset += timedelta(days=days)


def somebody(conference: Conference, *booked: Occurrence, **changes: object) -> Person:
    """A person who is registered, and has these seats."""
    person = a.a_person(conference.expo, **changes)  # type: ignore[arg-type]
    a.a_registration(person, conference)
    for occurrence in booked:
        book_seat(person=person, occurrence_id=occurrence.id)
    return person


def a_talk_with_a_door(conference: Conference) -> tuple[Occurrence, doors.Door]:
    """It begins in ten minutes, and its door is open."""
    room = a.a_room(conference.expo)
    door = doors.a_door(doors.a_zone(conference.expo, conference), room=room)
    return a.a_session(conference, room=room, starts_at=clock.now() + timedelta(minutes=10)), door


def let_in(door: doors.Door, *people: Person) -> None:
    for person in people:
        assert door.scan(doors.code_of(person)).verdict is Verdict.ADMITTED
