"""Files that people hand in: each under a name that says nothing, on the disk before the row that names it is
committed. What they were called is only shown."""

from __future__ import annotations

import os
from pathlib import Path

from .text import one_line

LONGEST_NAME = 120


def write(place: Path, content: bytes) -> None:
    """On the disk before the row says so."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def called(name: str, ending: str) -> str:
    """A name for people: no folders, no control signs, the ending that its content has."""
    last = one_line(name).replace("\\", "/").rpartition("/")[2].strip(". ")
    stem = last.rpartition(".")[0] if "." in last else last
    return (stem[:LONGEST_NAME].strip() or "file") + ending
