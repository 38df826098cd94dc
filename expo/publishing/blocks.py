"""Sessions by invitation that are shown to all as "private event", where an organiser chose so: that a place is taken
for a time, and nothing else."""

from __future__ import annotations

from datetime import date
from itertools import count, groupby

import sqlalchemy as sa

from expo.core import stamps
from expo.programme.models import Conference
from expo.programme.words import LISTED, Visibility

from .items import Item
from .models import OccurrenceVersion, SessionVersion
from .queries import items

_kept: stamps.Kept[dict[date, list[Item]]] = stamps.Kept()


def on_day(expo_id: int, day: date) -> list[Item]:
    """The private events of a day, by start. One query after each release, none in between."""
    return _kept.get(f"programme:{expo_id}", lambda: _read(expo_id)).get(day, [])


def _read(expo_id: int) -> dict[date, list[Item]]:
    found = items(
        expo_id,
        SessionVersion.visibility == Visibility.INVITATION,
        SessionVersion.shows_block.is_(True),
        # The stricter of the two holds: a conference that only the staff may know of shows no block either.
        Conference.visibility.in_((*LISTED, Visibility.INVITATION)),
        sa.not_(OccurrenceVersion.cancelled),
        sa.not_(OccurrenceVersion.tentative),
        hidden_too=True,
    )
    number = count(-1, -1)
    blocks = [item.as_block(next(number)) for item in found]
    blocks.sort(key=lambda block: (block.day, block.starts_at))
    return {day: list(of_day) for day, of_day in groupby(blocks, key=lambda block: block.day)}
