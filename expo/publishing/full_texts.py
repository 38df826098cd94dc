"""What a release would change, in full: each text as it is shown now and as it would be, with what differs marked."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from . import changes
from .differences import Difference

_TEXTS = ("title", "abstract", "content_notes")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a session: `before` and `after` with the words that go and come marked."""

    code: str
    title: str
    label: str
    before: Markup
    after: Markup


def in_full(found: list[Difference]) -> list[Text]:
    """The texts that change, session by session; new sessions have nothing to be held against."""
    texts = []
    for one in found:
        for name in _TEXTS if one.content and one.current else ():
            before, after = str(getattr(one.current, name) or ""), str((one.content or {})[name] or "")
            if before != after:
                texts.append(
                    Text(one.session.code, one.session.title, changes.word(name), *_marked(before, after))
                )
    return texts


def _marked(before: str, after: str) -> tuple[Markup, Markup]:
    one, other = (re.findall(r"\s+|\w+|[^\w\s]", text)[:4_000] for text in (before, after))
    old: list[Any] = []
    new: list[Any] = []
    for kind, i, j, k, n in difflib.SequenceMatcher(None, one, other, autojunk=len(one) > 800).get_opcodes():
        gone, come = "".join(one[i:j]), "".join(other[k:n])
        if kind == "equal":
            old.append(escape(gone))
            new.append(escape(come))
        else:
            old.append(Markup("<del>%s</del>") % gone if gone else Markup(""))
            new.append(Markup("<ins>%s</ins>") % come if come else Markup(""))
    return Markup("").join(old), Markup("").join(new)
