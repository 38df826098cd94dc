"""For load balancers: is the process alive, and can it serve?"""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from expo.core import readiness

from . import gates

blueprint = Blueprint("health", __name__)
gates.anybody(blueprint)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return "ok\n", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when the database answers and is migrated, else 503 with the reason."""
    wrong = readiness.what_is_wrong()
    status = 503 if wrong else 200
    return (wrong or "ready") + "\n", status, {"Content-Type": "text/plain", "Cache-Control": "no-store"}
