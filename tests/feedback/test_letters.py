"""After the day, each who was there is asked once, in one letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.core.db import db, transaction
from expo.feedback import declining
from expo.feedback.actions import give
from expo.feedback.letters import ask
from expo.feedback.models import FeedbackRequest
from expo.mail import outbox
from expo.mail.models import Letter
from tests import factories as a

from .past import a_talk_with_a_door, days_go_by, let_in, somebody

pytestmark = [pytest.mark.feature("B10"), pytest.mark.usefixtures("app")]


def letters() -> list[Letter]:
    return [letter for letter in outbox.waiting() if letter.kind == "feedback_asked"]


def test_each_who_was_there_is_asked_once_about_all_of_the_day():
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums")
    walk = a.a_session(conference, title="A walk", starts_at=a.tomorrow_at(13))
    later = a.a_session(conference, title="Next week", starts_at=a.tomorrow_at(9) + timedelta(days=6))
    ada = somebody(conference, talk, walk, later)
    somebody(conference)

    ask()
    assert letters() == []
    days_go_by(2)
    ask()
    ask()
    days_go_by(1)
    ask()

    [letter] = letters()
    assert letter.recipient == ada.email
    assert letter.body.index("Drums") < letter.body.index("A walk")
    assert f"/{conference.expo.slug}/my/feedback/{walk.code}" in letter.body
    assert "Next week" not in letter.body
    assert "2 sessions" in letter.subject


def test_where_a_door_counted_only_who_came_is_asked():
    conference = a.a_conference()
    talk, door = a_talk_with_a_door(conference)
    came = somebody(conference, talk)
    somebody(conference, talk)  # stayed at home
    let_in(door, came)
    days_go_by(2)

    ask()

    assert {letter.recipient for letter in letters()} == {came.email}


def test_who_has_answered_or_has_no_address_is_not_asked():
    conference = a.a_conference()
    talk = a.a_session(conference)
    ada = somebody(conference, talk)
    somebody(conference, talk, email=None)
    days_go_by(2)
    give(person=ada, occurrence_id=talk.id, overall=5)

    ask()

    assert letters() == []


def test_the_letter_speaks_the_readers_language():
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums")
    ada = somebody(conference, talk)
    with transaction():
        ada.language = "sv"
    days_go_by(2)

    ask()

    assert letters()[0].subject == "Hur var det? Drums"


def test_who_declines_is_asked_no_more_until_they_take_it_back(browser):
    conference = a.a_conference()
    talk, walk = a.a_session(conference), a.a_session(conference, starts_at=a.tomorrow_at(13))
    ada, grace = somebody(conference, talk, walk), somebody(conference, talk)
    days_go_by(2)
    ask()
    [letter] = [each for each in letters() if each.recipient == ada.email]
    path = letter.unsubscribe.split("example.org", 1)[-1]
    path = path[path.index(f"/{conference.expo.slug}/") :]
    assert letter.unsubscribe in letter.body

    page = browser().get(path)  # opening changes nothing: mail programs open links
    assert page.status_code == 200
    assert not declining.has_declined(ada)
    for _press in range(2):  # by the mail program itself, with one click (RFC 8058)
        assert browser().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 303
    assert declining.has_declined(ada)
    assert not declining.has_declined(grace)
    wrong = path[:-4] + "AAAA"
    assert browser().post(wrong).status_code == 404
    other = path.replace(f"/{ada.id}/", f"/{grace.id}/")
    assert browser().post(other).status_code == 404

    with transaction():
        db.session.execute(sa.delete(FeedbackRequest))
        db.session.execute(sa.delete(Letter).where(Letter.kind == "feedback_asked"))
    ask()
    assert {each.recipient for each in letters()} == {grace.email}

    assert browser().post(f"{path}/back").status_code == 303
    ask()
    assert {each.recipient for each in letters()} == {grace.email, ada.email}
