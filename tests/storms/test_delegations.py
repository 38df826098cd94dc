"""Ten name somebody for the last seat at one moment; a substitute keeps the last place while others reach for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import checks
from expo.core.db import db
from expo.delegations import nominating, queries
from expo.delegations.models import CategorySeats, Delegation, Nominee, NomineeState
from expo.delegations.nominating import Details, NomineeDraft
from expo.registration import actions as registrations
from expo.registration.models import Registration, TicketType
from expo.registration.refusals import TicketsGone
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation, nominate
from tests.storms.test_same_moment import at_once

pytestmark = [pytest.mark.storm, pytest.mark.feature("R4")]

ROUNDS = 3


def naming(delegation_id: int, ticket_id: int, number: int, by_link: bool = False) -> Callable[[], object]:
    def act() -> None:
        ticket = db.session.get_one(TicketType, ticket_id)
        draft = NomineeDraft(f"Nominee {number}", f"n{number}@turin.example", (ticket,), by_link)
        nominating.nominate(delegation=db.session.get_one(Delegation, delegation_id), draft=draft)

    return act


def live(delegation_id: int) -> int:
    return sum(nominee.is_live for nominee in queries.nominees(delegation_id))


def test_the_last_seat_of_a_delegation_is_given_once(app: Flask):
    ticket = a_city_ticket()
    for number in range(ROUNDS):
        turin = a_delegation(ticket, seats=1, name=f"Turin {number}")
        ids = turin.id, ticket.id
        acts = [naming(*ids, client, by_link=client % 2 == 0) for client in range(10)]

        said = at_once(app, *acts)

        assert sorted(said) == ["done"] + ["seats_gone"] * 9
        assert live(ids[0]) == 1
    assert [found for _promise, found in checks.broken()] == []


def test_the_race_sees_seats_that_are_counted_first_and_written_later(app: Flask, monkeypatch):
    """The proof that the race can fail."""
    seen = threading.local()
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=1)
    ids = turin.id, ticket.id
    pool_id = queries.seats_of(turin.id)[0].pool_id
    nominate_ = nominating.nominate

    def count_first(*, delegation, draft):
        with db.engine.connect() as apart:
            seen.taken = apart.scalar(sa.select(Pool.taken).where(Pool.id == pool_id))
        return nominate_(delegation=delegation, draft=draft)

    def write_later(pool_ids, places=1):
        if seen.taken + places > 1:
            raise pools.PoolFull("full")
        db.session.execute(sa.update(Pool).where(Pool.id == pool_id).values(taken=seen.taken + places))

    monkeypatch.setattr(nominating, "nominate", count_first)
    monkeypatch.setattr(pools, "take", write_later)
    monkeypatch.setattr(Pool, "left", 1)  # the kind look before is no guard

    said = at_once(app, *[naming(*ids, client, by_link=True) for client in range(8)])

    assert (said.count("done"), live(ids[0])) != (1, 1)


def test_a_substitute_keeps_the_last_place_while_others_reach_for_it(app: Flask):
    ticket = a_city_ticket(quota=1)
    ticket_id, expo = ticket.id, ticket.conference.expo
    turin = a_delegation(ticket, seats=1)
    delegation_id, nominee_id = turin.id, nominate(turin, ticket).id
    over = threading.Event()

    def hand_on(nominee_id: int, number: int) -> Callable[[], object]:
        draft = NomineeDraft(f"Substitute {number}", f"s{number}@turin.example")

        def act() -> None:
            try:
                nominating.substitute(nominee=db.session.get_one(Nominee, nominee_id), draft=draft)
            finally:
                over.set()

        return act

    def reach(person_id: int) -> Callable[[], object]:
        def act() -> None:
            """Again and again for as long as the seat changes hands."""
            gone = None
            while gone is None or not over.is_set():
                person = db.session.get_one(a.Person, person_id)
                ticket = db.session.get_one(TicketType, ticket_id)
                try:
                    registrations.submit(person=person, ticket_types=[ticket])
                except TicketsGone as no:
                    gone = no
                else:
                    return
            raise gone

        return act

    for number in range(ROUNDS):
        over.clear()
        strangers = [a.a_person(expo).id for _rival in range(3)]

        said = at_once(app, hand_on(nominee_id, number), *[reach(person_id) for person_id in strangers])

        assert said == ["done"] + ["tickets_gone"] * 3
        nominee_id = next(one.id for one in queries.nominees(delegation_id) if one.is_live)
    assert [found for _promise, found in checks.broken()] == []


def fall_upon(app: Flask, nominee: Nominee, number: int) -> list[str]:
    """Withdraw, substitute, withdraw again, and what the nominee does at the same moment: come, or give back."""
    nominee_id, invited = nominee.id, nominee.state is NomineeState.INVITED
    tickets = queries.tickets_of([nominee_id])[nominee_id]
    registration_ids = [one.registration_id for one in tickets if one.registration_id]

    def one() -> Nominee:
        return db.session.get_one(Nominee, nominee_id)

    def themselves() -> None:
        if invited:
            nominating.complete(nominee=one(), details=Details("Ada", "ada@turin.example"), language="en")
        for registration_id in registration_ids:
            registrations.withdraw(registration=db.session.get_one(Registration, registration_id))

    draft = NomineeDraft(f"Bea {number}", f"bea{number}@turin.example")
    return at_once(
        app,
        lambda: nominating.withdraw(nominee=one()),
        lambda: nominating.substitute(nominee=one(), draft=draft),
        themselves,
        lambda: nominating.withdraw(nominee=one()),
    )


def test_one_nominee_is_withdrawn_substituted_and_comes_at_one_moment_and_each_seat_is_given_back_once(
    app: Flask,
):
    ticket = a_city_ticket()
    turin = a_delegation(ticket, seats=2)
    delegation_id = turin.id
    for number in range(ROUNDS * 2):
        nominee = nominate(turin, ticket, name=f"Ada {number}", by_link=number % 2 == 0)

        assert "done" in fall_upon(app, nominee, number)

        assert [found for _promise, found in checks.broken()] == []
        for left in queries.nominees(delegation_id):
            if left.is_live:
                nominating.withdraw(nominee=left)
        assert db.session.scalar(sa.select(Pool.taken).join(CategorySeats)) == 0
