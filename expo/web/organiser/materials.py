"""What is handed out with a session: the list, and one to write. Drafted here, shown when it is published."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField

from expo.programme import handouts
from expo.programme.drafts import Material
from expo.programme.models import Session
from expo.programme.texts import LONGEST_LINK, LONGEST_NOTE, read
from expo.programme.words import Deed, MaterialKind
from expo.web.forms import TextBlock, TextLine, VersionedForm, needed, short
from expo.web.session_files import WithFile, drafted, sent
from expo.web.texts import _l
from expo.web.words import MATERIALS

from . import blueprint, lists, mine, words
from .sessions import summary


class MaterialForm(WithFile, VersionedForm):
    """One thing handed out. `row` is its place in the list as it was shown; empty for a new one."""

    row = HiddenField()
    kind = SelectField(_l("Kind"), choices=lambda: words.choices(MATERIALS))
    title = TextLine(_l("Title"), [needed(_l("Give it a title.")), short(200)])
    url = TextLine(_l("Link"), [short(LONGEST_LINK)], description=_l("Begins with https://."))
    text = TextBlock(
        _l("Text"),
        [short(LONGEST_NOTE * 2)],
        description=_l("A sentence or two, beside the link or in its place."),
    )
    language = TextLine(_l("Language"), [short(3)], description=_l("A code, such as sv."))
    members = BooleanField(
        _l("For ticket holders only"),
        description=_l("Otherwise it is for whoever may read the abstract."),
    )

    @classmethod
    def of(cls, session: Session, row: int | None = None, sent: Any = None) -> MaterialForm:
        """The form of one of the session's materials, or of one to come."""
        saved: dict[str, Any] = {"version": session.version, "row": "", "kind": MaterialKind.SLIDES.value}
        if row is not None:
            known = read(session.materials)[row]
            saved |= {name: getattr(known, name) for name in ("title", "url", "text", "language")}
            saved |= {"row": str(row), "kind": known.kind.value, "members": not known.public}
        form = cls(sent, data=saved)
        form.kept = read(session.materials)[row].file if row is not None else None
        return form

    def read(self) -> Material:
        return Material(
            kind=MaterialKind(self.kind.data),
            title=self.title.data or "",
            url=self.url.data or "",
            text=self.text.data or "",
            language=(self.language.data or "").lower(),
            public=not self.members.data,
            file=self.stays,
        )


@blueprint.get("/organise/sessions/<code>/materials")
def materials(code: str) -> ResponseReturnValue:
    found = mine.session(code)
    row = _row(found, lists.asked("change"))
    return _page(found, MaterialForm.of(found, row), row)


@blueprint.post("/organise/sessions/<code>/materials")
def save_material(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    row = _row(found, request.form.get("row", ""))
    form = MaterialForm.of(found, row, sent=request.form)

    def save() -> None:
        handouts.save(session=found, material=form.read(), row=row, version=form.seen, upload=sent())

    if form.validate() and form.accepts(save):
        flash(_("Saved. It is shown when the session is published."), "success")
        return redirect(url_for("organiser.materials", code=found.code), code=303)
    form.lay_beside(MaterialForm.of(found))
    return _page(found, form, row), form.status


@blueprint.get("/organise/sessions/<code>/files/<int(max=2147483647):file_id>/<name>")
def session_file(code: str, file_id: int, name: str) -> ResponseReturnValue:
    """A file of the draft, before anybody else sees it."""
    return drafted(mine.session(code), file_id, name)


@blueprint.post("/organise/sessions/<code>/materials/remove")
def remove_material(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    form = MaterialForm.of(found, sent=request.form)
    row = _row(found, str(form.row.data or ""))
    if row is None:
        abort(404)

    if form.accepts(lambda: handouts.remove(session=found, row=row, version=form.seen)):
        flash(_("Taken away. Readers see it until the session is published."), "success")
        return redirect(url_for("organiser.materials", code=found.code), code=303)
    return _page(found, MaterialForm.of(found), None, form), form.status


def _row(session: Session, text: str) -> int | None:
    """The place of one of its materials, None for none; 404 where there is no such place."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) >= len(session.materials):
        abort(404)
    return int(text)


def _page(session: Session, form: MaterialForm, row: int | None, refused: MaterialForm | None = None) -> str:
    return render_template(
        "organiser/materials.html",
        form=form,
        row=row,
        refused=refused or form,
        materials=list(enumerate(read(session.materials))),
        kinds=MATERIALS,
        **summary(session),
    )
