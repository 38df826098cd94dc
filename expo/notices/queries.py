from __future__ import annotations

import sqlalchemy as sa

from expo.core.db import db

from .models import AgendaNotice


def unread(person_id: int) -> list[AgendaNotice]:
    """What the person has not read yet: of several about one thing the latest, with where it was before the first."""
    found: dict[int, AgendaNotice] = {}
    rows = db.session.scalars(
        sa.select(AgendaNotice)
        .where(AgendaNotice.person_id == person_id, AgendaNotice.read_at.is_(None))
        .order_by(AgendaNotice.id.desc())
    )
    for notice in rows:
        found.setdefault(notice.occurrence_id, notice)
    return list(found.values())
