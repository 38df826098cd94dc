"""The sessions that somebody co-hosts: their texts and contributions. When and where is their organisers' to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme import actions, guesting
from expo.programme import queries as programme
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.models import Session
from expo.programme.texts import LONGEST_NOTE
from expo.programme.values import draft_of_session
from expo.web.context import this_expo, visitor
from expo.web.contributions import ContributionForm, row_of, saved, shown, taken_away
from expo.web.forms import TextBlock, TextLine, VersionedForm, needed, short
from expo.web.session_files import drafted
from expo.web.texts import _l

from . import blueprint


class CoHostedForm(VersionedForm):
    """What a co-host writes."""

    title = TextLine(_l("Title"), [needed(_l("Give the session a title.")), short(250)])
    abstract = TextBlock(_l("Abstract"), [short(LONGEST_TEXT)])
    content_notes = TextLine(_l("Content notes"), [short(LONGEST_NOTE)])

    @classmethod
    def of(cls, session: Session, sent: Any = None) -> CoHostedForm:
        draft = draft_of_session(session)
        saved = {name: getattr(draft, name) for name in ("title", "abstract", "content_notes")}
        return cls(sent, data={**saved, "version": session.version})


@blueprint.get("/cohost")
def sessions() -> ResponseReturnValue:
    return render_template("cohost/sessions.html", sessions=_every())


@blueprint.get("/cohost/<code>")
def session(code: str) -> ResponseReturnValue:
    found = _mine(code)
    row = row_of(found, request.args.get("change"))
    return _page(found, CoHostedForm.of(found), ContributionForm.of(found, row), row)


@blueprint.post("/cohost/<code>")
def save_session(code: str) -> ResponseReturnValue:
    found = _mine(code)
    form = CoHostedForm.of(found, request.form)

    def save() -> None:
        draft = replace(
            draft_of_session(found),
            title=form.title.data or "",
            abstract=form.abstract.data or "",
            content_notes=form.content_notes.data or "",
        )
        actions.edit_session(session=found, draft=draft, parent=found.parent, version=form.seen)

    if form.validate() and form.accepts(save):
        flash(_("Saved. The organisers publish it."), "success")
        return redirect(url_for("cohost.session", code=found.code), code=303)
    form.lay_beside(CoHostedForm.of(found))
    return _page(found, form, ContributionForm.of(found), None), form.status


@blueprint.post("/cohost/<code>/contributions")
def save_contribution(code: str) -> ResponseReturnValue:
    found = _mine(code)
    kept, form, row = saved(found)
    if kept:
        flash(_("Saved. The organisers publish it."), "success")
        return redirect(url_for("cohost.session", code=found.code), code=303)
    return _page(found, CoHostedForm.of(found), form, row), form.status


@blueprint.post("/cohost/<code>/contributions/remove")
def remove_contribution(code: str) -> ResponseReturnValue:
    found = _mine(code)
    taken_away(found)
    flash(_("Taken away. Readers see it until the session is published."), "success")
    return redirect(url_for("cohost.session", code=found.code), code=303)


@blueprint.get("/cohost/<code>/files/<int(max=2147483647):file_id>/<name>")
def session_file(code: str, file_id: int, name: str) -> ResponseReturnValue:
    return drafted(_mine(code), file_id, name)


def _every() -> list[Session]:
    who = visitor()
    if who is None or who.account_id is None:
        abort(404)
    found = guesting.edited_by(this_expo().id, who.account_id)
    return found or abort(404)


def _mine(code: str) -> Session:
    """One of the visitor's own, or 404."""
    return next((one for one in _every() if one.code == code), None) or abort(404)


def _page(session: Session, form: CoHostedForm, contribution: ContributionForm, row: int | None) -> str:
    return render_template(
        "cohost/session.html",
        session=session,
        form=form,
        contribution=contribution,
        row=row,
        rows=shown(session),
        names=sorted({one.speaker.name for one in programme.appearances(session.id)}),
        change_url=lambda number: url_for("cohost.session", code=session.code, change=number),
        file_url=lambda file: url_for(
            "cohost.session_file", code=session.code, file_id=file.id, name=file.name
        ),
    )
