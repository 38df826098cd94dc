"""Questions and answers in JSON: what is asked of a ticket, and what an order answers.

An answer is as expo/questions/values.py keeps it. Files are handed in by the person, in pages. What is left out is
asked of the person by letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expo.questions import answering, queries
from expo.questions.models import FILES, SEVERAL, WITH_MORE, Answer, Question
from expo.questions.values import Given
from expo.registration.models import Registration, TicketType

from . import reading


def asked(questions: list[Question], kind: TicketType) -> list[dict[str, Any]]:
    """What this ticket is asked, in its order; `if` names the earlier answer that makes it needed."""
    return [
        {
            "id": str(one.id),
            "kind": one.kind.value,
            "label": one.labels,
            "hint": one.hints,
            "purpose": one.purposes,
            "required": one.required,
            "sealed": one.is_sealed,
            "kept_until": one.keep_until.isoformat(),
            "options": [{"key": option["key"], "label": option["labels"]} for option in one.options],
            "if": {"question": str(one.depends_on_id), "answers": one.depends_on}
            if one.depends_on_id
            else None,
        }
        for one in questions
        if one.concerns(kind)
    ]


def given(
    kinds: list[TicketType], lines: list[dict[str, Any]]
) -> Callable[[list[Registration]], None] | None:
    """Keeps what the lines of an order answer, with the registrations they become. Raises Problem."""
    questions = queries.of_conferences({kind.conference_id for kind in kinds})
    judged: dict[int, answering.Judged] = {}
    for number, (kind, line) in enumerate(zip(kinds, lines, strict=True)):
        field = f"lines[{number}].answers"
        sent = line.get("answers")
        if sent is None:
            continue
        if not isinstance(sent, dict):
            raise reading.bad(field, "must be an object: the id of each question with its answer.")
        known = {str(one.id): one for one in questions.get(kind.conference_id, ()) if one.concerns(kind)}
        for key in sent:
            if key not in known or known[key].kind in FILES:
                raise reading.bad(f"{field}.{key}", "is not asked here.")
        typed = {known[key].id: _typed(known[key], value, f"{field}.{key}") for key, value in sent.items()}
        found = answering.judge(questions.get(kind.conference_id, []), kind, typed)
        for question_id in typed:
            if question_id in found.problems:
                raise reading.bad(f"{field}.{question_id}", found.problems[question_id])
        found.problems.clear()  # what is missing is asked of the person
        judged[kind.id] = found
    if not any(one.values for one in judged.values()):
        return None

    def keep(registrations: list[Registration]) -> None:
        for one in registrations:
            if one.ticket_type_id in judged:
                answering.keep(one, judged[one.ticket_type_id])

    return keep


def plain(answers: Mapping[int, Answer]) -> dict[str, Any]:
    """Answers that are not sealed, by question; sealed ones are read in pages, where reading leaves a trace."""
    return {str(key): one.value for key, one in sorted(answers.items()) if one.sealed is None}


def _typed(question: Question, value: Any, field: str) -> Given:
    if question.kind in WITH_MORE and isinstance(value, dict):
        more = value.get("text", "")
        if not isinstance(more, str):
            raise reading.bad(f"{field}.text", "must be text.")
        return Given(_texts(value.get("chosen", []), f"{field}.chosen"), more)
    if question.kind in SEVERAL:
        return Given(_texts(value, field))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise reading.bad(field, "must be text or a number.")
    return Given((str(value),))


def _texts(value: Any, field: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 100 or not all(isinstance(one, str) for one in value):
        raise reading.bad(field, "must be a list of texts.")
    return tuple(value)
