from __future__ import annotations

import sqlalchemy as sa

from expo.core.db import db

from .models import Expo


def by_slug(slug: str) -> Expo | None:
    return db.session.scalar(sa.select(Expo).where(Expo.slug == slug))


def every() -> list[Expo]:
    """All expos of this installation, newest first."""
    return list(db.session.scalars(sa.select(Expo).order_by(Expo.starts_on.desc(), Expo.slug)))
