"""A room runs late: what is in it now ends later, and the rest of the day is pushed on as far as it must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from . import boards, rules
from .board import Board, Placed
from .refusals import NothingRunsLate
from .words import ClashRule


@dataclass(frozen=True, slots=True)
class Shift:
    """A time as it stands, and as it would be."""

    row: Placed
    starts_at: datetime
    ends_at: datetime


def plan(expo_id: int, room_id: int, minutes: int, now: datetime) -> list[Shift]:
    """What would move. What runs now ends later; where nothing does, the next one begins later. Each of the others
    follows only as far as the one before makes it, so a pause takes up what it can. Raises NothingRunsLate."""
    board = boards.of(expo_id)
    rest = [row for row in board.by_room.get(room_id, ()) if row.ends_at > now and _same_day(board, row, now)]
    if not rest:
        raise NothingRunsLate(_("Nothing more takes place in this room today."))
    by, shifts = timedelta(minutes=minutes), []
    first = rest[0]
    starts_at = first.starts_at if first.starts_at <= now else first.starts_at + by
    shifts.append(Shift(first, starts_at, first.ends_at + by))
    until, was = first.ends_at + by, first.ends_at
    turnaround = rules.BY_KEY[ClashRule.TURNAROUND].numbers(board)
    for row in rest[1:]:
        if row.starts_at < was:
            continue  # beside the one before, as the room allows
        least = until + timedelta(minutes=max(turnaround[row.conference_id], turnaround[first.conference_id]))
        if row.starts_at >= least:
            break
        push = least - row.starts_at
        shifts.append(Shift(row, row.starts_at + push, row.ends_at + push))
        first, until, was = row, row.ends_at + push, row.ends_at
    return shifts


def _same_day(board: Board, row: Placed, now: datetime) -> bool:
    """Of this city day; what began last night and still runs is of it too."""
    zone = board.zone_of(row)
    return row.starts_at <= now or row.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
