"""`/api/v1/door`: what the crew at a gate does besides scanning. Supervisors by their PIN, which begins a shift."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from expo.checkin import conflicts, crew, health, occupancy, queries, search, standby, undoing
from expo.checkin.conflicts import Conflict
from expo.checkin.crew_models import CrewMember
from expo.checkin.models import Device, Gate
from expo.checkin.refusals import GateNotYours, ResolvedAlready
from expo.core import audit
from expo.core.refusals import NotFound

from . import door_shapes, reading
from .described import described
from .door import MOST_BYTES, MOST_CODE, blueprint, device_in_service, json_answer
from .problems import Problem
from .shapes import FLAG, TEXT, many, maybe, thing

MOST_COUNTS = 500
MOST_PEOPLE = 1000  # in one count by hand


@blueprint.post("/shift")
@described("Begin a shift with a PIN", door_shapes.CREW, body=thing(pin=TEXT), device=True)
def start_shift() -> Response:
    """Give a PIN: from now on this person works with the device."""
    device = device_in_service()
    pin = reading.text(reading.body(most_bytes=MOST_BYTES), "pin", most=12)
    return json_answer(_member(crew.start_shift(device=device, pin=pin)))


@blueprint.delete("/shift")
@described("End the shift", thing(role=maybe(TEXT)), device=True)
def end_shift() -> Response:
    crew.end_shift(device=device_in_service())
    return json_answer({"role": None})


@blueprint.get("/search")
@described("Find badges by name or spoken code; for supervisors", thing(results=many(door_shapes.FOUND)),
           query=door_shapes.SAID, device=True)  # fmt: skip
def find() -> Response:
    """Badges by three letters of a name in any script, or by the spoken code. For supervisors."""
    device, by = _supervisor()
    found = search.find(device=device, by=by, said=request.args.get("q", "")[:100])
    return json_answer(
        {
            "results": [
                {
                    "code": one.code,
                    "state": one.state,
                    "size": one.size,
                    "name": one.name,
                    "organisation": one.organisation,
                    "attention": one.attention,
                    "blocked": one.blocked,
                }
                for one in found
            ]
        }
    )


@blueprint.post("/scans/<scan_id>/undo")
@described(
    "Take a scan back; for supervisors",
    door_shapes.UNDONE,
    body=thing(id=door_shapes.ID, reason=TEXT),
    device=True,
)
def undo(scan_id: str) -> Response:
    """Take a scan back, by a scan of its own whose id the device has made. For supervisors."""
    device, by = _supervisor()
    body = reading.body(most_bytes=MOST_BYTES)
    made = undoing.undo(
        device=device,
        by=by,
        scan_id=scan_id.lower()[:36],
        undo_id=reading.uuid(body, "id"),
        reason=reading.text(body, "reason", most=200),
    )
    return json_answer({"id": made.id, "undoes": scan_id.lower(), "verdict": made.verdict, "stored": True})


@blueprint.post("/standby")
@described(
    "A standby number for a badge", door_shapes.NUMBER_DRAWN, body=thing(gate=TEXT, code=TEXT), device=True
)
def draw_number() -> Response:
    """A number in the queue for what is on behind this door, for a badge; the same badge again has the same one."""
    device = device_in_service()
    body = reading.body(most_bytes=MOST_BYTES)
    gate = _gates(device).get(reading.number_of(body, "gate") or 0)
    if gate is None:
        raise GateNotYours(_("There is no such gate for this device."))
    number = standby.join(device=device, gate=gate, code=reading.text(body, "code", most=MOST_CODE))
    waiting = standby.queue(number.occurrence_id)
    ahead = [one for one in [*waiting.called, *waiting.waiting] if one < number.number]
    return json_answer({"number": number.number, "ahead": len(ahead), "called": number.called_at is not None})


@blueprint.get("/conflicts")
@described("Conflicts at the gates of this scanner", thing(conflicts=many(door_shapes.CONFLICT)), device=True)
def list_conflicts() -> Response:
    """What waits to be looked at in the zones of this device's gates."""
    device = device_in_service()
    return json_answer({"conflicts": [_conflict(one) for one in _conflicts(device)]})


@blueprint.post("/conflicts/<key>/resolve")
@described("Note what a conflict was; for supervisors", thing(id=TEXT, note=TEXT, resolved=FLAG),
           body=thing(note=TEXT), device=True)  # fmt: skip
def resolve(key: str) -> Response:
    """Note what it was. Noting the same again is noting it once. For supervisors."""
    device, _by = _supervisor()
    note = reading.text(reading.body(most_bytes=MOST_BYTES), "note", most=1000)
    found = next((one for one in _conflicts(device) if one.key == key), None)
    if found is None:
        looked_at = conflicts.find(device.expo_id, _zones(device), resolved=True)
        if not any(one.key == key for one in looked_at):
            raise NotFound(_("There is no such conflict at your gates."))
        raise ResolvedAlready(_("Somebody has looked at this already."))
    conflicts.resolve(expo_id=device.expo_id, conflict=found, note=note)
    return json_answer({"id": key, "note": note, "resolved": True})


@blueprint.post("/counts")
@described("People counted by hand", door_shapes.STORED, body=door_shapes.COUNTS, device=True)
def count() -> Response:
    """What was counted by hand: one, or `{"counts": [...]}`; plus in, minus out. The same id counts once.

    At any gate of the expo: the scanner may have stood elsewhere when it counted, without network.
    """
    device = device_in_service()
    body = reading.body(most_bytes=MOST_BYTES)
    many = body.get("counts", [body])
    if not isinstance(many, list) or len(many) > MOST_COUNTS:
        raise reading.bad("counts", f"must be a list of {MOST_COUNTS} at most.")
    gates = {gate.id: gate for gate in queries.gates(device.expo_id)}
    read = [_count(one, gates) for one in many]
    for one in read:
        occupancy.count_by_hand(device=device, **one)
    return json_answer({"results": [{"id": one["count_id"], "stored": True} for one in read]})


@blueprint.post("/health")
@described("How the scanner is", thing(stored=FLAG), body=door_shapes.HEALTH, device=True)
def report_health() -> Response:
    """How the device is: age of its list, scans that wait, error of its clock in seconds, charge of its battery in per
    cent."""
    device = device_in_service()
    body = reading.body(most_bytes=MOST_BYTES)
    error = body.get("clock_error", 0)
    if not isinstance(error, int | float) or isinstance(error, bool) or error != error:
        raise reading.bad("clock_error", "must be a number of seconds.")
    pack: datetime | None = reading.moment(body, "pack") if body.get("pack") else None
    health.report(
        device=device,
        pack_made_at=pack,
        waiting=reading.whole(body, "waiting", least=0, most=10**6, default=0),
        clock_error=error,
        version=reading.text(body, "version", most=40, default=""),
        battery=reading.whole(body, "battery", least=0, most=100, default=0) if "battery" in body else None,
    )
    return json_answer({"stored": True})


@blueprint.get("/occupancy")
@described("How many are in each zone", door_shapes.ZONES, device=True)
def people_inside() -> Response:
    """How many are in each zone now; those in a zone within it are among them."""
    device = device_in_service()
    return json_answer({"zones": [zone(place) for place in occupancy.places(device.expo)]})


def zone(place: occupancy.Place) -> dict[str, Any]:
    """A zone as the world sees it."""
    return {
        "slug": place.zone.slug,
        "name": place.zone.name,
        "people": place.people,
        "places": place.places,
        "fullness": place.fullness,
    }


def _supervisor() -> tuple[Device, CrewMember]:
    device = device_in_service()
    by = crew.supervisor(device)
    audit.set_actor(f"crew:{by.id}")
    return device, by


def _member(member: CrewMember) -> dict[str, Any]:
    return {"name": member.name, "role": member.role, "until": member.ends_at.isoformat()}


def _gates(device: Device) -> dict[int, Gate]:
    return {gate.id: gate for gate in queries.gates_of_device(device)}


def _zones(device: Device) -> set[int]:
    return {gate.zone_id for gate in queries.gates_of_device(device)}


def _conflicts(device: Device) -> list[Conflict]:
    return conflicts.find(device.expo_id, _zones(device))


def _conflict(one: Conflict) -> dict[str, Any]:
    return {
        "id": one.key,
        "gate": one.gate,
        "device": one.device,
        "scanned_at": one.at.isoformat(),
        "received_at": one.received_at.isoformat(),
        "name": one.name,
        "reason": one.reason,
        "message": one.message,
        "quarantined": one.quarantined,
        "elsewhere": [{"gate": other.gate, "at": other.at.isoformat()} for other in one.elsewhere],
    }


def _count(body: Any, gates: dict[int, Gate]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise reading.bad("counts", "must hold objects.")
    gate = gates.get(reading.number_of(body, "gate") or 0)
    if gate is None:
        raise GateNotYours(_("There is no such gate in this expo."))
    people = reading.whole(body, "people", least=-MOST_PEOPLE, most=MOST_PEOPLE, default=0)
    if people == 0:
        raise Problem(422, "bad_input", "people: must not be 0.", field="people")
    return {
        "gate": gate,
        "count_id": reading.uuid(body, "id"),
        "people": people,
        "counted_at": reading.moment(body, "counted_at"),
    }


__all__ = ["blueprint", "zone"]
