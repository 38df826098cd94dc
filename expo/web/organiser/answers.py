"""What speakers said: who has not answered, since when; reminding many at once; and whom they named instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme.words import Deed
from expo.speakers.models import Speaker
from expo.speaking import answering, inviting, queries
from expo.speaking.models import Substitute
from expo.speaking.queries import Line
from expo.web.context import this_expo

from . import blueprint, lists, mine, words

VIEWS: dict[str, Callable[[Line], bool]] = {
    "": lambda line: bool(line.waiting),
    "unwritten": lambda line: bool(line.waiting) and line.link is None,
    "again": lambda line: any(one.appearance.state == "asked_again" for one in line.waiting),
    "declined": lambda line: bool(line.declined),
    "silent": lambda line: line.speaker.availability_said_at is None,
    "all": lambda line: True,
}


@blueprint.get("/organise/answers")
def answers() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    conferences = mine.conferences(Deed.SCHEDULE)
    chosen = mine.chosen(lists.asked("conference"), Deed.SCHEDULE)
    lines = queries.board(this_expo().id, [one.id for one in chosen])
    view = lists.asked("view") if lists.asked("view") in VIEWS else ""
    found = sorted(
        (line for line in lines if VIEWS[view](line)),
        key=lambda line: (
            line.since is None,
            line.since and line.since.timestamp(),
            line.speaker.folded_name,
        ),
    )
    part = lists.page_of(found)
    return render_template(
        "organiser/answers.html",
        part=part,
        views=_views(lines, view),
        view=view,
        conferences=conferences,
        substitutes=queries.substitutes([one.id for one in chosen]),
        words=words.ANSWERS,
        here=lists.here,
    )


@blueprint.post("/organise/answers/remind")
def remind_speakers() -> ResponseReturnValue:
    """Write to those that are ticked; to all who have not answered, where the button says so."""
    mine.somewhere(Deed.SCHEDULE)
    chosen = mine.chosen(lists.asked("conference"), Deed.SCHEDULE)
    ticked = set(request.form.getlist("speaker"))
    every = bool(request.form.get("every"))
    board = queries.board(this_expo().id, [one.id for one in chosen])
    found = [line.speaker for line in board if line.waiting and (every or str(line.speaker.id) in ticked)]
    told = inviting.remind_all(speakers_=found)
    left = len(found) - told
    said = ngettext("%(num)s speaker has a letter.", "%(num)s speakers have a letter.", told)
    if left:
        said += " " + ngettext(
            "%(num)s has no address, or a letter of this hour.",
            "%(num)s have no address, or a letter of this hour.",
            left,
        )
    flash(said if found else _("Tick somebody first."), "success" if told else "warning")
    return redirect(_back(), code=303)


@blueprint.post("/organise/answers/substitutes/<int:substitute_id>/take")
def take_substitute(substitute_id: int) -> ResponseReturnValue:
    made: Speaker = answering.take(substitute=_substitute(substitute_id))
    flash(_("%(name)s has the place, and a letter.", name=made.name), "success")
    return redirect(url_for("organiser.speaker", slug=made.slug), code=303)


@blueprint.post("/organise/answers/substitutes/<int:substitute_id>/turn-down")
def turn_down_substitute(substitute_id: int) -> ResponseReturnValue:
    answering.turn_down(substitute=_substitute(substitute_id))
    flash(_("Turned down. Who was asked is still asked."), "info")
    return redirect(_back(), code=303)


def _substitute(substitute_id: int) -> Substitute:
    """One of a conference of the visitor's team, or 404."""
    found = queries.substitute(this_expo().id, substitute_id) or abort(404)
    mine.rights().require(Deed.SCHEDULE, found.session.conference_id)
    return found


def _back() -> str:
    kept: dict[str, Any] = {name: lists.asked(name) for name in ("conference", "view") if lists.asked(name)}
    return url_for("organiser.answers", **kept)


def _views(lines: list[Line], view: str) -> list[dict[str, Any]]:
    named = {
        "": _("Not answered"),
        "unwritten": _("No letter yet"),
        "again": _("Asked again"),
        "declined": _("Declined"),
        "silent": _("Availability not said"),
        "all": _("All"),
    }
    return [
        {
            "label": label,
            "url": lists.here(view=key or None),
            "current": key == view,
            "count": sum(VIEWS[key](line) for line in lines),
        }
        for key, label in named.items()
    ]
