"""Whom a move would touch, said before it is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.booking import actions as booking
from expo.booking import waiting
from expo.core.db import db, transaction
from expo.favourites import actions as favourites
from expo.impact import queries, sentences
from expo.impact.queries import Impact
from expo.programme import actions, places
from expo.programme.drafts import Billing, RoomDraft
from expo.programme.models import Occurrence, Room
from expo.programme.teams import Rights
from expo.questions import actions as questions
from expo.questions.models import Answer, Kind
from expo.registration import queries as registrations
from expo.scheduling import boards
from tests import factories as a
from tests.counting import statements
from tests.factories import tomorrow_at

pytestmark = [pytest.mark.feature("P4"), pytest.mark.usefixtures("app")]


def moved(occurrence: Occurrence, hours: int = 0, room: Room | None = None) -> Impact:
    board = boards.with_demand(occurrence.expo_id)
    row = board.rows[occurrence.id]
    by = timedelta(hours=hours)
    there = replace(
        row, starts_at=row.starts_at + by, ends_at=row.ends_at + by, room_id=room.id if room else row.room_id
    )
    return queries.of(board, [there])


def seated(occurrence: Occurrence, *others: Occurrence) -> int:
    conference = occurrence.session.conference
    person = a.a_person(conference.expo)
    a.a_registration(person, conference)
    for each in (occurrence, *others):
        booking.book_seat(person=person, occurrence_id=each.id, accept=("overlap",))
    return person.id


def test_who_is_moved_who_gets_a_clash_and_who_has_one_less():
    talk = a.a_session()
    conference = talk.session.conference
    two, same = a.a_session(conference, starts_at=tomorrow_at(14)), a.a_session(conference)
    seated(talk)
    seated(talk, two)
    seated(talk, same)

    found = moved(talk, hours=5)

    assert (found.people, found.clashes, found.freed) == (3, 1, 1)
    assert [(row.code, number) for row, number in found.beside] == [(two.code, 1)]
    assert sentences.headline(found) == "Moves 3 people, 1 gets a clash."
    assert f"1 of them is in {two.code} “{two.session.title}” then." in sentences.details(found, Rights())
    assert (moved(talk, hours=-3).clashes, moved(talk, hours=-3).freed) == (0, 1)


def test_what_was_never_published_touches_nobody():
    assert (
        sentences.headline(moved(a.a_session(published=False), hours=1))
        == "Not published yet: nobody knows of it."
    )
    assert sentences.headline(moved(a.a_session(), hours=1)) == "Nobody has a seat in it."


def test_who_waits_may_come_now_and_a_larger_room_has_seats_for_them():
    talk = a.a_session(seats=1)
    conference = talk.session.conference
    same = a.a_session(conference)
    seated(talk)
    for also in ((), (same,)):
        person = a.a_person(conference.expo)
        a.a_registration(person, conference)
        for each in also:
            booking.book_seat(person=person, occurrence_id=each.id)
        waiting.join(person=person, occurrence_id=talk.id, accept=("overlap",))

    found = moved(talk, hours=5, room=a.a_room(conference.expo, capacity=2))

    assert (found.people, found.waiting, found.waiting_can, found.waiting_seats) == (1, 2, 1, 1)


def test_a_room_that_is_too_small_those_who_keep_it_in_mind_and_speakers_are_told_of():
    talk = a.a_session()
    expo = talk.session.conference.expo
    actions.bill(session=talk.session, billings=[Billing(a.a_speaker(expo).id, "speaker")])
    seated(talk)
    seated(talk)
    favourites.keep(person=a.a_person(expo), occurrence_ids=[talk.id])

    found = moved(talk, room=a.a_room(expo, capacity=1))

    assert [(taken, holds) for _row, taken, holds in found.too_small] == [(2, 1)]
    assert (found.in_mind, found.speakers) == (1, 1)


def test_who_needs_a_way_without_steps_and_loses_it_is_counted_and_not_named():
    talk = a.a_session()
    conference = talk.session.conference
    assert talk.room is not None
    places.save_room(venue=talk.room.venue, room=talk.room, draft=RoomDraft(talk.room.name, 500, "step-free"))
    person = seated(talk)
    seated(talk)
    draft = questions.QuestionDraft(
        kind=Kind.ACCESS, labels={"en": "What do you need?"}, purposes={"en": "To help"}, keep_until=conference.ends_on,
    )  # fmt: skip
    question = questions.save_question(conference=conference, draft=draft)
    with transaction():
        (registration,) = registrations.of_person(person)
        db.session.add(
            Answer(expo_id=conference.expo_id, registration_id=registration.id, question_id=question.id,
                   value={"chosen": ["step-free"], "text": ""}, answered_at=tomorrow_at(1))
        )  # fmt: skip

    found = moved(talk, room=a.a_room(conference.expo))

    assert found.lose_steps == 1
    assert sentences.headline(found) == "Moves 2 people, nobody gets a clash, 1 loses step-free access."
    assert moved(talk, hours=1).lose_steps == 0


def test_it_asks_as_often_for_a_day_as_for_one_session():
    rows = [a.a_session(published=False)]
    rows += [
        a.a_session(rows[0].session.conference, starts_at=tomorrow_at(hour), published=False)
        for hour in range(11, 20)
    ]
    a.publish(rows[0].session.conference.expo)
    for row in rows[:4]:
        seated(row, rows[5])
    board = boards.with_demand(rows[0].expo_id)
    day = [
        replace(row, starts_at=row.starts_at + timedelta(days=1), ends_at=row.ends_at + timedelta(days=1))
        for row in board.in_order
    ]
    with statements() as asked:
        queries.of(board, day)
    assert len(asked) <= 6
