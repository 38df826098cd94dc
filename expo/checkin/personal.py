"""Where the person's badges were read. A scan is never changed; it names a badge, and the badge nobody any more."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.badge.models import Badge
from expo.core.db import db, execute
from expo.core.personal import Subject, keeps

from .crew_models import Attention
from .models import Gate, Scan


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Scan.scanned_at, Gate.name, Scan.direction, Scan.verdict, Scan.reason)
        .join(Gate, Scan.gate_id == Gate.id)
        .join(Badge, Scan.badge_id == Badge.id)
        .where(Badge.person_id == who.person_id)
        .order_by(Scan.scanned_at)
    )
    return [
        {"at": at, "gate": gate, "direction": direction, "verdict": verdict, "reason": reason}
        for at, gate, direction, verdict, reason in rows
    ]


def _erase(who: Subject) -> None:
    """What doors were to heed about the person."""
    execute(sa.delete(Attention).where(Attention.person_id == who.person_id))


def _stays(who: Subject) -> list[str]:
    seen = db.session.scalar(
        sa.select(Scan.id)
        .join(Badge, Scan.badge_id == Badge.id)
        .where(Badge.person_id == who.person_id)
        .limit(1)
    )
    return [_("That a badge was read at a door is counted on, without anybody's name.")] if seen else []


keeps("scans", tell=_tell, erase=_erase, stays=_stays)
