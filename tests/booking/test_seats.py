from __future__ import annotations

import pytest

from expo.booking.actions import book_seat, cancel
from expo.booking.queries import of_person
from expo.booking.refusals import AlreadyBooked, InvitationOnly, NoBookingNeeded, NoTicket, SessionFull
from expo.core import checks
from expo.core.db import db
from expo.mail import outbox
from expo.programme.words import Admission, Visibility
from expo.registration import actions as registrations
from tests import factories as a

pytestmark = [pytest.mark.feature("B1"), pytest.mark.usefixtures("app")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def test_the_last_seat_goes_to_whoever_came_first():
    conference = a.a_conference()
    ada, grace = a.a_person(conference.expo), a.a_person(conference.expo)
    for person in (ada, grace):
        a.a_registration(person, conference)
    workshop = a.a_session(conference, seats=1)
    before = len(outbox.waiting())
    book_seat(person=ada, occurrence_id=workshop.id)

    with pytest.raises(SessionFull):
        book_seat(person=grace, occurrence_id=workshop.id)

    assert of_person(grace.id) == []
    assert [letter.recipient for letter in outbox.waiting()[before:]] == [ada.email]
    nothing_is_broken()


def test_a_second_tap_gives_no_second_seat():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    workshop = a.a_session(conference, seats=5)
    book_seat(person=ada, occurrence_id=workshop.id)

    with pytest.raises(AlreadyBooked):
        book_seat(person=ada, occurrence_id=workshop.id)

    assert workshop.pool.taken == 1


def test_a_seat_given_back_can_be_booked_again():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    workshop = a.a_session(conference, seats=1)
    booking = book_seat(person=ada, occurrence_id=workshop.id)
    cancel(booking=booking)
    cancel(booking=booking)

    assert book_seat(person=ada, occurrence_id=workshop.id).id != booking.id
    nothing_is_broken()


def test_without_a_ticket_there_is_no_seat():
    workshop = a.a_session()
    stranger = a.a_person(workshop.session.conference.expo)

    with pytest.raises(NoTicket):
        book_seat(person=stranger, occurrence_id=workshop.id)


def test_the_open_programme_makes_its_pass_with_the_first_booking():
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    workshop = a.a_session(conference)
    ada = a.a_person(conference.expo)

    booking = book_seat(person=ada, occurrence_id=workshop.id)

    assert booking.registration.ticket_type.name == "Open city pass"
    nothing_is_broken()


def test_a_session_one_walks_into_is_not_booked():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    concert = a.a_session(conference, admission=Admission.OPEN)

    with pytest.raises(NoBookingNeeded):
        book_seat(person=ada, occurrence_id=concert.id)


def test_an_invited_session_is_not_even_told_apart():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    dinner = a.a_session(conference, visibility=Visibility.INVITATION)
    draft = a.a_session(conference, published=False)

    for occurrence in (dinner, draft):
        with pytest.raises(InvitationOnly):
            book_seat(person=ada, occurrence_id=occurrence.id)


def test_who_withdraws_gives_the_seats_back_too():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    registration = a.a_registration(ada, conference)
    workshop = a.a_session(conference, seats=1)
    book_seat(person=ada, occurrence_id=workshop.id)

    registrations.withdraw(registration=registration)

    db.session.expire_all()
    assert workshop.pool.taken == 0
    assert of_person(ada.id) == []
    nothing_is_broken()
