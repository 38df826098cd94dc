"""What was done: of one thing for its team, of the whole expo for its owners; and taking it back."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.audit import AuditEntry
from expo.core.refusals import Refusal
from expo.programme import undoing
from expo.programme.undoing import Of
from expo.programme.words import Deed
from expo.reports import deeds
from expo.reports.deeds import Asked
from expo.web.context import this_expo
from expo.web.forms import a_day
from expo.web.texts import _l

from . import blueprint, lists, mine

SIZE = 50
SUBJECTS = {
    "session": _l("Session"),
    "occurrence": _l("Time"),
    "conference": _l("Conference"),
    "venue": _l("Venue"),
    "room": _l("Room"),
    "area": _l("Area"),
    "track": _l("Track"),
    "session_type": _l("Session type"),
    "role": _l("Role"),
    "speaker": _l("Speaker"),
    "registration": _l("Registration"),
    "order": _l("Order"),
    "account": _l("Account"),
    "release": _l("Release"),
}


@blueprint.get("/organise/history")
def history() -> ResponseReturnValue:
    """All of the expo, for its owners."""
    mine.rights().require(Deed.SET_UP, None)
    asked = Asked(
        subject=lists.asked("subject"),
        subject_id=lists.asked("id"),
        day=_day(lists.asked("day")),
        who=lists.asked("who"),
    )
    return _page(asked, of=None)


@blueprint.get("/organise/history/<subject>/<int(max=2147483647):number>")
def history_of(subject: str, number: int) -> ResponseReturnValue:
    """Of one thing of the programme, for whoever may read it."""
    if subject not in undoing.KINDS:
        abort(404)
    of = Of(this_expo().id, subject, str(number))
    if not undoing.exists(of):
        abort(404)
    _require(of, Deed.READ)
    return _page(Asked(subject=subject, subject_id=str(number)), of=of)


@blueprint.post("/organise/history/<int(max=2147483647):entry_id>/undo")
def undo_deed(entry_id: int) -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    entry = deeds.by_id(this_expo().id, entry_id) or abort(404)
    if not undoing.possible(entry):
        abort(404)
    _require(entry, _needed(entry))
    of = Of(entry.expo_id, entry.subject, entry.subject_id)
    try:
        undoing.undo(entry)
    except Refusal as no:
        flash(no.message, "error")
    else:
        flash(_("It is as it was before."), "success")
    if undoing.exists(of):
        back = url_for("organiser.history_of", subject=of.subject, number=of.subject_id)
    else:
        back = url_for("organiser.sessions")
    return redirect(back, code=303)


def _needed(entry: AuditEntry) -> Deed:
    return Deed.SET_UP if entry.subject == "conference" else Deed.SCHEDULE


def _require(entry: AuditEntry | Of, deed: Deed) -> None:
    conference_id = undoing.conference_of(entry)
    if conference_id is None and deed is Deed.READ:
        mine.somewhere(Deed.READ)
    else:
        mine.rights().require(deed, conference_id)


def _may_undo(entry: AuditEntry) -> bool:
    return undoing.possible(entry) and mine.may(_needed(entry), undoing.conference_of(entry))


def _page(asked: Asked, *, of: Of | None) -> str:
    """The deeds that were asked for; `of` one thing, or with filters over all."""
    expo = this_expo()
    part = lists.page_of_so_many(deeds.count(expo, asked), SIZE)
    part.rows = deeds.found(expo, asked, skip=part.skipped, most=SIZE)
    return render_template(
        "organiser/history.html",
        part=part,
        asked=asked,
        filters=of is None,
        kind=_subject(asked.subject),
        called=undoing.called(of) if of else "",
        subjects=[(one, _subject(one)) for one in deeds.subjects(expo)] if of is None else [],
        word=_subject,
        may_undo={row.id: _may_undo(row.entry) for row in part.rows},
        programme=list(undoing.KINDS),
        day=lists.asked("day"),
    )


def _subject(name: str) -> str:
    return str(SUBJECTS.get(name, name.replace("_", " ")))


def _day(text: str) -> Any:
    try:
        return a_day(text) if text else None
    except ValueError:
        return None
