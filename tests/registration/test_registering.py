from __future__ import annotations

from datetime import timedelta

import pytest

from expo.accounts.queries import persons_by_email
from expo.badge import queries as badges
from expo.core import audit, checks, clock
from expo.core.db import db
from expo.mail import outbox
from expo.registration import actions, queries
from expo.registration.models import RegistrationState
from expo.registration.refusals import (
    AlreadyRegistered,
    EmptyBasket,
    NotOnSale,
    TicketsGone,
    WrongStep,
)
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


@pytest.mark.feature("R1")
def test_one_basket_confirms_what_needs_no_approval_and_leaves_the_rest_waiting():
    expo = a.an_expo()
    free = a.a_ticket_type(a.a_conference(expo), "Open city pass")
    approved = a.a_ticket_type(a.a_conference(expo), "City delegate", needs_approval=True)
    ada = a.a_person(expo)

    submitted = actions.submit(person=ada, ticket_types=[free, approved])

    assert [r.state for r in submitted.registrations] == [
        RegistrationState.CONFIRMED, RegistrationState.SUBMITTED,
    ]  # fmt: skip
    assert [letter.recipient for letter in outbox.waiting()] == [ada.email]
    assert badges.active_badge(expo.id, ada.id) is not None
    nothing_is_broken()


@pytest.mark.feature("R2")
def test_the_last_place_goes_to_whoever_came_first():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    a.a_registration(a.a_person(conference.expo), conference, kind)
    late = a.a_person(conference.expo)

    with pytest.raises(TicketsGone):
        actions.submit(person=late, ticket_types=[kind])

    assert queries.of_person(late.id) == []
    assert [letter.recipient for letter in outbox.waiting() if letter.recipient == late.email] == []
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_who_waits_for_approval_keeps_nobody_out_and_a_full_pool_refuses_the_approval():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1, needs_approval=True)
    first, second = (a.a_registration(a.a_person(conference.expo), conference, kind) for _person in "ab")
    assert kind.pool.taken == 0

    actions.approve(registration=second)
    with pytest.raises(TicketsGone):
        actions.approve(registration=first)

    db.session.expire_all()
    assert (first.state, second.state) == (RegistrationState.SUBMITTED, RegistrationState.CONFIRMED)
    nothing_is_broken()


@pytest.mark.feature("R3")
def test_a_decision_is_made_once_and_written_down_with_its_reason():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, needs_approval=True)
    registration = a.a_registration(a.a_person(conference.expo), conference, kind)
    with audit.acting("account:7"):
        actions.refuse(registration=registration, reason="This day is for cities.")

    with pytest.raises(WrongStep):
        actions.approve(registration=registration)

    entry = audit.history("registration", registration.id)[0]
    assert (entry.actor, entry.why) == ("account:7", "This day is for cities.")
    assert "This day is for cities." in outbox.waiting()[-1].body


def test_nobody_is_registered_twice_and_whoever_withdrew_may_come_again():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    ada = a.a_person(conference.expo)
    first = a.a_registration(ada, conference, kind)

    with pytest.raises(AlreadyRegistered):
        actions.submit(person=ada, ticket_types=[kind])
    actions.withdraw(registration=first)

    assert a.a_registration(ada, conference, kind).state is RegistrationState.CONFIRMED
    nothing_is_broken()


def test_what_cannot_be_had_is_refused_and_leaves_no_trace():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    later = a.a_ticket_type(conference, "Later", sale_from=clock.now() + timedelta(days=1))
    over = a.a_ticket_type(conference, "Over", sale_until=clock.now() - timedelta(days=1))
    hidden = a.a_ticket_type(conference, "Hidden", is_hidden=True, code="SESAME-1")

    for kinds, no in (([later], NotOnSale), ([over], NotOnSale), ([hidden], NotOnSale), ([], EmptyBasket)):
        with pytest.raises(no):
            actions.submit(person=ada, ticket_types=kinds)

    assert queries.of_person(ada.id) == []
    nothing_is_broken()


def test_a_newcomer_whose_basket_fails_is_not_kept():
    conference = a.a_conference()
    full = a.a_ticket_type(conference, quota=0)
    newcomer = actions.Newcomer(conference.expo_id, "Ada", "ada@example.org", "en")

    with pytest.raises(TicketsGone):
        actions.submit(newcomer=newcomer, ticket_types=[full])

    assert persons_by_email(conference.expo_id, "ada@example.org") == []
