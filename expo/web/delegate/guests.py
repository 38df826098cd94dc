"""Coming by an invitation to what is not for everybody: by the link of a letter, or by a code."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.refusals import Refusal
from expo.guests import actions, queries
from expo.guests.refusals import NoSuchInvitation
from expo.programme.models import Session
from expo.web import signing
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint
from .agenda import me_or_newcomer


class CodeForm(PlainForm):
    """The code of an invitation."""

    expected = (Refusal,)
    code = TextLine(_l("Code"), [needed(_l("Type the code of your invitation.")), short(40)])


@blueprint.get("/invited")
def invited() -> ResponseReturnValue:
    return render_template("delegate/invited.html", form=CodeForm(), token=None)


@blueprint.post("/invited")
def use_session_code() -> ResponseReturnValue:
    form = CodeForm(request.form)
    found: list[Session] = []

    def act() -> None:
        found.append(
            actions.by_code(person=me_or_newcomer(), code=form.code.data or "", who=signing.network_address())
        )

    if form.validate() and form.accepts(act):
        return _welcome(found[0])
    return render_template("delegate/invited.html", form=form, token=None), form.status


@blueprint.get("/invited/<token:token>")
def invited_by_letter(token: str) -> ResponseReturnValue:
    """A question first: mail programs open links by themselves."""
    return render_template("delegate/invited.html", form=CodeForm(), token=token)


@blueprint.post("/invited/<token:token>")
def accept_invited(token: str) -> ResponseReturnValue:
    if not queries.holds(this_expo().id, token):  # before an account becomes a person of the expo for nothing
        raise NoSuchInvitation(_("This invitation holds no longer. Ask whoever sent it to you."))
    return _welcome(actions.by_link(person=me_or_newcomer(), token=token))


def _welcome(session: Session) -> ResponseReturnValue:
    flash(_("You are on the list. Book a seat if you come."), "success")
    return redirect(url_for("public.session", code=session.code), code=303)
