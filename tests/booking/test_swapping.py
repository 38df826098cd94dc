from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat, cancel, take_back
from expo.booking.refusals import AlreadyBooked, SessionFull, TooLate
from expo.core import clock
from expo.core.refusals import BadInput
from expo.programme.words import OverlapRule
from tests import factories as a
from tests.booking.bookings import has, later, nothing_is_broken, people
from tests.booking.test_clashes import rule

pytestmark = [pytest.mark.feature("B3"), pytest.mark.usefixtures("app")]


@pytest.fixture
def conference(app):
    return a.a_conference()


def test_a_swap_gives_one_seat_for_another(conference):
    ada = people(conference, 1)[0]
    one, other = a.a_session(conference), a.a_session(conference)
    rule(one, OverlapRule.FORBID)
    first = book_seat(person=ada, occurrence_id=one.id)

    book_seat(person=ada, occurrence_id=other.id, swap_for=first)

    assert (has(ada, one), has(ada, other)) == (None, "booked")
    assert (one.pool.taken, other.pool.taken) == (0, 1)
    nothing_is_broken()


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_seat_is_kept_when_the_other_cannot_be_had(conference, turned):
    ada, grace = people(conference, 2)
    both = [a.a_session(conference, seats=1), a.a_session(conference, seats=1)]
    one, other = both[::-1] if turned else both
    first = book_seat(person=ada, occurrence_id=one.id)
    book_seat(person=grace, occurrence_id=other.id)

    with pytest.raises(SessionFull):
        book_seat(person=ada, occurrence_id=other.id, swap_for=first)

    assert (has(ada, one), has(ada, other)) == ("booked", None)
    assert one.pool.taken == 1
    nothing_is_broken()


def test_nobody_swaps_what_is_not_theirs_or_is_gone(conference):
    ada, grace = people(conference, 2)
    one, other = a.a_session(conference), a.a_session(conference)
    hers = book_seat(person=grace, occurrence_id=one.id)
    gone = book_seat(person=ada, occurrence_id=one.id)
    cancel(booking=gone)

    for swap_for in (hers, gone):
        with pytest.raises(BadInput):
            book_seat(person=ada, occurrence_id=other.id, swap_for=swap_for)
    assert has(grace, one) == "booked"


@pytest.mark.feature("B1")
def test_a_seat_given_back_by_mistake_is_taken_again_with_the_whole_party(conference):
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    ada = a.a_person(conference.expo)
    tour = a.a_session(conference, seats=4)
    booking = book_seat(person=ada, occurrence_id=tour.id, seats=3)
    assert tour.pool.taken == 3
    cancel(booking=booking)

    again = take_back(booking=booking)

    assert (again.seats, tour.pool.taken) == (3, 3)
    with pytest.raises(AlreadyBooked):
        take_back(booking=booking)
    with later(clock.now() + timedelta(minutes=11)), pytest.raises(TooLate):
        take_back(booking=booking)


@pytest.mark.feature("B1")
def test_a_party_is_as_large_as_the_kind_allows_and_takes_all_its_seats_or_none(conference):
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    ada = a.a_person(conference.expo)
    tour = a.a_session(conference, seats=4)

    with pytest.raises(SessionFull, match="fewer seats left"):
        book_seat(person=ada, occurrence_id=tour.id, seats=5)
    with pytest.raises(BadInput, match="Between 1 and 6"):
        book_seat(person=ada, occurrence_id=tour.id, seats=7)
    assert tour.pool.taken == 0
