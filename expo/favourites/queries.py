from __future__ import annotations

import sqlalchemy as sa

from expo.core.db import db

from .models import Favourite


def kept_by(person_id: int) -> frozenset[int]:
    """The occurrences that a person keeps in mind, whether they may still be shown or not."""
    return frozenset(
        db.session.scalars(
            sa.select(Favourite.occurrence_id).where(
                Favourite.person_id == person_id, Favourite.dropped_at.is_(None)
            )
        )
    )
