"""`/api/v1/door`: what scanners ask. No sign-in and no cookie but the device's own token.

A request brings `Authorization: Bearer TOKEN`, or the `device` cookie that pairing by page has set (HttpOnly,
SameSite=Strict). With the cookie, changing requests must be JSON, which no form of another site can send.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from expo.checkin import devices, pack, queries, scans
from expo.checkin.models import Device, Direction, Gate
from expo.checkin.refusals import DeviceRevoked, NotPaired
from expo.checkin.scans import Answer, Sent
from expo.core.refusals import Refusal

from . import door_shapes, reading
from .described import described
from .problems import Problem, of_problem, of_refusal
from .shapes import TEXT, thing

blueprint = Blueprint("api_door", __name__)
blueprint.register_error_handler(Problem, of_problem)
blueprint.register_error_handler(Refusal, of_refusal)

MOST_BYTES = 1024 * 1024
MOST_CODE = 8000  # characters; the largest QR code holds fewer, so whatever was read can be judged
MOST_COUNT = 1000


@blueprint.post("/pair")
@described(
    "Pair a scanner: a one-time code against its token", door_shapes.PAIRED, body=thing(pairing_code=TEXT)
)
def pair() -> Response:
    """A one-time pairing code against a device token, which is told this once."""
    code = reading.text(reading.body(most_bytes=MOST_BYTES), "pairing_code", most=64)
    device, token = devices.pair(code=code, from_address=request.remote_addr or "")
    return json_answer({"device_token": token, **_device(device)})


@blueprint.get("/gates")
@described("The gates of this scanner", door_shapes.DEVICE, device=True)
def gates() -> Response:
    """The gates this device may scan at. Refused once the device is revoked."""
    device = device_in_service()
    devices.note_seen(device=device)
    return json_answer(_device(device))


@blueprint.get("/pack")
@described("What a scanner needs to judge by itself", door_shapes.PACK, query=door_shapes.SINCE, device=True,
           media="application/octet-stream")  # fmt: skip
def door_pack() -> Response:
    """What this device needs to judge by itself; `?since=` and the stamp of an earlier pack: what changed after it.

    `application/octet-stream`, its form stands in `expo/checkin/pack.py`.
    """
    device = device_in_service()
    since = _stamp(request.args.get("since", ""))
    made = pack.build(device, since)
    answer = Response(made, mimetype="application/octet-stream")
    answer.set_etag(pack.tag_of(made))
    answer.headers["Cache-Control"] = "private, no-cache"
    devices.note_seen(device=device)
    answer.make_conditional(request)
    return answer


@blueprint.post("/scans")
@described("Scan one badge, or up to 500", door_shapes.ANSWERS, body=door_shapes.SCANS, device=True)
def record() -> Response:
    """One scan, or `{"scans": [...]}` with 500 at most: in one transaction, answered one by one in order."""
    token = _token()
    body = reading.body(most_bytes=MOST_BYTES)
    if "scans" not in body:
        return json_answer(_answer(scans.record(token=token, sent=_sent(body))))
    batch = body["scans"]
    if not isinstance(batch, list):
        raise reading.bad("scans", "must be a list.")
    if len(batch) > scans.MOST_AT_ONCE:
        raise Problem(
            422, "too_many", f"Send {scans.MOST_AT_ONCE} scans at most at a time.", most=scans.MOST_AT_ONCE
        )
    sent = [_one_of_many(scan, index) for index, scan in enumerate(batch)]
    return json_answer({"results": [_answer(answer) for answer in scans.record_all(token=token, sent=sent)]})


def device_in_service() -> Device:
    """Whoever asks, unless it was taken out of service. Raises NotPaired or DeviceRevoked."""
    device = queries.device_of(_token())
    if device is None:
        raise NotPaired(_("This device is not paired, or was paired again elsewhere."))
    if device.revoked_at is not None:
        raise DeviceRevoked(_("This device was taken out of service."))
    return device


def _stamp(text: str) -> datetime | None:
    """The moment that an earlier pack was made; None, and so a whole pack, for what cannot be one."""
    try:
        moment = datetime.fromisoformat(text[:40].replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _token() -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    cookie = request.cookies.get(devices.COOKIE)
    if not cookie:
        raise NotPaired(_("Send the token of a paired device."))
    if request.method == "POST" and request.mimetype != "application/json":
        raise Problem(415, "not_json", "Send Content-Type: application/json.")
    return cookie


def _sent(body: dict[str, Any]) -> Sent:
    """Raises Problem, naming the field that cannot be used."""
    direction = body.get("direction", "in")
    if direction not in ("in", "out"):
        raise reading.bad("direction", 'must be "in" or "out".')
    return Sent(
        id=reading.uuid(body, "id"),
        code=reading.text(body, "code", most=MOST_CODE, least=0, kept=False),
        gate_id=reading.number_of(body, "gate"),
        direction=Direction(direction),
        scanned_at=reading.moment(body, "scanned_at"),
        offline=reading.flag(body, "offline"),
        count=reading.whole(body, "count", least=1, most=MOST_COUNT, default=1),
        occurrence=reading.text(body, "occurrence", most=80, default=None),
        local=reading.words(body, "local", "verdict", "reason", "pack"),
        override=reading.words(body, "override", "by", "reason"),
    )


def _one_of_many(body: Any, index: int) -> Sent:
    """A scan of a batch. Only one without an id is a fault of the whole: any other is kept, if need be apart,
    so that one bad scan never keeps the rest of a device's queue from being stored."""
    if not isinstance(body, dict):
        raise reading.bad(f"scans[{index}]", "must be an object.")
    try:
        scan_id = reading.uuid(body, "id")
    except Problem as problem:
        raise Problem(
            422, problem.code, f"scans[{index}].{problem.detail}", field=f"scans[{index}].id"
        ) from problem
    try:
        return _sent(body)
    except Problem as problem:
        field = str(problem.facts.get("field", ""))
        return scans.unreadable(scan_id=scan_id, field=field, raw=orjson.dumps(body))


def _answer(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"id": answer.id, "verdict": answer.verdict}
    if answer.reason is not None:
        told["reason"] = answer.reason
    if answer.message is not None:
        told["message"] = answer.message
    if answer.delegate is not None:
        told["delegate"] = {
            "name": answer.delegate.name,
            "category": answer.delegate.category,
            "ticket": answer.delegate.ticket,
        }
    if answer.attention is not None:
        told["attention"] = answer.attention
    if answer.theirs is not None:
        language, sentence = answer.theirs
        told["for_delegate"] = {"language": language, "message": sentence}
    told["stored"] = True
    return told


def _device(device: Device) -> dict[str, Any]:
    return {"expo": device.expo.slug, "gates": [_gate(gate) for gate in queries.gates_of_device(device)]}


def _gate(gate: Gate) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(gate.id), "name": gate.name, "zone": gate.zone.name}
    if gate.room is not None:
        told["room"] = gate.room.name
    return told


def json_answer(content: Any) -> Response:
    """JSON that nobody keeps."""
    answer = Response(orjson.dumps(content), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
