"""The door: a telephone is paired with a code, then scans badges at its gates. Works without JavaScript too.

No sign-in here. The device's own token stands in a cookie that no script can read and no other site can use.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.checkin import devices, queries
from expo.checkin.models import Device
from expo.checkin.refusals import DeviceRevoked, NotPaired
from expo.core.refusals import Refusal, TooOften
from expo.web import gates
from expo.web.context import this_expo

blueprint = Blueprint("door", __name__)
gates.anybody(blueprint)

COOKIE_LASTS = 60 * 24 * 3600  # seconds; longer than an expo


def token() -> str:
    """What this browser holds as a scanner, or nothing."""
    return request.cookies.get(devices.COOKIE, "")


def this_device() -> Device | None:
    """The scanner that this browser is paired as, in this expo, revoked or not."""
    held = token()
    device = queries.device_of(held) if held else None
    return device if device is not None and device.expo_id == this_expo().id else None


def device_in_service() -> Device:
    """This browser's scanner. Raises NotPaired or DeviceRevoked."""
    device = this_device()
    if device is None:
        raise NotPaired(_("This telephone is not a scanner yet."))
    if device.revoked_at is not None:
        raise DeviceRevoked(_("This scanner was taken out of service."))
    return device


def keep_token(answer: Response, held: str) -> None:
    answer.set_cookie(
        devices.COOKIE,
        held,
        max_age=COOKIE_LASTS,
        httponly=True,
        samesite="Strict",
        secure=current_app.config["EXPO"].secure,
    )


@blueprint.errorhandler(Refusal)
def stop(refusal: Refusal) -> ResponseReturnValue:
    """A queue is waiting: the reason fills the screen, with the one way on."""
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooOften) else {}
    page = render_template("door/stop.html", refusal=refusal, unpaired=isinstance(refusal, NotPaired))
    return page, refusal.status, headers


@blueprint.after_request
def keep_nothing(answer: Response) -> Response:
    """Names of delegates pass here: no cache keeps them."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Last, because each of these hangs its views on the blueprint.
from . import crew, pairing, scanning  # noqa: E402

__all__ = ["blueprint", "crew", "pairing", "scanning"]
