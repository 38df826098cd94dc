"""What a person answered to the questions of conferences, sealed or not; files go with their answers."""

from __future__ import annotations

from typing import Any

from expo.core.personal import Subject, keeps

from . import answering, queries, retention


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {
            "question": one.question.labels,
            "answer": answering.value_of(one),
            "at": one.answered_at,
        }
        for one in queries.answers_about(who.person_id)
    ]


def _erase(who: Subject) -> None:
    retention.forget_person(person_id=who.person_id)


keeps("answers", tell=_tell, erase=_erase)
