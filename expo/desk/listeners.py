"""A letter that names registrations is noted beside them, in the transaction that queues it."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db
from expo.mail.news import LetterQueued
from expo.registration.models import Registration

from .models import LetterAbout


def listen() -> None:
    news.listen(LetterQueued, _note)


def _note(queued: LetterQueued) -> None:
    if queued.expo_id is None or not queued.codes:
        return
    ids = db.session.scalars(
        sa.select(Registration.id).where(
            Registration.expo_id == queued.expo_id, Registration.code.in_(queued.codes)
        )
    )
    for registration_id in ids:
        db.session.add(
            LetterAbout(expo_id=queued.expo_id, registration_id=registration_id, letter_id=queued.letter_id)
        )
