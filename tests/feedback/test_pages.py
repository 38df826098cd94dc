"""The agenda, the page of one session, and what organisers see."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from expo.favourites import actions as favourites
from expo.feedback.actions import give
from expo.programme.words import Admission
from tests import factories as a
from tests.client import Client
from tests.counting import statements

from .past import days_go_by, somebody

pytestmark = pytest.mark.feature("B10")
Browser = Callable[..., Client]


@pytest.fixture
def over(app):
    """A session of yesterday and somebody who had a seat there."""
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums")
    person = somebody(conference, talk)
    days_go_by(2)
    return person, conference, talk


def test_one_press_in_the_agenda_is_kept_and_words_can_be_added(browser: Browser, over):
    person, conference, talk = over
    client, path = browser(person), f"/{conference.expo.slug}/my/feedback/{talk.code}"

    agenda = client.get(f"/{conference.expo.slug}/my/agenda").text
    assert f'action="{path}"' in agenda
    assert agenda.count('name="overall"') == 5
    answer = client.post(path, {"overall": "4"})
    assert (answer.status_code, answer.location) == (303, path)
    page = client.get(path).text
    assert "Thank you" in page
    assert 'value="4" aria-pressed="true"' in page
    client.post(path, {"overall": "4", "comment": "<b>Loud</b>"})

    assert "&lt;b&gt;Loud&lt;/b&gt;" in client.get(path).text
    assert "Your answer: 4 of 5." in client.get(f"/{conference.expo.slug}/my/agenda").text


def test_a_wrong_answer_comes_back_with_what_was_typed(browser: Browser, over):
    person, conference, talk = over
    for overall in ("", "9", "four", "٣"):
        answer = browser(person).post(
            f"/{conference.expo.slug}/my/feedback/{talk.code}", {"overall": overall, "comment": "My words"}
        )
        assert answer.status_code == 422
        assert "My words" in answer.text


def test_after_two_weeks_the_answer_is_shown_and_stays(browser: Browser, over):
    person, conference, talk = over
    give(person=person, occurrence_id=talk.id, overall=2, comment="Short")
    days_go_by(20)
    client, path = browser(person), f"/{conference.expo.slug}/my/feedback/{talk.code}"

    page = client.get(path)
    assert page.status_code == 200
    assert "Short" in page.text
    assert 'name="overall"' not in page.text
    assert client.post(path, {"overall": "5"}).status_code == 409
    assert 'name="overall"' not in client.get(f"/{conference.expo.slug}/my/agenda").text


def test_others_may_not_and_of_another_expo_there_is_nothing(browser: Browser, over):
    _person, conference, talk = over
    path = f"/{conference.expo.slug}/my/feedback/{talk.code}"
    other = somebody(conference)
    elsewhere = somebody(a.a_conference())

    assert browser(other).get(path).status_code == 403
    assert browser(other).post(path, {"overall": "1"}).status_code == 403
    assert browser(elsewhere).post(path, {"overall": "1"}).status_code == 404
    assert browser(other).get(f"/{conference.expo.slug}/my/feedback/%00").status_code == 404
    assert browser().get(path).status_code == 303


def test_an_open_session_kept_in_mind_is_asked_about_in_the_agenda(browser: Browser, app):
    conference = a.a_conference()
    talk = a.a_session(conference, admission=Admission.OPEN, seats=None)
    person = somebody(conference)
    favourites.keep(person=person, occurrence_ids=[talk.id])
    days_go_by(2)

    assert f"/my/feedback/{talk.code}" in browser(person).get(f"/{conference.expo.slug}/my/agenda").text


def test_the_agenda_asks_as_often_for_many_as_for_one(browser: Browser, app):
    conference = a.a_conference()
    times = [a.a_session(conference, starts_at=a.tomorrow_at(hour), room=None) for hour in (6, 9, 12, 15)]
    one, many = somebody(conference, times[0]), somebody(conference, *times)
    days_go_by(2)
    counted = []
    for person in (one, many):
        client = browser(person)
        client.get(f"/{conference.expo.slug}/my/agenda")
        with statements() as asked:
            client.get(f"/{conference.expo.slug}/my/agenda")
        counted.append(len([text for text in asked if "feedback" in text or "scan_undos" in text]))

    assert counted == [2, 2]


def test_organisers_read_numbers_and_words_and_no_names(browser: Browser, app):
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums")
    few = a.a_session(conference, title="Few", starts_at=a.tomorrow_at(15))
    people = [somebody(conference, talk, few, name=f"Hidden Name {number}") for number in range(5)]
    days_go_by(2)
    for person in people:
        give(person=person, occurrence_id=talk.id, overall=5, comment="=cmd()")
    give(person=people[0], occurrence_id=few.id, overall=1, comment="Only me")
    client, path = browser(a.an_organiser(conference.expo)), f"/{conference.expo.slug}/organise/feedback"

    page = client.get(path).text
    assert "5 comments" in page
    assert "fewer than 5 answers" in page
    sheet = client.get(f"{path}?as=csv")
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"))))

    assert rows[1][2:] == ["Drums", "5", "5.0", "0", "0", "0", "0", "5", "'" + "\n".join(["=cmd()"] * 5)]
    assert rows[2][2:5] == ["Few", "fewer than 5 answers", ""]
    for text in (page, sheet.text):
        assert "Hidden Name" not in text
        assert "Only me" not in text


def test_a_team_reads_its_own_conferences_only(browser: Browser, over):
    person, conference, talk = over
    give(person=person, occurrence_id=talk.id, overall=2)
    mine = a.a_conference(conference.expo)
    client = browser(a.an_organiser(conference.expo, conference=mine))
    path = f"/{conference.expo.slug}/organise/feedback"

    assert "Drums" not in client.get(path).text
    assert client.get(f"{path}?conference={conference.slug}").status_code == 404
