"""What a speaker hands in for a session: slides, papers, pictures."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme.session_files import BadFile
from expo.speakers.models import SpeakerLink
from expo.speaking import handing_in
from expo.speaking.queries import Asked
from expo.web.session_files import drafted, sent

from . import blueprint, mine
from .forms import FileForm

_OF = "/speaker/<token:secret>/sessions/<int(max=2147483647):appearance_id>"


@blueprint.get(f"{_OF}/files")
def files(secret: str, appearance_id: int) -> ResponseReturnValue:
    found = mine.link(secret)
    one = mine.asked(found, appearance_id)
    return _page(secret, found, one, _form(one))


@blueprint.post(f"{_OF}/files")
def hand_in(secret: str, appearance_id: int) -> ResponseReturnValue:
    found = mine.link(secret)
    mine.count(found)
    one = mine.asked(found, appearance_id)
    form, upload = _form(one, request.form), sent(found.speaker_id)

    def act() -> None:
        if upload is None:
            raise BadFile(_("Choose a file first."), field="file")
        handing_in.hand_in(
            appearance=one.appearance,
            upload=upload,
            row=int(form.of.data) if form.of.data else None,
            title=form.title.data or "",
            version=form.seen,
        )

    if form.validate() and form.accepts(act):
        flash(_("Thank you. Readers see it when the organisers publish it."), "success")
        return redirect(url_for("speaker.files", secret=secret, appearance_id=appearance_id), code=303)
    form.version.data = str(one.appearance.session.version)
    return _page(secret, found, one, form), form.status


@blueprint.post(f"{_OF}/files/<int(max=2147483647):file_id>/remove")
def take_back(secret: str, appearance_id: int, file_id: int) -> ResponseReturnValue:
    found = mine.link(secret)
    one = mine.asked(found, appearance_id)
    form = _form(one, request.form)
    if form.accepts(
        lambda: handing_in.take_back(appearance=one.appearance, file_id=file_id, version=form.seen)
    ):
        flash(_("Taken back. Readers see it until the organisers publish again."), "info")
        return redirect(url_for("speaker.files", secret=secret, appearance_id=appearance_id), code=303)
    form.version.data = str(one.appearance.session.version)
    return _page(secret, found, one, form), form.status


@blueprint.get(f"{_OF}/files/<int(max=2147483647):file_id>/<name>")
def session_file(secret: str, appearance_id: int, file_id: int, name: str) -> ResponseReturnValue:
    """One of their own files."""
    one = mine.asked(mine.link(secret), appearance_id)
    if file_id not in {file.id for _title, file in handing_in.theirs(one.appearance).files}:
        file_id = 0
    return drafted(one.appearance.session, file_id, name)


def _form(one: Asked, given: object = None) -> FileForm:
    session = one.appearance.session
    form = FileForm(given, data={"version": session.version})
    own = [(str(row), part.title) for row, part in handing_in.theirs(one.appearance).contributions]
    form.of.choices = [*own, ("", _("The session as a whole"))]
    return form


def _page(secret: str, link: SpeakerLink, one: Asked, form: FileForm) -> str:
    return render_template(
        "speaker/files.html", secret=secret, link=link, one=one, form=form,
        theirs=handing_in.theirs(one.appearance),
    )  # fmt: skip
