"""Answers go on their day, and with their person. `forget_due` is the one function that looks for what is due."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, jobs
from expo.core.db import db, transaction
from expo.registration.models import Registration

from . import answering, files
from .models import Answer, Question


def forget_due() -> int:
    """Delete every answer whose day has come, with its file, and what nobody claimed. Returns how many answers went.

    Done again, it finds nothing more to do.
    """
    # A day on which it is over somewhere; the exact midnight is asked of each.
    soon = clock.now().date() + timedelta(days=1)
    gone = 0
    with transaction():
        questions = db.session.scalars(
            sa.select(Question)
            .where(Question.keep_until < soon, sa.exists().where(Answer.question_id == Question.id))
            .options(joinedload(Question.conference))
        ).all()
        for question in questions:
            if question.deleted_at > clock.now():
                continue
            count = answering.forget(Answer.question_id == question.id)
            gone += count
            audit.record(
                "answers_deleted",
                "question",
                question.id,
                expo_id=question.expo_id,
                after={"answers": count, "kept_until": question.keep_until.isoformat()},
            )
    files.sweep()
    return gone


def forget_person(*, person_id: int) -> None:
    """Throw away all that somebody answered: part of erasing them. Call it inside a transaction."""
    theirs = sa.select(Registration.id).where(Registration.person_id == person_id)
    answering.forget(Answer.registration_id.in_(theirs))


@jobs.every("answers_due", timedelta(hours=1))
def _hourly() -> None:
    """Deletes answers whose last day is over, and files that nobody handed in."""
    forget_due()
