"""The focal point's desk: a delegation's page and its nominees' invitations, for whoever holds the address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from expo.web import gates

blueprint = Blueprint("delegation", __name__)
gates.anybody(blueprint)  # the secret in the address is the key; each view looks it up


@blueprint.after_request
def keep_to_themselves(response: Response) -> Response:
    """These pages name people, and their address opens them: no cache keeps them, no other site learns it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.context_processor
def for_templates() -> dict[str, Any]:
    from . import words

    return {"words": words}


from . import board, invitation, ordering  # noqa: E402, F401  their views belong to the blueprint
