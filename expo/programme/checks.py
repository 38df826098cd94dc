from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.core.checks import check
from expo.core.db import db

from . import clashes
from .clashes import Placed
from .models import Appearance, Occurrence, Session
from .words import ClashRule, SessionState

_confirmed = Session.state == SessionState.CONFIRMED


@check("4", "no room holds more at a time than it may")
def rooms() -> Iterator[str]:
    """Unless an organiser kept it, with a reason."""
    here: dict[int, list[Placed]] = defaultdict(list)
    for row in clashes.placed(_confirmed):
        here[row.room_id].append(row)
    for room_id, rows in here.items():
        yield from _crowded(ClashRule.ROOM, room_id, rows[0].room, rows, rows[0].limit)


@check("4", "nobody is in two places at a time")
def people() -> Iterator[str]:
    """Any counted role, over all conferences of the expo; unless an organiser kept it, with a reason."""
    rows = {row.id: row for row in clashes.placed(_confirmed)}
    there: dict[int, list[Placed]] = defaultdict(list)
    for speaker_id, occurrence_id in clashes.appearing(_confirmed):
        there[speaker_id].append(rows[occurrence_id])
    for speaker_id, some in there.items():
        yield from _crowded(ClashRule.PERSON, speaker_id, f"speaker {speaker_id}", some, 1)


def _crowded(rule: ClashRule, subject_id: int, name: str, rows: list[Placed], limit: int) -> Iterator[str]:
    for running in clashes.crowded(rows, limit):
        if clashes.excuse(running, limit, rule, subject_id, clashes.kept()) is None:
            codes = " and ".join(row.code for row in running)
            yield f"{name}: {codes} together at {running[-1].starts_at:%Y-%m-%d %H:%M} UTC"


@check("9", "an appearance in an occurrence names that occurrence's session")
def appearances() -> Iterator[str]:
    own = aliased(Occurrence)
    strays = (
        sa.select(Appearance.id)
        .join(own, Appearance.occurrence_id == own.id)
        .where(own.session_id != Appearance.session_id)
    )
    for row in db.session.execute(strays):
        yield f"appearance {row.id} is in another session's occurrence"
