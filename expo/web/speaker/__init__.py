"""The speaker's desk: a speaker's own page, for whoever holds its address: the speaker, or an assistant."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from expo.web import gates

blueprint = Blueprint("speaker", __name__)
gates.anybody(blueprint)  # the secret in the address is the key; each view looks it up


@blueprint.after_request
def keep_to_themselves(response: Response) -> Response:
    """These pages say what only one person knows, and their address opens them: no cache keeps them, no other site
    learns it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.context_processor
def for_templates() -> dict[str, Any]:
    from expo.web.organiser.words import when
    from expo.web.profiles import picture

    return {"when": when, "picture": picture}


from . import assistants, availability, files, page, profile  # noqa: E402, F401  their views belong to the blueprint
