"""What the demo's visitors find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.accounts import queries as account_queries
from expo.badge import passes
from expo.badge import queries as badges
from expo.ballots import queries as ballots
from expo.booking import clashes
from expo.booking import queries as bookings
from expo.checkin import queries as doors
from expo.core import checks, clock
from expo.core.db import db
from expo.delegations import queries as delegations
from expo.demo import guests, logins, setup
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.feedback.results import of_conferences
from expo.privacy import queries as privacy
from expo.programme import queries as programme
from expo.publishing import scopes
from expo.registration import queries as registrations
from expo.registration.models import Registration, RegistrationState
from tests.client import Client
from tests.conftest import empty_tables

# The journeys drive a demo of their own on each database.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def demo(application: Flask, database_url: str) -> Iterator[Flask]:
    """The whole demo, made once for this file; so no test here may use `app`, which empties all tables."""
    from expo import config
    from expo.app import create_app

    app = create_app(config.load({}, mode="demo", database_url=database_url))
    with app.app_context():
        clock.set_now(setup.START)
        setup.set_up(lambda _said: None)
        yield app
        db.session.rollback()
        empty_tables()
        clock._offset = clock.timedelta(0)


@pytest.fixture
def expo(demo: Flask) -> Expo:
    db.session.rollback()
    found = expos.by_slug("h22")
    assert found is not None
    return found


def test_no_promise_is_broken(demo: Flask):
    assert list(checks.broken()) == []


@pytest.mark.feature("F16")
def test_the_best_known_places_lie_in_their_areas(demo: Flask, expo: Expo):
    found = scopes.area(expo.id, "oceanhamnen")

    assert found is not None
    assert [venue.name for venue in found[1]] == ["Clarion Hotel & Congress Sea U", "Oceanhamnen"]


def test_making_it_again_makes_nothing(demo: Flask):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Registration))

    assert setup.set_up(lambda _said: None) is False

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == before


@pytest.mark.parametrize("login", logins.LOGINS, ids=lambda login: login.email)
def test_everybody_signs_in_with_the_same_password(demo: Flask, login: logins.Login):
    page = Client(demo).post("/login", {"email": login.email, "password": "demo"})

    assert page.status_code == 303


def test_the_delegate_has_a_pass_and_seats_and_waits_for_the_session(expo: Expo):
    account = account_queries.account_by_email("delegate@demo.example")
    person = account_queries.person_of_account(expo.id, account.id)

    states = {each.conference.slug: each.state for each in registrations.of_person(person.id)}
    assert states == {
        "h22-city-expo": RegistrationState.CONFIRMED,
        "h22-50-session": RegistrationState.SUBMITTED,
    }
    assert len(bookings.of_person(person.id)) == 6
    assert {each.state.value for each in bookings.live_of_person(person.id)} == {
        "booked",
        "offered",
        "waiting",
    }
    assert len(clashes.of_person(person.id)) == 1
    assert badges.active_badge(expo.id, person.id) is not None


def test_a_lot_is_drawn_another_is_open_and_people_have_said_how_it_was(expo: Expo):
    conference = programme.conference(expo.id, "h22-city-expo")
    opened, drawn = (each for each, _entries in ballots.of_conference(conference.id))
    assert (opened.is_over, drawn.drawn_at is not None) == (False, True)
    [told] = [one for one in of_conferences([conference.id]) if one.code == "H22-002"]
    assert (told.enough, len(told.comments)) == (True, 2)


def test_some_sessions_are_full_and_some_nearly(expo: Expo):
    left = {
        code: programme.occurrence(expo.id, code).pool.left
        for code in ("H22-007", "H22-016", "H22-015", "P50-009")
    }
    assert left["H22-007"] == 0
    assert left["H22-016"] == 1
    assert left["H22-015"] > 1
    assert left["P50-009"] > 50


def test_delegates_wait_for_a_decision_and_others_have_one(expo: Expo):
    session = programme.conference(expo.id, "h22-50-session")
    counts = registrations.counts([session.id])[session.id]

    assert counts[RegistrationState.SUBMITTED] > 10
    assert counts[RegistrationState.CONFIRMED] > 30
    assert counts[RegistrationState.REFUSED] > 3
    assert counts[RegistrationState.WITHDRAWN] > 3


def test_their_registrations_are_spread_over_the_weeks_before(demo: Flask):
    first, last = db.session.execute(
        sa.select(sa.func.min(Registration.submitted_at), sa.func.max(Registration.submitted_at))
    ).one()
    assert last < setup.START
    assert (last - first).days > 14


def test_names_come_in_many_scripts_and_no_address_can_receive_anything(demo: Flask):
    everybody = guests.delegates() + guests.neighbours()

    assert len({guest.email for guest in everybody}) == len(everybody) == 200
    assert all(guest.email.endswith("@demo.example") and guest.email.isascii() for guest in everybody)
    assert len({guest.name for guest in everybody}) == 200


@pytest.mark.feature("R4", "N1")
def test_nordic_cities_are_invited_and_one_has_named_people(expo: Expo):
    clock.set_now(setup.START)

    board = delegations.board(expo.id, None)

    assert [(line.delegation.name, line.delegation.standing.value, line.taken) for line in board] == [
        ("Esbo stad", "sent", 0), ("Københavns Kommune", "answered", 3), ("Landskrona stad", "sent", 0),
        ("Trondheim kommune", "sent", 0), ("Umeå kommun", "declined", 0),
    ]  # fmt: skip


def test_gates_stand_where_people_come_in(expo: Expo):
    names = {gate.name for gate in doors.gates(expo.id)}
    assert {"Gate 1 Hamntorget", "Sea U entrance", "Sundet 1, door"} <= names


def test_early_delegates_are_in_already(expo: Expo):
    clock.set_now(setup.START)

    (inside,) = doors.inside_by_zone(expo).values()
    assert inside == 17


@pytest.mark.parametrize(
    ("data", "moment"),
    [
        ({"to": "tomorrow"}, "2022-06-01T08:30"),
        ({"moment": "2022-06-15T17:05"}, "2022-06-15T17:05"),
        ({"to": "hour"}, "2022-06-15T18:05"),
        ({"to": "start"}, "2022-05-31T08:30"),
    ],
)
def test_the_clock_is_set_on_the_demos_page(demo: Flask, data: dict[str, str], moment: str):
    page = Client(demo).post("/demo/clock", data)

    assert page.status_code == 303
    assert f'datetime="{moment}+02:00"' in Client(demo).get("/demo/").text


@pytest.mark.parametrize("typed", ["", "soon", "2022-03-27T02:30", "0001-01-01T00:00"])
def test_a_moment_that_cannot_be_meant_comes_back(demo: Flask, typed: str):
    page = Client(demo).post("/demo/clock", {"moment": typed})

    assert page.status_code == 422


def test_a_letter_leads_to_this_installation_wherever_it_is_read(demo: Flask):
    page = Client(demo).get("/demo/letters?to=delegate@demo.example").text

    letter = page.split('href="/demo/letters/')[1].split('"')[0]
    assert 'href="/h22/' in Client(demo).get(f"/demo/letters/{letter}").text


def test_a_letter_that_nobody_wrote_is_not_found(demo: Flask):
    assert Client(demo).get("/demo/letters/999999").status_code == 404


@pytest.mark.feature("R14")
@pytest.mark.feature("R15")
def test_a_class_has_one_badge_passes_have_no_name_and_somebody_is_erased(expo: Expo):
    groups = passes.groups(expo.id, [one.id for one in programme.conferences(expo.id)])

    assert sorted(one.size for one in groups) == [17, 28]
    assert len(privacy.erasures(expo.id)) == 1
    assert privacy.found(expo.id, "somebody else") == []
