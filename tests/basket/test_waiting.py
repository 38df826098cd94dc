"""The waiting list for tickets: whoever came first gets what is freed, in the transaction that frees it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from expo.basket import waiting
from expo.basket.models import WaitState
from expo.basket.refusals import OfferOver, StillPlaces, WaitsAlready
from expo.core import checks, clock, jobs
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.registration import actions, tickets
from expo.registration.models import RegistrationState as State
from expo.registration.refusals import NotOnSale, TicketsGone
from expo.registration.submitting import Newcomer
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R11")]


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def wait(kind, name: str, party: int = 1):
    email = f"{name.lower()}@example.org"
    return waiting.join(ticket_type=kind, name=name, email=email, language="en", party=party)[0]


def newcomers(entry, *names: str) -> list[Newcomer]:
    return [Newcomer(entry.expo_id, name, entry.email, "en") for name in names or (entry.name,)]


@pytest.fixture
def full():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=2)
    return kind, [a.a_registration(a.a_person(conference.expo), conference, kind) for _person in "ab"]


def test_a_freed_place_is_held_for_whoever_came_first_and_nobody_is_quicker(full):
    kind, (one, _other) = full
    ada, ben = wait(kind, "Ada"), wait(kind, "Ben")
    assert (waiting.position(ada), waiting.position(ben)) == (1, 2)

    actions.withdraw(registration=one)

    assert (ada.state, ben.state) == (WaitState.OFFERED, WaitState.WAITING)
    with pytest.raises(TicketsGone):
        actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    nothing_is_broken()
    secret = re.search(r"/offers/(\S+)", outbox.waiting()[-1].body)
    assert secret
    assert waiting.by_secret(kind.expo_id, secret[1]) is ada
    made = waiting.accept(entry=ada, people=newcomers(ada))
    assert made.registrations[0].state is State.CONFIRMED
    with pytest.raises(OfferOver):
        waiting.accept(entry=ada, people=newcomers(ada))
    with pytest.raises(OfferOver):
        waiting.decline(entry=ada)
    nothing_is_broken()


def test_a_declined_or_lapsed_offer_goes_to_the_next_in_line(full, monkeypatch):
    kind, (one, _other) = full
    entries = [wait(kind, name) for name in ("Ada", "Ben", "Eve")]
    actions.withdraw(registration=one)

    waiting.decline(entry=entries[0])
    waiting.decline(entry=entries[0])
    assert [e.state for e in entries] == [WaitState.DECLINED, WaitState.OFFERED, WaitState.WAITING]
    monkeypatch.setattr(clock, "_offset", timedelta(hours=25))
    with pytest.raises(OfferOver):
        waiting.accept(entry=entries[1], people=newcomers(entries[1]))
    jobs.run_due()

    db.session.expire_all()
    assert [e.state for e in entries] == [WaitState.DECLINED, WaitState.LAPSED, WaitState.OFFERED]
    nothing_is_broken()


def test_a_party_is_offered_all_its_places_or_none_and_gives_back_what_it_does_not_need(full):
    kind, (one, other) = full
    party, single = wait(kind, "Party", 2), wait(kind, "Single")
    actions.withdraw(registration=one)
    assert (party.state, single.state) == (WaitState.WAITING, WaitState.OFFERED)
    nothing_is_broken()
    waiting.decline(entry=single)
    nothing_is_broken()
    actions.withdraw(registration=other)
    assert party.state is WaitState.OFFERED
    third = wait(kind, "Third")

    made = waiting.accept(entry=party, people=newcomers(party, "Party"))

    assert len(made.registrations) == 1
    assert third.state is WaitState.OFFERED
    nothing_is_broken()
    with pytest.raises(BadInput):
        wait(kind, "Nobody", 0)


def test_two_named_of_one_party_are_two_people(full):
    kind, registrations = full
    party = wait(kind, "Ada", 2)
    for one in registrations:
        actions.withdraw(registration=one)
    waiting.accept(entry=party, people=newcomers(party, "Ada", "Ben"))
    assert kind.pool.taken == 2
    nothing_is_broken()


def test_who_may_have_a_place_need_not_wait_and_nobody_waits_twice(full):
    kind, _registrations = full
    roomy = a.a_ticket_type(kind.conference, "Roomy", quota=5)
    asked = a.a_ticket_type(kind.conference, "Asked", quota=0, needs_approval=True)
    wait(kind, "Ada")
    for other, no in ((kind, WaitsAlready), (roomy, StillPlaces), (asked, NotOnSale)):
        with pytest.raises(no):
            wait(other, "Ada")
    nothing_is_broken()


def test_more_places_of_the_type_or_of_what_it_shares_are_offered_at_once():
    expo = a.an_expo()
    hall = tickets.save_shared_pool(expo_id=expo.id, name="Hall", places=0)
    kind = a.a_ticket_type(a.a_conference(expo), quota=0, shared_pool_id=hall.id)
    ada = wait(kind, "Ada")
    from dataclasses import replace

    tickets.save_ticket_type(
        conference=kind.conference, draft=replace(tickets.draft_of(kind), quota=1), ticket_type=kind
    )
    assert ada.state is WaitState.WAITING
    tickets.save_shared_pool(expo_id=expo.id, name="Hall", places=1, shared=hall)

    assert ada.state is WaitState.OFFERED
    nothing_is_broken()
    with transaction():
        waiting.promote()
    nothing_is_broken()


def test_an_offer_of_a_ticket_that_meanwhile_needs_approval_holds_no_place_until_it_is_given(full):
    kind, (one, _other) = full
    ada = wait(kind, "Ada")
    actions.withdraw(registration=one)
    assert ada.state is WaitState.OFFERED
    with transaction():
        kind.needs_approval = True

    made = waiting.accept(entry=ada, people=newcomers(ada))

    assert made.registrations[0].state is State.SUBMITTED
    assert kind.pool.taken == 1
    nothing_is_broken()
