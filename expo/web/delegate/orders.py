"""The page of an order: where every registration of its basket stands, what is owed, and how to pay it."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from expo.core.money import Money
from expo.invoicing import queries as invoicing
from expo.payment import gateway
from expo.payment.models import Order, OrderState
from expo.registration import late, queries, quoting
from expo.registration.late_models import LateMoney
from expo.registration.models import TicketType
from expo.web import answers, signing, words
from expo.web.bills import bills_of
from expo.web.context import me, this_expo

from . import blueprint
from .status import steps_of


@blueprint.get("/orders/<code>/<secret>")
def order(code: str, secret: str) -> ResponseReturnValue:
    """Where every registration of a basket stands, for whoever holds its secret."""
    found = order_or_404(code, secret)
    registrations, placed = queries.of_basket(found)
    mine = me()
    bills = bills_of(placed)
    return render_template(
        "delegate/order.html",
        order=found,
        secret=secret,
        parts=[(one, steps_of(one)) for one in registrations if one.person_id == found.person_id],
        others=[one for one in registrations if one.person_id != found.person_id and one.is_live],
        bills=bills,
        documents=invoicing.of_orders([one.id for one in placed]),
        late=_late(placed),
        pays_online=gateway.is_open(),
        to_pay=gateway.is_open() and any(bill.order.state is OrderState.OPEN for bill in bills),
        asked=answers.standing([one for one in registrations if one.is_live]),
        words=words,
        here=mine is not None and mine.id == found.person_id,
        changeable=quoting.changeable([one for one in registrations if one.person_id == found.person_id]),
        changes=quoting.waiting_of([one.id for one in registrations]),
    )


@blueprint.post("/orders/<code>/<secret>")
def open_order(code: str, secret: str) -> ResponseReturnValue:
    """Open My expo in this browser, for whoever holds the order's secret."""
    found = order_or_404(code, secret)
    if found.person.account_id is not None:
        return redirect(url_for("account.login", next=url_for("delegate.my")), code=303)
    signing.sign_in(person=found.person)
    return redirect(url_for("delegate.my"), code=303)


def _late(placed: list[Order]) -> list[tuple[LateMoney, Money, list[TicketType]]]:
    """Choices that are open: about how much, and what else can be had for it."""
    found = [choice for one in placed if (choice := late.undecided(one.id))]
    return [(choice, late.credit(choice), late.may_exchange_for(choice)) for choice in found]


def order_or_404(code: str, secret: str) -> Order:
    """The order, for whoever has the secret of its basket."""
    found = queries.order_by_secret(this_expo().id, code, secret)
    if found is None:
        raise NotFound
    return found
