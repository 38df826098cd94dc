"""The list of speakers: whole where it is short, letter by letter where it is long, and searched in all of it."""

from __future__ import annotations

import re

import pytest

from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Visibility
from expo.speakers import actions as speakers
from tests import factories as a
from tests.counting import statements

pytestmark = [pytest.mark.feature("F2")]
NAMES = ("Ada Ek", "Åsa Lund", "Östen Warnerbring", "Ørjan Dahl", "Ole Olsen", "42 Voices", "Bo Ask")


@pytest.fixture
def many(app, monkeypatch):
    """An expo in which all of these appear, and more than fit on a page."""
    monkeypatch.setattr("expo.web.public.speakers.ON_ONE_PAGE", 3)
    expo = a.an_expo()
    session = a.a_session(a.a_conference(expo), published=False)
    billings = [Billing(a.a_speaker(expo, name).id, "speaker") for name in NAMES]
    programme.bill(session=session.session, billings=billings)
    a.publish(expo)
    return session


def _names(page: str) -> list[str]:
    return re.findall(r'dir="auto"><b>([^<]+)</b>', page)


def _letters(page: str) -> list[str]:
    return re.findall(
        r'<a href="[^"]*"(?: aria-current="page")?>(\w|#)</a>', page.partition('class="letters"')[2]
    )


def test_many_stand_letter_by_letter_in_the_readers_alphabet(many, browser):
    path = f"/{many.session.conference.expo.slug}/speakers"
    english = browser(**{"Accept-Language": "en"})
    swedish = browser(**{"Accept-Language": "sv"})

    first = english.get(path).text

    assert _letters(first) == ["#", "A", "B", "O"]
    assert _names(first) == ["42 Voices"]
    assert f'rel="next" href="{path}?letter=A"' in first
    assert _names(english.get(f"{path}?letter=A").text) == ["Ada Ek", "Åsa Lund"]
    assert _names(english.get(f"{path}?letter=O").text) == ["Ole Olsen", "Ørjan Dahl", "Östen Warnerbring"]
    assert 'rel="next"' not in english.get(f"{path}?letter=O").text
    assert _letters(swedish.get(path).text) == ["#", "A", "B", "O", "Å", "Ö"]
    assert _names(swedish.get(f"{path}?letter=Ö").text) == ["Ørjan Dahl", "Östen Warnerbring"]
    assert _names(swedish.get(f"{path}?letter=Å").text) == ["Åsa Lund"]


def test_the_whole_list_is_one_link_away_and_the_search_looks_through_all(many, browser):
    path = f"/{many.session.conference.expo.slug}/speakers"
    page = browser().get(path).text

    assert f'href="{path}?letter=all"' in page
    assert len(_names(browser().get(f"{path}?letter=all").text)) == len(NAMES)
    assert _names(browser().get(f"{path}?q=asa").text) == ["Åsa Lund"]
    assert _names(browser().get(f"{path}?letter=O&q=o").text)[0] == "Ole Olsen"
    assert f'href="{path}?letter=B&amp;q=o"' in browser().get(f"{path}?letter=O&q=o").text
    for odd in ("Q", "", "<b>", "%00", "x" * 5000):
        assert _names(browser().get(path, query_string={"letter": odd}).text) == ["42 Voices"]


def test_a_list_costs_no_query_of_its_own_and_follows_a_new_name_at_once(many, browser):
    expo = many.session.conference.expo
    path = f"/{expo.slug}/speakers"
    browser().get(path)

    with statements() as asked:
        browser().get(f"{path}?letter=all")
    ada = speakers.queries.by_slug(expo.id, "ada-ek")
    speakers.edit_speaker(speaker=ada, profile=speakers.Profile("Ada Lovelace", organisation="Engines"))

    assert len([one for one in asked if one != "BEGIN"]) == 1, asked  # the expo
    page = browser().get(f"{path}?letter=A").text
    assert "Ada Lovelace" in page
    assert "Engines" in page
    assert "Ada Ek" not in page


def test_who_appears_only_where_tickets_tell_is_listed_for_holders(many, browser):
    conference = many.session.conference
    closed = a.a_session(conference, visibility=Visibility.REGISTERED, published=False)
    silent = a.a_speaker(conference.expo, "Silent Bob")
    programme.bill(session=closed.session, billings=[Billing(silent.id, "speaker")])
    a.publish(conference.expo)
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    path = f"/{conference.expo.slug}/speakers?letter=all"

    assert "Silent Bob" not in browser().get(path).text
    assert "Silent Bob" in browser(ada).get(path).text
    assert "Silent Bob" not in browser().get(path).text
