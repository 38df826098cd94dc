from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.booking import guides
from expo.booking.actions import book_seat, cancel
from expo.booking.organisers import give, take_back
from expo.booking.queries import of_person
from expo.booking.refusals import AlreadyBooked, BookingClosed, NoSuchLink, NoTicket, SessionFull
from expo.capacity.models import Overrun
from expo.core import audit, checks, clock
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.programme.terms import set_terms
from expo.programme.words import Admission
from tests import factories as a

pytestmark = [pytest.mark.feature("B11"), pytest.mark.usefixtures("app")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def people_of(conference, count):
    people = [a.a_person(conference.expo) for _number in range(count)]
    for person in people:
        a.a_registration(person, conference)
    return people


def test_an_organiser_gives_a_seat_and_the_person_has_a_letter():
    conference = a.a_conference()
    (ada,) = people_of(conference, 1)
    workshop = a.a_session(conference, seats=3)
    before = len(outbox.waiting())

    give(person=ada, occurrence_id=workshop.id, seats=2)

    assert workshop.pool.taken == 2
    assert [letter.kind for letter in outbox.waiting()[before:]] == ["booking_given"]
    with pytest.raises(AlreadyBooked):
        give(person=ada, occurrence_id=workshop.id)
    nothing_is_broken()


def test_a_full_session_takes_one_more_only_by_name_and_reason():
    conference = a.a_conference()
    ada, grace = people_of(conference, 2)
    workshop = a.a_session(conference, seats=1)
    book_seat(person=ada, occurrence_id=workshop.id)

    with pytest.raises(SessionFull):
        give(person=grace, occurrence_id=workshop.id)
    with pytest.raises(BadInput):
        give(person=grace, occurrence_id=workshop.id, force=True, reason=" ")
    assert workshop.pool.taken == 1

    with audit.acting("account:7"):
        forced = give(person=grace, occurrence_id=workshop.id, force=True, reason="She interprets")

    assert (workshop.pool.taken, workshop.pool.capacity, workshop.pool.over) == (2, 1, 1)
    [overrun] = db.session.scalars(sa.select(Overrun))
    assert (overrun.places, overrun.reason, overrun.forced_by) == (1, "She interprets", "account:7")
    assert audit.history("booking", forced.id)[0].why == "She interprets"
    nothing_is_broken()


def test_a_forced_place_that_is_given_back_is_nobody_elses_to_take():
    conference = a.a_conference()
    ada, grace, third = people_of(conference, 3)
    workshop = a.a_session(conference, seats=1)
    book_seat(person=ada, occurrence_id=workshop.id)
    forced = give(person=grace, occurrence_id=workshop.id, force=True, reason="She interprets")

    cancel(booking=forced)

    assert (workshop.pool.taken, workshop.pool.over) == (1, 0)
    with pytest.raises(SessionFull):
        book_seat(person=third, occurrence_id=workshop.id)
    nothing_is_broken()


def test_over_without_anybody_who_forced_it_is_found():
    workshop = a.a_session(seats=1)
    with transaction():
        workshop.pool.over = 1
    assert "forced by somebody" in " ".join(promise.sentence for promise, _found in checks.broken())
    with transaction():
        workshop.pool.over = 0


def test_nobody_is_given_a_seat_without_a_ticket():
    conference = a.a_conference()
    stranger = a.a_person(conference.expo)
    workshop = a.a_session(conference, seats=3)

    with pytest.raises(NoTicket):
        give(person=stranger, occurrence_id=workshop.id)

    assert workshop.pool.taken == 0


def test_a_seat_is_taken_back_with_a_reason_that_the_person_reads():
    conference = a.a_conference()
    (ada,) = people_of(conference, 1)
    workshop = a.a_session(conference, seats=1)
    booking = book_seat(person=ada, occurrence_id=workshop.id)
    with pytest.raises(BadInput):
        take_back(booking=booking, reason="")

    take_back(booking=booking, reason="The boat is smaller.")
    take_back(booking=booking, reason="Twice is once.")

    assert of_person(ada.id) == []
    assert workshop.pool.taken == 0
    letters = [letter for letter in outbox.waiting() if letter.kind == "booking_taken_back"]
    assert len(letters) == 1
    assert "The boat is smaller." in letters[0].body
    nothing_is_broken()


def test_seats_are_booked_from_and_until_a_time_and_organisers_give_them_outside_it():
    conference = a.a_conference()
    ada, grace = people_of(conference, 2)
    workshop = a.a_session(conference, seats=3)
    now = clock.now()
    terms = {"occurrence": workshop, "meeting_point": "The red crane"}
    set_terms(opens_at=now + timedelta(hours=1), closes_at=None, **terms)
    with pytest.raises(BookingClosed):
        book_seat(person=ada, occurrence_id=workshop.id)
    give(person=grace, occurrence_id=workshop.id)

    set_terms(opens_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1), **terms)
    with pytest.raises(BookingClosed):
        book_seat(person=ada, occurrence_id=workshop.id)

    set_terms(opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=1), **terms)
    book_seat(person=ada, occurrence_id=workshop.id)
    assert "The red crane" in outbox.waiting()[-1].body

    with pytest.raises(BadInput):
        set_terms(opens_at=now, closes_at=now, **terms)


def test_a_seat_by_invitation_is_given_by_the_hosts():
    conference = a.a_conference()
    (ada,) = people_of(conference, 1)
    dinner = a.a_session(conference, seats=3, admission=Admission.INVITATION)

    give(person=ada, occurrence_id=dinner.id)

    assert dinner.pool.taken == 1
    nothing_is_broken()


def test_a_guides_address_opens_until_it_is_ended_and_in_its_expo_only():
    workshop = a.a_session()
    link, secret = guides.make(session=workshop.session, label="Maria")
    expo_id, elsewhere = workshop.expo_id, a.an_expo().id

    assert guides.open_by(expo_id, secret, who="here").id == link.id
    with pytest.raises(NoSuchLink):
        guides.open_by(elsewhere, secret, who="here")

    guides.end(link=link)
    with pytest.raises(NoSuchLink):
        guides.open_by(expo_id, secret, who="here")
