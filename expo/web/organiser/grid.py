"""Many sessions at once, as a grid or as text from a spreadsheet: what would change is shown first, and can be
taken back. It goes the way of every import."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.exports.cells import harmless
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.transfer import drafts, files
from expo.transfer.columns import Choices, Kind
from expo.transfer.drafts import Drafted
from expo.transfer.outward import named
from expo.transfer.sheet import KEEP
from expo.web.context import visitor
from expo.web.texts import _l

from . import blueprint, lists, mine

SIZE = 25
LONGEST = 2_000_000
SOURCE = "Grid"
COLUMNS = {
    "title": _l("Title"),
    "type": _l("Type"),
    "track": _l("Track"),
    "starts": _l("Starts"),
    "ends": _l("Ends"),
    "room": _l("Room"),
    "people": _l("People"),
    "languages": _l("Languages"),
    "tags": _l("Tags"),
    "seats": _l("Seats"),
    "state": _l("State"),
}


@blueprint.get("/organise/grid")
def grid() -> ResponseReturnValue:
    return _page(_conference())


@blueprint.post("/organise/grid")
def change_grid() -> ResponseReturnValue:
    """Only what was changed on the page, or pasted, goes on to the preview."""
    conference = _conference()
    text = request.form.get("pasted", "") if request.form.get("from") == "text" else _changed()
    if not text.strip():
        return _page(conference, _("Nothing is changed yet.")), 422
    if len(text) > LONGEST:
        return _page(conference, _("That is too much at once.")), 422
    who = visitor()
    try:
        file = files.keep(
            conference=conference, account_id=who.account_id if who else None, source=SOURCE,
            name=_("From the grid"), content=text.encode(),
        )  # fmt: skip
        heads = {head.casefold(): head for head in files.listed(file).heads}
        columns = {name: heads[name] for name in ("code", *COLUMNS) if name in heads}
        if "code" not in columns:
            raise BadInput(_("The first row names the columns; one of them is “code”."))
    except BadInput as wrong:
        return _page(conference, wrong.message, text), 422
    files.choose(file=file, choices=Choices(Kind.SESSIONS, columns))
    return redirect(url_for("organiser.check_transfer", file_id=file.id), code=303)


def _changed() -> str:
    """The rows in which a cell is another than was shown, as a sheet; what is as shown stays as it is."""
    try:
        shown = json.loads(request.form.get("shown", ""))
        rows = [(str(code), dict(cells)) for code, cells in shown.items()]
    except (ValueError, AttributeError, TypeError):
        abort(400)
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["code", *COLUMNS])
    changed = False
    for code, before in rows[: SIZE * 2]:
        cells = []
        for name in COLUMNS:
            now = request.form.get(f"{code}:{name}", "").strip()
            cells.append(KEEP if now == str(before.get(name, "")) else harmless(now))
        if any(cell != KEEP for cell in cells):
            changed = True
            writer.writerow([code, *cells])
    return sheet.getvalue() if changed else ""


def _conference() -> Conference:
    mine.somewhere(Deed.SCHEDULE)
    slug = request.values.get("conference", "")
    own = mine.conferences(Deed.SCHEDULE)
    return mine.conference(slug, Deed.SCHEDULE) if slug else own[0] if own else abort(404)


def _page(conference: Conference, wrong: str = "", pasted: str | None = None) -> str:
    part = lists.page_of(drafts.drafted([conference]), SIZE)
    rows: dict[str, dict[str, Any]] = {row.code: _cells(row, conference) for row in part.rows}
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter="\t", lineterminator="\n")
    writer.writerow(["code", *COLUMNS])
    for code, cells in rows.items():
        writer.writerow([code, *(harmless(cells[name]) for name in COLUMNS)])
    return render_template(
        "organiser/grid.html",
        conference=conference,
        conferences=mine.conferences(Deed.SCHEDULE),
        part=part,
        rows=rows,
        columns=COLUMNS,
        shown=json.dumps(rows),
        text=sheet.getvalue() if pasted is None else pasted,
        keep=KEEP,
        wrong=wrong,
        open_text=pasted is not None,
        widths={"title": "wide", "people": "wide", "room": "middle", "starts": "middle", "ends": "middle"},
    )


def _cells(row: Drafted, conference: Conference) -> dict[str, str]:
    def at(moment: Any) -> str:
        if moment is None:
            return ""
        here = row.zone.key == conference.time_zone
        return f"{moment:%Y-%m-%d %H:%M}" if here else str(moment.isoformat(timespec="minutes"))

    return {
        "title": row.title,
        "type": row.type,
        "track": row.track,
        "starts": at(row.starts_at),
        "ends": at(row.ends_at),
        "room": row.place,
        "people": named(row),
        "languages": " ".join(row.languages),
        "tags": ", ".join(row.tags),
        "seats": "" if row.seats is None else str(row.seats),
        "state": row.state.value,
    }
