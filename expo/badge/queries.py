from __future__ import annotations

import sqlalchemy as sa

from expo.core import tokens
from expo.core.db import db

from . import code
from .models import Badge, BadgeState


def active_badge(expo_id: int, person_id: int) -> Badge | None:
    """The person's one live badge, if there is one."""
    return db.session.scalar(
        sa.select(Badge).where(
            Badge.expo_id == expo_id, Badge.person_id == person_id, Badge.state == BadgeState.ACTIVE
        )
    )


def badge(expo_id: int, number: int) -> Badge | None:
    """The badge with this issue number, whatever its state."""
    return db.session.scalar(sa.select(Badge).where(Badge.expo_id == expo_id, Badge.id == number))


def badges_of(expo_id: int, person_id: int) -> list[Badge]:
    """All badges the person ever had, newest first."""
    return list(
        db.session.scalars(
            sa.select(Badge)
            .where(Badge.expo_id == expo_id, Badge.person_id == person_id)
            .order_by(Badge.id.desc())
        )
    )


def code_of(badge: Badge) -> str:
    """What stands in the QR: 32 characters. It is made each time, and kept nowhere."""
    return code.make(badge.id, badge.random)


def spoken_of(badge: Badge) -> str:
    """The eight characters to say on the telephone, by the key that was in use when the badge was issued."""
    makers = zip(tokens.keys_for("badge/spoken"), tokens.keys_for("badge/spoken digest"), strict=True)
    for maker, keeper in makers:
        said = code.spoken(badge.random, maker)
        if code.spoken_digest(said, keeper) == badge.spoken_digest:
            return said
    raise LookupError(f"badge {badge.id} is of a secret key that EXPO_OLD_SECRET_KEYS does not name")
