from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core import stamps
from expo.core.checks import check
from expo.core.db import db
from expo.expos.models import Expo

from . import clashes, rows, rules


@check("4", "nothing in the timetable breaks a rule that blocks saving")
def schedule() -> Iterator[str]:
    """Rooms, people, hours, turnaround, what is reserved, and what an expo made as strict; unless an organiser kept
    it, with a reason. Read from the rows, not from what a process keeps."""
    for expo_id in db.session.scalars(sa.select(Expo.id)):
        for clash in clashes.find(rows.load(expo_id, stamps.NEVER), strictly=True):
            if clash.open and rules.BY_KEY[clash.rule].promised:
                beside = f" and {clash.other.code}" if clash.other else ""
                yield f"{clash.rule}: {clash.own.code}{beside} at {clash.own.starts_at:%Y-%m-%d %H:%M} UTC"
