"""A conference with a question; the answers of somebody who registers."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from PIL import Image

from expo.core import clock
from expo.programme.models import Conference
from expo.programme.words import Role
from expo.questions import actions, answering, queries
from expo.questions.actions import QuestionDraft
from expo.questions.models import Kind, Question
from expo.questions.values import Given
from expo.registration import actions as registrations
from expo.registration.models import Registration, TicketType
from tests import factories as a


def in_days(days: int) -> Any:
    return clock.now().date() + timedelta(days=days)


def a_question(conference: Conference, label: str = "What do you eat?", **changes: Any) -> Question:
    values: dict[str, Any] = {
        "kind": Kind.TEXT,
        "labels": {"en": label},
        "purposes": {"en": "For the kitchen"},
        "keep_until": in_days(60),
    }
    if changes.get("is_sealed"):
        changes.setdefault("readers", frozenset({Role.REGISTRATION}))
    return actions.save_question(conference=conference, draft=QuestionDraft(**{**values, **changes}))


def draft_with(question: Question, **changes: Any) -> QuestionDraft:
    before = actions.draft_of(question)
    return QuestionDraft(**{**{name: getattr(before, name) for name in QuestionDraft.__slots__}, **changes})


def judged(kind: TicketType, typed: dict[Question, Any]) -> answering.Judged:
    return answering.judge(queries.of_conference(kind.conference_id), kind, given(typed))


def given(typed: dict[Question, Any]) -> dict[int, Given]:
    return {
        question.id: one if isinstance(one, Given) else Given(one if isinstance(one, tuple) else (one,))
        for question, one in typed.items()
    }


def registered(kind: TicketType, typed: dict[Question, Any] | None = None, **changes: Any) -> Registration:
    """Somebody with this ticket, who answered so."""
    person = changes.pop("person", None) or a.a_person(kind.conference.expo)
    also = None
    if typed is not None:
        said = judged(kind, typed)
        assert said.problems == {}

        def also(made: list[Registration]) -> None:
            answering.keep(made[0], said)

    return registrations.submit(person=person, ticket_types=[kind], also=also).registrations[0]


def a_picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, form, **options)
    return made.getvalue()
