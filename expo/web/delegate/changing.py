"""Changing what one chose: another ticket, something with it or without."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.payment import orders
from expo.payment.models import OrderState
from expo.registration import changing, quoting
from expo.web import changes
from expo.web.changes import Choice

from . import blueprint
from .chosen import code_asked
from .my import mine


@blueprint.get("/my/registrations/<code>/change")
def ask_change(code: str) -> ResponseReturnValue:
    """What can be chosen, and what it would cost."""
    return _page(changes.read(mine(code), code=code_asked()))


@blueprint.post("/my/registrations/<code>/change")
def change(code: str) -> ResponseReturnValue:
    """Do what the page quoted: at once, or as soon as the difference is paid."""
    choice = changes.read(mine(code), code=code_asked())
    made = None if choice.impossible else changes.make(choice)
    if made is None:
        return _page(choice), max(choice.status, 409)
    to_pay = made.order if made.order is not None else choice.registration.order
    if to_pay is None or to_pay.state is not OrderState.OPEN:
        flash(_("Done. What you chose has changed, and a letter says so."), "success")
        return redirect(url_for("delegate.my", _anchor="registrations"), code=303)
    flash(_("It is held for you. Pay, and it is yours."), "success")
    secret = orders.secret_of(to_pay)
    if secret is None:
        return redirect(url_for("delegate.my"), code=303)
    return redirect(url_for("delegate.order", code=to_pay.code, secret=secret), code=303)


@blueprint.post("/my/registrations/<code>/change/cancel")
def cancel_change(code: str) -> ResponseReturnValue:
    """All stays as it was."""
    waits = quoting.waiting(mine(code).id) or abort(404)
    changing.cancel(change=waits)
    flash(_("Called off. All stays as it was, and nothing is to pay."), "success")
    return redirect(url_for("delegate.my", _anchor="registrations"), code=303)


def _page(choice: Choice) -> str:
    return render_template(
        "delegate/change.html", choice=choice, waits=quoting.waiting(choice.registration.id)
    )
