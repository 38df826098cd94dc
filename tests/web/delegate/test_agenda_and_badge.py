from __future__ import annotations

from dataclasses import replace

import pytest

from expo.badge import queries as badges
from expo.booking import queries as bookings
from expo.programme.actions import edit_session
from expo.programme.values import draft_of_session
from expo.programme.words import Visibility
from expo.registration import queries
from tests import factories as a


@pytest.fixture
def ada(app):
    conference = a.a_conference()
    person = a.a_person(conference.expo, "Åsa Öhrström")
    a.a_registration(person, conference)
    return person


def conference_of(person):
    return queries.of_person(person.id)[0].conference


@pytest.mark.feature("B1", "B8")
def test_a_seat_is_booked_stands_in_the_agenda_and_can_be_taken_again(browser, ada):
    workshop = a.a_session(conference_of(ada), title="Rooftops & rain")
    slug, phone = conference_of(ada).expo.slug, browser(ada)

    assert phone.post(f"/{slug}/bookings", {"occurrence": workshop.code}).status_code == 303
    assert "Rooftops &amp; rain" in phone.get(f"/{slug}/my/agenda").text

    booking = bookings.of_person(ada.id)[0]
    given_back = phone.post(f"/{slug}/bookings/{booking.id}/cancel")
    assert "Take it again" in phone.get(given_back.location).text
    assert bookings.of_person(ada.id) == []


def test_nobody_gives_back_the_seat_of_another(browser, ada):
    workshop = a.a_session(conference_of(ada))
    slug = conference_of(ada).expo.slug
    browser(ada).post(f"/{slug}/bookings", {"occurrence": workshop.code})
    booking = bookings.of_person(ada.id)[0]

    thief = browser(a.a_person(conference_of(ada).expo))

    assert thief.post(f"/{slug}/bookings/{booking.id}/cancel").status_code == 404
    assert bookings.of_person(ada.id) == [booking]


def test_a_full_session_says_so_and_what_is_not_there_is_404(browser, ada):
    full = a.a_session(conference_of(ada), seats=0, title="Tiny")
    slug, phone = conference_of(ada).expo.slug, browser(ada)

    page = phone.post(f"/{slug}/bookings", {"occurrence": full.code})
    assert (page.status_code, "Tiny is full" in page.text) == (409, True)
    for code in ("", "nothing", "'; DROP TABLE bookings; --", "x" * 9000):
        assert phone.post(f"/{slug}/bookings", {"occurrence": code}).status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_led_back(browser, ada):
    slug = conference_of(ada).expo.slug
    for page in ("my", "my/agenda", "my/badge"):
        answer = browser().get(f"/{slug}/{page}")
        assert answer.status_code == 303
        assert f"next=/{slug}/{page}" in answer.location


def test_another_site_cannot_make_a_browser_book(browser, ada):
    workshop = a.a_session(conference_of(ada))
    path = f"/{conference_of(ada).expo.slug}/bookings"
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"Sec-Fetch-Site": None},
    ):
        phone = browser(ada)
        phone.headers = {key: value for key, value in {**phone.headers, **headers}.items() if value}
        assert phone.post(path, {"occurrence": workshop.code}).status_code == 403
    assert bookings.of_person(ada.id) == []


@pytest.mark.feature("Q2")
def test_the_badge_is_on_the_phone_and_a_lost_one_is_replaced(browser, ada):
    slug, phone = conference_of(ada).expo.slug, browser(ada)
    first = badges.active_badge(ada.expo_id, ada.id)

    page = phone.get(f"/{slug}/my/badge")
    assert "Åsa Öhrström" in page.text
    assert "<svg" in page.text
    assert phone.get(f"/{slug}/my/badge.png").data.startswith(b"\x89PNG")
    assert phone.get(f"/{slug}/my/badge.pdf").data.startswith(b"%PDF")
    assert phone.get(f"/{slug}/my/badge.svg").mimetype == "image/svg+xml"
    assert phone.post(f"/{slug}/my/badge/replace").status_code == 303

    now = badges.active_badge(ada.expo_id, ada.id)
    assert now.id != first.id


def test_who_waits_for_approval_is_told_why_there_is_no_badge(browser):
    conference = a.a_conference()
    person = a.a_person(conference.expo)
    a.a_registration(person, conference, a.a_ticket_type(conference, needs_approval=True))

    assert "not made yet" in browser(person).get(f"/{conference.expo.slug}/my/badge").text


def test_the_calendar_address_is_shown_once_and_a_new_one_ends_the_old(browser, ada):
    slug, phone = conference_of(ada).expo.slug, browser(ada)

    page = phone.post(f"/{slug}/my/calendar")

    assert f"/{slug}/feeds/my/" in page.text
    kept = ada.calendar_token_digest
    phone.post(f"/{slug}/my/calendar")
    assert ada.calendar_token_digest != kept


@pytest.mark.parametrize(
    "shown", [{"published": False}, {"visibility": Visibility.HIDDEN}], ids=["draft", "hidden"]
)
def test_the_code_of_a_session_that_nobody_may_know_of_opens_nothing(browser, ada, shown):
    secret = a.a_session(conference_of(ada), title="Secret supper", **shown)
    slug, phone = conference_of(ada).expo.slug, browser(ada)

    assert "Secret supper" not in phone.get(f"/{slug}/my/agenda?given_back={secret.code}").text
    asked = [phone.post(f"/{slug}/bookings", {"occurrence": code}) for code in (secret.code, "NO-SUCH", "\0")]
    assert [answer.status_code for answer in asked] == [404, 404, 404]


def test_what_was_booked_is_called_as_it_was_published(browser, ada):
    workshop = a.a_session(conference_of(ada), title="Rooftops")
    edit_session(
        session=workshop.session, draft=replace(draft_of_session(workshop.session), title="Not told yet")
    )
    slug, phone = conference_of(ada).expo.slug, browser(ada)

    phone.post(f"/{slug}/bookings", {"occurrence": workshop.code})
    given_back = phone.post(f"/{slug}/bookings/{bookings.of_person(ada.id)[0].id}/cancel")

    agenda = phone.get(given_back.location).text
    assert "Take it again" in agenda
    assert "Not told yet" not in agenda


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "9" * 5000])
def test_a_booking_that_has_no_such_number_is_not_found(browser, ada, number):
    slug = conference_of(ada).expo.slug
    assert browser(ada).post(f"/{slug}/bookings/{number}/cancel").status_code == 404
