"""Programmes from other systems, and back to them: uploaded, looked at, brought in, taken back; and as files."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, FileField, SelectField

from expo.exports.cells import harmless
from expo.imports.sheets import Fault
from expo.programme import queries as programme
from expo.programme.words import Deed
from expo.transfer import drafts, files, outward
from expo.transfer.columns import FIELDS, KINDS, NEEDED, Choices, Kind
from expo.transfer.models import FileState, Form, ProgrammeFile
from expo.transfer.outward import Leaving
from expo.transfer.planning import Outcome
from expo.web.context import this_expo, visitor
from expo.web.forms import PlainForm, TextLine, WholeNumber, short
from expo.web.texts import _l

from . import blueprint, lists, mine

SHOWN = 200  # lines on a page; the file has all faults
OUTCOMES = {
    Outcome.NEW: (_l("New"), "go"),
    Outcome.CHANGED: (_l("Changed"), "info"),
    Outcome.SAME: (_l("As it is"), "off"),
    Outcome.FAULT: (_l("Fault"), "stop"),
}
LEAVING = {
    Leaving.XLSX: _l("Excel workbook"),
    Leaving.CSV: _l("CSV"),
    Leaving.FRAB_XML: _l("frab XML"),
    Leaving.FRAB_JSON: _l("frab JSON"),
    Leaving.PRETALX: _l("pretalx JSON"),
    Leaving.ICAL: _l("iCal"),
}
FORMS = {Form.SHEET: _l("Spreadsheet"), Form.FRAB: "frab", Form.PRETALX: "pretalx", Form.ICAL: "iCal"}
FIELD_WORDS = {
    "starts": _l("Starts"),
    "ends": _l("Ends"),
    "room": _l("Room"),
    "state": _l("State"),
    "people": _l("People"),
    "capacity": _l("Capacity"),
    "accessibility": _l("Accessibility"),
    **{name: label for fields in FIELDS.values() for name, (label, _heads) in fields.items()},
}


class UploadForm(PlainForm):
    """A file, the conference that it is for, and what it comes from."""

    conference = SelectField(_l("Conference"), choices=[])
    file = FileField(
        _l("File"),
        description=_l("Excel (.xlsx), CSV (UTF-8), frab XML or JSON, pretalx JSON or iCal. Nothing changes before you have seen what would."),
    )  # fmt: skip
    source = TextLine(
        _l("Where it comes from"),
        [short(80)],
        description=_l("The same name again remembers what its columns mean, and makes nothing twice."),
    )


class HowForm(PlainForm):
    """How to import. A field for each column is added where the file is a sheet."""

    kind = SelectField(_l("What the rows are"), choices=[])
    venue = SelectField(
        _l("Rooms that nobody knows"),
        choices=[],
        description=_l("Left to you they are faults; else they are made in this venue."),
    )
    capacity = WholeNumber(_l("Capacity of rooms that are made"), least=1, most=1_000_000)
    confirm = BooleanField(
        _l("New sessions are confirmed"),
        description=_l(
            "Otherwise they come as drafts. Either way nothing is published before you publish it."
        ),
    )


@blueprint.get("/organise/files")
def transfer() -> ResponseReturnValue:
    return _upload_page(_upload_form())


@blueprint.post("/organise/files")
def upload_programme() -> ResponseReturnValue:
    form = _upload_form(request.form)
    if not form.validate():
        return _upload_page(form), 422
    conference = mine.conference(form.conference.data, Deed.SCHEDULE)
    sent, who = request.files.get("file"), visitor()
    content = sent.read() if sent else b""
    name = (sent.filename or "") if sent else ""
    account_id, kept = (who.account_id if who else None), list[ProgrammeFile]()
    source = form.source.data or ""
    if form.accepts(
        lambda: kept.append(
            files.keep(
                conference=conference, account_id=account_id, source=source, name=name, content=content
            )
        )
    ):
        return redirect(url_for("organiser.transfer_columns", file_id=kept[0].id), code=303)
    return _upload_page(form), 422


@blueprint.get("/organise/files/<int(max=2147483647):file_id>")
def transfer_columns(file_id: int) -> ResponseReturnValue:
    """What its columns are, and how to import: guessed, to be corrected."""
    file = _mine(file_id)
    return _how_page(file, _how_form(file))


@blueprint.post("/organise/files/<int(max=2147483647):file_id>")
def choose_transfer(file_id: int) -> ResponseReturnValue:
    file = _mine(file_id)
    kind = Kind(request.form["kind"]) if request.form.get("kind") in list(Kind) else Kind.SESSIONS
    if request.form.get("again"):
        return redirect(url_for("organiser.transfer_columns", file_id=file.id, kind=kind.value), code=303)
    form = _how_form(file, request.form, kind)
    if not form.validate():
        return _how_page(file, form), 422
    fields = FIELDS[kind] if file.form is Form.SHEET else {}
    columns = {name: form[f"column_{name}"].data for name in fields if form[f"column_{name}"].data}
    for name in NEEDED[kind] if file.form is Form.SHEET else ():
        if name not in columns:
            form[f"column_{name}"].errors = [_("Say which column it is.")]
            return _how_page(file, form), 422
    if form.venue.data and not mine.may(Deed.SCHEDULE):
        form.venue.errors = [_("Rooms belong to the whole expo: ask one of its schedulers.")]
        return _how_page(file, form), 422
    files.choose(
        file=file,
        choices=Choices(
            kind, columns, form.venue.data or "", form.capacity.data or 100, bool(form.confirm.data)
        ),
    )
    return redirect(url_for("organiser.check_transfer", file_id=file.id), code=303)


@blueprint.get("/organise/files/<int(max=2147483647):file_id>/check")
def check_transfer(file_id: int) -> ResponseReturnValue:
    """What importing would do, how far it is, or what came of it."""
    file = _mine(file_id, content=False)
    if file.state is not FileState.READ or file.content is None:
        return render_template(
            "organiser/transfer_done.html", file=file, running=file.state is FileState.RUNNING
        )
    choices = files.choices_of(file)
    if choices is None:
        return redirect(url_for("organiser.transfer_columns", file_id=file.id), code=303)
    looked = files.look(file, choices, mine.rights())
    told = [line for line in looked.lines if line.outcome is not Outcome.SAME or line.faults]
    told.sort(key=lambda line: (not line.faults, not line.notes, line.entry.line))
    lost = [fault for fault in looked.faults if fault not in {one for line in told for one in line.faults}]
    return render_template(
        "organiser/transfer_check.html",
        file=file,
        counts=looked.counts,
        outcomes=OUTCOMES,
        lines=told[:SHOWN],
        lost=lost[:SHOWN],
        hidden=max(0, len(told) - SHOWN) + max(0, len(lost) - SHOWN),
        writable=len(looked.writable),
        clashing=sum(bool(line.notes) for line in looked.writable),
        faults=looked.counts[Outcome.FAULT],
        fields=FIELD_WORDS,
    )


@blueprint.post("/organise/files/<int(max=2147483647):file_id>/import")
def import_transfer(file_id: int) -> ResponseReturnValue:
    file = _mine(file_id)
    choices = files.choices_of(file)
    if choices is None:
        return redirect(url_for("organiser.transfer_columns", file_id=file.id), code=303)
    number = file.id
    if file.state is FileState.READ:
        files.begin(file=file, choices=choices, rights=mine.rights())
    return redirect(url_for("organiser.check_transfer", file_id=number), code=303)


@blueprint.post("/organise/files/<int(max=2147483647):file_id>/undo")
def undo_transfer(file_id: int) -> ResponseReturnValue:
    file = _mine(file_id, content=False)
    number = file.id
    files.begin_undo(file=file)
    return redirect(url_for("organiser.check_transfer", file_id=number), code=303)


@blueprint.get("/organise/files/<int(max=2147483647):file_id>/faults.csv")
def transfer_faults(file_id: int) -> ResponseReturnValue:
    """Row, column and reason of each fault; of a sheet with the row as it came, to be mended and sent again."""
    file = _mine(file_id)
    choices = files.choices_of(file) or abort(404)
    return _faults_file(file, files.look(file, choices, mine.rights()).faults)


@blueprint.post("/organise/files/<int(max=2147483647):file_id>/forget")
def forget_transfer(file_id: int) -> ResponseReturnValue:
    files.forget(file_id=_mine(file_id, content=False).id)
    flash(_("The file is thrown away."), "success")
    return redirect(url_for("organiser.transfer"), code=303)


@blueprint.get("/organise/export/<form>")
def export_drafts(form: str) -> ResponseReturnValue:
    """The drafts of a conference, or of all of one's own, as a file."""
    if form not in list(Leaving):
        abort(404)
    leaving, slug = Leaving(form), lists.asked("conference")
    chosen = mine.chosen(slug)
    expo = this_expo()
    title, name = (chosen[0].title, chosen[0].slug) if slug else (expo.name, expo.slug)
    body = outward.made(expo, title, name, drafts.drafted(chosen), leaving)
    return Response(
        body,
        content_type=outward.TYPES[leaving],
        headers={"Content-Disposition": f'attachment; filename="{name}.{leaving.value}"'},
    )


def _faults_file(file: ProgrammeFile, faults: list[Fault]) -> Response:
    listed = files.listed(file) if file.form is Form.SHEET else None
    heads = listed.heads if listed else []
    cells = {row.line: row.cells for row in listed.rows} if listed else {}
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([*map(harmless, heads), _("Line"), _("Column"), _("What is wrong")])
    for fault in faults:
        row = cells.get(fault.line, {})
        kept = [harmless(row.get(head, "")) for head in heads]
        writer.writerow([*kept, str(fault.line), harmless(fault.column), harmless(fault.reason)])
    return Response(
        b"\xef\xbb\xbf" + sheet.getvalue().encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="faults.csv"'},
    )


def _mine(file_id: int, *, content: bool = True) -> ProgrammeFile:
    """A file of one's own conferences; 404 where it was thrown away and its content is needed."""
    mine.somewhere(Deed.SCHEDULE)
    file = files.by_id(this_expo().id, file_id) or abort(404)
    mine.rights().require(Deed.SCHEDULE, file.conference_id)
    if content and file.content is None:
        abort(404)
    return file


def _upload_form(sent: Any = None) -> UploadForm:
    mine.somewhere(Deed.SCHEDULE)
    form = UploadForm(sent, data={"conference": lists.asked("conference")})
    form.conference.choices = [(one.slug, one.title) for one in mine.conferences(Deed.SCHEDULE)]
    return form


def _upload_page(form: UploadForm) -> str:
    ids = mine.conference_ids(Deed.SCHEDULE)
    return render_template(
        "organiser/transfer.html",
        form=form,
        latest=files.latest(ids),
        sources=files.source_names(ids),
        forms=FORMS,
        leaving=LEAVING,
        conferences=mine.conferences(),
        chosen=lists.asked("conference"),
    )


def _how_form(file: ProgrammeFile, sent: Any = None, kind: Kind | None = None) -> HowForm:
    asked = request.args.get("kind", "")
    kind = kind or (Kind(asked) if asked in list(Kind) else None)
    sheet = file.form is Form.SHEET
    guess = files.guess(file, kind) if sheet else files.choices_of(file) or Choices()
    fields = FIELDS[guess.kind] if sheet else {}
    columns: dict[str, Any] = {
        f"column_{name}": SelectField(label, choices=[]) for name, (label, _w) in fields.items()
    }
    data: dict[str, Any] = {f"column_{name}": guess.columns.get(name, "") for name in fields}
    data |= {
        "kind": guess.kind.value,
        "venue": guess.venue,
        "capacity": guess.capacity,
        "confirm": guess.confirm,
    }
    form: HowForm = type("ColumnsForm", (HowForm,), columns)(sent, data=data)
    form.kind.choices = [(one.value, str(words)) for one, words in KINDS.items()]
    form.venue.choices = [
        ("", _("are faults")),
        *((one.slug, one.name) for one in programme.venues(file.expo_id)),
    ]
    heads = files.listed(file).heads if sheet else []
    for name in columns:
        form[name].choices = [("", _("Not in this file")), *((head, head) for head in heads)]  # type: ignore[attr-defined]  # each is a SelectField
    if not sheet:
        del form.kind
    return form


def _how_page(file: ProgrammeFile, form: HowForm) -> str:
    listed = files.listed(file) if file.form is Form.SHEET else None
    return render_template(
        "organiser/transfer_columns.html",
        form=form,
        file=file,
        what=FORMS[file.form],
        sheet=listed is not None,
        rooms=listed is None or form.kind.data == Kind.SESSIONS,
        columns=[field for name, field in form._fields.items() if name.startswith("column_")],
        heads=listed.heads if listed else [],
        first=[[row.cells[head] for head in listed.heads] for row in listed.rows[:3]] if listed else [],
        total=ngettext("%(num)s row", "%(num)s rows", len(listed.rows)) if listed else "",
    )
