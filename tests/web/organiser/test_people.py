from __future__ import annotations

import re

import pytest

from expo.booking.actions import book_seat
from expo.core import checks
from expo.mail import outbox
from expo.programme.words import Role
from expo.registration import actions as registrations
from expo.registration.models import Registration, RegistrationState
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("O1")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def waiting(desk: Desk, count: int = 1, quota: int | None = None) -> list[Registration]:
    ticket = a.a_ticket_type(desk.conference, "City delegate", needs_approval=True, quota=quota)
    return [
        a.a_registration(a.a_person(desk.expo, f"Delegate {number}"), desk.conference, ticket)
        for number in range(count)
    ]


@pytest.mark.feature("R3")
def test_a_delegate_is_approved_and_told(desk: Desk):
    (registration,) = waiting(desk)
    page = desk.open_as(Role.REGISTRATION)

    assert "1 registration" in page.get(f"{desk.path}/people").text
    done = page.post(f"{desk.path}/people/{registration.code}/approve")

    assert done.status_code == 303
    assert registration.state is RegistrationState.CONFIRMED
    assert outbox.waiting()[-1].recipient == registration.person.email
    text = page.get(done.location).text
    assert "Approved" in text
    assert "Olle Organiser" in text
    assert "Active" in text  # the badge came with it
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_a_delegate_is_refused_with_a_reason_that_they_read(desk: Desk):
    (registration,) = waiting(desk)
    page = desk.open_as(Role.REGISTRATION)
    where = f"{desk.path}/people/{registration.code}/refuse"

    silent = page.post(where, {"reason": "  "})
    assert silent.status_code == 422
    assert "the person reads it" in silent.text
    assert registration.state is RegistrationState.SUBMITTED
    assert page.post(where, {"reason": "Cities only"}).status_code == 303
    assert (registration.state, registration.reason) == (RegistrationState.REFUSED, "Cities only")


def test_who_decides_second_is_told_what_came_first(desk: Desk):
    (registration,) = waiting(desk)
    registrations.refuse(registration=registration, reason="Too late")

    back = desk.open_as(Role.REGISTRATION).post(f"{desk.path}/people/{registration.code}/approve")

    assert back.status_code == 409
    assert "Somebody has decided on this registration already" in back.text
    assert registration.state is RegistrationState.REFUSED


def test_many_are_approved_and_one_without_a_place_keeps_no_other_waiting(desk: Desk):
    first, second, third = waiting(desk, 3, quota=2)
    page = desk.open_as(Role.REGISTRATION)
    ids = [str(one.id) for one in (first, second, third)]

    done = page.post(f"{desk.path}/people/decide", {"registration": ids, "decision": "approve"})

    assert done.status_code == 200  # a page of its own, which names who could not be
    assert "2 are approved." in done.text
    assert "1 stays as it was" in done.text
    assert re.search(r"Delegate 2</a>.*?All places of City delegate are taken\.", done.text, re.S)
    assert [one.state.value for one in (first, second, third)] == ["confirmed", "confirmed", "submitted"]
    nothing_is_broken()


def test_many_are_refused_only_with_a_reason_and_stay_ticked_until_there_is_one(desk: Desk):
    first, second = waiting(desk, 2)
    page = desk.open_as(Role.REGISTRATION)
    ticked = {"registration": [str(first.id)], "decision": "refuse"}

    assert page.post(f"{desk.path}/people/decide", {**ticked, "decision": ""}).status_code == 422
    back = page.post(f"{desk.path}/people/decide", ticked)
    assert back.status_code == 422
    assert re.search(rf'value="{first.id}" checked', back.text)
    assert not re.search(rf'value="{second.id}" checked', back.text)
    done = page.post(f"{desk.path}/people/decide?state=submitted&q=del", {**ticked, "reason": "Full"})
    assert done.location.endswith("/people?q=del&state=submitted")
    assert [one.state.value for one in (first, second)] == ["refused", "submitted"]


def test_nobody_decides_on_what_is_not_theirs(desk: Desk):
    (registration,) = waiting(desk)
    stranger = desk.open_as(Role.REGISTRATION, a.a_conference(desk.expo))
    reader = desk.open_as(Role.FINANCE, desk.conference)
    ticked = {"registration": [str(registration.id), "0", "x", "9" * 30, "²"], "decision": "approve"}

    done = stranger.post(f"{desk.path}/people/decide", ticked)
    assert "Nobody was ticked." in stranger.get(done.location).text
    assert reader.post(f"{desk.path}/people/decide", ticked).status_code == 403

    assert registration.state is RegistrationState.SUBMITTED


def test_a_confirmed_registration_is_revoked_with_its_seats(desk: Desk):
    ada = a.a_person(desk.expo)
    registration = a.a_registration(ada, desk.conference)
    talk = a.a_session(desk.conference, title="Drums")
    book_seat(person=ada, occurrence_id=talk.id)
    page = desk.open_as(Role.REGISTRATION)

    assert "Drums" in page.get(f"{desk.path}/people/{registration.code}").text
    done = page.post(f"{desk.path}/people/{registration.code}/revoke", {"reason": "A mistake"})

    assert done.status_code == 303
    assert registration.state is RegistrationState.REVOKED
    assert talk.pool.taken == 0
    text = page.get(done.location).text
    assert "Given back" in text
    assert "Revoke this registration" not in text
    nothing_is_broken()


def test_bookings_under_another_teams_registration_are_not_shown(desk: Desk):
    ada = a.a_person(desk.expo)
    registration = a.a_registration(ada, desk.conference)
    other = a.a_conference(desk.expo, title="Other week")
    a.a_registration(ada, other)
    talk = a.a_session(other, title="Their talk")
    book_seat(person=ada, occurrence_id=talk.id)

    text = (
        desk.open_as(Role.REGISTRATION, desk.conference).get(f"{desk.path}/people/{registration.code}").text
    )
    assert "Their talk" not in text
    assert "Other week" not in text
    assert "Other week" in desk.open_as().get(f"{desk.path}/people/{registration.code}").text


def test_registrations_are_found_by_name_address_code_state_and_conference(desk: Desk):
    (waits,) = waiting(desk)
    asa = a.a_registration(
        a.a_person(desk.expo, "Åsa 100%"), desk.conference, a.a_ticket_type(desk.conference, "Free")
    )
    other = a.a_registration(a.a_person(desk.expo, "Grace"), a.a_conference(desk.expo, title="Other week"))
    page = desk.open_as()

    def found(query: str) -> set[str]:
        text = page.get(f"{desk.path}/people?{query}").text
        return {one.code for one in (waits, asa, other) if f"/people/{one.code}" in text}

    assert found("") == {waits.code, asa.code, other.code}
    assert found("q=asa") == {asa.code}
    assert found("q=100%25") == {asa.code}
    assert found(f"q={waits.code.lower()}") == {waits.code}
    assert found(f"q={other.person.email}") == {other.code}
    assert found("state=submitted") == {waits.code}
    assert found(f"conference={desk.slug}") == {waits.code, asa.code}
    assert found("state=nonsense&page=99") == {waits.code, asa.code, other.code}


def test_who_waits_longest_comes_first_and_since_when_is_said(desk: Desk):
    codes = [one.code for one in waiting(desk, 3)]
    a.a_registration(a.a_person(desk.expo), desk.conference, a.a_ticket_type(desk.conference, "Free"))

    text = desk.open_as().get(f"{desk.path}/people").text

    assert re.findall(r"/people/(\w{8})\"", text)[:3] == codes
    assert "for 0 seconds" in text or "second" in text


def test_the_list_of_registrations_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    waiting(desk)
    page.get(f"{desk.path}/people")
    with statements() as one:
        page.get(f"{desk.path}/people")
    ticket = a.a_ticket_type(desk.conference, "Free")
    for _number in range(6):
        a.a_registration(a.a_person(desk.expo), desk.conference, ticket)
    with statements() as many:
        page.get(f"{desk.path}/people")

    assert len(many) == len(one)


@pytest.mark.feature("B11")
def test_who_is_booked_stands_by_name_with_the_seats_that_are_left(desk: Desk):
    talk = a.a_session(desk.conference, code="T-1", seats=12)
    for name in ("Östen", "Ada"):
        person = a.a_person(desk.expo, name)
        a.a_registration(person, desk.conference)
        book_seat(person=person, occurrence_id=talk.id)

    text = desk.open_as(Role.VIEWER).get(f"{desk.path}/bookings/T-1").text

    assert text.index("Ada") < text.index("Östen")
    assert re.search(r"<b>10</b><span>seats left of 12</span>", text)
    assert "data-print" in text


def test_the_day_of_bookings_shows_each_time_with_its_seats(desk: Desk):
    talk = a.a_session(desk.conference, title="Drums", seats=12)
    page = desk.open_as(Role.VIEWER)
    day = talk.starts_at.astimezone(desk.expo.zone).date()

    assert "Drums" in page.get(f"{desk.path}/bookings").text
    assert "0 of 12" in page.get(f"{desk.path}/bookings?day={day}&seats=1").text
    assert "Nothing on this day" in page.get(f"{desk.path}/bookings?day=2031-01-01").text
    for odd in ("yesterday", "0001-01-01", "9999-99-99", "²"):
        assert page.get(f"{desk.path}/bookings?day={odd}").status_code == 200


def test_a_hidden_session_of_ones_own_is_listed_too(desk: Desk):
    a.a_session(desk.conference, title="Security briefing", visibility="hidden", code="T-1")
    page = desk.open_as(Role.VIEWER)

    assert "Security briefing" in page.get(f"{desk.path}/bookings").text
    assert page.get(f"{desk.path}/bookings/T-1").status_code == 200


def test_the_list_of_bookings_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    talk = a.a_session(desk.conference, code="T-1")
    people = [a.a_person(desk.expo) for _number in range(6)]
    for person in people:
        a.a_registration(person, desk.conference)
    book_seat(person=people[0], occurrence_id=talk.id)
    for path in ("/bookings/T-1", "/bookings"):
        page.get(desk.path + path)
        with statements() as one:
            page.get(desk.path + path)
        if path == "/bookings/T-1":
            for person in people[1:]:
                book_seat(person=person, occurrence_id=talk.id)
        else:
            for _number in range(4):
                a.a_session(desk.conference)
        with statements() as many:
            page.get(desk.path + path)
        assert len(many) == len(one), path
