"""What was released lately: lists mark it as new or moved, so that people who have looked before see what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db

from .models import Release

LASTS = timedelta(days=7)
MOST_RELEASES = 200
MARKED = ("new", "moved")


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest change of an occurrence that is worth a mark; `change` is as its release told it."""

    kind: str
    at: datetime
    change: dict[str, Any]


_kept: stamps.Kept[dict[str, Recent]] = stamps.Kept()


def changes(expo_id: int, now: datetime) -> dict[str, Recent]:
    """What the releases of the last days made new or moved, by the code of the occurrence. An expo's first release
    is no news. One query after each release, none in between."""
    known = _kept.get(f"programme:{expo_id}", lambda: _read(expo_id))
    return {code: recent for code, recent in known.items() if recent.at + LASTS > now}


def _read(expo_id: int) -> dict[str, Recent]:
    releases = db.session.execute(
        sa.select(Release.published_at, Release.changes)
        .where(Release.expo_id == expo_id, Release.number > 1)
        .order_by(Release.number.desc())
        .limit(MOST_RELEASES)
    ).all()
    found: dict[str, Recent] = {}
    for published_at, told in reversed(releases):
        for change in told:
            code, kind = change.get("occurrence"), change["kind"]
            if code is None:
                continue
            if kind in MARKED:
                found[code] = Recent(kind, published_at, change)
            elif kind == "cancelled":
                found.pop(code, None)
    return found
