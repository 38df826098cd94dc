from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.core import stamps
from expo.core.db import db
from expo.programme import actions as programme
from expo.programme.drafts import OccurrenceDraft, SessionDraft
from expo.programme.words import Admission, Placement, SessionState
from expo.publishing import actions, queries, shelf
from expo.publishing.refusals import FewerSeatsThanBooked, NothingToPublish
from tests import factories as a


def _moved(occurrence, *, hours: int, **changes):
    values = {
        "room_id": occurrence.room_id,
        "seats": occurrence.seats,
        "placement": Placement.FIRM,
        **changes,
    }
    shift = timedelta(hours=hours)
    draft = OccurrenceDraft(occurrence.starts_at + shift, occurrence.ends_at + shift, **values)
    programme.edit_occurrence(occurrence=occurrence, draft=draft)


@pytest.mark.feature("P4")
def test_nothing_is_public_until_it_is_released(app):
    tour = a.a_session(published=False)
    assert queries.items(tour.expo_id) == []

    a.publish(tour.session.conference.expo)

    assert [item.code for item in queries.items(tour.expo_id)] == [tour.code]


@pytest.mark.feature("P4")
def test_what_is_moved_in_the_draft_stays_where_it_is_until_the_next_release(app):
    tour = a.a_session()
    before = queries.items(tour.expo_id)[0]

    _moved(tour, hours=2)

    assert queries.items(tour.expo_id) == [before]
    a.publish(tour.session.conference.expo)
    after = queries.items(tour.expo_id)[0]
    assert after.starts_at == before.starts_at + timedelta(hours=2)
    assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)


def test_a_longer_abstract_does_not_raise_the_sequence_of_calendars(app):
    tour = a.a_session(title="Livet under ytan")
    before = queries.items(tour.expo_id)[0]
    programme.edit_session(
        session=tour.session,
        draft=SessionDraft(
            "Livet under ytan",
            "workshop",
            abstract="Now with eelgrass.",
            admission=Admission.SEAT,
            state=SessionState.CONFIRMED,
        ),
    )

    a.publish(tour.session.conference.expo)

    assert queries.items(tour.expo_id)[0].sequence == before.sequence
    content = queries.content(tour.session_id)
    assert content is not None
    assert content.abstract == "Now with eelgrass."


def test_a_release_without_a_change_is_refused(app):
    tour = a.a_session()

    with pytest.raises(NothingToPublish):
        a.publish(tour.session.conference.expo)

    assert len(queries.releases(tour.expo_id)) == 1


def test_a_cancelled_time_stays_public_as_cancelled(app):
    tour = a.a_session()

    programme.cancel_occurrence(occurrence=tour, why="The guide is ill")
    a.publish(tour.session.conference.expo)

    assert [item.cancelled for item in queries.items(tour.expo_id)] == [True]
    assert shelf.days(tour.expo_id) == {}


def test_a_release_that_would_unseat_somebody_is_refused_whole(app):
    tour = a.a_session(seats=2)
    conference = tour.session.conference
    a.a_ticket_type(conference, quota=None)
    for _ in range(2):
        person = a.a_person(conference.expo)
        a.a_registration(person, conference)
        book_seat(person=person, occurrence_id=tour.id)
    _moved(tour, hours=1, seats=1)
    a.a_session(conference, published=False)

    with pytest.raises(FewerSeatsThanBooked):
        a.publish(conference.expo)

    db.session.expire_all()
    assert len(queries.items(tour.expo_id)) == 1
    assert queries.items(tour.expo_id)[0].seats == 2


def test_what_is_cancelled_is_published_though_its_draft_has_fewer_seats_than_are_booked(app):
    tour = a.a_session(seats=2)
    conference = tour.session.conference
    a.a_ticket_type(conference, quota=None)
    for _ in range(2):
        person = a.a_person(conference.expo)
        a.a_registration(person, conference)
        book_seat(person=person, occurrence_id=tour.id)
    _moved(tour, hours=1, seats=1)
    programme.cancel_occurrence(occurrence=tour, why="A storm")

    a.publish(conference.expo)

    assert [(item.cancelled, item.seats) for item in queries.items(tour.expo_id)] == [(True, 2)]
    with pytest.raises(NothingToPublish):
        a.publish(conference.expo)


def test_one_session_can_be_published_alone(app):
    conference = a.a_conference()
    ready = a.a_session(conference, published=False)
    a.a_session(conference, published=False)

    actions.publish(expo=conference.expo, session=ready.session)

    assert [item.code for item in queries.items(conference.expo_id)] == [ready.code]


def test_each_release_raises_the_stamp_that_caches_look_at(app):
    tour = a.a_session()
    before = stamps.here(f"programme:{tour.expo_id}")

    _moved(tour, hours=1)
    a.publish(tour.session.conference.expo)

    assert stamps.here(f"programme:{tour.expo_id}")[0] > before[0]


def test_a_kept_value_is_made_again_only_when_the_stamp_has_moved(app):
    tour = a.a_session()
    kept: stamps.Kept[int] = stamps.Kept()
    made = iter([1, 2, 3])
    scope = f"programme:{tour.expo_id}"

    assert [kept.get(scope, lambda: next(made)) for _ in range(3)] == [1, 1, 1]
    a.a_session(tour.session.conference)
    assert kept.get(scope, lambda: next(made)) == 2
