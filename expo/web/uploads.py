"""How a file that somebody handed in is served: to be kept, never to be run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from flask import Response, abort, send_file

_SAFE = {"image/jpeg", "image/png", "application/pdf"}


def served(content: bytes, told: dict[str, Any]) -> Response:
    """The file as an attachment of the type that its content had. Whatever it is, it runs nothing here."""
    type_ = told["type"] if told["type"] in _SAFE else "application/octet-stream"
    answer = send_file(
        io.BytesIO(content), mimetype=type_, as_attachment=True, download_name=str(told["name"]), max_age=0
    )
    return _never_run(answer, "private, no-store")


def served_from(place: Path, *, name: str, type_: str, shared: bool) -> Response:
    """A file that lies on the disk, likewise; `shared` ones may be kept by whoever reads them. Raises 404."""
    if not place.is_file():
        abort(404)
    answer = send_file(
        place, mimetype=type_, as_attachment=True, download_name=name, conditional=True, max_age=0
    )
    return _never_run(answer, "no-cache" if shared else "private, no-store")


def _never_run(answer: Response, cache: str) -> Response:
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = cache
    return answer
