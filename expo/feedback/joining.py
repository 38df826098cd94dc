"""What two said of a session, and that they were asked: once."""

from __future__ import annotations

import sqlalchemy as sa

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import execute

from .models import Feedback, FeedbackDeclined, FeedbackRequest


def _follow(told: Joining) -> None:
    for table in (Feedback, FeedbackRequest):
        pass_on(told, table.person_id, table.occurrence_id)
        execute(sa.delete(table).where(table.person_id == told.gone_id))
    pass_on(told, FeedbackDeclined.person_id, FeedbackDeclined.expo_id)
    execute(sa.delete(FeedbackDeclined).where(FeedbackDeclined.person_id == told.gone_id))


follows("feedback", _follow)
