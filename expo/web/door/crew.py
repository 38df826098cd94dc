"""Whoever works at the door: a PIN begins a shift; supervisors find people and take scans back."""

from __future__ import annotations

import re
import uuid

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.checkin import crew, messages, queries, search, standby, undoing
from expo.checkin import paper as lists
from expo.checkin.crew_models import CrewRole
from expo.checkin.refusals import NothingToUndo, UndoneAlready
from expo.core import audit
from expo.core.refusals import BadInput
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.security import CONTENT_POLICY
from expo.web.texts import _l

from . import blueprint, device_in_service
from .scanning import MOST_CODE, my_gate

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PinForm(PlainForm):
    """A shift begins."""

    pin = TextLine(_l("PIN"), [needed(_l("The six digits that the organiser gave you.")), short(12)])


@blueprint.get("/door/shift")
def shift() -> ResponseReturnValue:
    return _shift_page(PinForm())


@blueprint.post("/door/shift")
def start_shift() -> ResponseReturnValue:
    form = PinForm(request.form)
    device = device_in_service()
    if form.validate() and form.accepts(lambda: crew.start_shift(device=device, pin=form.pin.data or "")):
        return redirect(url_for("door.home", choose=1), code=303)
    return _shift_page(form), form.status


@blueprint.post("/door/shift/end")
def end_shift() -> ResponseReturnValue:
    crew.end_shift(device=device_in_service())
    return redirect(url_for("door.shift"), code=303)


@blueprint.get("/door/gates/<slug>/search")
def find(slug: str) -> ResponseReturnValue:
    """People by name or spoken code, each with a button that scans the badge they do not have with them."""
    gate, device = my_gate(slug), device_in_service()
    by, said, problem = crew.supervisor(device), request.args.get("q", "").strip(), ""
    audit.set_actor(f"crew:{by.id}")
    found: list[search.Found] = []
    if said:
        try:
            found = search.find(device=device, by=by, said=said[:100])
        except BadInput as bad:
            problem = bad.message
    return render_template(
        "door/search.html",
        gate=gate,
        said=said,
        found=found,
        problem=problem,
        new_id=lambda: str(uuid.uuid4()),
    ), 422 if problem else 200


@blueprint.post("/door/gates/<slug>/undo")
def undo(slug: str) -> ResponseReturnValue:
    """Take back what was scanned by mistake."""
    gate, device = my_gate(slug), device_in_service()
    by = crew.supervisor(device)
    audit.set_actor(f"crew:{by.id}")
    sent = request.form.get("id", "").lower()
    try:
        undoing.undo(
            device=device,
            by=by,
            scan_id=request.form.get("scan", "").lower()[:36],
            undo_id=sent if _UUID.fullmatch(sent) else str(uuid.uuid4()),
            reason=request.form.get("reason", "").strip() or _("by mistake"),
        )
    except (NothingToUndo, UndoneAlready) as no:
        flash(no.message, "warning")
    else:
        flash(_("The scan was taken back."), "success")
    return redirect(url_for("door.gate", slug=gate.slug), code=303)


@blueprint.post("/door/gates/<slug>/standby")
def draw_number(slug: str) -> ResponseReturnValue:
    """A number for who has no seat; shown large, to be told."""
    gate, device = my_gate(slug), device_in_service()
    number = standby.join(device=device, gate=gate, code=request.form.get("code", "")[:MOST_CODE])
    return render_template("door/number.html", gate=gate, number=number)


def _shift_page(form: PinForm) -> str:
    device = device_in_service()
    return render_template(
        "door/shift.html",
        form=form,
        device=device,
        on_duty=crew.on_duty(device),
        supervisor=CrewRole.SUPERVISOR,
    )


@blueprint.get("/door/gates/<slug>/paper")
def paper(slug: str) -> ResponseReturnValue:
    """Who may go in here, to be printed before it is needed. For supervisors: it holds names."""
    gate, device = my_gate(slug), device_in_service()
    by = crew.supervisor(device)
    audit.set_actor(f"crew:{by.id}")
    return render_template("door/paper.html", gate=gate, lines=lists.lines(gate), running=queries.on_at(gate))


@blueprint.get("/door/practice")
def practice() -> ResponseReturnValue:
    """Made-up badges and a network that can be switched off. The page may send nothing: its policy forbids it."""
    answer = make_response(render_template("door/practice.html", reasons=messages.by_list()))
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY.replace(
        "connect-src 'self'", "connect-src 'none'"
    ).replace("form-action 'self'", "form-action 'none'")
    return answer
