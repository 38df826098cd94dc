from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.booking.queries import of_person
from expo.core import clock
from expo.programme.words import Role
from tests import factories as a

from .conftest import Desk

pytestmark = pytest.mark.feature("B11")


def somebody(desk: Desk, name: str) -> tuple[int, str]:
    person = a.a_person(desk.expo, name)
    return person.id, a.a_registration(person, desk.conference).code


def test_an_organiser_finds_somebody_and_gives_them_a_seat(desk: Desk):
    a.a_session(desk.conference, code="T-1", seats=1)
    ada, code = somebody(desk, "Ada Åkesson")
    page = desk.open_as(Role.REGISTRATION)

    assert code in page.get(f"{desk.path}/bookings/T-1?q=akesson").text
    answer = page.post(f"{desk.path}/bookings/T-1/seats", {"registration": code, "seats": "1"})

    assert answer.status_code == 303
    assert len(of_person(ada)) == 1


def test_a_full_session_comes_back_and_takes_one_more_with_a_reason(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=1)
    first = a.a_person(desk.expo)
    a.a_registration(first, desk.conference)
    book_seat(person=first, occurrence_id=talk.id)
    ada, code = somebody(desk, "Ada")
    page, path = desk.open_as(), f"{desk.path}/bookings/T-1/seats?q=Ada"

    refused = page.post(path, {"registration": code, "seats": "1"})
    assert (refused.status_code, "is full" in refused.text) == (409, True)
    unreasoned = page.post(path, {"registration": code, "seats": "1", "force": "1", "reason": ""})
    assert unreasoned.status_code == 422
    assert of_person(ada) == []

    page.post(path, {"registration": code, "seats": "1", "force": "1", "reason": "She interprets"})
    assert len(of_person(ada)) == 1
    assert "forced over" in page.get(f"{desk.path}/bookings/T-1").text


def test_only_who_decides_gives_and_takes_seats(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=1)
    _ada, code = somebody(desk, "Ada")
    viewer, elsewhere = desk.open_as(Role.VIEWER), desk.browser(a.an_organiser(a.an_expo()))

    for page, status in ((viewer, 403), (elsewhere, 403)):
        answer = page.post(f"{desk.path}/bookings/T-1/seats", {"registration": code})
        assert answer.status_code == status
    assert "Give a seat" not in viewer.get(f"{desk.path}/bookings/T-1").text
    assert talk.pool.taken == 0

    # A registration of another conference, and a booking of another time, look as if they did not exist.
    other = a.a_conference(desk.expo)
    stranger = a.a_registration(a.a_person(desk.expo), other).code
    page = desk.open_as()
    assert page.post(f"{desk.path}/bookings/T-1/seats", {"registration": stranger}).status_code == 404
    second = a.a_session(other, code="T-2")
    theirs = a.a_person(desk.expo)
    a.a_registration(theirs, other)
    booking = book_seat(person=theirs, occurrence_id=second.id)
    path = f"{desk.path}/bookings/T-1/seats/{booking.id}/back"
    assert page.post(path, {"reason": "x"}).status_code == 404


def test_a_seat_is_taken_back_with_a_reason(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=1)
    ada = a.a_person(desk.expo, "Ada")
    a.a_registration(ada, desk.conference)
    booking = book_seat(person=ada, occurrence_id=talk.id)
    page, path = desk.open_as(), f"{desk.path}/bookings/T-1/seats/{booking.id}/back"

    assert "Take the seat of Ada back?" in page.get(path).text
    assert page.post(path, {"reason": " "}).status_code == 422
    assert page.post(path, {"reason": "The boat is smaller."}).status_code == 303
    assert talk.pool.taken == 0


def test_the_list_leaves_as_a_file_with_addresses_only_for_whom_they_are(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=5)
    ada = a.a_person(desk.expo, "=Ada", email="ada@example.org")
    a.a_registration(ada, desk.conference)
    book_seat(person=ada, occurrence_id=talk.id)

    owners = desk.open_as().post(f"{desk.path}/bookings/T-1/list.csv").text
    viewers = desk.open_as(Role.VIEWER).post(f"{desk.path}/bookings/T-1/list.csv").text

    assert "'=Ada" in owners  # nothing that a spreadsheet calculates
    assert "ada@example.org" in owners
    assert "Ada" in viewers
    assert "ada@example.org" not in viewers
    assert desk.open_as().post(f"{desk.path}/bookings/T-1/list.xlsx").data[:2] == b"PK"


def test_booking_opens_at_a_time_and_the_session_page_says_when(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=5)
    zone, slug = desk.expo.zone, desk.expo.slug
    opens = (clock.now() + timedelta(hours=3)).astimezone(zone)
    page = desk.open_as()
    form = {"opens_at": opens.strftime("%Y-%m-%dT%H:%M"), "closes_at": "", "meeting_point": "The red crane"}

    assert page.post(f"{desk.path}/bookings/T-1/terms", form).status_code == 303

    text = desk.browser().get(f"/{slug}/sessions/T-1").text
    assert "Booking opens" in text
    assert "The red crane" in text
    assert "Book a seat" not in text
    bad = {**form, "closes_at": form["opens_at"]}
    assert page.post(f"{desk.path}/bookings/T-1/terms", bad).status_code == 422
    assert talk.booking_closes_at is None


def test_a_guide_without_account_reads_names_and_no_contact_until_the_address_is_ended(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=5)
    ada = a.a_person(desk.expo, "Ada Åkesson", email="ada@example.org")
    a.a_registration(ada, desk.conference)
    book_seat(person=ada, occurrence_id=talk.id)
    page, guide = desk.open_as(), desk.browser()

    made = page.post(f"{desk.path}/bookings/T-1/guides", {"label": "Maria"}).text
    address = re.search(r'value="http://localhost(/[^"]+/guide/[^"]+)"', made).group(1)
    shown = guide.get(address)

    assert "Ada Åkesson" in shown.text
    assert "ada@example.org" not in shown.text
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert address not in page.get(f"{desk.path}/bookings/T-1").text  # shown once

    end = re.search(r'action="([^"]+/guides/\d+/end)"', page.get(f"{desk.path}/bookings/T-1").text).group(1)
    page.post(end)
    assert guide.get(address).status_code == 404
