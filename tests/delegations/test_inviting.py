"""Organisers invite cities from a list; reminders go before the last day; the counts are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.capacity.refusals import PoolInUse
from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.delegations import actions, links, nominating, queries, reminders
from expo.delegations.actions import FocalPoint, Terms
from expo.delegations.models import NomineeState
from expo.delegations.refusals import BadSeats, LinkIsOver, NomineeIsOver, NoSuchLink, NotOpen
from expo.mail import outbox
from expo.organisations import actions as organisations
from expo.organisations.models import OrganisationKind
from expo.registration.models import Category
from tests import factories as a
from tests.counting import statements
from tests.delegations.sending import CITY, a_city_ticket, a_delegation, nominate, secret_for

pytestmark = [pytest.mark.feature("R4"), pytest.mark.usefixtures("app")]


def open_page(delegation, secret: str):
    return links.delegation_of(delegation.expo_id, secret, who="test")


@pytest.mark.feature("N1")
def test_cities_of_a_list_are_invited_at_once_and_nobody_twice():
    ticket = a_city_ticket()
    turin = organisations.find_or_create(
        name="Città di Torino", kind=OrganisationKind.CITY, city="Turin", country="IT"
    )
    terms = Terms((ticket.conference,), {CITY: 4, Category.PRESS: 0}, message="Welcome.")
    points = [
        FocalPoint("citta di torino", "Fanny", "fanny@turin.example"),
        FocalPoint("Umeå kommun", "Jörgen", "jorgen@umea.example"),
        FocalPoint("UMEÅ  KOMMUN", "Once more", "again@umea.example"),
    ]

    first = actions.invite(expo=ticket.conference.expo, terms=terms, focal_points=points)
    again = actions.invite(expo=ticket.conference.expo, terms=terms, focal_points=points)

    assert [one.name for one in first.delegations] == ["Città di Torino", "Umeå kommun"]
    assert (first.delegations[0].organisation, first.delegations[0].country) == (turin, "IT")
    assert (len(first.already), again.delegations, len(again.already)) == (1, [], 3)
    letters = outbox.latest()
    assert [letter.recipient for letter in letters] == ["jorgen@umea.example", "fanny@turin.example"]
    assert "4 seats" in letters[0].body
    assert "Welcome." in letters[0].body
    assert [found for _promise, found in checks.broken()] == []


def test_seats_without_a_ticket_for_them_and_days_that_are_over_are_refused_and_nobody_is_written_to():
    ticket = a_city_ticket()
    point = [FocalPoint("Turin", "Fanny", "fanny@turin.example")]
    for seats, until, no in (
        ({CITY: 0}, None, BadSeats),
        ({Category.PRESS: 2}, None, BadSeats),
        ({CITY: 501}, None, BadSeats),
        ({CITY: 1}, clock.now() - timedelta(hours=1), BadInput),
    ):
        terms = Terms((ticket.conference,), seats, until)
        with pytest.raises(no):
            actions.invite(expo=ticket.conference.expo, terms=terms, focal_points=point)
    assert outbox.latest() == []


def test_the_address_of_the_page_is_noted_when_opened_and_ends_when_it_is_sent_anew():
    turin = a_delegation(a_city_ticket())
    secret = secret_for(turin.focal_email)
    assert turin.standing == "sent"

    assert open_page(turin, secret) == turin
    db.session.rollback()
    assert turin.standing == "opened"
    actions.send_anew(delegation=turin)

    with pytest.raises(LinkIsOver):
        open_page(turin, secret)
    assert open_page(turin, secret_for(turin.focal_email)) == turin
    elsewhere = a.an_expo()
    for expo_id, wrong in ((turin.expo_id, "nothing"), (elsewhere.id, secret_for(turin.focal_email))):
        with pytest.raises(NoSuchLink):
            links.delegation_of(expo_id, wrong, who="test")
    with pytest.raises(NoSuchLink):  # right secret, wrong kind of page
        links.nominee_of(turin.expo_id, secret_for(turin.focal_email), who="test")


def test_seats_are_changed_but_never_below_what_is_given():
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=2)
    nominate(turin, ticket)
    nominate(turin, ticket, name="Bea")

    def change(places: int, email: str = turin.focal_email) -> None:
        actions.change(
            delegation=turin, focal_name="Fanny", focal_email=email, seats={CITY: places}, nominate_until=None
        )

    with pytest.raises(PoolInUse):
        change(1)
    change(3, "new@turin.example")

    assert nominate(turin, ticket, name="Cia").is_live
    assert outbox.latest(to="new@turin.example")[0].kind == "delegation_invitation"


def test_closing_takes_links_back_and_leaves_the_registered():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada, bea = nominate(turin, ticket), nominate(turin, ticket, name="Bea", by_link=True)
    secret = secret_for(bea.email, "invitations")

    actions.close(delegation=turin, reason="Sent twice.")

    assert (ada.state, bea.state) == (NomineeState.REGISTERED, NomineeState.WITHDRAWN)
    with pytest.raises(LinkIsOver):
        links.nominee_of(turin.expo_id, secret, who="test")
    with pytest.raises(LinkIsOver):
        open_page(turin, secret_for(turin.focal_email))
    with pytest.raises(NotOpen):
        nominate(turin, ticket, name="Cia")
    assert [found for _promise, found in checks.broken()] == []


def test_reminders_go_before_the_last_day_with_the_address_that_is_known_already(demo_app):
    morning = clock.now().replace(microsecond=0)
    clock.set_now(morning)
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=2, nominate_until=morning + timedelta(days=10))
    nominate(turin, ticket, by_link=True)
    secrets = secret_for(turin.focal_email), secret_for("ada@", "invitations")
    assert jobs.run_due() == 0

    clock.set_now(morning + timedelta(days=3, minutes=1))
    assert jobs.run_due() == 1
    reminders._due(
        {"delegation": turin.id, "until": turin.nominate_until.isoformat()}
    )  # once more, as after a crash

    kinds = [letter.kind for letter in outbox.latest()]
    assert (kinds.count("delegation_reminder"), kinds.count("nominee_reminder")) == (1, 1)
    assert (secret_for(turin.focal_email), secret_for("ada@", "invitations")) == secrets

    # Another last day: what was planned for the first one does nothing.
    actions.change(
        delegation=turin, focal_name="Fanny", focal_email=turin.focal_email, seats={CITY: 2},
        nominate_until=morning + timedelta(days=30),
    )  # fmt: skip
    clock.set_now(morning + timedelta(days=9, minutes=1))
    jobs.run_due()
    assert [letter.kind for letter in outbox.latest()] == kinds
    clock.set_now(morning + timedelta(days=31))
    with pytest.raises(NotOpen):
        nominate(turin, ticket, name="Bea")
    clock.set_now(morning)


def test_a_reminder_by_hand_goes_once_an_hour():
    ticket = a_city_ticket()
    turin = a_delegation(ticket)
    ada = nominate(turin, ticket, by_link=True)

    reminders.remind(delegation=turin)
    reminders.remind_nominee(nominee=ada)

    with pytest.raises(NotOpen):
        reminders.remind(delegation=turin)
    with pytest.raises(NomineeIsOver):
        reminders.remind_nominee(nominee=ada)
    nominating.withdraw(nominee=ada)
    assert [letter.kind for letter in outbox.latest(3)] == [
        "nominee_withdrawn", "nominee_reminder", "delegation_reminder",
    ]  # fmt: skip


def test_the_board_tells_each_delegation_in_as_many_queries_for_three_as_for_one():
    ticket = a_city_ticket()
    expo, ids = ticket.conference.expo, [ticket.conference_id]
    other = a_city_ticket(a.a_conference(expo))
    nominate(a_delegation(ticket, name="Turin"), ticket)
    with statements() as one:
        queries.board(expo.id, ids)
    for name in ("Umeå", "Aarhus"):
        nominate(a_delegation(ticket, name=name), ticket, by_link=True)
    a_delegation(ticket, other, name="Both")
    with statements() as three:
        board = queries.board(expo.id, ids)

    assert [line.delegation.name for line in board] == ["Aarhus", "Turin", "Umeå"]
    assert [(line.taken, line.given) for line in board] == [(1, 4)] * 3
    assert len(one) == len(three)
    # Who may read one of its two conferences only does not see the delegation.
    assert len(queries.board(expo.id, [*ids, other.conference_id])) == 4
    assert [line.delegation.name for line in queries.board(expo.id, None, search="umea")] == ["Umeå"]
