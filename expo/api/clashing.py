"""What clashes, as the API says it: which rule, how strict, and a sentence for each."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response

from expo.programme.refusals import Clashes
from expo.programme.teams import Rights
from expo.programme.words import Deed
from expo.scheduling import clashes
from expo.scheduling.clashes import Clash
from expo.scheduling.refusals import NotToBePublished

from . import problems, writing
from .keys import key_with
from .problems import Problem

WRITE, PUBLISH = "programme:write", "programme:publish"


def speak(blueprint: Blueprint) -> None:
    """Let a blueprint answer a clash as such."""
    blueprint.register_error_handler(Clashes, _answer)
    blueprint.register_error_handler(NotToBePublished, _answer)


def _answer(no: Clashes | NotToBePublished) -> Response:
    held = writing.rights_of(key_with(PUBLISH if isinstance(no, NotToBePublished) else WRITE))
    found = [told(each, held) for each in cast(list[Clash], no.facts["clashes"])]
    return problems.of_problem(Problem(no.status, no.code, no.message, clashes=found))


def told(clash: Clash, held: Rights) -> dict[str, Any]:
    """One clash for whoever holds these rights."""
    other = clash.other
    named = other is not None and (other.listed or held.may(Deed.READ, other.conference_id))
    return {
        "rule": clash.rule.value,
        "level": clash.level.value,
        "message": clashes.sentence(clash, held),
        "one": clash.own.code,
        "other": other.code if other is not None and named else None,
        "reason": clash.reason,
    }
