"""Doors: who is inside, what the gates saw, and the scanners that stand there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from expo.badge import qr
from expo.checkin import crew, health
from expo.checkin import devices as actions
from expo.checkin import queries as checkin
from expo.checkin.models import Device, Verdict
from expo.core import clock
from expo.programme.words import Deed
from expo.reports import doors as reports
from expo.web import live as parts
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine

VERDICTS = {
    Verdict.ADMITTED: (_l("In"), "go"),
    Verdict.ALREADY_IN: (_l("Already in"), "wait"),
    Verdict.LEFT: (_l("Out"), "info"),
    Verdict.REFUSED: (_l("Refused"), "stop"),
    Verdict.ASK: (_l("Asked"), "wait"),
    Verdict.CONFLICT: (_l("Conflict"), "stop"),
    Verdict.QUARANTINED: (_l("Set aside"), "wait"),
}


OLD_PACK = timedelta(minutes=10)  # a list that is older than this is worth a look
BAD_CLOCK = 60  # seconds


class DeviceForm(PlainForm):
    """A scanner to be: its name and the gates where it stands."""

    name = TextLine(
        _l("Name"), [needed(_l("Give it a name that the door staff know.")), short(80)],
        description=_l("Such as “Clarion, main door, 2”."),
    )  # fmt: skip
    gates = SelectMultipleField(
        _l("Gates"), choices=[], coerce=lambda value: lists.number(str(value)), widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip


@blueprint.get("/organise/doors")
def doors() -> ResponseReturnValue:
    mine.somewhere(Deed.READ_DOORS)
    expo = this_expo()
    within = checkin.reach(expo.id, mine.scope(Deed.READ_DOORS))
    return render_template(
        "organiser/doors.html",
        zones=reports.zones(expo, within),
        devices=reports.devices(expo, within, _runs()),
        health=health.of(expo.id),
        at_work=crew.shifts_of(expo.id),
        old_pack=OLD_PACK,
        bad_clock=BAD_CLOCK,
        scans=reports.latest(expo.id, within),
        verdicts=VERDICTS,
        may_run=mine.rights().anywhere(Deed.RUN_DOORS),
        real_now=clock.real_now(),
    )


@blueprint.get('/organise/doors/now/<any("zones", "scans"):part>')
def doors_now(part: str) -> Response:
    """The parts of the page that change while people come, for who keeps it open."""
    mine.somewhere(Deed.READ_DOORS)
    expo = this_expo()
    within = checkin.reach(expo.id, mine.scope(Deed.READ_DOORS))

    def make() -> str:
        if part == "zones":
            return render_template("organiser/_doors_zones.html", zones=reports.zones(expo, within))
        scans = reports.latest(expo.id, within)
        return render_template("organiser/_doors_scans.html", scans=scans, verdicts=VERDICTS)

    return parts.part(("organiser.doors", expo.id, part, tuple(sorted(within))), make)


@blueprint.get("/organise/doors/devices/new")
def new_device() -> ResponseReturnValue:
    return render_template("organiser/device_new.html", form=_form(None))


@blueprint.post("/organise/doors/devices/new")
def create_device() -> ResponseReturnValue:
    form = _form(request.form)
    made: list[tuple[Device, str]] = []
    if form.validate() and form.accepts(
        lambda: made.append(
            actions.create_device(
                expo_id=this_expo().id, name=form.name.data or "", gate_ids=form.gates.data or []
            )
        )
    ):
        return _show_code(*made[0])
    return render_template("organiser/device_new.html", form=form), form.status


@blueprint.get("/organise/doors/devices/<int(max=2147483647):device_id>")
def device(device_id: int) -> ResponseReturnValue:
    found = _mine(device_id)
    code = cookie.get("pairing", {}).get(str(found.id))
    fresh = bool(code and found.pairing_until and found.pairing_until > clock.real_now())
    link = url_for("door.offered", code=code, _external=True) if fresh else ""
    return render_template(
        "organiser/device.html",
        device=found,
        gates=checkin.gates_of_device(found),
        code=code if fresh else "",
        link=link,
        picture=Markup(qr.svg_of_address(link).decode()) if fresh else "",  # noqa: S704  our own drawing
        real_now=clock.real_now(),
    )


@blueprint.post("/organise/doors/devices/<int(max=2147483647):device_id>/code")
def new_code(device_id: int) -> ResponseReturnValue:
    found = _mine(device_id)
    return _show_code(found, actions.new_pairing_code(device=found))


@blueprint.post("/organise/doors/devices/<int(max=2147483647):device_id>/revoke")
def revoke_device(device_id: int) -> ResponseReturnValue:
    found = _mine(device_id)
    actions.revoke_device(device=found)
    flash(
        _("%(name)s opens nothing any more. What it still sends is kept aside.", name=found.name), "success"
    )
    return redirect(url_for("organiser.doors"), code=303)


def _show_code(found: Device, code: str) -> ResponseReturnValue:
    """The code is known this once; it travels in the organiser's own cookie to the page that shows it."""
    cookie["pairing"] = {str(found.id): code}
    return redirect(url_for("organiser.device", device_id=found.id), code=303)


def _runs() -> set[int]:
    """The zones whose scanners the visitor looks after."""
    if not mine.rights().anywhere(Deed.RUN_DOORS):
        return set()
    return checkin.reach(this_expo().id, mine.scope(Deed.RUN_DOORS))


def _form(sent: Any) -> DeviceForm:
    mine.somewhere(Deed.RUN_DOORS)
    runs = _runs()
    form = DeviceForm(sent)
    form.gates.choices = [
        (gate.id, f"{gate.name} ({gate.zone.name})")
        for gate in checkin.gates(this_expo().id)
        if gate.zone_id in runs
    ]
    return form


def _mine(device_id: int) -> Device:
    """A scanner all of whose gates are the visitor's to run, or 404."""
    mine.somewhere(Deed.RUN_DOORS)
    found = checkin.device(this_expo().id, device_id) or abort(404)
    runs = _runs()
    if not all(gate.zone_id in runs for gate in checkin.gates_of_device(found)):
        abort(404)
    return found
