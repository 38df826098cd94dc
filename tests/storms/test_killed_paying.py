"""kill -9 before and after every commit and every call to the provider, while paying, being told, giving back, ending.

Each step runs in a process of its own that is killed at its n-th point; then somebody tries again, as people, provider
and worker do. Seen red with a fresh idempotency key for each call: two pages stand open.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import checks, clock, jobs
from expo.core.db import db
from expo.core.money import Money
from expo.payment import checkout, gateway, payments, refunds
from expo.payment import provider as money
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, Payment, PayMethod, RefundState
from expo.registration import actions
from tests import factories as a
from tests.payment.conftest import Provider, provider

__all__ = ["provider"]

PRICE = 49_900
MOST_POINTS = 60

pytestmark = [pytest.mark.storm, pytest.mark.feature("R8", "R9", "R10")]

Step = Callable[[], object]


class Points:
    """Counts what could be the last thing a process does, and ends it there."""

    def __init__(self, last: int) -> None:
        self.last, self.seen = last, 0

    def __call__(self, *_arguments: object) -> None:
        self.seen += 1
        if self.seen == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(number: int, step: Step) -> bool:
    """Run the step in another process that is killed at its n-th point. False where it has no such point."""
    db.session.remove()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            db.engine.dispose(close=False)  # the parent's connections stay the parent's
            point = Points(number)
            sa.event.listen(db.session, "before_commit", point)
            sa.event.listen(db.session, "after_commit", point)
            call = gateway._call

            def called(ask: Any) -> Any:
                point()
                answer = call(ask)
                point()
                return answer

            gateway._call = called
            step()
            code = 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def each_point(round_: Callable[[int], bool]) -> int:
    """Go on until a round was not killed any more. Returns how many points there are."""
    for number in count(1):
        assert number < MOST_POINTS
        if not round_(number):
            return number - 1
    raise AssertionError


def nothing_is_broken() -> None:
    db.session.rollback()
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def an_order() -> int:
    kind = a.a_ticket_type(a.a_conference(), price_minor=PRICE, vat_basis_points=2500)
    return actions.submit(person=a.a_person(kind.conference.expo), ticket_types=[kind]).order.id


def open_page(order_id: int) -> str:
    order = db.session.get_one(Order, order_id)
    return checkout.open_page(order=order, url="http://localhost/x", language="en")


def test_opening_a_page_leaves_one_page_and_charges_once(app: Flask, provider: Provider):
    def round_(number: int) -> bool:
        order_id = an_order()
        killed = killed_at(number, lambda: open_page(order_id))
        before = len(provider.pages)
        url = open_page(order_id)
        mine = [
            page
            for page in provider.pages
            if page["metadata"]["order"] == db.session.get_one(Order, order_id).code
        ]
        assert [page["status"] for page in mine] == ["open"]
        assert len(provider.pages) - before <= 1
        provider.pay(url)
        provider.tell()
        assert payment.captured(order_id) == PRICE
        return killed

    assert each_point(round_) >= 6
    nothing_is_broken()


def test_what_the_provider_tells_is_seen_to_exactly_once(app: Flask, provider: Provider):
    def round_(number: int) -> bool:
        order_id = an_order()
        provider.pay(open_page(order_id))
        [(body, signature)] = provider.told
        killed = killed_at(number, lambda: provider.post(body, signature))
        assert provider.tell() == [200]  # it did not hear a 200, so it tells again
        assert db.session.get_one(Order, order_id).state is OrderState.SETTLED
        assert payment.captured(order_id) == PRICE
        return killed

    assert each_point(round_) >= 4
    nothing_is_broken()


def test_money_goes_back_once(app: Flask, provider: Provider):
    def round_(number: int) -> bool:
        order_id = an_order()
        url = open_page(order_id)
        order = db.session.get_one(Order, order_id)
        payments.record(
            order=order, method=PayMethod.DESK, amount=Money(PRICE, "SEK"), key=f"desk {order_id}"
        )
        provider.pay(url)
        provider.tell()
        [refund] = refunds.of_orders([order_id])
        refund_id, before = refund.id, len(provider.server.books.kept["refunds"])
        killed = killed_at(number, lambda: money._send({"refund": refund_id}))
        money._send({"refund": refund_id})
        provider.tell()
        assert len(provider.server.books.kept["refunds"]) == before + 1
        assert [one.state for one in refunds.of_orders([order_id])] == [RefundState.DONE]
        return killed

    assert each_point(round_) >= 4
    nothing_is_broken()


def test_an_order_ends_with_its_page_closed_or_with_its_money_seen_to(
    app: Flask, provider: Provider, monkeypatch
):
    def round_(number: int) -> bool:
        monkeypatch.setattr(clock, "_offset", timedelta(0))
        order_id = an_order()
        url = open_page(order_id)
        monkeypatch.setattr(clock, "_offset", timedelta(days=15))
        killed = killed_at(number, lambda: checkout._when_due({"order": order_id}))
        provider.pay(url)  # at the worst moment
        provider.tell()
        checkout._when_due({"order": order_id})
        provider.tell()
        jobs.run_due()
        state = db.session.get_one(Order, order_id, populate_existing=True).state
        page = next(one for one in provider.pages if one["id"] == url.rsplit("/", 1)[1])
        assert (page["payment_status"] == "paid") == (payment.captured(order_id) == PRICE)
        assert state is (OrderState.SETTLED if page["payment_status"] == "paid" else OrderState.EXPIRED)
        return killed

    assert each_point(round_) >= 4
    nothing_is_broken()


def test_what_finance_writes_down_is_there_once(app: Flask):
    def round_(number: int) -> bool:
        order_id = an_order()

        def record() -> Payment:
            return payments.record(
                order=db.session.get_one(Order, order_id),
                method=PayMethod.DESK,
                amount=Money(PRICE, "SEK"),
                key=f"desk {order_id}",
            )

        killed = killed_at(number, record)
        record()
        assert payment.captured(order_id) == PRICE
        return killed

    assert each_point(round_) >= 2
    nothing_is_broken()
