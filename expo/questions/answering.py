"""Answers: which questions are asked of whom, what was answered to them, and keeping it.

One rule decides what is asked (`judge`), for every door: what is not asked is not kept, whatever was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, seal
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.programme.words import Role
from expo.registration.models import Registration, TicketType

from . import files, queries, values
from .models import FILES, Answer, AnswerFile, Kind, Question
from .refusals import Locked, Sealed
from .values import Given


@dataclass(slots=True)
class Judged:
    """What was asked of one ticket, the values of what was answered, the files that go with them, and what is wrong:
    a sentence by question."""

    asked: list[Question] = field(default_factory=list)
    values: dict[int, Any] = field(default_factory=dict)
    files: dict[int, AnswerFile] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)


def judge(
    questions: Iterable[Question],
    kind: TicketType,
    given: Mapping[int, Given],
    *,
    kept: Mapping[int, Any] | None = None,
) -> Judged:
    """Go through a conference's questions in their order: which are asked of this ticket, and is each answered as it
    has to be? `kept` are values that stand already, for files that are not sent again."""
    found = Judged()
    answered: dict[int, set[str]] = {}
    for question in questions:
        if not _is_asked(question, kind, answered):
            continue
        found.asked.append(question)
        one = given.get(question.id, Given())
        try:
            value = (
                _file(question, one, found, kept or {})
                if question.kind in FILES
                else values.read(question, one)
            )
        except BadInput as wrong:
            found.problems[question.id] = wrong.message
            continue
        if value is None:
            if question.required:
                found.problems[question.id] = _missing(question.kind)
            continue
        found.values[question.id] = value
        answered[question.id] = values.answers_with(question, value)
    return found


def _is_asked(question: Question, kind: TicketType, answered: Mapping[int, set[str]]) -> bool:
    if not question.concerns(kind):
        return False
    if question.depends_on_id is None:
        return True
    other = answered.get(question.depends_on_id)
    return other is not None and (not question.depends_on or not other.isdisjoint(question.depends_on))


def _file(question: Question, given: Given, found: Judged, kept: Mapping[int, Any]) -> Any:
    file = files.waiting(question, given.file)
    if file is None:
        return kept.get(question.id)
    found.files[question.id] = file
    return files.told(file)


def _missing(kind: Kind) -> str:
    match kind:
        case Kind.CHOICE | Kind.CHOICES | Kind.COUNTRY:
            return _("Choose an answer: it is needed.")
        case Kind.FILE | Kind.PHOTO:
            return _("Choose a file: it is needed.")
        case _:
            return _("Write an answer: it is needed.")


def keep(registration: Registration, judged: Judged) -> None:
    """Keep what was answered with this registration, in the transaction that makes it."""
    assert not judged.problems
    with transaction():
        for question in judged.asked:
            if question.id in judged.values:
                _write(registration, question, judged)
        if judged.values:
            _tell("answers_given", registration, judged.values)


def change(*, registration: Registration, given: Mapping[int, Given]) -> Judged:
    """Change what was answered, as far as it can still be changed. What is no longer asked for is thrown away.

    Returns what was judged; with problems in it, nothing was changed. Raises Locked.
    """
    with transaction():
        lock(registration)
        if not registration.is_live:
            raise Locked(_("This registration has ended: nothing of it is changed any more."))
        questions = queries.of_conference(registration.conference_id)
        before = queries.answers_of([registration.id]).get(registration.id, {})
        opened = {key: value_of(one) for key, one in before.items()}
        if not any(not one.is_locked for one in questions):
            raise Locked(_("The last day for changing these answers is over."))
        wanted = {
            one.id: values.typed_again(one, opened[one.id]) if one.id in opened else Given()
            for one in questions
            if one.is_locked
        }
        judged = judge(questions, registration.ticket_type, {**given, **wanted}, kept=opened)
        for one in questions:
            if one.is_locked:  # nobody is held to what they cannot change
                judged.problems.pop(one.id, None)
        if judged.problems:
            return judged
        changed = {
            key: value
            for key, value in judged.values.items()
            if key not in before or opened[key] != value or key in judged.files
        }
        for question in judged.asked:
            if question.id in changed:
                _write(registration, question, judged)
        gone = [
            one for key, one in before.items() if key not in judged.values and one.question.ended_at is None
        ]
        _delete([one.id for one in gone])
        if changed or gone:
            _tell("answers_changed", registration, [*changed, *(one.question_id for one in gone)])
    return judged


def missing(
    registration: Registration, questions: Sequence[Question], answers: Mapping[int, Answer]
) -> list[Question]:
    """What is asked of this registration, needed, and not answered yet; nothing that can no longer be."""
    given = {key: values.typed_again(one.question, value_of(one)) for key, one in answers.items()}
    kept = {key: value_of(one) for key, one in answers.items() if one.question.kind in FILES}
    judged = judge(questions, registration.ticket_type, given, kept=kept)
    return [one for one in judged.asked if one.required and one.id not in judged.values and not one.is_locked]


def value_of(answer: Answer) -> Any:
    """What was answered, for the person themselves and for rules; others read it by `read_for`."""
    if answer.sealed is not None:
        return seal.open_value(answer.sealed, about=about(answer.registration_id, answer.question_id))
    return answer.value


def read_for(answers: Sequence[Answer], roles: frozenset[Role], *, where: Registration) -> dict[int, Any]:
    """Open the sealed answers of one registration for somebody with these roles, and write down that it was done:
    one row per answer. By question. Raises Sealed where a role is missing for one of them."""
    found = {}
    with transaction():
        for one in answers:
            assert one.registration_id == where.id
            if one.sealed is None:
                continue
            if not one.question.may_read(roles):
                raise Sealed(_("This answer is sealed for other roles than yours."))
            found[one.question_id] = value_of(one)
            audit.record(
                "answer_read",
                "registration",
                where.id,
                expo_id=where.expo_id,
                after={"question": one.question_id},
            )
    return found


def _write(registration: Registration, question: Question, judged: Judged) -> None:
    value = judged.values[question.id]
    answer = queries.answer(registration.id, question.id)
    if answer is None:
        answer = Answer(
            expo_id=registration.expo_id, registration_id=registration.id, question_id=question.id
        )
        db.session.add(answer)
    if question.is_sealed:
        answer.value = None
        answer.sealed = seal.close_value(value, about=about(registration.id, question.id))
    else:
        answer.value, answer.sealed = value, None
    answer.answered_at = clock.now()
    db.session.flush()
    if question.id in judged.files:
        files.claim(judged.files[question.id], answer)


def about(registration_id: int, question_id: int) -> str:
    """To what the seal of an answer is bound."""
    return f"answer {registration_id} {question_id}"


def _delete(answer_ids: list[int]) -> int:
    if not answer_ids:
        return 0
    files.forget(answer_ids)
    return execute(sa.delete(Answer).where(Answer.id.in_(answer_ids)))


def forget(which: sa.ColumnElement[bool]) -> int:
    """Throw answers away with their files, in a transaction. Returns how many."""
    return _delete(list(db.session.scalars(sa.select(Answer.id).where(which))))


def _tell(action: str, registration: Registration, questions: Iterable[int]) -> None:
    # Which questions, never what was answered: the trace outlasts the answers.
    audit.record(
        action,
        "registration",
        registration.id,
        expo_id=registration.expo_id,
        after={"questions": sorted(questions)},
    )
