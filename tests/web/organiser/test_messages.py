"""Organisers write to many: they see to whom and what before it leaves, and what became of it afterwards."""

from __future__ import annotations

import re

import pytest

from expo.core import jobs
from expo.mail import outbox
from expo.messages import actions
from expo.programme.words import Role
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.once, pytest.mark.feature("O2")]

WORDS = {
    "kind": "needed", "subject_en": "New room", "body_en": "We meet in Hall B.", "subject_sv": "", "body_sv": "",
}  # fmt: skip


@pytest.fixture
def conference():
    conference = a.a_conference()
    for name in ("Ada", "Grace"):
        person = a.a_person(conference.expo, name, email=f"{name.lower()}@example.org")
        a.a_registration(person, conference)
    return conference


def test_from_the_words_to_the_log(browser, conference):
    expo = conference.expo
    desk = browser(a.an_organiser(expo))
    where = f"/{expo.slug}/organise/messages/new?conference={conference.slug}"
    assert "<dd>2</dd>" in desk.get(where).text

    kept = desk.post(where, WORDS)
    assert kept.status_code == 303
    page = desk.get(kept.location).text
    assert "2 people get it" in page
    assert "Ada, Grace" in page
    assert "We meet in Hall B." in page
    assert outbox.waiting() == [] or all(one.kind != "message" for one in outbox.waiting())

    shown = re.search(r'name="shown" value="(\d+)"', page)
    assert shown is not None
    assert desk.post(f"{kept.location}/send", {"shown": shown[1]}).status_code == 303
    assert desk.post(f"{kept.location}/send", {"shown": shown[1]}).status_code == 303
    jobs.run_due()

    log = desk.get(kept.location).text
    assert "still to leave" in log
    assert "ada@example.org" in log
    assert len([one for one in outbox.waiting() if one.kind == "message"]) == 2


def test_a_form_without_words_comes_back_with_what_was_typed(browser, conference):
    desk = browser(a.an_organiser(conference.expo))
    where = f"/{conference.expo.slug}/organise/messages/new?conference={conference.slug}"

    answer = desk.post(where, {**WORDS, "body_en": ""})

    assert answer.status_code == 422
    assert 'value="New room"' in answer.text
    assert "neither" in answer.text


def test_what_the_author_was_shown_is_what_leaves(browser, conference):
    desk = browser(a.an_organiser(conference.expo))
    where = f"/{conference.expo.slug}/organise/messages/new?conference={conference.slug}"
    kept = desk.post(where, WORDS).location

    answer = desk.post(f"{kept}/send", {"shown": "1"})

    assert answer.status_code == 409
    assert "now 2 people" in answer.text


def test_another_teams_people_are_out_of_reach(browser, conference):
    expo = conference.expo
    other = a.a_conference(expo)
    theirs = a.an_organiser(expo, Role.OWNER, other)
    desk = browser(theirs)
    mine = browser(a.an_organiser(expo))
    where = f"/{expo.slug}/organise/messages/new?conference={conference.slug}"
    kept = mine.post(where, WORDS).location

    assert desk.get(where).status_code == 404
    assert desk.get(kept).status_code == 404
    assert desk.post(f"{kept}/send", {"shown": "2"}).status_code == 404
    assert desk.get(f"/{expo.slug}/organise/messages/new").status_code in (403, 404)
    occurrence = a.a_session(conference)
    stray = f"/{expo.slug}/organise/messages/new?conference={other.slug}&occurrence={occurrence.code}"
    assert desk.get(stray).status_code == 404


def test_opening_the_link_declines_nothing_and_one_click_does(browser, conference):
    from expo.messages import queries

    ada = a.a_person(conference.expo, "Edsger", email="edsger@example.org")
    path = actions.decline_address(ada).removeprefix("http://localhost")

    assert browser().get(path).status_code == 200
    assert not queries.has_declined(ada)
    # As a mail program sends it: from nowhere, without cookie (RFC 8058).
    sent = browser().client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert sent.status_code == 303
    assert queries.has_declined(ada)
    assert browser().post(f"{path}/back").status_code == 303
    assert not queries.has_declined(ada)
    assert browser().get(path[:-3] + "xyz").status_code == 404
