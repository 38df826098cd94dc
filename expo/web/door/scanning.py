"""The scanner's page: what is read goes in, a verdict fills the screen, and the next badge can be read at once."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from flask import (
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.booking import queries as bookings
from expo.booking import walk_ups
from expo.checkin import crew, devices, messages, queries, scans, standby
from expo.checkin.crew_models import CrewMember
from expo.checkin.models import Direction, Gate, Verdict
from expo.checkin.scans import Answer, Sent
from expo.checkin.verdicts import FINAL
from expo.core.text import one_line
from expo.programme.words import Admission
from expo.publishing.queries import Running
from expo.registration.models import Category
from expo.web.context import this_expo
from expo.web.filters import city_time
from expo.web.words import CATEGORIES

from . import blueprint, device_in_service, token

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_CODE = 8000
# Colour and shape of each verdict (templates/macros/door.html).
KINDS = {
    Verdict.ADMITTED: "in",
    Verdict.LEFT: "in",
    Verdict.ALREADY_IN: "ask",
    Verdict.ASK: "ask",
    Verdict.CONFLICT: "ask",
    Verdict.REFUSED: "no",
    Verdict.QUARANTINED: "no",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """The line on top: where this is, who may in, and how many came; `of` says of how many; `calls` who
    may come in without a seat."""

    gate: str
    policy: str
    count: int
    of: str
    calls: str = ""


@blueprint.get("/door/worker.js")
def worker() -> ResponseReturnValue:
    """The service worker: it lies here, because it looks after the pages below its own address."""
    assert current_app.static_folder
    return send_from_directory(current_app.static_folder, "js/door-worker.js", max_age=0)


@blueprint.get("/door/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """What makes the door an app on the telephone (W3C Web Application Manifest)."""
    icons = [(size, url_for("static", filename=f"img/icon-{size}.png")) for size in (192, 512)]
    answer = jsonify(
        {
            "id": url_for("door.home"),
            "name": _("Door of %(expo)s", expo=this_expo().name),
            "short_name": _("Door"),
            "start_url": url_for("door.home"),
            "scope": url_for("door.home"),
            "display": "standalone",
            "orientation": "any",
            "background_color": "#101418",
            "theme_color": "#101418",
            "icons": [
                {"src": address, "sizes": f"{size}x{size}", "type": "image/png"} for size, address in icons
            ],
        }
    )
    answer.mimetype = "application/manifest+json"
    return answer


@blueprint.get("/kiosk")
def kiosk() -> ResponseReturnValue:
    """Guests check themselves in: the same scanner, without what only staff may do."""
    device = device_in_service()
    devices.note_seen(device=device)
    gates = queries.gates_of_device(device)
    if len(gates) != 1:
        return render_template("door/gates.html", device=device, gates=gates, kiosk=True, on_duty=None)
    return kiosk_gate(gates[0].slug)


@blueprint.get("/kiosk/<slug>")
def kiosk_gate(slug: str) -> ResponseReturnValue:
    found, device = my_gate(slug), device_in_service()
    if crew.on_duty(device) is not None:
        crew.end_shift(device=device)  # what a supervisor may do is not left to guests
    return _gate_page(found, Direction.IN, kiosk=True)


@blueprint.get("/door/gates/<slug>")
def gate(slug: str) -> ResponseReturnValue:
    """The idle page. `?way=out` counts people who leave."""
    return _gate_page(my_gate(slug), _direction(request.args.get("way", "")))


def _gate_page(found: Gate, direction: Direction, *, kiosk: bool = False) -> str:
    return render_template(
        "door/gate.html",
        gate=found,
        bar=_bar(found),
        direction=direction,
        scan_id=str(uuid.uuid4()),
        words=_words(),
        kinds=KINDS,
        reasons=messages.by_list(),
        final=sorted(FINAL),
        on_duty=None if kiosk else _on_duty(),
        kiosk=kiosk,
    )


@blueprint.post("/door/gates/<slug>")
def scan(slug: str) -> ResponseReturnValue:
    """A scan without JavaScript. Its id was made with the form, so sending the form again is the same scan."""
    found = my_gate(slug)
    code = request.form.get("code", "")[:MOST_CODE]
    direction = _direction(request.form.get("direction", ""))
    scan_id = request.form.get("id", "").lower()
    if not code.strip():
        way = "out" if direction is Direction.OUT else None
        return redirect(url_for("door.gate", slug=slug, way=way), code=303)
    on_duty = _on_duty()
    by_hand = None
    if request.form.get("by_hand"):
        reason = one_line(request.form.get("reason", ""))[:200] or "let in by hand"
        by_hand = {"by": on_duty.name if on_duty else "steward", "reason": reason}
    answer = scans.record(
        token=token(),
        sent=Sent(
            id=scan_id if _UUID.fullmatch(scan_id) else str(uuid.uuid4()),
            code=code,
            gate_id=found.id,
            direction=direction,
            scanned_at=None,
            count=_people(request.form.get("count", "")),
            override=by_hand,
        ),
    )
    return render_template(
        "door/verdict.html",
        gate=found,
        bar=_bar(found),
        direction=direction,
        scan_id=str(uuid.uuid4()),
        kind=KINDS[answer.verdict],
        word=_words()[answer.verdict],
        answer=answer,
        category=_as_what(answer),
        code=code if answer.verdict in (Verdict.ASK, Verdict.REFUSED) and answer.reason not in FINAL else "",
        on_duty=on_duty,
        undo_id=str(uuid.uuid4()),
    )


def my_gate(slug: str) -> Gate:
    """One of this scanner's gates, or 404. Raises NotPaired or DeviceRevoked."""
    device = device_in_service()
    devices.note_seen(device=device)
    for found in queries.gates_of_device(device):
        if found.slug == slug:
            return found
    abort(404)


def _on_duty() -> CrewMember | None:
    return crew.on_duty(device_in_service())


def _bar(found: Gate) -> Bar:
    if found.room_id is None:
        return Bar(found.name, found.zone.name, queries.came_today(found, this_expo()), _("came today"))
    running = queries.on_at(found)
    if running is None:
        return Bar(found.name, _("Nothing on now"), queries.came_today(found, this_expo()), _("came today"))
    booked = bookings.counts([running.occurrence_id]).get(running.occurrence_id, 0)
    of = _("of %(count)s booked", count=booked) if running.admission is Admission.SEAT else _("came")
    return Bar(
        found.name,
        _policy(running),
        queries.came_to(running.occurrence_id),
        of,
        _calls(running.occurrence_id),
    )


def _calls(occurrence_id: int) -> str:
    """Seats for those who have none: how many are kept, which standby numbers are called, how many wait."""
    kept = walk_ups.left([occurrence_id]).get(occurrence_id, 0)
    queue = standby.queue(occurrence_id)
    told = []
    if kept:
        told.append(ngettext("%(num)s seat kept for walk-ups", "%(num)s seats kept for walk-ups", kept))
    if queue.called:
        told.append(_("called now: %(numbers)s", numbers=", ".join(map(str, queue.called[:6]))))
    if queue.waiting:
        told.append(ngettext("%(num)s number waits", "%(num)s numbers wait", len(queue.waiting)))
    line = ", ".join(told)
    return line[:1].upper() + line[1:]


def _policy(running: Running) -> str:
    until = city_time(running.ends_at)
    return {
        Admission.OPEN: _("Open to all, to %(time)s", time=until),
        Admission.TICKET: _("Ticket holders, to %(time)s", time=until),
        Admission.SEAT: _("Booked only, to %(time)s", time=until),
        Admission.INVITATION: _("Invited only, to %(time)s", time=until),
    }[running.admission]


def _words() -> dict[Verdict, str]:
    """The one word of each verdict."""
    return {
        Verdict.ADMITTED: _("IN"),
        Verdict.LEFT: _("OUT"),
        Verdict.ALREADY_IN: _("ALREADY IN"),
        Verdict.ASK: _("ASK"),
        Verdict.CONFLICT: _("ASK"),
        Verdict.REFUSED: _("NOT HERE"),
        Verdict.QUARANTINED: _("NOT COUNTED"),
    }


def _as_what(answer: Answer) -> str:
    """The ticket's name, else the category's word."""
    if answer.delegate is None or not answer.delegate.category:
        return ""
    return answer.delegate.ticket or str(CATEGORIES[Category(answer.delegate.category)])


def _people(text: str) -> int:
    """How many come with a group's badge; one, if nobody said otherwise."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _direction(way: str) -> Direction:
    return Direction.OUT if way == "out" else Direction.IN
