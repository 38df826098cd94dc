"""Orders: what is owed, what came. Who has the finance right in all conferences of an order writes payments down."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import tokens
from expo.core.money import Money
from expo.payment import payments
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod
from expo.programme.words import Deed
from expo.registration import queries
from expo.reports import timeline
from expo.web import amounts
from expo.web.bills import bills_of
from expo.web.context import this_expo

from . import blueprint, lists, mine
from .ticket_forms import PAY_METHODS, PaymentForm


@blueprint.get("/organise/orders", endpoint="orders")
def order_list() -> ResponseReturnValue:
    mine.somewhere(Deed.TAKE_MONEY)
    state = lists.asked("state")
    wanted = OrderState(state) if state in set(OrderState) else None
    found = queries.orders_of(
        this_expo().id, mine.scope(Deed.TAKE_MONEY), state=wanted, search=lists.asked("q")
    )
    part = lists.page_of(found)
    return render_template(
        "organiser/orders.html",
        part=part,
        bills=bills_of(part.rows),
        q=lists.asked("q"),
        state=state,
        here=lists.here,
    )


@blueprint.get("/organise/orders/<code>", endpoint="order")
def one_order(code: str) -> ResponseReturnValue:
    found = _mine(code)
    return _page(found, PaymentForm(data=_left(found)))


@blueprint.post("/organise/orders/<code>/payments")
def record_payment(code: str) -> ResponseReturnValue:
    found = _mine(code)
    form = PaymentForm(request.form)
    if not form.validate():
        return _page(found, form), 422
    amount = form.amount("came", found.currency)
    if form.errors:
        return _page(found, form), 422
    if form.accepts(
        lambda: payments.record(
            order=found,
            method=PayMethod(form.method.data),
            amount=Money(amount, found.currency),
            key=form.key.data or "",
            note=form.note.data or "",
        )
    ):
        flash(
            _("Written down. The order is settled.")
            if found.state is OrderState.SETTLED
            else _("Written down."),
            "success",
        )
        return redirect(url_for("organiser.order", code=code), code=303)
    return _page(_mine(code), form), form.status


def _mine(code: str) -> Order:
    """An order in all of whose conferences the visitor may take money; any other looks as if it did not exist."""
    found = payment.order(this_expo().id, code) or abort(404)
    inside = queries.conferences_in(found.id)
    if not mine.rights().may(Deed.TAKE_MONEY) and not inside:
        abort(404)
    for conference_id in inside:
        mine.rights().require(Deed.TAKE_MONEY, conference_id)
    return found


def _left(found: Order) -> dict[str, str]:
    left = max(0, found.total_minor - payment.captured(found.id))
    return {"key": tokens.new(), "came": amounts.typed(left, found.currency)}


def _page(found: Order, form: PaymentForm) -> str:
    bills = bills_of([found])
    return render_template(
        "organiser/order.html",
        order=found,
        bill=bills[0] if bills else None,
        payments=payment.payments_of([found.id]),
        methods=PAY_METHODS,
        registrations=queries.of_order(found.id),
        form=form,
        history=timeline.of([("order", found.id)], most=20),
    )
