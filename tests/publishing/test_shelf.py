"""What each process keeps of the programme: as new as its stamp, its seats as new as the question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.accounts.models import Person
from expo.booking.actions import book_seat
from expo.core import clock
from expo.programme import actions as programme
from expo.programme.words import Visibility
from expo.publishing import kept_items, shelf
from expo.publishing.filters import Filter
from tests import factories as a
from tests.counting import statements

pytestmark = pytest.mark.feature("F1")


@pytest.fixture
def conference(app):
    return a.a_conference()


def _later(monkeypatch) -> None:
    later = kept_items.time.monotonic() + kept_items.SEATS_LAST + 0.1
    monkeypatch.setattr(kept_items.time, "monotonic", lambda: later)


def _comer(conference) -> Person:
    person = a.a_person(conference.expo)
    a.a_registration(person, conference)
    return person


def test_the_seats_of_a_day_and_of_chosen_items_are_those_of_now(conference):
    tour, ada = a.a_session(conference, seats=5), _comer(conference)
    expo_id, day = conference.expo_id, tour.starts_at.date()
    assert [item.seats_left for item in shelf.on_day(expo_id, day)] == [5]

    book_seat(person=ada, occurrence_id=tour.id)

    assert [item.seats_left for item in shelf.on_day(expo_id, day)] == [4]
    [[item], nothing] = shelf.with_seats(shelf.of_session(expo_id, tour.session_id), [])
    assert (item.seats_left, nothing) == (4, [])


def test_what_has_no_seats_asks_the_database_for_none(conference):
    talk = a.a_session(conference, seats=None)
    shelf.on_day(conference.expo_id, talk.starts_at.date())

    with statements() as asked:
        assert len(shelf.on_day(conference.expo_id, talk.starts_at.date())) == 1

    assert asked == []


def test_whoever_has_no_ticket_sees_no_more_after_a_seat_was_taken(conference, monkeypatch):
    tour = a.a_session(conference, seats=5, visibility=Visibility.REGISTERED)
    expo_id, day = conference.expo_id, tour.starts_at.date()
    ada = _comer(conference)
    shelf.days(expo_id)
    book_seat(person=ada, occurrence_id=tour.id)
    _later(monkeypatch)

    for found in (shelf.on_day(expo_id, day), shelf.find(expo_id, None, None, Filter())):
        assert [(item.closed, item.seats, item.taken, item.room_name) for item in found] == [
            (True, None, 0, "")
        ]
    assert [(i.closed, i.taken) for i in shelf.on_day(expo_id, day, [conference.id])] == [(False, 1)]
    assert shelf.of_speaker(expo_id, 1) == []


def test_items_stay_the_very_same_until_they_change(conference, monkeypatch):
    first, other = (a.a_session(conference, seats=5) for _ in range(2))
    expo_id, ada = conference.expo_id, _comer(conference)
    before = {item.code: item for item in shelf.find(expo_id, None, None, Filter())}
    _later(monkeypatch)
    assert all(item is before[item.code] for item in shelf.find(expo_id, None, None, Filter()))

    book_seat(person=ada, occurrence_id=first.id)
    _later(monkeypatch)
    after = {item.code: item for item in shelf.find(expo_id, None, None, Filter())}

    assert after[other.code] is before[other.code]
    assert after[first.code].taken == 1


def test_free_seats_of_a_day_end_with_the_session(conference, monkeypatch):
    tour = a.a_session(conference, seats=5)
    expo_id, day = conference.expo_id, tour.starts_at.date()
    assert shelf.days(expo_id)[day].seats_left == 5
    monkeypatch.setattr(clock, "_offset", tour.starts_at + timedelta(days=1) - clock.real_now())

    assert shelf.days(expo_id)[day].seats_left is None
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    assert shelf.days(expo_id)[day].seats_left == 5


def test_codes_lead_to_their_session_and_what_lasts_for_days_is_a_neighbour(conference):
    show = a.a_session(conference, title="Show", minutes=72 * 60, published=False)
    talk = a.a_session(
        conference, title="Talk", starts_at=show.starts_at + timedelta(days=2), code="TALK", published=False
    )
    a.publish(conference.expo)
    expo_id = conference.expo_id
    [item] = shelf.of_session(expo_id, talk.session_id)

    assert shelf.session_named(expo_id, talk.session.code) == talk.session_id
    assert shelf.session_named(expo_id, talk.code) == talk.session_id
    assert shelf.session_named(expo_id, "NOBODY") is None
    assert [other.title for other in shelf.neighbours(item)] == ["Show"]
    assert [found.title for found in shelf.by_codes(expo_id, [talk.code, show.code, "no"])] == [
        "Show",
        "Talk",
    ]
    assert [found.title for found in shelf.by_ids(expo_id, [talk.id, 10**6])] == ["Talk"]


def test_a_change_of_the_programme_is_seen_at_once(conference):
    tour = a.a_session(conference, title="Before", seats=5)
    expo_id = conference.expo_id
    shelf.days(expo_id)

    programme.cancel_occurrence(occurrence=tour, why="Storm")
    a.publish(conference.expo)

    assert shelf.days(expo_id) == {}
    assert [item.cancelled for item in shelf.on_day(expo_id, tour.starts_at.date())] == [True]
