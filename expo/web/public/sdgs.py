"""The Global Goals: all seventeen, and the sessions that work towards each."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.publishing import scopes, shelf
from expo.publishing.filters import Filter
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import asked, blueprint
from .goals import GOALS
from .scope import Part, Parts, what_is_on
from .viewer import viewer


@blueprint.get("/sdgs/")
@for_strangers
def goals() -> ResponseReturnValue:
    """All seventeen, with how many sessions each has."""
    counts = scopes.goal_counts(this_expo().id, viewer().tickets)
    return render_template("public/goals.html", goals=GOALS, counts=counts)


@blueprint.get("/sdgs/<int:number>")
@for_strangers
def goal(number: int) -> ResponseReturnValue:
    """A goal has its page even when no session has the goal."""
    if number not in GOALS:
        abort(404)
    items = shelf.find(this_expo().id, None, None, Filter(sdgs=(number,)), viewer().tickets)
    beside = [_named(other) for other in (number - 1, number + 1) if other in GOALS]
    return render_template(
        "public/scope.html",
        heading=f"{number} {GOALS[number]}",
        over=_("Global Goal"),
        about="",
        trail=[(_("Global Goals"), url_for("public.goals")), (str(number), None)],
        feed=url_for("feeds.sdg", number=number),
        all_url=asked.address([("sdg", str(number))]),
        parts_first=False,
        parts=[Parts(_("The goals beside it"), beside)],
        **what_is_on(items),
    )


def _named(number: int) -> Part:
    return Part(f"{number} {GOALS[number]}", url_for("public.goal", number=number))
