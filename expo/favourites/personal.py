"""What a person keeps in mind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps
from expo.programme.models import Occurrence

from .models import Favourite


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Occurrence.code, Favourite.kept_at)
        .join(Occurrence, Favourite.occurrence_id == Occurrence.id)
        .where(Favourite.person_id == who.person_id, Favourite.dropped_at.is_(None))
        .order_by(Favourite.id)
    )
    return [{"code": code, "kept": kept} for code, kept in rows]


def _erase(who: Subject) -> None:
    execute(sa.delete(Favourite).where(Favourite.person_id == who.person_id))


keeps("favourites", tell=_tell, erase=_erase)
