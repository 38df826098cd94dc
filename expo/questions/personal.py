"""What a person answered to the questions of conferences, sealed or not; files go with their answers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from expo.core.personal import Subject, keeps

from . import answering, files, queries, retention
from .models import FILES, Answer


def _tell(who: Subject) -> list[dict[str, Any]]:
    return [
        {
            "question": one.question.labels,
            "answer": answering.value_of(one)
            if _may_be_opened(who, one)
            else _("Sealed: read it under My data."),
            "at": one.answered_at,
        }
        for one in queries.answers_about(who.person_id)
    ]


def _may_be_opened(who: Subject, answer: Answer) -> bool:
    return who.opens_sealed or answer.sealed is None


def _files(who: Subject) -> dict[str, bytes]:
    """What they handed in, under the number of its answer."""
    handed_in = {}
    for one in queries.answers_about(who.person_id):
        file = files.of_answer(one.id) if one.question.kind in FILES else None
        if file is not None and _may_be_opened(who, one):
            handed_in[f"{one.id}-{files.told(file)['name']}"] = files.content(file)
    return handed_in


def _erase(who: Subject) -> None:
    retention.forget_person(person_id=who.person_id)


keeps("answers", tell=_tell, erase=_erase, files=_files)
