"""How a file that somebody handed in is served: to be kept, never to be run."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, send_file

_SAFE = {"image/jpeg", "image/png", "application/pdf"}


def served(content: bytes, told: dict[str, Any]) -> Response:
    """The file as an attachment of the type that its content had. Whatever it is, it runs nothing here."""
    type_ = told["type"] if told["type"] in _SAFE else "application/octet-stream"
    answer = send_file(
        io.BytesIO(content), mimetype=type_, as_attachment=True, download_name=str(told["name"]), max_age=0
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
