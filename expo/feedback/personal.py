"""What a person said of what they attended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expo.core.db import db, execute
from expo.core.personal import Subject, keeps
from expo.programme.models import Occurrence

from .models import Feedback, FeedbackDeclined, FeedbackRequest


def _tell(who: Subject) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Occurrence.code, Feedback.overall, Feedback.comment, Feedback.given_at)
        .join(Occurrence, Feedback.occurrence_id == Occurrence.id)
        .where(Feedback.person_id == who.person_id)
        .order_by(Feedback.id)
    )
    return [
        {"code": code, "overall": overall, "comment": comment, "given": given}
        for code, overall, comment, given in rows
    ]


def _erase(who: Subject) -> None:
    for table in (Feedback, FeedbackRequest, FeedbackDeclined):
        execute(sa.delete(table).where(table.person_id == who.person_id))


keeps("feedback", tell=_tell, erase=_erase)
