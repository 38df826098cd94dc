from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .models import Badge, BadgeState


@check("2", "one live badge per person and expo")
def one_live_badge() -> Iterator[str]:
    """Beside the unique index, for databases that were restored or mended by hand."""
    doubled = (
        sa.select(Badge.person_id, sa.func.count())
        .where(Badge.state == BadgeState.ACTIVE, Badge.person_id.is_not(None))
        .group_by(Badge.expo_id, Badge.person_id)
        .having(sa.func.count() > 1)
    )
    for person_id, count in db.session.execute(doubled):
        yield f"person {person_id} has {count} live badges"


@check("2", "a badge has ended exactly if it says when")
def ended_badges_say_when() -> Iterator[str]:
    wrong = sa.select(Badge.id).where((Badge.state == BadgeState.ACTIVE) == Badge.ended_at.is_not(None))
    for number in db.session.scalars(wrong):
        yield f"badge {number}: state and end do not fit"
