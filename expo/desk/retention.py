"""How long the desk's notes are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.core import retention
from expo.core.db import execute
from expo.expos.models import Expo

from .models import DeskNote


@retention.rule(
    "desk_notes", "What the desk noted about people, after the expo's end", after=timedelta(days=180)
)
def _notes(before: datetime) -> int:
    over = sa.select(Expo.id).where(Expo.ends_on < before.date())
    return execute(sa.delete(DeskNote).where(DeskNote.expo_id.in_(over)))
