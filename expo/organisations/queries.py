from __future__ import annotations

import sqlalchemy as sa

from expo.core.db import db
from expo.core.text import folded

from .models import Organisation


def by_name(name: str) -> Organisation | None:
    """The organisation of this name, whatever its case and diacritics."""
    return db.session.scalar(sa.select(Organisation).where(Organisation.folded_name == folded(name)))


def slugs() -> set[str]:
    return set(db.session.scalars(sa.select(Organisation.slug)))
