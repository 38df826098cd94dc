from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.registration.models import LIVE, Registration

from .models import Answer, Question


def of_conferences(conference_ids: Iterable[int], *, ended_too: bool = False) -> dict[int, list[Question]]:
    """What each conference asks, in its order. One query."""
    wanted = (
        sa.select(Question)
        .where(Question.conference_id.in_(list(conference_ids)))
        .options(joinedload(Question.conference))
        .order_by(Question.position, Question.id)
    )
    if not ended_too:
        wanted = wanted.where(Question.ended_at.is_(None))
    found: dict[int, list[Question]] = {}
    for question in db.session.scalars(wanted):
        found.setdefault(question.conference_id, []).append(question)
    return found


def of_conference(conference_id: int, *, ended_too: bool = False) -> list[Question]:
    return of_conferences([conference_id], ended_too=ended_too).get(conference_id, [])


def question(conference_id: int, question_id: int) -> Question | None:
    """One of a conference's own, ended or not."""
    return db.session.scalar(
        sa.select(Question).where(Question.conference_id == conference_id, Question.id == question_id)
    )


def answers_of(registration_ids: Sequence[int]) -> dict[int, dict[int, Answer]]:
    """By registration, then by question. One query."""
    found: dict[int, dict[int, Answer]] = {}
    for answer in db.session.scalars(
        sa.select(Answer)
        .where(Answer.registration_id.in_(registration_ids))
        .options(joinedload(Answer.question))
    ):
        found.setdefault(answer.registration_id, {})[answer.question_id] = answer
    return found


def answer(registration_id: int, question_id: int) -> Answer | None:
    return db.session.scalar(
        sa.select(Answer)
        .where(Answer.registration_id == registration_id, Answer.question_id == question_id)
        .options(joinedload(Answer.question))
    )


def counts(conference_id: int) -> dict[int, int]:
    """How many answers each question has."""
    rows = db.session.execute(
        sa.select(Answer.question_id, sa.func.count())
        .join(Question, Answer.question_id == Question.id)
        .where(Question.conference_id == conference_id)
        .group_by(Answer.question_id)
    )
    return {row[0]: row[1] for row in rows}


def answers_about(person_id: int) -> list[Answer]:
    """All that somebody answered anywhere: part of what they download as their data."""
    return list(
        db.session.scalars(
            sa.select(Answer)
            .join(Answer.registration)
            .where(Registration.person_id == person_id)
            .options(joinedload(Answer.question), joinedload(Answer.registration))
            .order_by(Answer.registration_id, Answer.id)
        )
    )


def live_registrations(conference_id: int, *, after: int, most: int) -> list[Registration]:
    """So many of those who have, or may get, a place at the conference, by id."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(
                Registration.conference_id == conference_id,
                Registration.state.in_(LIVE),
                Registration.person_id.is_not(None),
                Registration.id > after,
            )
            .options(joinedload(Registration.ticket_type), joinedload(Registration.person))
            .order_by(Registration.id)
            .limit(most)
        )
    )
