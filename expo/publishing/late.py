"""What runs late is moved and published at once, in one transaction, so that only those are told whom it touches."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.programme.models import Occurrence
from expo.scheduling import moving
from expo.scheduling.late import Shift
from expo.scheduling.moving import Move

from . import actions, differences, queries


def shift(*, expo: Expo, shifts: Iterable[Shift], keep: str = "") -> int | None:
    """Make these moves and publish their sessions, as one release; what was never published stays so. Returns its
    number, None where nothing was public. Raises Clashes when `keep` gives no reason, NotToBePublished, NeedsApproval."""
    with transaction():
        shifts = list(shifts)
        moves = [
            Move(db.session.get_one(Occurrence, one.row.id), one.starts_at, one.ends_at, one.row.room_id)
            for one in shifts
        ]
        moving.move(expo=expo, moves=moves, keep=keep)
        sessions = dict.fromkeys(one.row.session_id for one in shifts)
        public = [number for number in sessions if queries.content(number) is not None]
        if not public or not differences.find(expo.id, session_ids=public):
            return None
        return actions.publish(expo=expo, session_ids=public, note=_("Running late")).number
