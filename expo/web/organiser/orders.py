"""Orders: what is owed, what came. Who has the finance right in all conferences of an order writes payments down."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from expo.badge import qr
from expo.core import tokens
from expo.core.money import Money
from expo.payment import at_desk, counting, gateway, orders, payments, refunds, settling
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState, PayMethod, Refund
from expo.programme.words import Deed
from expo.registration import queries
from expo.reports import timeline
from expo.web import amounts
from expo.web.bills import bills_of
from expo.web.context import this_expo
from expo.web.words import CHANGE_STATES, PAY_METHODS, PAY_STATES, REFUND_REASONS, REFUND_STATES

from . import blueprint, lists, mine
from .ticket_forms import PaymentForm, RefundForm


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
    return _page(found)


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


@blueprint.post("/organise/orders/<code>/refunds")
def give_back(code: str) -> ResponseReturnValue:
    """Let a part of what was paid go back, although the place is kept."""
    found = _mine(code)
    lines = {str(line.id): line for line in payment.lines_of([found.id]) if line.reduces_id is None}
    form = _refund_form(found, sent=True)
    amount = form.amount("less", found.currency) if form.validate() else 0
    if form.errors:
        return _page(found, refund_form=form), 422
    if form.accepts(
        lambda: settling.give_back_part(
            order=found,
            line=lines[form.line.data],
            amount=Money(amount, found.currency),
            key=f"part:{form.key.data}",
            note=form.why.data or "",
        )
    ):
        flash(_("The refund is asked for."), "success")
        return redirect(url_for("organiser.order", code=code), code=303)
    return _page(_mine(code), refund_form=form), form.status


@blueprint.post("/organise/orders/<code>/refunds/<int:refund_id>/approve")
def approve_refund(code: str, refund_id: int) -> ResponseReturnValue:
    refunds.approve(refund=_refund(code, refund_id))
    flash(_("Agreed. The money goes back."), "success")
    return redirect(url_for("organiser.order", code=code), code=303)


@blueprint.post("/organise/orders/<code>/refunds/<int:refund_id>/paid")
def refund_paid(code: str, refund_id: int) -> ResponseReturnValue:
    way, _colon, till = request.form.get("way", "").partition(":")
    if way and way not in set(PayMethod):
        abort(400)
    refunds.paid_out(refund=_refund(code, refund_id), way=PayMethod(way) if way else None, till=till)
    flash(_("Written down: it has gone back."), "success")
    return redirect(url_for("organiser.order", code=code), code=303)


@blueprint.post("/organise/orders/<code>/refunds/<int:refund_id>/again")
def refund_again(code: str, refund_id: int) -> ResponseReturnValue:
    refunds.try_again(refund=_refund(code, refund_id))
    flash(_("The refund is asked for once more."), "success")
    return redirect(url_for("organiser.order", code=code), code=303)


def _ways(order: Order, found: list[Refund]) -> dict[int, list[tuple[str, str]]]:
    """How each refund that a person pays out may go back: in cash out of a till that holds so much, or otherwise."""
    seller_ids = [order.seller_id] if order.seller_id else []
    waiting = [one for one in found if refunds.is_to_pay_out(one)]
    tills = counting.uncounted(order.expo_id, seller_ids) if waiting else []
    names = timeline.names_of(one.taken_by for one in tills)
    language = str(get_locale() or "en")
    return {
        one.id: [
            choice
            for way in refunds.ways(one.payment)
            for choice in (
                [
                    (
                        f"desk:{till.taken_by}",
                        _("In cash: the till of %(name)s, %(amount)s", name=names[till.taken_by],
                          amount=till.amount.said(language)),
                    )
                    for till in tills
                    if till.amount.currency == one.currency and till.amount.minor >= one.amount_minor
                ]
                if way is PayMethod.DESK
                else [(way.value, str(PAY_METHODS[way]))]
            )
        ]
        for one in waiting
    }  # fmt: skip


def _refund(code: str, refund_id: int) -> Refund:
    return refunds.of_order(_mine(code).id, refund_id) or abort(404)


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
    left = max(0, found.total_minor - payment.net(found.id))
    return {"key": tokens.new(), "came": amounts.typed(left, found.currency)}


def _scans(found: Order) -> list[tuple[str, str, Markup]]:
    """What somebody at the desk scans to pay: what it is, its text, and its picture."""
    if found.state is not OrderState.OPEN:
        return []
    left = Money(max(0, found.total_minor - payment.net(found.id)), found.currency)
    secret = orders.secret_of(found)
    wanted = {
        _("By card, on their own telephone"): url_for(
            "delegate.order", code=found.code, secret=secret, _external=True
        )
        if secret and gateway.is_open()
        else None,
        _("By Swish"): at_desk.swish_text(found, left),
    }
    return [
        (name, text, Markup(qr.svg_of_address(text).decode()))  # noqa: S704 - drawn by us
        for name, text in wanted.items()
        if text
    ]


def _refund_form(found: Order, *, sent: bool = False) -> RefundForm:
    form = RefundForm(request.form if sent else None, prefix="back-", data={"key": tokens.new()})
    form.line.choices = [
        (str(line.id), line.text) for line in payment.lines_of([found.id]) if settling.price_left(line) > 1
    ]
    return form


def _page(found: Order, form: PaymentForm | None = None, *, refund_form: RefundForm | None = None) -> str:
    bills = bills_of([found])
    back = refunds.of_orders([found.id])
    return render_template(
        "organiser/order.html",
        order=found,
        bill=bills[0] if bills else None,
        payments=payment.payments_of([found.id]),
        refunds=back,
        ways=_ways(found, back),
        methods=PAY_METHODS,
        pay_states=PAY_STATES,
        refund_states=REFUND_STATES,
        reasons=REFUND_REASONS,
        registrations=queries.of_order(found.id),
        change_states=CHANGE_STATES,
        changes=queries.changes_of([found.id]),
        form=form or PaymentForm(data=_left(found)),
        refund_form=refund_form or _refund_form(found),
        scans=_scans(found),
        history=timeline.of([("order", found.id)], most=20),
    )
