"""What the door of a session does: its admission, unless the door was told otherwise."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.programme.models import Session
from expo.publishing.queries import Running

from .crew_models import DoorPolicy, Policy

LATEST_RELEASE = 240  # minutes after the beginning


def of(running: Collection[Running]) -> dict[int, Policy]:
    """The policy of each, by its session's id. One query; none for nothing."""
    found = {one.session_id: Policy(one.admission) for one in running}
    if found:
        rows = db.session.execute(
            sa.select(DoorPolicy.session_id, DoorPolicy.policy).where(
                DoorPolicy.session_id.in_(found), DoorPolicy.policy.is_not(None)
            )
        )
        found |= {session_id: policy for session_id, policy in rows if policy is not None}
    return found


def told(session_id: int) -> DoorPolicy | None:
    """What the door of this session was told."""
    return db.session.get(DoorPolicy, session_id)


def tell(*, session: Session, policy: Policy | None, release_after: int | None) -> None:
    """Let the door do this, at once; None: as the admission says, and no seat is given up. Raises BadInput."""
    if release_after is not None and not 0 <= release_after <= LATEST_RELEASE:
        raise BadInput(_("From 0 to 240 minutes after the beginning."), field="release_after")
    with transaction():
        known = db.session.get(DoorPolicy, session.id)
        before = {"policy": known and known.policy, "release_after": known and known.release_after}
        if known is None:
            known = DoorPolicy(session_id=session.id, expo_id=session.expo_id)
            db.session.add(known)
        known.policy, known.release_after = policy, release_after
        after = {"policy": policy, "release_after": release_after}
        if after != before:
            audit.record(
                "door_told", "session", session.id, expo_id=session.expo_id, before=before, after=after
            )
