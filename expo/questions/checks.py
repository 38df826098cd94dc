from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from expo.core import clock
from expo.core.checks import check
from expo.core.db import db
from expo.registration.models import Registration

from . import files
from .models import Answer, AnswerFile, Question


@check("9", "an answer and what a question depends on are of one conference")
def one_conference() -> Iterator[str]:
    strays = (
        sa.select(Answer.id)
        .join(Answer.question)
        .join(Answer.registration)
        .where(Registration.conference_id != Question.conference_id)
    )
    for row in db.session.execute(strays):
        yield f"answer {row.id} answers another conference's question"
    other = aliased(Question)
    depends = (
        sa.select(Question.id)
        .join(other, Question.depends_on_id == other.id)
        .where(
            sa.or_(other.conference_id != Question.conference_id, other.position >= Question.position),
            Question.ended_at.is_(None),
        )
    )
    for row in db.session.execute(depends):
        yield f"question {row.id} depends on one that does not come before it in its conference"


@check("12", "sealed answers are sealed")
def sealed() -> Iterator[str]:
    rows = (
        sa.select(Answer.id)
        .join(Answer.question)
        .where(Question.is_sealed, sa.or_(Answer.sealed.is_(None), Answer.value.is_not(None)))
    )
    for row in db.session.execute(rows):
        yield f"answer {row.id} to a sealed question can be read in the table"


@check("12", "no answer outlives the day that was promised by more than a day")
def on_their_day() -> Iterator[str]:
    questions = db.session.scalars(
        sa.select(Question)
        .where(sa.exists().where(Answer.question_id == Question.id))
        .options(joinedload(Question.conference))
    )
    for question in questions:
        if (clock.now() - question.deleted_at).days >= 1:
            yield f"question {question.id} still has answers, to be deleted after {question.keep_until}"


@check("11", "every file of an answer is there")
def there() -> Iterator[str]:
    for row in db.session.execute(sa.select(AnswerFile.id, AnswerFile.stored)):
        if not (files.folder() / row.stored).is_file():
            yield f"the file {row.id} is not in the folder of uploads"
