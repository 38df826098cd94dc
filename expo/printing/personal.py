"""When the person's badges were printed. Files in which they stand go with them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.badge.models import Badge
from expo.core.db import db
from expo.core.personal import Subject, keeps

from . import actions
from .models import Print, PrintedBadge


def _of(who: Subject) -> sa.Select[Print]:
    return (
        sa.select(Print)
        .join(PrintedBadge, PrintedBadge.print_id == Print.id)
        .join(Badge, PrintedBadge.badge_id == Badge.id)
        .where(Badge.person_id == who.person_id)
        .order_by(Print.id)
        .distinct()
    )


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [{"printed": one.ready_at, "paper": one.paper} for one in db.session.scalars(_of(who))]


def _erase(who: Subject) -> None:
    actions.forget_files(list(db.session.scalars(_of(who).where(Print.file_gone_at.is_(None)))))


keeps("prints", tell=_tell, erase=_erase, order=15)
