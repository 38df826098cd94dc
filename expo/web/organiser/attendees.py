"""A list of attendees from elsewhere: uploaded, its columns named, looked at, brought in."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, FileField, SelectField

from expo.desk import queries as desk
from expo.exports.cells import harmless
from expo.imports import attendee_files as files
from expo.imports import attendees as imports
from expo.imports.attendee_files import Listed
from expo.imports.attendee_rows import FIELDS, Choices, guessed
from expo.imports.attendees import Imported, Looked, Outcome
from expo.imports.models import AttendeeFile
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.registration.models import TicketType
from expo.web.context import choose_language, offered_languages, this_expo, visitor
from expo.web.filters import language_name
from expo.web.forms import PlainForm
from expo.web.texts import _l

from . import blueprint, lists, mine

SHOWN = 200  # faults on a page; the file has them all
OUTCOMES = {
    Outcome.NEW: (_l("New"), "go"),
    Outcome.SAME: (_l("Registered already"), "off"),
    Outcome.FAULT: (_l("Fault"), "stop"),
}


class UploadForm(PlainForm):
    """A file, and the conference that its people shall come to."""

    conference = SelectField(_l("Conference"), choices=[])
    file = FileField(
        _l("List"),
        description=_l("CSV (UTF-8) or an Excel workbook (.xlsx), with a head row. It is thrown away after the import, or after a day."),
    )  # fmt: skip


class MappingForm(PlainForm):
    """Which column is what. A field for each column is added when the file is known."""

    ticket_type = SelectField(_l("Ticket, where no column says one"), choices=[])
    letter_language = SelectField(_l("Language of letters, where no column says one"), choices=[])
    approve = BooleanField(_l("Approve those whose ticket needs it"))
    letters = BooleanField(
        _l("Send everybody who is new a letter"),
        description=_l("Without it, nobody hears of the import."),
    )


@blueprint.get("/organise/attendees")
def attendees() -> ResponseReturnValue:
    return _upload_page(_upload_form())


@blueprint.post("/organise/attendees")
def upload_attendees() -> ResponseReturnValue:
    form = _upload_form(request.form)
    if not form.validate():
        return _upload_page(form), 422
    conference = mine.conference(form.conference.data, Deed.DECIDE)
    sent, who = request.files.get("file"), visitor()
    assert who is not None
    assert who.account_id is not None
    account_id, kept = who.account_id, []
    content = sent.read(files.LARGEST + 1) if sent else b""
    name = (sent.filename or "") if sent else ""
    if form.accepts(
        lambda: kept.append(
            files.keep(conference=conference, account_id=account_id, name=name, content=content)
        )
    ):
        return redirect(url_for("organiser.attendee_columns", file_id=kept[0].id), code=303)
    return _upload_page(form), 422


@blueprint.get("/organise/attendees/<int:file_id>")
def attendee_columns(file_id: int) -> ResponseReturnValue:
    """Which column is what: guessed, to be corrected."""
    file, conference = _mine(file_id)
    listed = files.read(file.name, file.content)
    return _mapping_page(file, conference, listed, _mapping_form(file, conference, listed))


@blueprint.post("/organise/attendees/<int:file_id>")
def choose_columns(file_id: int) -> ResponseReturnValue:
    file, conference = _mine(file_id)
    listed = files.read(file.name, file.content)
    form = _mapping_form(file, conference, listed, request.form)
    if not form.validate():
        return _mapping_page(file, conference, listed, form), 422
    columns = {name: form[f"column_{name}"].data for name in FIELDS if form[f"column_{name}"].data}
    if not {"name", "given", "family"} & set(columns):
        form["column_name"].errors = [_("Say which column holds the names.")]
        return _mapping_page(file, conference, listed, form), 422
    if form.approve.data and not _may_approve(conference, int(form.ticket_type.data)):
        form.approve.errors = [_("The last approval of this ticket is for owners of the conference.")]
        return _mapping_page(file, conference, listed, form), 422
    choices = Choices(
        columns=columns,
        ticket_type_id=int(form.ticket_type.data),
        language=form.letter_language.data,
        spoken=tuple(offered_languages()),
        letters=bool(form.letters.data),
        approve=bool(form.approve.data),
    )
    files.choose(file=file, choices=choices.kept())
    return redirect(url_for("organiser.check_attendees", file_id=file.id), code=303)


def _may_approve(conference: Conference, ticket_type_id: int) -> bool:
    kept = any(one.id == ticket_type_id and one.owners_last for one in desk.ticket_types([conference.id]))
    return not kept or mine.may(Deed.APPROVE_LAST, conference.id)


@blueprint.get("/organise/attendees/<int:file_id>/check")
def check_attendees(file_id: int) -> ResponseReturnValue:
    """What importing would do. Nothing has changed yet."""
    file, conference = _mine(file_id)
    if file.choices is None:
        return redirect(url_for("organiser.attendee_columns", file_id=file.id), code=303)
    return _check_page(file, conference, _looked(file, conference))


@blueprint.post("/organise/attendees/<int:file_id>/import")
def import_attendees(file_id: int) -> ResponseReturnValue:
    """Bring in those that are new. What could not be stays on the page with its reason."""
    file, conference = _mine(file_id)
    if file.choices is None:
        return redirect(url_for("organiser.attendee_columns", file_id=file.id), code=303)
    number, slug = file.id, conference.slug
    imported = imports.bring_in(_looked(file, conference), conference, Choices.of(file.choices))
    flash(
        ngettext("%(num)s is registered.", "%(num)s are registered.", imported.new),
        "success" if imported.new else "info",
    )
    file, conference = _mine(number)
    looked = _looked(file, conference)
    if all(row.outcome is Outcome.SAME for row in looked):
        files.forget(file_id=number)
        return redirect(url_for("organiser.people", conference=slug, sort="newest"), code=303)
    return _check_page(file, conference, looked, imported)


@blueprint.get("/organise/attendees/<int:file_id>/faults.csv")
def attendee_faults(file_id: int) -> ResponseReturnValue:
    """The rows with faults as they came, with their lines and reasons, to be mended and sent again."""
    file, conference = _mine(file_id)
    if file.choices is None:
        abort(404)
    listed = files.read(file.name, file.content)
    cells = {row.line: row.cells for row in listed.rows}
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([*listed.heads, _("Line"), _("Column"), _("What is wrong")])
    for row in _looked(file, conference, listed):
        for fault in row.faults:
            kept = [harmless(cells[row.line][head]) for head in listed.heads]
            writer.writerow([*kept, str(row.line), harmless(fault.column), harmless(fault.reason)])
    return Response(
        b"\xef\xbb\xbf" + sheet.getvalue().encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="faults.csv"'},
    )


@blueprint.post("/organise/attendees/<int:file_id>/forget")
def forget_attendees(file_id: int) -> ResponseReturnValue:
    file, _conference = _mine(file_id)
    files.forget(file_id=file.id)
    flash(_("The list is thrown away."), "success")
    return redirect(url_for("organiser.attendees"), code=303)


def _mine(file_id: int) -> tuple[AttendeeFile, Conference]:
    file = files.by_id(this_expo().id, file_id) or abort(404)
    mine.rights().require(Deed.DECIDE, file.conference_id)
    own = {conference.id: conference for conference in mine.conferences(Deed.DECIDE)}
    return file, own.get(file.conference_id) or abort(404)


def _upload_form(sent: Any = None) -> UploadForm:
    mine.somewhere(Deed.DECIDE)
    form = UploadForm(sent, data={"conference": lists.asked("conference")})
    form.conference.choices = [(one.slug, one.title) for one in mine.conferences(Deed.DECIDE)]
    return form


def _upload_page(form: UploadForm) -> str:
    return render_template("organiser/attendees.html", form=form)


def _tickets(conference: Conference) -> list[TicketType]:
    """Those that an import can give: what has a price is paid for by somebody."""
    return [one for one in desk.ticket_types([conference.id]) if not one.price_minor]


def _mapping_form(
    file: AttendeeFile, conference: Conference, listed: Listed, sent: Any = None
) -> MappingForm:
    options = [("", _("Not in this list")), *((head, head) for head in listed.heads)]
    columns: dict[str, Any] = {
        f"column_{name}": SelectField(label, choices=[]) for name, (label, _words) in FIELDS.items()
    }
    chosen = Choices.of(file.choices) if file.choices else None
    guess = chosen.columns if chosen else guessed(listed.heads)
    data: dict[str, Any] = {f"column_{name}": guess.get(name, "") for name in FIELDS}
    if chosen:
        data |= {"approve": chosen.approve, "letters": chosen.letters, "letter_language": chosen.language}
        data |= {"ticket_type": str(chosen.ticket_type_id)}
    else:
        data |= {"letter_language": choose_language()}
    form: MappingForm = type("ColumnsForm", (MappingForm,), columns)(sent, data=data)
    for name in columns:
        form[name].choices = options  # type: ignore[attr-defined]  # each is a SelectField
    form.ticket_type.choices = [(str(one.id), one.name) for one in _tickets(conference)]
    form.letter_language.choices = [(code, language_name(code)) for code in offered_languages()]
    return form


def _mapping_page(file: AttendeeFile, conference: Conference, listed: Listed, form: MappingForm) -> str:
    return render_template(
        "organiser/attendee_columns.html",
        form=form,
        file=file,
        conference=conference,
        columns=[form[f"column_{name}"] for name in FIELDS],
        heads=listed.heads,
        first=[[row.cells[head] for head in listed.heads] for row in listed.rows[:3]],
        total=len(listed.rows),
        has_tickets=bool(form.ticket_type.choices),
    )


def _looked(file: AttendeeFile, conference: Conference, listed: Listed | None = None) -> list[Looked]:
    listed = listed or files.read(file.name, file.content)
    return imports.look(listed, conference, Choices.of(file.choices), _tickets(conference))


def _check_page(
    file: AttendeeFile, conference: Conference, looked: list[Looked], imported: Imported | None = None
) -> str:
    counts = {outcome: sum(row.outcome is outcome for row in looked) for outcome in Outcome}
    choices = Choices.of(file.choices)
    return render_template(
        "organiser/attendee_check.html",
        file=file,
        conference=conference,
        choices=choices,
        counts=counts,
        outcomes=OUTCOMES,
        # Faults first: they are what somebody has to do something about.
        rows=sorted(looked, key=lambda row: row.outcome is not Outcome.FAULT)[:SHOWN],
        hidden=max(0, len(looked) - SHOWN),
        new=counts[Outcome.NEW],
        faults=counts[Outcome.FAULT],
        at_once=min(counts[Outcome.NEW], imports.AT_ONCE),
        refused=imported.faults[:SHOWN] if imported else [],
        done=imported is not None,
    )
