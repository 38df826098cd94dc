from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.core.text import folded

from .models import Speaker


def by_slug(expo_id: int, slug: str) -> Speaker | None:
    return db.session.scalar(
        sa.select(Speaker)
        .where(Speaker.expo_id == expo_id, Speaker.slug == slug)
        .options(joinedload(Speaker.organisation))
    )


def slugs(expo_id: int) -> set[str]:
    return set(db.session.scalars(sa.select(Speaker.slug).where(Speaker.expo_id == expo_id)))


def every(expo_id: int, search: str = "") -> list[Speaker]:
    """All speakers of the expo by name, with their organisations; or those whose name holds the words."""
    found = (
        sa.select(Speaker)
        .where(Speaker.expo_id == expo_id)
        .options(joinedload(Speaker.organisation))
        .order_by(Speaker.folded_name)
    )
    for word in folded(search).split():
        found = found.where(Speaker.folded_name.contains(word, autoescape=True))
    return list(db.session.scalars(found))


def of_expo(expo_id: int, speaker_ids: Collection[int]) -> set[int]:
    """Which of these are speakers of this expo."""
    return set(
        db.session.scalars(
            sa.select(Speaker.id).where(Speaker.expo_id == expo_id, Speaker.id.in_(speaker_ids))
        )
    )


def by_ids(expo_id: int, speaker_ids: Collection[int]) -> list[Speaker]:
    """These speakers, those of other expos left out."""
    return list(
        db.session.scalars(sa.select(Speaker).where(Speaker.expo_id == expo_id, Speaker.id.in_(speaker_ids)))
    )
