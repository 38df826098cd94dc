"""How long personal data is kept, for those who run the installation: what rooms propose, and what holds here."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import retention
from expo.core.refusals import BadInput
from expo.web.texts import _l

from . import blueprint
from .work import administrator

# What the rooms call what they keep; a rule that is missing here says it in English.
WHAT = {
    "audit": _l("Names and addresses in the audit; that something was done stays"),
    "letters": _l("What letters said, and to whom; that one left stays"),
    "desk_notes": _l("What the desk noted about people, after the expo's end"),
    "prints": _l("Files of printed badges; that they were printed stays known"),
    "sign_ins": _l("Sign-ins that are over, with the name of the device"),
    "mailed_links": _l("Links to sign in that are too old to be used"),
}


@blueprint.get("/organise/retention")
def kept_how_long() -> ResponseReturnValue:
    administrator()
    return _page({})


@blueprint.post("/organise/retention")
def say_how_long() -> ResponseReturnValue:
    """Keep the terms that were typed, or count what they would let go of tonight."""
    administrator()
    if request.form.get("count"):
        return _page({}, found=retention.retain(dry_run=True))
    faults: dict[str, str] = {}
    days: dict[str, int] = {}
    for one in retention.rules():
        text = request.form.get(one.name, str(one.after.days)).strip()
        if text.isascii() and text.isdigit() and len(text) < 6:
            days[one.name] = int(text)
        else:
            faults[one.name] = _("A whole number of days, please.")
    if not faults:
        try:
            changed = retention.say(days)
        except BadInput as wrong:
            faults[str(wrong.facts["field"])] = wrong.message
        else:
            flash(_("Kept from now on; the next night lets go.") if changed else _("Nothing was changed."))
            return redirect(url_for("organiser.kept_how_long"), code=303)
    return _page(faults)


def _page(faults: dict[str, str], found: dict[str, int] | None = None) -> ResponseReturnValue:
    rules = retention.rules()
    return render_template(
        "organiser/retention.html",
        rules=rules,
        what=lambda one: WHAT.get(one.name, one.what),
        proposed=retention.proposed,
        typed={one.name: request.form.get(one.name, str(one.after.days)) for one in rules},
        faults=faults,
        last=retention.last_runs(),
        found=found,
        most=retention.MOST_DAYS,
    ), 422 if faults else 200
