from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking import clashes, walk_ups
from expo.booking.actions import book_seat
from expo.booking.refusals import BookingClosed, InvitationOnly, SeatsTaken, SessionFull
from expo.guests import actions as guests
from expo.programme import terms
from expo.programme.terms import TermsDraft
from expo.programme.words import Visibility
from tests import factories as a
from tests.booking.bookings import has, later, nothing_is_broken, people

pytestmark = [pytest.mark.feature("B6"), pytest.mark.usefixtures("app")]


def test_seats_kept_for_who_walks_up_are_booked_by_nobody_and_given_at_the_door():
    conference = a.a_conference()
    ada, grace, nils = people(conference, 3)
    tour = a.a_session(conference, seats=2)
    terms.say(of=tour.session.type, draft=TermsDraft(walk_up_percent=50))
    book_seat(person=ada, occurrence_id=tour.id)

    with pytest.raises(SessionFull):
        book_seat(person=grace, occurrence_id=tour.id)
    seat = walk_ups.take_walk_up_seat(person=grace, occurrence_id=tour.id)
    assert walk_ups.take_walk_up_seat(person=grace, occurrence_id=tour.id).id == seat.id
    with pytest.raises(SessionFull):
        walk_ups.take_walk_up_seat(person=nils, occurrence_id=tour.id)
    nothing_is_broken()


def test_more_cannot_be_kept_than_is_free_and_what_is_kept_is_given_back():
    conference = a.a_conference()
    ada, grace = people(conference, 2)
    tour = a.a_session(conference, seats=2)
    book_seat(person=ada, occurrence_id=tour.id)

    with pytest.raises(SeatsTaken):
        terms.say(of=tour, draft=TermsDraft(walk_ups=2))
    terms.say(of=tour, draft=TermsDraft(walk_ups=1))
    assert walk_ups.left([tour.id]) == {tour.id: 1}
    terms.say(of=tour, draft=TermsDraft(walk_ups=0))
    book_seat(person=grace, occurrence_id=tour.id)
    nothing_is_broken()


def test_once_it_has_begun_the_seats_of_who_did_not_come_are_there_for_who_did():
    conference = a.a_conference()
    ada, grace, nils = people(conference, 3)
    tour = a.a_session(conference, seats=2)
    for person in (ada, grace):
        book_seat(person=person, occurrence_id=tour.id)

    with pytest.raises(BookingClosed):
        walk_ups.release_no_shows(occurrence_id=tour.id, present=[ada.id])
    with later(tour.starts_at + timedelta(minutes=5)):
        assert walk_ups.release_no_shows(occurrence_id=tour.id, present=[ada.id]) == 1
        assert walk_ups.release_no_shows(occurrence_id=tour.id, present=[ada.id]) == 0
        with pytest.raises(SessionFull):  # kept for the door
            book_seat(person=nils, occurrence_id=tour.id)
        walk_ups.take_walk_up_seat(person=nils, occurrence_id=tour.id)
        nothing_is_broken()
    assert (has(ada, tour), has(grace, tour), has(nils, tour)) == ("booked", None, "booked")


def test_who_walks_up_while_a_seat_waits_for_them_elsewhere_is_known_to_clash():
    conference = a.a_conference()
    tour, talk = a.a_session(conference, seats=2), a.a_session(conference, seats=2)
    (ada,) = people(conference, 1)
    book_seat(person=ada, occurrence_id=talk.id)

    walk_ups.take_walk_up_seat(person=ada, occurrence_id=tour.id)

    assert len(clashes.of_person(ada.id)) == 1
    nothing_is_broken()


@pytest.mark.feature("B7")
def test_the_door_is_no_way_around_an_invitation():
    conference = a.a_conference()
    dinner = a.a_session(conference, seats=2, visibility=Visibility.INVITATION)
    ada, grace = people(conference, 2)
    guests.invite_person(session=dinner.session, person=ada)

    assert walk_ups.take_walk_up_seat(person=ada, occurrence_id=dinner.id).invitation_id is not None
    with pytest.raises(InvitationOnly):
        walk_ups.take_walk_up_seat(person=grace, occurrence_id=dinner.id)
    assert has(grace, dinner) is None
    nothing_is_broken()
