"""Changing, at the desk, what somebody chose: the same quote and the same rules of money as when they do it themselves.
The team may also give what is hidden, and what it approves."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme.words import Deed
from expo.registration import changing, quoting
from expo.registration.change_models import ChangeState
from expo.web import changes
from expo.web.changes import Choice

from . import blueprint
from .registrations import my_registration


@blueprint.get("/organise/people/<code>/change")
def ask_change(code: str) -> ResponseReturnValue:
    return _page(changes.read(my_registration(code, Deed.DECIDE), by_team=True))


@blueprint.post("/organise/people/<code>/change")
def change(code: str) -> ResponseReturnValue:
    choice = changes.read(my_registration(code, Deed.DECIDE), by_team=True)
    made = None if choice.impossible else changes.make(choice, by_team=True)
    if made is None:
        return _page(choice), max(choice.status, 409)
    if made.state is ChangeState.DONE:
        flash(_("Changed, and a letter says so."), "success")
    else:
        flash(_("It is held until its difference is paid. A letter says how."), "success")
    return redirect(url_for("organiser.registration", code=code), code=303)


@blueprint.post("/organise/people/<code>/change/cancel")
def cancel_change(code: str) -> ResponseReturnValue:
    waits = quoting.waiting(my_registration(code, Deed.DECIDE).id) or abort(404)
    changing.cancel(change=waits)
    flash(_("Called off. All stays as it was, and nothing is to pay."), "success")
    return redirect(url_for("organiser.registration", code=code), code=303)


def _page(choice: Choice) -> str:
    return render_template("organiser/change.html", choice=choice)
