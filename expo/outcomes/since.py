"""When what stands behind sessions, and what came of them, was last said otherwise: also by taking it away."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from expo.core.audit import AuditEntry
from expo.core.db import db

PARTNERS = ("partner_named", "partner_moved", "partner_removed")
OUTCOMES = ("outcome_written", "outcome_removed")


def moments(expo_id: int, actions: tuple[str, ...]) -> dict[int, datetime]:
    """The last moment by session, of those of which anything was ever said. One query."""
    newest = (
        sa.select(sa.func.max(AuditEntry.id))
        .where(AuditEntry.expo_id == expo_id, AuditEntry.subject == "session", AuditEntry.action.in_(actions))
        .group_by(AuditEntry.subject_id)
    )
    rows = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.at).where(AuditEntry.id.in_(newest))
    )
    return {int(subject_id): at for subject_id, at in rows}
