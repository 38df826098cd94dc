"""What the list finds, as a file to take along."""

from __future__ import annotations

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue

from expo.core import clock
from expo.exports import people as exports
from expo.exports import xlsx
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.filters import country_name, this_language
from expo.web.words import CATEGORIES, REGISTRATION_STATES

from . import blueprint, mine, people_asked

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.post("/organise/people/export.<form>")
def export_people(form: str) -> ResponseReturnValue:
    """A file of all that the filter finds. A form that is sent, not a link: it leaves a trace each time."""
    mine.somewhere(Deed.READ_PEOPLE)
    if form not in TYPES:
        abort(404)
    expo = this_expo()
    words = exports.Words(
        {state: str(text) for state, text in REGISTRATION_STATES.items()},
        {category: str(text) for category, text in CATEGORIES.items()},
        country_name,
        this_language(),
    )
    table = exports.table(
        expo,
        people_asked.scope(),
        people_asked.wish(),
        words,
        form=form,
        query=people_asked.query(),
        sealed=request.form.get("sealed") == "1",
    )
    body = exports.as_csv(table) if form == "csv" else xlsx.workbook(expo.name, table.heads, table.rows)
    name = f"{expo.slug}-people-{clock.now().astimezone(expo.zone):%Y-%m-%d}.{form}"
    return Response(
        stream_with_context(body),
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
