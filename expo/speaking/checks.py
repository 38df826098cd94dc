from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db
from expo.programme.models import Appearance, Session
from expo.programme.words import AppearanceState, SessionState
from expo.publishing.models import OccurrenceVersion


@check("4", "who said yes to a released time said yes to that time and place")
def agreed() -> Iterator[str]:
    """Whoever agreed by their own page is asked again by the release that moves them."""
    rows = db.session.execute(
        sa.select(
            Appearance.id,
            Appearance.agreed_to,
            OccurrenceVersion.occurrence_id,
            OccurrenceVersion.starts_at,
            OccurrenceVersion.ends_at,
            OccurrenceVersion.room_id,
        )
        .join(Session, Appearance.session_id == Session.id)
        .join(OccurrenceVersion, OccurrenceVersion.session_id == Session.id)
        .where(
            Appearance.state == AppearanceState.CONFIRMED,
            Appearance.agreed_to.is_not(None),
            Session.state == SessionState.CONFIRMED,
            OccurrenceVersion.until_release_id.is_(None),
            sa.not_(OccurrenceVersion.cancelled),
            sa.not_(OccurrenceVersion.tentative),
            sa.or_(
                Appearance.occurrence_id.is_(None),
                Appearance.occurrence_id == OccurrenceVersion.occurrence_id,
            ),
        )
    )
    for appearance_id, agreed_to, occurrence_id, starts_at, ends_at, room_id in rows:
        known = (agreed_to or {}).get(str(occurrence_id))
        if known is not None and known != [starts_at.isoformat(), ends_at.isoformat(), room_id]:
            yield f"appearance {appearance_id} agreed to another time or place of occurrence {occurrence_id}"
