"""What waits in the outbox and what came back, for those who run the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from expo.core.db import db

from .models import Letter, LetterState


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many letters stand where; `oldest` is when the one that waits the longest was written (real time)."""

    waiting: int
    failed: int
    oldest: datetime | None


def counts() -> Outbox:
    waits = Letter.state == LetterState.WAITING
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.case((waits, 1))),
            sa.func.count(sa.case((Letter.state == LetterState.FAILED, 1))),
            sa.func.min(sa.case((waits, Letter.created_at))),
        ).where(Letter.state != LetterState.SENT)
    ).one()
    return Outbox(*row)


def failed(most: int = 100) -> list[Letter]:
    """Those that came back or were given up, newest first."""
    return list(
        db.session.scalars(
            sa.select(Letter).where(Letter.state == LetterState.FAILED).order_by(Letter.id.desc()).limit(most)
        )
    )
