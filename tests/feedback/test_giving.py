"""Who may say how it was, who may not, and for how long."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.booking.actions import cancel
from expo.booking.models import Booking
from expo.booking.queries import live_of_person
from expo.capacity.models import Pool
from expo.core import checks
from expo.core.db import db, transaction
from expo.core.refusals import BadInput, NotFound
from expo.feedback.actions import LONGEST, give
from expo.feedback.models import Feedback
from expo.feedback.refusals import FeedbackClosed, NotOver, WasNotThere
from expo.feedback.results import of_conferences
from expo.privacy import erasing
from expo.programme import actions as programme
from expo.programme.words import Admission, Visibility
from tests import factories as a
from tests.client import Client
from tests.counting import statements
from tests.storms.race import race

from .past import a_talk_with_a_door, days_go_by, let_in, somebody

pytestmark = [pytest.mark.feature("B10"), pytest.mark.usefixtures("app")]


def answers() -> list[tuple[int, int, str]]:
    rows = db.session.execute(sa.select(Feedback.person_id, Feedback.overall, Feedback.comment))
    return [tuple(row) for row in rows]


def test_who_had_a_seat_says_how_it_was_and_changes_it():
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    days_go_by(2)

    give(person=ada, occurrence_id=talk.id, overall=4, comment="Good\r\nfood\x00 ")
    assert answers() == [(ada.id, 4, "Good\nfood")]
    give(person=ada, occurrence_id=talk.id, overall=5)
    assert answers() == [(ada.id, 5, "Good\nfood")]
    give(person=ada, occurrence_id=talk.id, overall=5, comment="")

    assert answers() == [(ada.id, 5, "")]
    assert list(checks.broken()) == []


def test_nobody_says_anything_before_the_end_nor_two_weeks_after():
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)

    with pytest.raises(NotOver):
        give(person=ada, occurrence_id=talk.id, overall=4)
    days_go_by(15.9)  # it is tomorrow, so two weeks are not over
    with pytest.raises(FeedbackClosed):
        give(person=ada, occurrence_id=talk.id, overall=4)
    assert answers() == []


def test_who_gave_the_seat_back_or_never_had_one_says_nothing():
    conference = a.a_conference()
    talk = a.a_session(conference)
    gone = somebody(conference, talk)
    other = somebody(conference)
    cancel(booking=live_of_person(gone.id)[0])
    days_go_by(2)

    for person in (gone, other):
        with pytest.raises(WasNotThere):
            give(person=person, occurrence_id=talk.id, overall=1)
    assert answers() == []


def test_who_was_let_in_says_how_it_was_whatever_became_of_the_seat():
    conference = a.a_conference()
    talk, door = a_talk_with_a_door(conference)
    bo = somebody(conference, talk)
    let_in(door, bo)
    with transaction():
        db.session.execute(sa.delete(Booking).where(Booking.person_id == bo.id))
        db.session.execute(sa.update(Pool).where(Pool.id == talk.pool_id).values(taken=0))
    days_go_by(2)

    give(person=bo, occurrence_id=talk.id, overall=3)

    assert answers() == [(bo.id, 3, "")]
    assert list(checks.broken()) == []


@pytest.mark.parametrize("admission", [Admission.OPEN, Admission.TICKET])
def test_where_no_seat_is_needed_whoever_is_registered_says_how_it_was(admission):
    conference = a.a_conference()
    talk = a.a_session(conference, admission=admission, seats=None)
    here = somebody(conference)
    elsewhere = somebody(a.a_conference(conference.expo))
    days_go_by(2)

    give(person=here, occurrence_id=talk.id, overall=2)
    with pytest.raises(WasNotThere):
        give(person=elsewhere, occurrence_id=talk.id, overall=2)

    assert answers() == [(here.id, 2, "")]
    assert list(checks.broken()) == []


def test_of_what_was_cancelled_or_is_hidden_nothing_is_said():
    conference = a.a_conference()
    off = a.a_session(conference)
    ada = somebody(conference, off)
    programme.cancel_occurrence(occurrence=off, why="Storm")
    secret = a.a_session(conference, visibility=Visibility.HIDDEN)
    days_go_by(2)

    with pytest.raises(FeedbackClosed):
        give(person=ada, occurrence_id=off.id, overall=1)
    with pytest.raises(NotFound):
        give(person=ada, occurrence_id=secret.id, overall=1)


def test_another_expos_session_looks_as_if_it_did_not_exist():
    talk = a.a_session()
    ada = somebody(a.a_conference())
    days_go_by(2)

    with pytest.raises(NotFound):
        give(person=ada, occurrence_id=talk.id, overall=1)


@pytest.mark.parametrize(("overall", "comment"), [(0, None), (6, None), (3, "x" * (LONGEST + 1))])
def test_what_is_no_answer_is_refused(overall, comment):
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    days_go_by(2)

    with pytest.raises(BadInput):
        give(person=ada, occurrence_id=talk.id, overall=overall, comment=comment)
    assert answers() == []


def test_pressed_at_once_it_is_one_answer(app: Flask):
    """Red on PostgreSQL with an insert after a look, instead of insert_unless_there: seven of eight presses fail."""
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    clients = [Client(app, ada) for _number in range(8)]
    days_go_by(2)
    path = f"/{conference.expo.slug}/my/feedback/{talk.code}"
    db.session.rollback()

    statuses = race(app, clients, lambda client: client.post(path, {"overall": "4"}))

    db.session.rollback()
    assert statuses == {303: 8}
    assert answers() == [(ada.id, 4, "")]


def test_five_answers_are_told_and_four_are_not_even_counted():
    conference = a.a_conference()
    talk, other = a.a_session(conference), a.a_session(conference, starts_at=a.tomorrow_at(15))
    people = [somebody(conference, talk, other) for _number in range(5)]
    days_go_by(2)
    for number, person in enumerate(people, 1):
        give(person=person, occurrence_id=talk.id, overall=number, comment=f"{9 - number}")
    for person in people[:4]:
        give(person=person, occurrence_id=other.id, overall=1, comment="Secret")

    with statements() as asked:
        found = {one.session_id: one for one in of_conferences([conference.id])}

    told, hidden = found[talk.session_id], found[other.session_id]
    assert (told.answers, told.mean, told.counts) == (5, 3.0, [1, 1, 1, 1, 1])
    assert told.comments == ["4", "5", "6", "7", "8"]  # not as they came
    assert (hidden.enough, hidden.answers, hidden.counts, hidden.comments) == (False, 0, [0] * 5, [])
    assert len([one for one in asked if "feedback" in one]) == 2


def test_what_somebody_said_goes_with_them():
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    days_go_by(2)
    give(person=ada, occurrence_id=talk.id, overall=4, comment="I am Ada")

    erasing.erase(person=ada)

    assert answers() == []


def test_verify_finds_what_nobody_could_have_said():
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    days_go_by(2)
    give(person=ada, occurrence_id=talk.id, overall=4)
    with transaction():
        db.session.execute(sa.delete(Booking).where(Booking.person_id == ada.id))

    assert "feedback comes only from people who could have attended" in {
        promise.sentence for promise, _found in checks.broken()
    }
