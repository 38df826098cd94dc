"""To the payment page and back. Coming back proves nothing: what counts is what the provider says."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.core import limits
from expo.core.refusals import Refusal, TooOften
from expo.payment import checkout
from expo.payment.models import Order, OrderState
from expo.payment.refusals import AlreadyPaid, ProviderAway, ProviderRefuses
from expo.registration import late

from . import blueprint
from .orders import order_or_404


@blueprint.post("/orders/<code>/<secret>/pay")
def pay(code: str, secret: str) -> ResponseReturnValue:
    """Open the provider's page for what is left to pay, and go there."""
    found = order_or_404(code, secret)
    limits.count("pay", str(found.id), most=60, within=timedelta(hours=1))
    url = url_for("delegate.order", code=code, secret=secret, _external=True)
    try:
        page = checkout.open_page(order=found, url=url, language=str(get_locale() or "en"))
    except AlreadyPaid:
        return redirect(url_for("delegate.paid", code=code, secret=secret), code=303)
    except Refusal as no:
        flash(no.message, "error")
        return redirect(url_for("delegate.order", code=code, secret=secret), code=303)
    return redirect(page, code=303)


@blueprint.get("/orders/<code>/<secret>/paid")
def paid(code: str, secret: str) -> ResponseReturnValue:
    """Where the provider sends people back to. It asks how the payment stands, and asks again until that is clear."""
    found = order_or_404(code, secret)
    _ask(found)
    return render_template(
        "delegate/paid.html",
        order=found,
        secret=secret,
        waits=found.state is OrderState.OPEN and bool(checkout.unsettled(found.id)),
    )


@blueprint.post("/orders/<code>/<secret>/late")
def decide_late(code: str, secret: str) -> ResponseReturnValue:
    """What becomes of money that came after its places were given back."""
    found = order_or_404(code, secret)
    choice = late.undecided(found.id) or abort(404)
    wish = request.form.get("wish", "")
    if wish == "line":
        late.stand_in_line(choice=choice)
        flash(_("You are the first in line. The letter comes as soon as a place is free."), "success")
    elif wish == "back":
        late.give_back(choice=choice)
        flash(_("All of it goes back to you."), "success")
    else:
        kinds = {str(kind.id): kind for kind in late.may_exchange_for(choice)}
        late.exchange(choice=choice, kind=kinds.get(wish) or abort(404))
        flash(_("You have the other ticket. What was paid too much goes back to you."), "success")
    return redirect(url_for("delegate.order", code=code, secret=secret), code=303)


def _ask(order: Order) -> None:
    """Let no page that is loaded again and again ask the provider as often."""
    under_way = checkout.unsettled(order.id)
    try:
        limits.count("look", str(order.id), most=60, within=timedelta(minutes=10))
    except TooOften:
        return  # the webhook tells it all the same
    for payment in under_way:
        try:
            checkout.look(payment)
        except (ProviderAway, ProviderRefuses):
            flash(_("The payment provider does not answer right now. We keep asking it."), "info")
