"""Files that people hand in: each under a name that says nothing, on the disk before the row that names it is
committed. What they were called is only shown."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from .db import after_commit
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


def unlink(folder: Path, names: Collection[str]) -> None:
    """Off the disk once the running transaction, which deletes their rows, has committed."""

    def remove() -> None:
        for name in names:
            (folder / name).unlink(missing_ok=True)

    after_commit(remove)


def sweep(folder: Path, known: Collection[str], before: datetime) -> int:
    """Throw away what a crash left there without a row, if it is older. Returns how many went."""
    gone = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name not in known and file.stat().st_mtime < before.timestamp():
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def called(name: str, ending: str) -> str:
    """A name for people: no folders, no control signs, the ending that its content has."""
    last = one_line(name).replace("\\", "/").rpartition("/")[2].strip(". ")
    stem = last.rpartition(".")[0] if "." in last else last
    return (stem[:LONGEST_NAME].strip() or "file") + ending
