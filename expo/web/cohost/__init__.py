"""The co-hosts' desk: sessions that somebody edits without a role in their conference."""

from __future__ import annotations

from flask import Blueprint, Response

from expo.web import gates

blueprint = Blueprint("cohost", __name__)
gates.signed_in(blueprint)  # each view looks for the visitor's own sessions; all others do not exist for them


@blueprint.after_request
def keep_to_themselves(response: Response) -> Response:
    """These pages are drafts: no cache keeps them."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


from . import sessions  # noqa: E402, F401  its views belong to the blueprint
