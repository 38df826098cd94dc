"""Styles and scripts are kept by browsers for a year: their address changes with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app


def init_app(app: Flask) -> None:
    app.url_defaults(_add_version)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values and current_app.static_folder:
        version = _version(current_app.static_folder, values["filename"])
        if version:
            values["v"] = version


@cache
def _version(folder: str, filename: str) -> str | None:
    file = Path(folder) / filename
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else None
