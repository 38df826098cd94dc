"""Making a telephone a scanner, and choosing where it stands."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from expo.checkin import crew, devices, queries
from expo.web.context import this_expo

from . import blueprint, keep_token, this_device


@blueprint.get("/door/")
def home() -> ResponseReturnValue:
    """The gates of this scanner; the pairing form where there is none yet."""
    device = this_device()
    if device is None or device.revoked_at is not None:
        return render_template("door/pair.html", code="", revoked=device is not None)
    devices.note_seen(device=device)
    gates = queries.gates_of_device(device)
    if len(gates) == 1 and "choose" not in request.args:
        return redirect(url_for("door.gate", slug=gates[0].slug))
    return render_template(
        "door/gates.html", device=device, gates=gates, kiosk=False, on_duty=crew.on_duty(device)
    )


@blueprint.get("/door/pair/<code>")
def offered(code: str) -> ResponseReturnValue:
    """Where the organiser's QR leads. Opening it does not use the code: previews open links too."""
    return render_template("door/pair.html", code=code[:16], revoked=False)


@blueprint.post("/door/pair")
def pair() -> ResponseReturnValue:
    _device, token = devices.pair(
        code=request.form.get("code", ""), from_address=request.remote_addr or "", expo_id=this_expo().id
    )
    answer = make_response(redirect(url_for("door.home"), code=303))
    keep_token(answer, token)
    return answer


@blueprint.post("/door/leave")
def leave() -> ResponseReturnValue:
    """The shift is over: this telephone forgets that it was a scanner."""
    answer = make_response(redirect(url_for("door.home"), code=303))
    answer.delete_cookie(devices.COOKIE, samesite="Strict", httponly=True)
    return answer
