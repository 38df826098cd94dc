"""The inbox of conflicts at the doors: what offline scanners judged otherwise, until somebody notes what it was."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.checkin import conflicts as inbox
from expo.checkin import queries as checkin
from expo.checkin.refusals import ResolvedAlready
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, mine

REASONS = {
    "already_in": _l("In twice: somebody was in already by the same badge."),
    "replaced": _l("Went in with a badge that had been replaced."),
    "revoked": _l("Went in with a badge that had been blocked."),
    "no_ticket": _l("Went in without a ticket that opens this."),
    "not_yet": _l("Went in before the ticket was valid."),
    "expired": _l("Went in after the ticket was over."),
    "no_seat": _l("Went in without a seat."),
    "not_invited": _l("Went in without an invitation."),
    "more_than_badge": _l("More people than the badge lets in."),
    "unknown_code": _l("Went in with a code that is no badge of ours."),
    "device_revoked": _l("Sent by a scanner that was taken out of service."),
    "used_id": _l("Two scans under one number."),
    "unknown_gate": _l("Sent for a gate that is not this scanner’s."),
    "unknown_occurrence": _l("Sent for a session that does not exist."),
    "unreadable": _l("Could not be read."),
}


class NoteForm(PlainForm):
    """What it was."""

    expected = (ResolvedAlready,)

    note = TextLine(
        _l("What was it?"), [needed(_l("Write what it was, for whoever asks later.")), short(1000)]
    )


@blueprint.get("/organise/doors/conflicts")
def conflicts() -> ResponseReturnValue:
    mine.somewhere(Deed.READ_DOORS)
    return _page(NoteForm(), "")


@blueprint.post("/organise/doors/conflicts/<key>")
def resolve_conflict(key: str) -> ResponseReturnValue:
    mine.somewhere(Deed.RUN_DOORS)
    found = next((each for each in inbox.find(this_expo().id, _runs()) if each.key == key), None)
    form = NoteForm(request.form)
    if found is None:
        if any(each.key == key for each in inbox.find(this_expo().id, _runs(), resolved=True)):
            flash(_("Somebody has looked at this already."), "info")
            return redirect(url_for("organiser.conflicts"), code=303)
        abort(404)
    if form.validate() and form.accepts(
        lambda: inbox.resolve(expo_id=this_expo().id, conflict=found, note=form.note.data or "")
    ):
        flash(_("Noted. It stays in the list of what was looked at."), "success")
        return redirect(url_for("organiser.conflicts"), code=303)
    return _page(form, key), form.status


def _runs() -> set[int]:
    return checkin.reach(this_expo().id, mine.scope(Deed.RUN_DOORS))


def _page(form: NoteForm, at: str) -> str:
    expo = this_expo()
    within = checkin.reach(expo.id, mine.scope(Deed.READ_DOORS))
    resolved = request.args.get("resolved") == "1"
    return render_template(
        "organiser/conflicts.html",
        found=inbox.find(expo.id, within, resolved=resolved),
        waiting=inbox.count(expo.id, within),
        resolved=resolved,
        reasons=REASONS,
        form=form,
        at=at,
        may_run=mine.rights().anywhere(Deed.RUN_DOORS),
    )
