"""The page of an order: where every registration of its basket stands, what is owed, and how to pay it."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from expo.payment.models import Order
from expo.registration import queries
from expo.web import answers, signing
from expo.web.bills import bills_of
from expo.web.context import me, this_expo

from . import blueprint
from .status import steps_of


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
        asked=answers.standing([one for one in registrations if one.is_live]),
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
