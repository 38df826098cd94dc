"""Many who want the same tickets, voucher or offer at one moment: exactly as many get them as there are."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.accounts import actions as accounts
from expo.accounts.models import Person
from expo.basket import holds, waiting
from expo.basket.models import Basket, Waiting
from expo.capacity.models import Pool
from expo.core import checks, clock
from expo.core.db import db
from expo.core.money import Money
from expo.payment import payments, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod
from expo.registration import actions, submitting, tickets, vouchers
from expo.registration.models import Registration, RegistrationState, TicketType
from expo.registration.refusals import VoucherGone
from tests import factories as a
from tests.client import Client
from tests.storms.race import race
from tests.storms.test_same_moment import at_once

CLIENTS = 64
FULL = os.environ.get("EXPO_STORM") == "full"
ROUNDS = 1000 if FULL else 1
SHORT = 200 if FULL else 4

pytestmark = pytest.mark.storm


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def answers(number: int, kind_id: int, **more: str) -> dict[str, str]:
    return {"name": f"Guest {number}", "email": f"guest{number}@example.org", "ticket": str(kind_id), **more}


@pytest.mark.feature("R2")
@pytest.mark.parametrize("capacity", [1, 2, 50])
def test_types_that_share_a_pool_give_exactly_what_it_has(app: Flask, capacity: int):
    expo = a.an_expo()
    one, other = a.a_conference(expo), a.a_conference(expo)
    path = f"/{expo.slug}/register"
    for _round in range(ROUNDS):
        hall = tickets.save_shared_pool(expo_id=expo.id, name="Hall", places=capacity)
        kinds = [
            a.a_ticket_type(one, quota=60, shared_pool_id=hall.id).id,
            a.a_ticket_type(other, price_minor=100, shared_pool_id=hall.id).id,
        ]
        pool_id = hall.pool_id
        guests = iter(range(CLIENTS))
        lock = threading.Lock()

        def send(client: Client, kinds: list[int] = kinds, guests=guests, lock=lock) -> object:
            with lock:
                number = next(guests)
            return client.post(path, answers(number, kinds[number % 2]))

        db.session.rollback()
        said = race(app, [Client(app) for _number in range(CLIENTS)], send)

        assert said == {303: capacity, 409: CLIENTS - capacity}
        assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) == capacity
    nothing_is_broken()


def voucher_race(app: Flask, clients: int) -> tuple[Counter[int], int]:
    """Statuses, and how many live uses there are, after all have used the same single voucher."""
    conference = a.a_conference()
    kind_id, path = a.a_ticket_type(conference, price_minor=40000).id, f"/{conference.expo.slug}/register"
    draft = vouchers.VoucherDraft(code="ONLYONCE", percent=100, max_uses=1)
    voucher_id = vouchers.create(conference=conference, draft=draft).id
    numbers = iter(range(clients))
    lock = threading.Lock()

    def send(client: Client) -> object:
        with lock:
            number = next(numbers)
        return client.post(path, answers(number, kind_id, code="onlyonce"))

    db.session.rollback()
    said = race(app, [Client(app) for _number in range(clients)], send)
    db.session.rollback()
    used = sa.select(sa.func.count()).where(
        vouchers.VoucherUse.voucher_id == voucher_id, vouchers.VoucherUse.undone_at.is_(None)
    )
    return said, db.session.scalar(used) or 0


@pytest.mark.feature("R5")
def test_a_voucher_for_one_is_used_by_exactly_one_of_twenty(app: Flask):
    for _round in range(ROUNDS):
        said, used = voucher_race(app, 20)
        assert (said, used) == ({303: 1, 409: 19}, 1)
    nothing_is_broken()


@pytest.mark.feature("R5")
def test_the_race_sees_a_voucher_that_is_read_before_it_is_counted(app: Flask, monkeypatch):
    """The proof that the race can fail: with uses read first and written later, it does."""
    seen, all_have_read = threading.local(), threading.Barrier(10)

    def read_first(**arguments: object) -> submitting.Submitted:
        with db.engine.connect() as apart:
            seen.uses = apart.scalar(sa.select(vouchers.Voucher.uses))
        all_have_read.wait(30)
        return submit(**arguments)

    def write_later(*, voucher, registration, amount_minor):
        if seen.uses >= voucher.max_uses:
            raise VoucherGone("gone")
        row = {"expo_id": voucher.expo_id, "voucher_id": voucher.id, "registration_id": registration.id}
        db.session.add(vouchers.VoucherUse(**row, amount_minor=amount_minor, used_at=clock.now()))
        voucher.uses = seen.uses + 1

    submit = actions.submit
    monkeypatch.setattr(actions, "submit", read_first)
    monkeypatch.setattr(vouchers, "check", lambda voucher, person: None)
    monkeypatch.setattr(vouchers, "use", write_later)

    said, used = voucher_race(app, 10)  # each takes two connections

    assert (said.get(303), used) != (1, 1)


@pytest.mark.feature("R1")
def test_ten_presses_on_one_form_are_one_order_with_a_key_and_one_registration_without(app: Flask):
    conference = a.a_conference()
    kind_id, path = a.a_ticket_type(conference, price_minor=100).id, f"/{conference.expo.slug}/register"
    for number in range(ROUNDS):
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Order)) or 0
        ada = a.a_person(conference.expo)
        guest = answers(number, kind_id, key=f"{number:043}")
        windows = [Client(app, ada) for _window in range(10)]
        db.session.rollback()

        with_key = race(
            app, [Client(app) for _press in range(10)], lambda client, g=guest: client.post(path, g)
        )
        without = race(app, windows, lambda client: client.post(path, {"ticket": str(kind_id)}))

        assert (with_key, without) == ({303: 10}, {303: 1, 409: 9})
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == before + 2
        same = sa.select(sa.func.count()).where(Person.email == guest["email"])
        assert db.session.scalar(same) == 1
    nothing_is_broken()


@pytest.mark.feature("R1")
def test_ten_requests_with_one_idempotency_key_are_one_order(app: Flask):
    conference = a.a_conference()
    kind, account = a.a_ticket_type(conference, quota=50), a.an_account()
    token = accounts.create_token(account=account, name="test", scopes="orders:write")
    path = f"/api/v1/expos/{conference.expo.slug}/orders"
    line = {"ticket_type": str(kind.id), "name": "Ada"}
    body = json.dumps({"email": "ada@example.org", "lines": [line]})
    pool_id = kind.pool_id
    for number in range(ROUNDS):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key {number}"}
        db.session.rollback()

        said = race(
            app,
            [Client(app, headers=headers) for _press in range(10)],
            lambda client: client.post(path, body, content_type="application/json"),
        )

        assert set(said) <= {201, 409}
        assert said[201] >= 1
        assert db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) == number + 1
    nothing_is_broken()


@pytest.mark.feature("R7")
def test_a_basket_that_is_sent_while_it_runs_out_gives_its_place_to_one_of_both(app: Flask, monkeypatch):
    conference = a.a_conference()
    kind_id = a.a_ticket_type(conference, quota=1).id
    for _round in range(SHORT):
        kind = db.session.get_one(TicketType, kind_id)
        basket = holds.open_basket(expo_id=kind.expo_id, ticket_types=[kind])[0].id
        ada, ben = a.a_person(conference.expo).id, a.a_person(conference.expo).id
        monkeypatch.setattr(clock, "_offset", timedelta(minutes=16))

        def over(basket: int = basket) -> None:
            holds._when_over({"basket": basket})

        def send(basket: int = basket, who: int = ada) -> None:
            found = db.session.get_one(Basket, basket)
            kinds = [db.session.get_one(TicketType, kind_id)]
            holds.submit(basket=found, ticket_types=kinds, person=db.session.get_one(Person, who))

        def other(who: int = ben) -> None:
            kinds = [db.session.get_one(TicketType, kind_id)]
            actions.submit(person=db.session.get_one(Person, who), ticket_types=kinds)

        said = at_once(app, over, send, other)

        assert said[0] == "done"
        assert sorted(said[1:]) == ["done", "tickets_gone"]
        nothing_is_broken()
        monkeypatch.setattr(clock, "_offset", timedelta(0))
        for registration in db.session.scalars(
            sa.select(Registration).where(Registration.state == RegistrationState.CONFIRMED)
        ).all():
            actions.withdraw(registration=registration)


@pytest.mark.feature("R11")
def test_who_joins_the_list_while_a_place_is_freed_does_not_wait_in_vain(app: Flask):
    conference = a.a_conference()
    kind_id = a.a_ticket_type(conference, quota=1).id
    for number in range(SHORT):
        person = a.a_person(conference.expo)
        kind = db.session.get_one(TicketType, kind_id)
        held = actions.submit(person=person, ticket_types=[kind]).registrations[0].id

        def join(number: int = number) -> None:
            waiting.join(
                ticket_type=db.session.get_one(TicketType, kind_id),
                name="Ada",
                email=f"ada{number}@example.org",
                language="en",
            )

        def withdraw(held: int = held) -> None:
            actions.withdraw(registration=db.session.get_one(Registration, held))

        said = at_once(app, join, withdraw)

        assert said[0] in ("done", "still_places")
        assert said[1] == "done"
        nothing_is_broken()
        for entry in db.session.scalars(sa.select(Waiting)).all():
            if entry.state == "offered":
                waiting.decline(entry=entry)


@pytest.mark.feature("R1")
def test_money_that_comes_as_its_order_runs_out_is_either_taken_or_goes_back(app: Flask, monkeypatch):
    conference = a.a_conference()
    kind_id = a.a_ticket_type(conference, price_minor=100, quota=50).id
    for number in range(SHORT):
        made = actions.submit(
            person=a.a_person(conference.expo), ticket_types=[db.session.get_one(TicketType, kind_id)]
        )
        order, registration = made.order.id, made.registrations[0].id
        monkeypatch.setattr(clock, "_offset", timedelta(days=20))

        def pay(order: int = order, number: int = number) -> None:
            payments.record(
                order=db.session.get_one(Order, order),
                method=PayMethod.DESK,
                amount=Money(100, "SEK"),
                key=f"key {number}",
            )

        said = at_once(
            app,
            pay,
            lambda order=order: settling.expire(order_id=order),  # type: ignore[misc]
            lambda one=registration: actions.withdraw(registration=db.session.get_one(Registration, one)),  # type: ignore[misc]
        )

        assert said[0] == "done"
        kept = db.session.get_one(Order, order).state is OrderState.SETTLED
        assert payment.net(order) == (100 if kept else 0)
        monkeypatch.setattr(clock, "_offset", timedelta(0))
        nothing_is_broken()
