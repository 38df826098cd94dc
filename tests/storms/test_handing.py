"""Places that change hands, at one moment: handed on, claimed, ordered for a group, billed together. Each has one
owner, and each is counted once.

Seen to fail with the guard taken out: handing on without its conditional statement and locks gave one place to
several; claiming without the lock of the badge to two; naming without `person_id IS NULL` overwrote; two bills
without the lock of the payer.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.badge import passes
from expo.badge.models import Badge
from expo.capacity.models import Pool
from expo.core import checks
from expo.core.db import db
from expo.delegations import bills, nominating, ordering
from expo.delegations.models import Delegation
from expo.delegations.nominating import NomineeDraft
from expo.payment.models import Order
from expo.registration import actions, handing
from expo.registration.actions import Newcomer
from expo.registration.models import LIVE, Registration, TicketType
from tests import factories as a
from tests.client import Client
from tests.delegations.sending import a_city_ticket, a_delegation, nominate
from tests.storms.race import race
from tests.storms.test_same_moment import at_once

pytestmark = pytest.mark.storm
ROUNDS = 3


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def newcomer(expo_id: int, number: int) -> Newcomer:
    return Newcomer(expo_id, f"Guest {number}", f"guest{number}@example.org", "en")


def count(of: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count(Registration.id)).where(of)) or 0


@pytest.mark.feature("R10")
def test_a_place_that_is_handed_to_six_at_once_is_one_persons_and_no_strangers(app: Flask):
    kind = a.a_ticket_type(a.a_conference(), quota=1)
    kind_id, expo_id, expo = kind.id, kind.expo_id, kind.conference.expo
    held = a.a_registration(a.a_person(expo), kind.conference, kind).id
    for _round in range(ROUNDS):
        rival = a.a_person(expo).id

        def to(number: int, held: int = held) -> Callable[[], object]:
            def act() -> None:
                one = db.session.get_one(Registration, held)
                handing.hand_on(registrations=[one], to=newcomer(expo_id, number))

            return act

        def reach(rival: int = rival) -> None:
            kinds = [db.session.get_one(TicketType, kind_id)]
            actions.submit(person=db.session.get_one(a.Person, rival), ticket_types=kinds)

        said = at_once(app, reach, *[to(number) for number in range(6)])

        assert said[0] == "tickets_gone"
        assert sorted(said[1:]) == ["done"] + ["wrong_step"] * 5
        (held,) = db.session.scalars(sa.select(Registration.id).where(Registration.state.in_(LIVE)))
        assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == kind.pool_id)) == 1
        nothing_is_broken()


@pytest.mark.feature("R10")
def test_a_place_that_is_handed_on_while_it_is_given_back_is_one_of_both(app: Flask):
    kind = a.a_ticket_type(a.a_conference(), quota=1)
    for number in range(ROUNDS):
        kind = db.session.get_one(TicketType, kind.id)
        held = a.a_registration(a.a_person(kind.conference.expo), kind.conference, kind).id

        def one(held: int = held) -> Registration:
            return db.session.get_one(Registration, held)

        said = at_once(
            app,
            lambda one=one, number=number: handing.hand_on(  # type: ignore[misc]
                registrations=[one()], to=newcomer(one().expo_id, number)
            ),
            lambda one=one: actions.withdraw(registration=one()),  # type: ignore[misc]
        )

        assert sorted(said) == ["done", "wrong_step"]
        nothing_is_broken()
        for left in db.session.scalars(sa.select(Registration).where(Registration.state.in_(LIVE))).all():
            actions.withdraw(registration=left)


@pytest.mark.feature("R14")
def test_of_ten_who_claim_one_pass_one_has_it_and_passes_are_as_many_as_there_are_places(app: Flask):
    kind = a.a_ticket_type(a.a_conference(), "City pass", is_open_pass=True, quota=4)
    kind_id, expo_id, pool_id = kind.id, kind.expo_id, kind.pool_id

    def make() -> None:
        passes.make(ticket_type=db.session.get_one(TicketType, kind_id))

    assert sorted(at_once(app, *[make] * 10)) == ["done"] * 4 + ["tickets_gone"] * 6
    for badge_id in db.session.scalars(sa.select(Badge.id)).all()[:ROUNDS]:

        def claim(number: int, badge_id: int = badge_id) -> Callable[[], object]:
            return lambda: passes.claim(
                badge=db.session.get_one(Badge, badge_id), newcomer=newcomer(expo_id, number)
            )

        said = at_once(app, *[claim(number) for number in range(10)])

        assert sorted(said) == ["done"] + ["not_to_be_claimed"] * 9
        assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) == 4
    assert count(Registration.person_id.is_not(None)) == ROUNDS
    nothing_is_broken()


@pytest.mark.feature("R12")
def test_groups_get_all_their_places_or_none_and_each_place_has_one_name(app: Flask):
    kind = a.a_ticket_type(a.a_conference(), price_minor=100, quota=10)
    kind_id, expo_id, pool_id = kind.id, kind.expo_id, kind.pool_id

    def order(number: int) -> Callable[[], object]:
        return lambda: ordering.order(
            name=f"Works {number}", ticket_type=db.session.get_one(TicketType, kind_id), count=3,
            buyer=newcomer(expo_id, number),
        )  # fmt: skip

    assert (
        sorted(at_once(app, *[order(number) for number in range(8)])) == ["done"] * 3 + ["tickets_gone"] * 5
    )
    assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) == 9
    for group in db.session.scalars(sa.select(Delegation.id)).all():

        def name(number: int, group: int = group) -> Callable[[], object]:
            def act() -> None:
                kinds = (db.session.get_one(TicketType, kind_id),)
                draft = NomineeDraft(f"Ada {number}", f"ada{number}@works.example", kinds)
                nominating.nominate(delegation=db.session.get_one(Delegation, group), draft=draft)

            return act

        said = at_once(app, *[name(number) for number in range(6)])

        assert sorted(said) == ["done"] * 3 + ["seats_gone"] * 3
    assert count(Registration.person_id.is_not(None)) == 9
    nothing_is_broken()


@pytest.mark.feature("R12")
def test_ten_presses_on_one_group_order_are_one_order(app: Flask):
    kind = a.a_ticket_type(a.a_conference(), price_minor=100)
    answers = {"group": "The Works", "ticket": str(kind.id), "count": "3", "name": "Berit", "key": "k" * 43}
    answers["email"] = "berit@works.example"
    path, pool_id = f"/{kind.conference.expo.slug}/group-order", kind.pool_id
    db.session.rollback()

    said = race(app, [Client(app) for _press in range(10)], lambda client: client.post(path, answers))

    assert said == {303: 10}
    db.session.rollback()
    assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) == 3
    assert db.session.scalar(sa.select(sa.func.count(Delegation.id))) == 1
    nothing_is_broken()


@pytest.mark.feature("R4")
def test_all_who_are_approved_at_one_moment_stand_on_one_bill(app: Flask):
    kind = a_city_ticket(price_minor=100, needs_approval=True)
    turin = a_delegation(kind, seats=6)
    for number in range(6):
        nominate(turin, kind, name=f"N{number}")
    turin_id = turin.id
    waiting = list(db.session.scalars(sa.select(Registration.id)))

    def approve(number: int) -> Callable[[], object]:
        return lambda: actions.approve(registration=db.session.get_one(Registration, number))

    assert at_once(app, *[approve(number) for number in waiting]) == ["done"] * 6

    (part,) = bills.of_delegation(db.session.get_one(Delegation, turin_id)).parts
    assert (part.order.total_minor, len(part.positions)) == (600, 6)
    assert db.session.scalar(sa.select(sa.func.sum(Order.total_minor))) == 600
    nothing_is_broken()
