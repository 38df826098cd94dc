"""What runs late is moved and published at once, in one transaction, so that only those are told whom it touches."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.programme.models import Occurrence, Session
from expo.scheduling import moving
from expo.scheduling.late import Shift
from expo.scheduling.moving import Move

from . import actions, differences, queries


def shift(*, expo: Expo, shifts: Iterable[Shift], keep: str = "") -> list[int]:
    """Make these moves and publish their sessions, each alone. What was never published stays so. Returns the numbers
    of the releases. Raises Clashes when `keep` gives no reason, NotToBePublished."""
    numbers = []
    with transaction():
        shifts = list(shifts)
        moves = [
            Move(db.session.get_one(Occurrence, one.row.id), one.starts_at, one.ends_at, one.row.room_id)
            for one in shifts
        ]
        moving.move(expo=expo, moves=moves, keep=keep)
        for session_id in dict.fromkeys(one.row.session_id for one in shifts):
            changed = differences.find(expo.id, session_ids=[session_id])
            if queries.content(session_id) is not None and changed:
                session = db.session.get_one(Session, session_id)
                release = actions.publish(expo=expo, session=session, note=_("Running late"))
                numbers.append(release.number)
    return numbers
