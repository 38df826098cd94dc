"""Styles and scripts are kept by browsers for a year: their address changes with their content. They travel packed."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

PACKED = {".css", ".js", ".svg", ".json", ".webmanifest", ".txt"}  # fonts and pictures are packed already


def init_app(app: Flask) -> None:
    app.url_defaults(_add_version)
    app.after_request(_pack)


def _pack(answer: Response) -> Response:
    """A file of text as gzip, made once in each process for each state of the file."""
    if request.endpoint != "static":
        return answer
    file = Path((request.view_args or {}).get("filename", ""))
    if file.suffix not in PACKED:
        return answer
    answer.vary.add("Accept-Encoding")
    packs = request.accept_encodings.best_match(["gzip", "identity"]) == "gzip"
    if answer.status_code == 200 and packs and current_app.static_folder and "Range" not in request.headers:
        path = Path(current_app.static_folder) / file
        answer.direct_passthrough = False
        answer.set_data(_packed(path, path.stat().st_mtime_ns))
        answer.headers["Content-Encoding"] = "gzip"
        answer.set_etag(answer.get_etag()[0] or file.name, weak=True)
    return answer


@cache
def _packed(path: Path, _state: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values and current_app.static_folder:
        version = _version(current_app.static_folder, values["filename"])
        if version:
            values["v"] = version


@cache
def _version(folder: str, filename: str) -> str | None:
    file = Path(folder) / filename
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else None
