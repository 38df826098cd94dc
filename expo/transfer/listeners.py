"""What this room does when something goes below it."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import execute
from expo.programme.news import OccurrencesGoing

from .models import ExternalKey


def listen() -> None:
    news.listen(OccurrencesGoing, forget_keys)


def forget_keys(message: OccurrencesGoing) -> None:
    """By which id another system knew a time says nothing once that is gone."""
    execute(sa.delete(ExternalKey).where(ExternalKey.occurrence_id.in_(message.occurrence_ids)))
