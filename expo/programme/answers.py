"""What speakers say to an appearance: yes, no, and yes once more after it was moved. The one place that sets it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from expo.core import audit, clock
from expo.core.db import db, in_transaction, lock, transaction

from . import clashes
from .models import Appearance, Occurrence, Session
from .refusals import NothingToAnswer
from .words import AppearanceState, Placement, SessionState

LONGEST_NOTE = 500
Placing = dict[str, list[Any]]


def placing(appearance: Appearance) -> Placing:
    """When and where somebody would appear, as drafted: start, end and room of each time, by its id. It can be
    kept, and compared with what it is later."""
    rows = db.session.execute(
        sa.select(Occurrence.id, Occurrence.starts_at, Occurrence.ends_at, Occurrence.room_id)
        .where(
            Occurrence.session_id == appearance.session_id,
            Occurrence.placement != Placement.UNPLACED,
            Occurrence.cancelled_at.is_(None),
            *([Occurrence.id == appearance.occurrence_id] if appearance.occurrence_id else []),
        )
        .order_by(Occurrence.id)
    )
    return {str(row.id): [row.starts_at.isoformat(), row.ends_at.isoformat(), row.room_id] for row in rows}


def answer(*, appearance: Appearance, yes: bool, note: str = "") -> bool:
    """Say yes or no to an appearance, to what it is now. Returns whether that is another answer than before.

    Raises NothingToAnswer for a session that does not take place; Clashes for who had declined, and is elsewhere now.
    """
    with transaction():
        clashes.hold(appearance.expo_id)  # before the appearance, as a release does
        lock(appearance)
        if appearance.session.state is SessionState.CANCELLED:
            raise NothingToAnswer(_("%(title)s is cancelled.", title=appearance.session.title))
        before = appearance.state
        state = AppearanceState.CONFIRMED if yes else AppearanceState.DECLINED
        agreed = placing(appearance) if yes else None
        same = before is state and appearance.agreed_to == agreed and appearance.answer_note == note.strip()
        if same:
            return False
        _set(appearance, state, note=note.strip()[:LONGEST_NOTE], agreed=agreed)
        if yes and before is AppearanceState.DECLINED:
            clashes.check(appearance.session)
    return True


def ask_again(*, changed: Collection[int], moved: Collection[int]) -> list[Appearance]:
    """Ask whoever had said yes to one of the changed occurrences, and to another time or place than it has now. Who
    was confirmed without being asked is asked where it was moved. Inside the transaction that makes it public."""
    assert in_transaction()
    asked = []
    for appearance in _agreed(changed):
        agreed, now = appearance.agreed_to, placing(appearance)
        if agreed is None:
            ask = any(str(occurrence_id) in now for occurrence_id in moved)
        else:
            ask = any(agreed.get(key) != where for key, where in now.items())
        if ask:
            _set(appearance, AppearanceState.ASKED_AGAIN, note="", agreed=agreed)
            asked.append(appearance)
    return asked


def _agreed(occurrence_ids: Collection[int]) -> list[Appearance]:
    there = sa.select(Occurrence.session_id).where(Occurrence.id.in_(occurrence_ids))
    return list(
        db.session.scalars(
            sa.select(Appearance)
            .join(Appearance.session)
            .where(
                Appearance.session_id.in_(there),
                Appearance.state == AppearanceState.CONFIRMED,
                Session.state == SessionState.CONFIRMED,
                sa.or_(Appearance.occurrence_id.is_(None), Appearance.occurrence_id.in_(occurrence_ids)),
            )
            .options(contains_eager(Appearance.session), joinedload(Appearance.speaker))
            .order_by(Appearance.id)
        )
    )


def _set(appearance: Appearance, state: AppearanceState, *, note: str, agreed: Placing | None) -> None:
    before = appearance.state
    appearance.state, appearance.state_since = state, clock.now()
    appearance.answer_note, appearance.agreed_to = note, agreed
    db.session.flush()
    audit.record(
        f"appearance_{state.value}",
        "session",
        appearance.session_id,
        expo_id=appearance.expo_id,
        before={"appearance": appearance.id, "state": before.value},
        after={"appearance": appearance.id, "state": state.value, "speaker": appearance.speaker_id},
    )
