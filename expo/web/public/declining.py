"""Where somebody says that they want no messages that they do not need, or are not to be asked how it was; the link
stands in each of those."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from expo.accounts.models import Person
from expo.feedback import declining
from expo.messages import actions, queries
from expo.web.context import this_expo

from . import blueprint


@blueprint.get("/decline/<int:person_id>/<token:token>")
def decline(person_id: int, token: str) -> ResponseReturnValue:
    """Opening changes nothing: mail programs open links to look at them."""
    person = _person(person_id, token)
    page = render_template(
        "public/decline.html", declined=queries.has_declined(person), person_id=person_id, token=token
    )
    return page, 200, {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


@blueprint.post("/decline/<int:person_id>/<token:token>")
def decline_now(person_id: int, token: str) -> ResponseReturnValue:
    """By the button, or by the mail program itself with one click (RFC 8058)."""
    actions.decline(person=_person(person_id, token))
    return redirect(url_for("public.decline", person_id=person_id, token=token), code=303)


@blueprint.post("/decline/<int:person_id>/<token:token>/back")
def want_again(person_id: int, token: str) -> ResponseReturnValue:
    actions.want_again(person=_person(person_id, token))
    return redirect(url_for("public.decline", person_id=person_id, token=token), code=303)


@blueprint.get("/feedback/decline/<int:person_id>/<token:token>")
def decline_feedback(person_id: int, token: str) -> ResponseReturnValue:
    """Opening changes nothing here, too."""
    person = _asked(person_id, token)
    page = render_template(
        "public/decline_feedback.html",
        declined=declining.has_declined(person),
        person_id=person_id,
        token=token,
    )
    return page, 200, {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


@blueprint.post("/feedback/decline/<int:person_id>/<token:token>")
def decline_feedback_now(person_id: int, token: str) -> ResponseReturnValue:
    declining.decline(person=_asked(person_id, token))
    return redirect(url_for("public.decline_feedback", person_id=person_id, token=token), code=303)


@blueprint.post("/feedback/decline/<int:person_id>/<token:token>/back")
def want_feedback_again(person_id: int, token: str) -> ResponseReturnValue:
    declining.want_again(person=_asked(person_id, token))
    return redirect(url_for("public.decline_feedback", person_id=person_id, token=token), code=303)


def _asked(person_id: int, token: str) -> Person:
    return declining.whose(expo_id=this_expo().id, person_id=person_id, token=token) or abort(404)


def _person(person_id: int, token: str) -> Person:
    return actions.declines(expo_id=this_expo().id, person_id=person_id, token=token) or abort(404)
