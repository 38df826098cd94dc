"""Favourites in pages: a stranger's by codes, a delegate's by forms, and lists that are handed on."""

from __future__ import annotations

import re

import pytest

from expo.favourites import actions, queries, sharing
from expo.programme import actions as programme
from expo.programme.words import Admission, Visibility
from tests import factories as a
from tests.counting import statements

pytestmark = pytest.mark.feature("F13")


@pytest.fixture
def conference(app):
    return a.a_conference(a.an_expo(slug="h22"), title="Arena")


def talk(conference, title, hour=9, **changes):
    return a.a_session(
        conference, **{"title": title, "starts_at": a.tomorrow_at(hour), "published": False, **changes}
    )


def test_a_stranger_sees_by_day_what_their_browser_names_and_clashes_are_marked(browser, conference):
    first = talk(conference, "Long one", 9, minutes=150)
    second = talk(conference, "Begins meanwhile", 10)
    talk(conference, "Not kept", 9)
    a.publish(conference.expo)

    page = browser().get(f"/h22/favourites?codes={second.code},{first.code},NO-SUCH,,%20,{'x' * 3000}").text

    assert (
        page.index("Long one")
        < page.index("Begins before “Long one” ends")
        < page.index(">Begins meanwhile<")
    )
    assert "Not kept" not in page
    assert "<svg" in page.partition("Share this list")[2]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.INVITATION])
def test_what_nobody_may_know_of_is_on_no_list_whoever_names_it(browser, conference, visibility):
    secret = talk(conference, "Secret supper", visibility=visibility)
    known = talk(conference, "Known to all")
    a.publish(conference.expo)
    word = sharing.written(conference.expo, [secret.id, known.id])
    grace = a.a_person(conference.expo)
    actions.keep(person=grace, occurrence_ids=[known.id])

    for who, path in (
        (None, f"favourites?codes={secret.code},{known.code}"),
        (None, f"share/{word}"),
        (grace, "favourites"),
        (grace, f"share/{word}"),
        (None, f"feeds/share/{word}.ics"),
    ):
        shown = browser(who).get(f"/h22/{path}").text
        assert "Secret supper" not in shown
        assert "Known to all" in shown
    assert "A shared list: 1 session" in browser().get(f"/h22/share/{word}").text


def test_a_session_for_ticket_holders_shows_its_room_to_them_alone(browser, conference):
    room = a.a_room(conference.expo, "Blue Chamber")
    closed = talk(conference, "Round table", visibility=Visibility.REGISTERED, room=room)
    a.publish(conference.expo)
    stranger, holder = a.a_person(conference.expo), a.a_person(conference.expo)
    a.a_registration(holder, conference)
    for person in (stranger, holder):
        actions.keep(person=person, occurrence_ids=[closed.id])

    for path in ("favourites", "my/agenda"):
        assert "Blue Chamber" not in browser(stranger).get(f"/h22/{path}").text
        assert "Blue Chamber" in browser(holder).get(f"/h22/{path}").text
    assert "Blue Chamber" not in browser().get(f"/h22/favourites?codes={closed.code}").text


def test_a_delegate_keeps_and_takes_away_by_plain_forms(browser, conference):
    workshop = talk(conference, "Rooftops & rain", seats=None, admission=Admission.OPEN)
    a.publish(conference.expo)
    grace = a.a_person(conference.expo)
    phone = browser(grace)
    day = f"/h22/programme?day={workshop.starts_at.date()}"
    here = {"headers": {"Referer": f"http://localhost{day}"}}
    assert 'aria-pressed="false"' in phone.get(day).text

    for _time in range(2):
        answer = phone.post("/h22/my/favourites", {"occurrence": workshop.code, "keep": "1"}, **here)
        assert (answer.status_code, answer.location) == (303, day)
    assert 'aria-pressed="true"' in phone.get(day).text
    assert 'aria-pressed="true"' in phone.get(f"/h22/sessions/{workshop.code}").text
    agenda = phone.get("/h22/my/agenda").text
    assert "Rooftops &amp; rain" in agenda
    assert "Favourite, no seat" in agenda

    for _time in range(2):
        phone.post("/h22/my/favourites", {"occurrence": workshop.code, "keep": "0"}, **here)
    assert "Rooftops" not in phone.get("/h22/my/agenda").text


def test_a_seat_stands_once_in_the_agenda_though_it_is_a_favourite_too(browser, conference):
    workshop = talk(conference, "Rooftops")
    a.publish(conference.expo)
    grace = a.a_person(conference.expo)
    a.a_registration(grace, conference)
    phone = browser(grace)
    phone.post("/h22/my/favourites", {"occurrence": workshop.code})
    phone.post("/h22/bookings", {"occurrence": workshop.code})

    agenda = phone.get("/h22/my/agenda").text

    assert agenda.count(">Rooftops</a>") == 1
    assert "Favourite, no seat" not in agenda


def test_what_the_browser_kept_comes_along_once_signed_in_however_often_it_is_sent(browser, conference):
    kept = [talk(conference, f"Talk {number}", 9 + number) for number in range(3)]
    a.publish(conference.expo)
    grace, account = a.a_person(conference.expo), a.an_account()
    codes = ",".join([*(each.code for each in kept), "GONE"])

    for who in (grace, grace, account):
        answer = browser(who).post("/h22/my/favourites/merge", {"codes": codes, "quiet": "1"})
        assert (answer.status_code, answer.data) == (204, b"")
    assert queries.kept_by(grace.id) == {each.id for each in kept}
    assert "Talk 2" in browser(account).get("/h22/my/agenda").text
    assert browser().post("/h22/my/favourites/merge", {"codes": codes}).status_code == 303


@pytest.mark.parametrize("code", ["", "NO-SUCH", "\0", "x" * 9000, "a,b"])
def test_what_is_not_there_cannot_be_kept(browser, conference, code):
    answer = browser(a.a_person(conference.expo)).post("/h22/my/favourites", {"occurrence": code})
    assert answer.status_code == 404


def test_a_shared_list_opens_for_everybody_and_says_what_is_left_of_it(browser, conference):
    kept = [talk(conference, f"Talk {number}", 9 + number) for number in range(2)]
    a.publish(conference.expo)
    list_page = browser().get(f"/h22/favourites?codes={kept[0].code},{kept[1].code}").text
    address = re.search(r"http://localhost(/h22/share/[\w-]+)", list_page)[1]

    assert "A shared list: 2 sessions" in browser().get(address).text
    assert f'data-keep-these="{kept[0].code},{kept[1].code}"' in browser().get(address).text
    saved = browser(a.a_person(conference.expo)).get(address).text
    assert 'action="/h22/my/favourites/merge"' in saved

    programme.cancel_occurrence(occurrence=kept[0], why="Rain")
    a.publish(conference.expo)
    assert "Cancelled" in browser().get(address).text


@pytest.mark.parametrize("word", ["1", "nothing", "1AAAA", "1%C3%A9", "x" * 4000])
def test_an_address_that_was_cut_is_explained(browser, conference, word):
    page = browser().get(f"/h22/share/{word}")
    assert page.status_code == 404
    assert "not whole" in page.text
    assert browser().get(f"/h22/feeds/share/{word}.ics").status_code == 404


def test_the_list_asks_the_database_no_more_often_for_many(browser, conference):
    codes = [talk(conference, f"Talk {number}", 8 + number % 10).code for number in range(12)]
    a.publish(conference.expo)
    asked = []
    for number in (2, 1, 12):  # the first also asks what every page keeps
        with statements() as seen:
            browser().get(f"/h22/favourites?codes={','.join(codes[:number])}")
        asked.append(len([text for text in seen if text != "BEGIN"]))
    assert asked[1] == asked[2] <= 5


def test_a_stranger_who_marks_nothing_gets_the_page_of_everybody(app, browser, conference):
    talk(conference, "Open talk")
    a.publish(conference.expo)
    path = f"/h22/programme?day={a.tomorrow_at(9).date()}"
    assert "keep-form" not in browser().get(path).text
    assert browser().get(path).text == browser().get(path).text
