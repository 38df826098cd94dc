"""Two people, or one person twice, do what cannot both be done, at the same moment. Real threads, on a real
database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.accounts import actions as accounts
from expo.accounts.models import Account, Person
from expo.booking import actions as booking
from expo.booking import queries as bookings
from expo.checkin import actions as doors
from expo.checkin.models import Entitlement
from expo.core import limits
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.core.refusals import Refusal
from expo.expos.models import Expo
from expo.favourites import actions as favourites
from expo.favourites import queries as kept
from expo.programme import actions as programme
from expo.publishing import actions as publishing
from expo.registration import actions as registrations
from expo.registration.models import Registration, RegistrationState, TicketType
from tests import factories as a

pytestmark = pytest.mark.storm

ROUNDS = 8


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Let all act at one moment. Returns for each "done" or the code of the refusal; a fault fails the test."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context():
            start.wait(30)
            try:
                act()
            except Refusal as no:
                return no.code
            return "done"

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as threads:
        said = list(threads.map(run, acts))
    db.session.rollback()
    db.session.expire_all()
    return said


def test_the_first_tries_at_one_moment_are_all_counted(app: Flask):
    def try_it() -> None:
        limits.count("password", "ada@example.org", most=4, within=timedelta(minutes=5))

    assert sorted(at_once(app, *[try_it] * 8)) == ["done"] * 4 + ["too_often"] * 4


def test_who_withdraws_while_being_approved_keeps_no_way_in(app: Flask):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, needs_approval=True, quota=50)
    zone = doors.create_zone(expo_id=conference.expo_id, slug="sea-u", name="Sea U")
    doors.open_zone(zone=zone, conference=conference)
    for _round in range(ROUNDS):
        person = a.a_person(conference.expo)
        person_id, number = person.id, a.a_registration(person, conference, kind).id

        at_once(
            app,
            lambda number=number: registrations.approve(
                registration=db.session.get_one(Registration, number)
            ),  # type: ignore[misc]
            lambda number=number: registrations.withdraw(
                registration=db.session.get_one(Registration, number)
            ),  # type: ignore[misc]
        )

        assert db.session.get_one(Registration, number).state is RegistrationState.WITHDRAWN
        ways = sa.select(sa.func.count()).where(Entitlement.person_id == person_id)
        assert db.session.scalar(ways) == 0
    assert kind.pool.taken == 0


def test_who_withdraws_while_booking_keeps_no_seat(app: Flask):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference)
    occurrence = a.a_session(conference, seats=50)
    at = occurrence.id
    for _round in range(ROUNDS):
        person = a.a_person(conference.expo)
        who, number = person.id, a.a_registration(person, conference, kind).id

        at_once(
            app,
            lambda number=number: registrations.withdraw(
                registration=db.session.get_one(Registration, number)
            ),  # type: ignore[misc]
            lambda who=who: booking.book_seat(person=db.session.get_one(Person, who), occurrence_id=at),  # type: ignore[misc]
        )

        assert bookings.live_booking(at, who) is None
    assert occurrence.pool.taken == 0


def test_two_first_bookings_at_one_moment_share_one_open_pass(app: Flask):
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    times = [a.a_session(conference, starts_at=a.tomorrow_at(hour)).id for hour in (9, 12)]
    for _round in range(ROUNDS):
        who = a.a_person(conference.expo).id

        def book(at: int, who: int = who) -> None:
            booking.book_seat(person=db.session.get_one(Person, who), occurrence_id=at)

        assert at_once(app, lambda: book(times[0]), lambda: book(times[1])) == ["done", "done"]


def test_an_account_that_sends_the_form_twice_at_once_is_registered_once(app: Flask):
    conference = a.a_conference()
    kind, expo = a.a_ticket_type(conference).id, conference.expo_id
    for _round in range(ROUNDS):
        account = a.an_account().id

        def submit(account: int = account) -> None:
            newcomer = registrations.Newcomer(
                expo, "Ada", "ada@example.org", "en", account=db.session.get_one(Account, account)
            )
            registrations.submit(ticket_types=[db.session.get_one(TicketType, kind)], newcomer=newcomer)

        assert sorted(at_once(app, submit, submit)) == ["already_registered", "done"]


def test_an_account_that_comes_twice_at_one_moment_is_one_person(app: Flask):
    expo = a.an_expo().id
    for _round in range(ROUNDS):
        account = a.an_account().id

        def come(account: int = account) -> None:
            accounts.person_for(account=db.session.get_one(Account, account), expo_id=expo)

        assert at_once(app, come, come) == ["done", "done"]


def test_of_two_releases_at_one_moment_the_second_finds_nothing_left(app: Flask):
    conference = a.a_conference()
    expo = conference.expo_id
    for hour in range(ROUNDS):
        a.a_session(conference, starts_at=a.tomorrow_at(hour + 8), published=False)

        def publish() -> None:
            publishing.publish(expo=db.session.get_one(Expo, expo))

        assert sorted(at_once(app, publish, publish)) == ["done", "nothing_to_publish"]


def test_a_form_sent_twice_at_one_moment_makes_one_person(app: Flask):
    conference = a.a_conference()
    kind_id = a.a_ticket_type(conference, quota=50).id
    for number in range(ROUNDS):
        email = f"ada{number}@example.org"

        def send(email: str = email, number: int = number) -> None:
            kind = db.session.get_one(TicketType, kind_id)
            newcomer = registrations.Newcomer(kind.expo_id, "Ada Lövelace", email, "en")
            registrations.submit(ticket_types=[kind], newcomer=newcomer, form_key=f"{number:032}")

        assert at_once(app, *[send] * 4) == ["done"] * 4
        assert db.session.scalar(sa.select(sa.func.count()).where(Person.email == email)) == 1


def test_nobody_books_what_was_cancelled_a_moment_ago(app: Flask):
    conference = a.a_conference(is_open_programme=True)
    a.a_ticket_type(conference, "Open city pass", is_open_pass=True)
    expo = conference.expo_id
    for _round in range(ROUNDS):
        occurrence = a.a_session(conference, seats=5)
        at, who = occurrence.id, a.a_person(conference.expo).id
        programme.cancel_occurrence(occurrence=occurrence, why="The hall is flooded")

        def book(at: int = at, who: int = who) -> None:
            booking.book_seat(person=db.session.get_one(Person, who), occurrence_id=at)

        def publish() -> None:
            publishing.publish(expo=db.session.get_one(Expo, expo))

        assert at_once(app, book, publish)[1] == "done"

        booked, published = (
            db.session.scalar(sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.action == action))
            for action in ("booked", "published")
        )
        assert bookings.live_booking(at, who) is None or booked < published


def test_two_devices_that_bring_their_favourites_at_one_moment_keep_no_more_than_a_list_holds(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(favourites, "MOST", 3)
    conference = a.a_conference()
    times = [a.a_session(conference, published=number == 5).id for number in range(6)]
    for _round in range(ROUNDS):
        person_id = a.a_person(conference.expo).id

        def bring(among: list[int], person_id: int = person_id) -> None:
            person = db.session.get(Person, person_id)
            assert person is not None
            favourites.keep(person=person, occurrence_ids=among)

        said = at_once(app, lambda: bring(times[:3]), lambda: bring(times[3:]))

        assert sorted(said) == ["done", "too_many_kept"]
        assert len(kept.kept_by(person_id)) == 3
