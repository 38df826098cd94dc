"""How it was: one press in the agenda, or on a page of its own, where words may be added."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts.models import Person
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.feedback import actions, queries
from expo.feedback.models import Feedback
from expo.programme import queries as programme
from expo.publishing.items import Item
from expo.web.context import this_expo
from expo.web.filters import this_language
from expo.web.gates import my_person

from . import blueprint


def open_among(person: Person, items: Sequence[Item]) -> dict[int, Feedback | None]:
    """Those of these that the person may say something of now, with what they have said. Two queries, where any of
    them is over."""
    over = [item.occurrence_id for item in items if actions.is_open(item)]
    if not over:
        return {}
    said = queries.given(person.id, over)
    return {one: said.get(one) for one in queries.attended(person.id, over)}


@blueprint.get("/my/feedback/<code>")
def feedback(code: str) -> ResponseReturnValue:
    item = _asked(code)
    said = queries.given(my_person().id, [item.occurrence_id]).get(item.occurrence_id)
    if said is None:
        actions.require_open(item)
    return _page(item, said)


@blueprint.post("/my/feedback/<code>")
def give_feedback(code: str) -> ResponseReturnValue:
    item, person = _asked(code), my_person()
    comment = request.form.get("comment")
    try:
        actions.give(
            person=person,
            occurrence_id=item.occurrence_id,
            overall=_number(request.form.get("overall", "")),
            comment=comment,
        )
    except BadInput as refusal:
        said = queries.given(person.id, [item.occurrence_id]).get(item.occurrence_id)
        return _page(item, said, wrong=refusal.message, typed=comment), 422
    flash(_("Thank you. Your answer is kept."), "success")
    return redirect(url_for("delegate.feedback", code=item.code), code=303)


def _asked(code: str) -> Item:
    """What the address names, if the person may say something of it."""
    occurrence = programme.occurrence(this_expo().id, one_line(code))
    if occurrence is None:
        raise NotFound
    return actions.of(my_person(), occurrence.id).told_in(this_language())


def _page(item: Item, said: Feedback | None, *, wrong: str = "", typed: str | None = None) -> str:
    return render_template(
        "delegate/feedback.html",
        item=item,
        said=said,
        wrong=wrong,
        comment=typed if typed is not None else (said.comment if said else ""),
        is_open=actions.is_open(item),
        until=actions.until(item),
        most=actions.LONGEST,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
