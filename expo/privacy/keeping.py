"""The list of erasures beside the database, so that a restored backup brings nobody back.

A line per erasure in `erasures.jsonl` in the folder EXPO_VAR: expo, number of the person, digest, moment. It says
nothing about anybody, so it may lie where backups lie; what it names is erased again as soon as the worker runs.
"""

from __future__ import annotations

import base64
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from expo.accounts import queries as people
from expo.core import audit, jobs
from expo.core.db import db
from expo.expos import queries as expos
from expo.expos.models import Expo

from . import erasing
from .models import Erasure

FILE = "erasures.jsonl"


@jobs.every("keep_erasures", timedelta(minutes=5), after_restore=True)
def keep() -> None:
    """Writes erasures to the list beside the database, and repeats those that a restored backup has undone."""
    repeat()
    mirror()


def place() -> Path:
    return Path(current_app.config["EXPO"].var) / FILE


def mirror() -> int:
    """Write what the list lacks. Returns how many lines."""
    known = {line["digest"] for line in _lines()}
    rows = db.session.execute(
        sa.select(Erasure, Expo.slug).join(Expo, Erasure.expo_id == Expo.id).order_by(Erasure.id)
    )
    new = [
        {"expo": slug, "person": one.person_id, "digest": _text(one.digest), "at": one.erased_at.isoformat()}
        for one, slug in rows
        if _text(one.digest) not in known
    ]
    if new:
        place().parent.mkdir(parents=True, exist_ok=True)
        with place().open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in new)
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def repeat() -> int:
    """Erase again whom the list names and the database still has. Returns how many."""
    done = set(db.session.scalars(sa.select(Erasure.digest)))
    count = 0
    for line in _lines():
        expo = expos.by_slug(line["expo"])
        person = people.person(expo.id, line["person"]) if expo else None
        if person is None or person.erased_at is not None or base64.b64decode(line["digest"]) in done:
            continue
        if line["digest"] not in map(_text, erasing.digests_of(person)):
            continue  # another one has the number
        with audit.acting("job:keep_erasures"):
            erasing.erase(
                person=person,
                reason=f"erased on {datetime.fromisoformat(line['at']):%Y-%m-%d}, before a backup was restored",
            )
        count += 1
    return count


def _lines() -> list[dict[str, Any]]:
    if not place().exists():
        return []
    lines = place().read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip().endswith("}")]


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
