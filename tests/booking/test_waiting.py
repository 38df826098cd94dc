from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.booking import waiting
from expo.booking.actions import book_seat, cancel
from expo.booking.models import Booking, BookingState
from expo.booking.refusals import (
    AlreadyWaiting,
    BookingClosed,
    BookingNotOpen,
    OfferOver,
    Overlap,
    SessionFull,
    StillSeats,
)
from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import checks, jobs
from expo.core.db import db, transaction
from expo.mail import outbox
from expo.programme import actions as programme
from expo.programme import terms
from expo.programme.terms import TermsDraft
from expo.programme.values import draft_of_occurrence
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from tests import factories as a
from tests.booking.bookings import has, later, nothing_is_broken, of, people
from tests.booking.test_clashes import move

pytestmark = [pytest.mark.feature("B4"), pytest.mark.usefixtures("app")]


@pytest.fixture
def conference(app):
    """An open programme, so that parties may come."""
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    return conference


def full(conference, seats=1, **changes):
    """A full session, and the booking that fills it."""
    session = a.a_session(conference, seats=seats, **changes)
    holder = a.a_person(conference.expo)
    return session, book_seat(person=holder, occurrence_id=session.id, seats=seats)


def letters(person) -> list[str]:
    return [letter.kind for letter in outbox.waiting() if letter.recipient == person.email]


def test_whoever_came_first_gets_the_seat_in_the_transaction_that_frees_it(conference):
    session, seat = full(conference)
    ada, grace = people(conference, 2)
    first = waiting.join(person=ada, occurrence_id=session.id)
    second = waiting.join(person=grace, occurrence_id=session.id)
    assert (waiting.position(first), waiting.position(second)) == (1, 2)
    assert waiting.lengths([session.id]) == {session.id: 2}

    cancel(booking=seat)

    assert (has(ada, session), has(grace, session)) == ("booked", "waiting")
    assert session.pool.taken == 1
    assert letters(ada)[-1] == "seat_from_waiting"
    assert waiting.position(second) == 1
    nothing_is_broken()


def test_an_offer_holds_its_seat_until_it_ends_and_then_goes_to_the_next(conference):
    session, seat = full(conference)
    ada, grace, late = people(conference, 3)
    entry = waiting.join(person=ada, occurrence_id=session.id, takes_at_once=False)
    waiting.join(person=grace, occurrence_id=session.id)
    cancel(booking=seat)

    assert (entry.state, session.pool.taken) == (BookingState.OFFERED, 1)
    with pytest.raises(SessionFull):
        book_seat(person=late, occurrence_id=session.id)
    nothing_is_broken()

    with later(entry.until + timedelta(seconds=1)):
        with pytest.raises(OfferOver):
            waiting.accept(booking=entry)
        jobs.run_due()
        assert (entry.state, has(grace, session)) == (BookingState.LAPSED, "booked")
        nothing_is_broken()
    assert letters(ada)[-1] == "seat_offer_lapsed"


def test_an_offer_is_taken_once_and_declined_by_its_link(conference):
    session, seat = full(conference)
    ada, grace = people(conference, 2)
    entry = waiting.join(person=ada, occurrence_id=session.id, takes_at_once=False)
    waiting.join(person=grace, occurrence_id=session.id, takes_at_once=False)
    cancel(booking=seat)

    waiting.accept(booking=entry)
    waiting.accept(booking=entry)
    assert (entry.state, session.pool.taken) == (BookingState.BOOKED, 1)
    with pytest.raises(OfferOver):
        waiting.decline(booking=entry)
    cancel(booking=entry)

    hers = of(grace, session)
    assert hers.state is BookingState.OFFERED
    waiting.decline(booking=hers)
    waiting.decline(booking=hers)
    assert (hers.state, session.pool.taken) == (BookingState.CANCELLED, 0)
    nothing_is_broken()


def test_a_party_that_stays_together_waits_for_all_its_seats_and_others_may_pass(conference):
    session, seat = full(conference, seats=4)
    ada, grace, nils = people(conference, 3)
    three = waiting.join(person=ada, occurrence_id=session.id, seats=3)
    parted = waiting.join(person=grace, occurrence_id=session.id, seats=4, keep_together=False)
    alone = waiting.join(person=nils, occurrence_id=session.id)
    assert seat.seats == 4
    with transaction():
        pools.resize(session.pool_id, 6)  # two more chairs are brought in

    assert [each.state.value for each in (three, parted, alone)] == ["waiting", "booked", "waiting"]
    assert (parted.seats, session.pool.taken) == (2, 6)


def test_who_could_not_come_is_passed_over_told_once_and_keeps_their_place(conference):
    session, seat = full(conference)
    session2 = a.a_session(conference, title="Rooftops")
    ada, grace, nils = people(conference, 3)
    mine = waiting.join(person=ada, occurrence_id=session.id)
    waiting.join(person=grace, occurrence_id=session.id)
    waiting.join(person=nils, occurrence_id=session.id)
    elsewhere = book_seat(person=ada, occurrence_id=session2.id)

    cancel(booking=seat)
    assert (has(ada, session), has(grace, session)) == ("waiting", "booked")
    assert letters(ada).count("seat_passed_over") == 1
    assert "You have a seat in Rooftops at that time" in outbox.waiting()[-2].body + outbox.waiting()[-1].body
    cancel(booking=of(grace, session))
    assert has(nils, session) == "booked"
    assert letters(ada).count("seat_passed_over") == 1

    cancel(booking=of(nils, session))
    assert (has(ada, session), session.pool.taken) == ("waiting", 0)  # free, and nobody who could come
    nothing_is_broken()
    cancel(booking=elsewhere)  # nothing keeps her away any more
    assert (mine.state, session.pool.taken) == (BookingState.BOOKED, 1)
    nothing_is_broken()


def test_who_waits_with_a_seat_to_give_swaps_when_their_turn_comes(conference):
    session, seat = full(conference)
    other = a.a_session(conference, seats=1)
    ada, grace = people(conference, 2)
    have = book_seat(person=ada, occurrence_id=other.id)
    with pytest.raises(Overlap):
        waiting.join(person=ada, occurrence_id=session.id)
    waiting.join(person=ada, occurrence_id=session.id, swap_for=have)
    waiting.join(person=grace, occurrence_id=other.id)

    cancel(booking=seat)

    assert (has(ada, session), has(ada, other)) == ("booked", None)
    assert has(grace, other) == "booked"  # and what she gave went on, in the same transaction
    nothing_is_broken()


def test_an_offer_that_clashes_by_now_says_so_and_stays(conference):
    session, seat = full(conference)
    ada = people(conference, 1)[0]
    entry = waiting.join(person=ada, occurrence_id=session.id, takes_at_once=False)
    cancel(booking=seat)
    book_seat(person=ada, occurrence_id=a.a_session(conference).id)

    with pytest.raises(Overlap):
        waiting.accept(booking=entry)
    assert entry.state is BookingState.OFFERED
    waiting.accept(booking=entry, accept=["overlap"])
    assert entry.state is BookingState.BOOKED
    nothing_is_broken()


def test_shortly_before_it_begins_people_are_asked_first_and_for_less_long(conference):
    session, seat = full(conference)
    ada = people(conference, 1)[0]
    entry = waiting.join(person=ada, occurrence_id=session.id)
    with later(session.starts_at - timedelta(minutes=60)):
        cancel(booking=seat)
        assert entry.state is BookingState.OFFERED
        left = session.starts_at - entry.until
        assert abs(left - timedelta(minutes=40)) < timedelta(seconds=5)


def test_nobody_waits_by_letter_for_what_has_begun(conference):
    session, seat = full(conference)
    ada, grace = people(conference, 2)
    entry = waiting.join(person=ada, occurrence_id=session.id)
    with later(session.starts_at + timedelta(seconds=1)):
        with pytest.raises(BookingClosed):
            waiting.join(person=grace, occurrence_id=session.id)
        cancel(booking=seat)
        assert has(ada, session) == "waiting"
        nothing_is_broken()
        jobs.run_due()
        assert entry.state is BookingState.LAPSED


def test_who_waits_waits_on_when_it_is_moved_and_no_more_when_it_is_cancelled(conference):
    session, _seat = full(conference)
    ada = people(conference, 1)[0]
    entry = waiting.join(person=ada, occurrence_id=session.id)
    move(session, 15)
    with later(a.tomorrow_at(9, 1)):
        jobs.run_due()
        assert entry.state is BookingState.WAITING
    programme.cancel_occurrence(occurrence=session, why="Rain")
    a.publish(conference.expo)

    db.session.expire_all()
    assert (entry.state, letters(ada)[-1]) == (BookingState.CANCELLED, "seat_waiting_over")


def test_more_seats_in_a_release_go_to_those_who_wait(conference):
    session, _seat = full(conference)
    ada, grace = people(conference, 2)
    for person in (ada, grace):
        waiting.join(person=person, occurrence_id=session.id)
    programme.edit_occurrence(occurrence=session, draft=replace(draft_of_occurrence(session), seats=2))
    a.publish(conference.expo)

    assert (has(ada, session), has(grace, session)) == ("booked", "waiting")
    nothing_is_broken()


def test_who_withdraws_from_the_conference_waits_no_more(conference):
    session, seat = full(conference)
    ada, grace = people(conference, 2)
    waiting.join(person=ada, occurrence_id=session.id)
    waiting.join(person=grace, occurrence_id=session.id)

    registrations.withdraw(registration=tickets.live(ada.id, conference.id))
    registrations.withdraw(registration=tickets.live(seat.person_id, conference.id))

    assert (has(ada, session), has(grace, session)) == (None, "booked")
    nothing_is_broken()


def test_nobody_waits_twice_or_for_what_can_be_had(conference):
    session, _seat = full(conference)
    ada = people(conference, 1)[0]
    waiting.join(person=ada, occurrence_id=session.id)
    with pytest.raises(AlreadyWaiting):
        waiting.join(person=ada, occurrence_id=session.id)
    with pytest.raises(StillSeats):
        waiting.join(person=ada, occurrence_id=a.a_session(conference, seats=2).id)


def test_booking_opens_and_closes_when_its_terms_say(conference):
    session, seat = full(conference)
    ada = people(conference, 1)[0]
    terms.say(of=session.session.type, draft=TermsDraft(opens_before=60, closes_before=10))

    with pytest.raises(BookingNotOpen, match="opens on"):
        book_seat(person=ada, occurrence_id=session.id)
    with later(session.starts_at - timedelta(minutes=50)):
        entry = waiting.join(person=ada, occurrence_id=session.id)
    with later(session.starts_at - timedelta(minutes=9)):
        with pytest.raises(BookingClosed):
            book_seat(person=people(conference, 1)[0], occurrence_id=session.id)
        cancel(booking=seat)
        assert entry.state is BookingState.WAITING
        nothing_is_broken()
    terms.say(of=session, draft=TermsDraft(opens_before=60 * 48))
    db.session.expire_all()
    assert entry.state is BookingState.BOOKED  # booking is open anew, and the seat that was free goes to her


def test_the_check_sees_somebody_who_waits_in_vain(conference):
    """Red on a broken variant: with the listeners taken off, a seat stays free while somebody waits for it."""
    session, seat = full(conference)
    ada = people(conference, 1)[0]
    waiting.join(person=ada, occurrence_id=session.id)
    with transaction():  # as a listing that was never promoted would leave it
        db.session.get(Booking, seat.id).state = BookingState.CANCELLED
        db.session.get(Pool, session.pool_id).taken = 0

    assert any("free while somebody waits" in promise.sentence for promise, _found in checks.broken())
