"""The page of an order: where every registration of its basket stands, what is owed, and how to pay it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from expo.core.money import Money
from expo.payment import queries as payment
from expo.payment.models import Order, OrderLine, Payment
from expo.registration import queries
from expo.web import signing
from expo.web.context import me, this_expo

from . import blueprint
from .status import steps_of


@dataclass(frozen=True, slots=True)
class Bill:
    """One order as people read it."""

    order: Order
    lines: list[OrderLine]
    payments: list[Payment]

    @property
    def vat(self) -> Money:
        return Money(sum(line.vat_minor for line in self.lines), self.order.currency)

    @property
    def came(self) -> Money:
        return Money(sum(one.amount_minor for one in self.payments), self.order.currency)

    @property
    def left(self) -> Money:
        return Money(max(0, self.order.total_minor - self.came.minor), self.order.currency)


def bills_of(orders: list[Order]) -> list[Bill]:
    """Those of these orders that cost something."""
    wanted = [order for order in orders if order.total_minor]
    ids = [order.id for order in wanted]
    lines, payments = payment.lines_of(ids), payment.payments_of(ids)
    return [
        Bill(
            order,
            [line for line in lines if line.order_id == order.id],
            [one for one in payments if one.order_id == order.id],
        )
        for order in wanted
    ]


@blueprint.get("/orders/<code>/<secret>")
def order(code: str, secret: str) -> ResponseReturnValue:
    """Where every registration of a basket stands, for whoever holds its secret."""
    found = _order(code, secret)
    registrations, placed = queries.of_basket(found)
    mine = me()
    return render_template(
        "delegate/order.html",
        order=found,
        secret=secret,
        parts=[(registration, steps_of(registration)) for registration in registrations],
        bills=bills_of(placed),
        here=mine is not None and mine.id == found.person_id,
    )


@blueprint.post("/orders/<code>/<secret>")
def open_order(code: str, secret: str) -> ResponseReturnValue:
    """Open My expo in this browser, for whoever holds the order's secret."""
    found = _order(code, secret)
    if found.person.account_id is not None:
        return redirect(url_for("account.login", next=url_for("delegate.my")), code=303)
    signing.sign_in(person=found.person)
    return redirect(url_for("delegate.my"), code=303)


def _order(code: str, secret: str) -> Order:
    found = queries.order_by_secret(this_expo().id, code, secret)
    if found is None:
        raise NotFound
    return found
