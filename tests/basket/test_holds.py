"""Baskets hold places for some minutes, and give them back exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.basket import holds
from expo.basket.models import BasketState
from expo.basket.refusals import HoldOver, NoMoreTime
from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.registration import actions, queries, vouchers
from expo.registration.models import RegistrationState as State
from expo.registration.refusals import TicketsGone
from expo.registration.submitting import Choices
from expo.registration.vouchers import VoucherDraft
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R7")]


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(**time))


def a_basket(*kinds, code: str = ""):
    return holds.open_basket(expo_id=kinds[0].expo_id, ticket_types=kinds, code=code)[0]


def test_a_basket_keeps_its_places_from_others_and_hands_them_to_its_registrations():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    asked = a.a_ticket_type(a.a_conference(conference.expo), quota=1, needs_approval=True)
    basket = a_basket(kind, asked)
    assert asked.pool.taken == 0
    with pytest.raises(TicketsGone):
        actions.submit(person=a.a_person(conference.expo), ticket_types=[kind])
    nothing_is_broken()

    made = holds.submit(basket=basket, ticket_types=[kind, asked], person=a.a_person(conference.expo))

    assert [r.state for r in made.registrations] == [State.CONFIRMED, State.SUBMITTED]
    assert (kind.pool.taken, basket.state) == (1, BasketState.SUBMITTED)
    nothing_is_broken()


def test_the_time_can_be_extended_and_then_runs_out_once(monkeypatch):
    kind = a.a_ticket_type(a.a_conference(), quota=1)
    basket = a_basket(kind)
    later(monkeypatch, minutes=14)
    holds.extend(basket=basket)
    later(monkeypatch, minutes=16)
    jobs.run_due()
    assert (holds.is_held(basket), kind.pool.taken) == (True, 1)

    later(monkeypatch, minutes=40)
    assert not holds.is_held(basket)
    with pytest.raises(HoldOver):
        holds.extend(basket=basket)
    jobs.run_due()
    jobs.run_due()
    holds.release(basket=basket)

    db.session.expire_all()
    assert (basket.state, kind.pool.taken) == (BasketState.EXPIRED, 0)
    nothing_is_broken()


def test_nobody_keeps_places_for_ever():
    basket = a_basket(a.a_ticket_type(a.a_conference(), quota=1))
    for _time in range(holds.MOST_EXTENSIONS):
        holds.extend(basket=basket)
    with pytest.raises(NoMoreTime):
        holds.extend(basket=basket)


def test_sent_too_late_it_takes_what_is_free_or_says_that_nothing_is(monkeypatch):
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    one, other = a_basket(kind), None
    later(monkeypatch, minutes=20)  # no worker came by
    made = holds.submit(basket=one, ticket_types=[kind], person=a.a_person(conference.expo))
    assert made.registrations[0].state is State.CONFIRMED
    nothing_is_broken()

    later(monkeypatch, minutes=0)
    actions.withdraw(registration=made.registrations[0])
    other = a_basket(kind)
    later(monkeypatch, minutes=20)
    jobs.run_due()
    actions.submit(person=a.a_person(conference.expo), ticket_types=[kind])
    with pytest.raises(TicketsGone):
        holds.submit(basket=other, ticket_types=[kind], person=a.a_person(conference.expo))
    nothing_is_broken()


def test_a_refused_submission_loses_no_hold_and_a_released_one_frees_it():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    full = a.a_ticket_type(a.a_conference(conference.expo), quota=0)
    basket = a_basket(kind)
    with pytest.raises(TicketsGone):
        holds.submit(basket=basket, ticket_types=[kind, full], person=a.a_person(conference.expo))
    db.session.expire_all()
    assert holds.is_held(basket)
    assert kind.pool.taken == 1

    holds.release(basket=basket)
    holds.release(basket=basket)

    assert queries.left([kind])[kind.pool_id] == 1
    nothing_is_broken()


def test_a_basket_with_a_voucher_holds_what_was_set_aside_for_it():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, quota=1)
    draft = VoucherDraft(code="PARTNER", ticket_type_id=kind.id)
    vouchers.create(conference=conference, draft=draft, reserve=1)
    with pytest.raises(TicketsGone):
        a_basket(kind)

    basket = a_basket(kind, code="partner")
    made = holds.submit(
        basket=basket, ticket_types=[kind], person=a.a_person(conference.expo), choices=Choices("PARTNER")
    )

    assert made.registrations[0].state is State.CONFIRMED
    nothing_is_broken()


def test_a_ticket_of_the_basket_that_is_not_sent_gives_its_place_back():
    conference = a.a_conference()
    kept, left_out = (a.a_ticket_type(one, quota=1) for one in (conference, a.a_conference(conference.expo)))
    basket = a_basket(kept, left_out)

    holds.submit(basket=basket, ticket_types=[kept], person=a.a_person(conference.expo))

    assert (kept.pool.taken, left_out.pool.taken) == (1, 0)
    nothing_is_broken()
