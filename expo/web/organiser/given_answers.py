"""What somebody answered, as the visitor may read it: sealed answers only when they are opened, for the named roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request

from expo.core.refusals import Forbidden
from expo.programme.words import Deed
from expo.questions import answering, files, queries
from expo.questions.models import FILES, Answer
from expo.registration.models import Registration
from expo.web import answers
from expo.web.uploads import served

from . import mine


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the desk's page. `said` is None while it is sealed."""

    label: str
    said: str | None
    readers: str
    question_id: int
    is_file: bool
    is_sealed: bool
    is_photo: bool


def of(registration: Registration, opened: Mapping[int, Any]) -> list[Line]:
    """Question by question. Of answers that are not for this visitor not even this is said: that there is one."""
    given = queries.answers_of([registration.id]).get(registration.id, {})
    if not given:
        return []
    roles = mine.rights().roles(registration.conference_id)
    plain = mine.may(Deed.READ_ADDRESSES, registration.conference_id)
    lines = []
    for one in sorted(given.values(), key=lambda answer: (answer.question.position, answer.question_id)):
        question = one.question
        if not (question.may_read(roles) if question.is_sealed else plain):
            continue
        value = opened.get(question.id) if question.is_sealed else one.value
        said = None if value is None else answers.said(question, value)
        lines.append(
            Line(
                answers.label_of(question),
                said,
                answers.readers_of(question),
                question.id,
                question.kind in FILES,
                question.is_sealed,
                question.kind.value == "photo",
            )
        )
    return lines


def open_sealed(registration: Registration) -> dict[int, Any]:
    """The sealed answers of this registration that the visitor's roles may read; written down, one by one."""
    roles = mine.rights().roles(registration.conference_id)
    given = queries.answers_of([registration.id]).get(registration.id, {})
    readable = [one for one in given.values() if one.sealed is not None and one.question.may_read(roles)]
    return answering.read_for(readable, roles, where=registration) if readable else {}


def file(registration: Registration, question_id: int) -> Response:
    """The file of an answer. Raises Forbidden."""
    answer: Answer = queries.answer(registration.id, question_id) or abort(404)
    handed_in = files.of_answer(answer.id) or abort(404)
    if answer.sealed is not None:
        if request.method != "POST":
            raise Forbidden(answers.sealed_file())
        answering.read_for([answer], mine.rights().roles(registration.conference_id), where=registration)
    else:
        mine.rights().require(Deed.READ_ADDRESSES, registration.conference_id)
    return served(files.content(handed_in), files.told(handed_in))
