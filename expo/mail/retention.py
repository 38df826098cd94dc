"""How long letters are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.core import retention
from expo.core.db import execute

from .models import Letter, LetterState

GONE = "[deleted]"


@retention.rule("letters", "What letters said, and to whom; that one left stays", after=timedelta(days=400))
def _letters(before: datetime) -> int:
    return execute(
        sa.update(Letter)
        .where(Letter.created_at < before, Letter.state != LetterState.WAITING, Letter.recipient != GONE)
        .values(recipient=GONE, subject=GONE, body="", calendar=None, last_error=None, unsubscribe=None)
    )
