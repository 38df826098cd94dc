"""What the provider tells arrives many times, in any order, late, forged, sixteen at once: money is exact to the öre.

The last test is the proof that the storm can fail.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.money import Money
from expo.mail.models import Letter
from expo.payment import checkout, ledger, payments, refunds
from expo.payment.models import Account, Order, OrderState, Payment, PayMethod, PayState, RefundState
from expo.registration import actions
from expo.registration.models import Registration, RegistrationState
from tests import factories as a
from tests.payment.conftest import Provider, provider

__all__ = ["provider"]

FULL = os.environ.get("EXPO_STORM") == "full"
ORDERS, DELIVERIES = (500, 10_000) if FULL else (25, 300)
AT_ONCE = 16
PRICE = 49_900

pytestmark = [pytest.mark.storm, pytest.mark.feature("R8", "R9")]


def test_ten_thousand_webhooks_leave_money_exact_and_one_letter_each(
    app: Flask, provider: Provider, monkeypatch
):
    chance = random.Random(2022)
    kind = a.a_ticket_type(a.a_conference(), price_minor=PRICE, vat_basis_points=2500)
    orders = [
        actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]).order.id
        for _number in range(ORDERS)
    ]
    for number, order_id in enumerate(orders):
        order = db.session.get_one(Order, order_id)
        url = checkout.open_page(order=order, url="http://localhost/x", language="en")
        if number % 10 == 9:  # somebody pays at the desk as well
            payments.record(
                order=order, method=PayMethod.DESK, amount=Money(PRICE, "SEK"), key=f"desk {order_id}"
            )
        provider.pay(url, "slow" if number % 7 == 0 else "pay")
        if number % 7 == 0:
            provider.server.books.settle(url.rsplit("/", 1)[1], True)
    told, provider.told = provider.told, []
    late = {body for body, _signature in told if chance.random() < 0.2}
    deliveries = _deliveries(provider, [body for body, _signature in told], chance)
    begun = [one for one in deliveries if one[0] not in late]
    rest = [one for one in deliveries if one[0] in late]
    db.session.rollback()

    answers = _deliver(provider, begun)
    monkeypatch.setattr(clock, "_offset", timedelta(days=15))  # what was not told is overdue now
    _work()
    answers += _deliver(provider, rest)
    _work()
    provider.tell()

    forged = sum(not genuine for _body, _signature, genuine in deliveries)
    assert answers == {200: len(deliveries) - forged, 400: forged}
    db.session.rollback()
    db.session.expire_all()
    states = dict(db.session.execute(sa.select(Order.state, sa.func.count()).group_by(Order.state)).all())
    assert states == {OrderState.SETTLED: ORDERS}
    twice = ORDERS // 10
    paid = db.session.scalars(sa.select(Payment).where(Payment.state == PayState.SUCCEEDED)).all()
    assert sum(one.amount_minor for one in paid) == PRICE * (ORDERS + twice)
    back = refunds.of_orders(orders)
    assert Counter(one.state for one in back) == {RefundState.DONE: twice}
    booked = {one.account: one.amount.minor for one in ledger.balances(kind.expo_id, None)}
    assert booked[Account.PROVIDER] + booked.get(Account.CASH, 0) == PRICE * ORDERS
    assert booked[Account.SALES] + booked[Account.VAT] == -PRICE * ORDERS
    assert booked[Account.RECEIVABLE] == 0
    confirmed = sa.select(sa.func.count()).where(Registration.state == RegistrationState.CONFIRMED)
    assert db.session.scalar(confirmed) == ORDERS
    letters = sa.select(sa.func.count()).where(Letter.kind == "registration_paid")
    assert db.session.scalar(letters) == ORDERS
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []
    sent = sum(one["amount"] for one in provider.server.books.kept["refunds"].values())
    assert sent == PRICE * twice


def _deliveries(
    provider: Provider, bodies: list[bytes], chance: random.Random
) -> list[tuple[bytes, str, bool]]:
    """Body, signature, and whether that is genuine: each body one to ten times, one in twenty forged."""
    found: list[tuple[bytes, str, bool]] = []
    while len(found) < DELIVERIES:
        for body in bodies:
            for _copy in range(chance.randint(1, 10) if not found else 1):
                forged = chance.random() < 0.05
                signature = provider.server.signature(body)
                if forged:
                    signature = signature[:-1] + ("0" if signature[-1] != "0" else "1")
                found.append((body, signature, not forged))
    found = found[:DELIVERIES]
    found += [(body, provider.server.signature(body), True) for body in bodies]  # each once at least
    chance.shuffle(found)
    return found


def _deliver(provider: Provider, deliveries: list[tuple[bytes, str, bool]]) -> Counter[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(lambda one: _post(provider, one[0], one[1]), deliveries))


def _post(provider: Provider, body: bytes, signature: str) -> int:
    """As the provider would: 503 means, again."""
    for _try in range(50):
        status = provider.post(body, signature)
        if status != 503:
            return status
        threading.Event().wait(0.05)
    return 503


def _work() -> None:
    for _round in range(100):
        if not jobs.run_due(200):
            return


def test_the_storm_sees_a_payment_that_is_read_before_it_is_written(
    app: Flask, provider: Provider, monkeypatch
):
    """The proof that it can fail: without the lock and the condition, two copies book the same money twice, of
    which the ledger's constraint lets only one through, as a fault of ours."""
    from expo.payment import provider as money

    kind = a.a_ticket_type(a.a_conference(), price_minor=PRICE)
    made = actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind])
    provider.pay(checkout.open_page(order=made.order, url="http://localhost/x", language="en"))
    [(body, _signature)] = provider.told
    copies = [json.dumps({**json.loads(body), "id": f"evt_{number}"}).encode() for number in range(2)]
    db.session.rollback()
    monkeypatch.setattr(money, "step", lambda *_arguments, **_more: True)  # as if each had seen it unpaid

    assert sorted(provider.post(one) for one in copies) == [200, 500]
