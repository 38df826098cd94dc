"""Columns that a file may have or not: texts in further languages, and what else sessions have to say.

What a file has no column for stays as it is in the expo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme import texts
from expo.programme.drafts import Material, Text
from expo.programme.words import MaterialKind

from . import cells
from .sheets import Row

FURTHER = {
    "sessions.csv": re.compile(
        "text_language|machine_made|interpretation|content_notes|materials|(title|abstract|content_notes)_[a-z]{2,3}"
    ),
    "conferences.csv": re.compile("text_language|machine_made|(title|description|venue)_[a-z]{2,3}"),
}

Value = TypeVar("Value")


def of_texts(row: Row, body: str, note: str, before: Iterable[Text], written_in: str) -> dict[str, Any]:
    """`text_language` and `texts` of a draft. `body` and `note` name the columns of the long and the short text,
    `before` and `written_in` are what the expo has."""
    language = row.read("text_language", _language, "") if "text_language" in row.cells else written_in
    known = {text.language: text for text in before if text.language != language}
    made = row.cells.get("machine_made", "").split()
    for column, cell in row.cells.items():
        name, _under, code = column.rpartition("_")
        if name not in ("title", body, note):
            continue
        text = known.get(code, Text(code))
        known[code] = replace(
            text,
            title=one_line(cell) if name == "title" else text.title,
            body=cell.strip() if name == body else text.body,
            note=one_line(cell) if name == note else text.note,
            machine_made=code in made if "machine_made" in row.cells else text.machine_made,
        )
    found = tuple(text for text in known.values() if text.title or text.body or text.note)
    return {"text_language": language, "texts": found}


def check_texts(row: Row, body: str, note: str, *, title: int, longest: int, short: int) -> None:
    """Note what cannot be meant in the cells of the texts."""
    said = of_texts(row, body, note, (), "")
    try:
        texts.check(
            said["text_language"], said["texts"],
            title=title, body=longest, body_name=body, note=short, note_name=note,
        )  # fmt: skip
    except BadInput as wrong:
        row.wrong(str(wrong.facts.get("field") or "text_language"), wrong.message)


def of_session(row: Row) -> dict[str, Any]:
    """What the row says beside its texts, as fields of a draft: only those for which there is a column."""
    found: dict[str, Any] = {}
    if "interpretation" in row.cells:
        found["interpretation"] = row.read("interpretation", _interpretation, _interpretation(""))
    if "content_notes" in row.cells:
        found["content_notes"] = row.read("content_notes", _notes, "")
    if "materials" in row.cells:
        found["materials"] = row.read("materials", _materials, _materials(""))
    return found


def _language(text: str) -> str:
    if text and not texts.LANGUAGE.fullmatch(text):
        raise ValueError(_("“%(text)s” is not a language code", text=cells.shown(text)))
    return text


def _notes(text: str) -> str:
    if len(text) > texts.LONGEST_NOTE:
        raise ValueError(_("longer than %(most)s characters", most=texts.LONGEST_NOTE))
    return one_line(text)


def _interpretation(text: str) -> tuple[tuple[str, str], ...]:
    """sv>en en>swl."""
    pairs = tuple((part.partition(">")[0], part.partition(">")[2]) for part in text.split())
    return _checked(texts.check_interpretation, pairs)


def _materials(text: str) -> tuple[Material, ...]:
    """One per line: kind | title | link | text | language | ticket. What is missing at the end is empty; the last
    one says that it is for ticket holders."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        parts = [part.strip() for part in line.split("|")]
        kind, title, url, said, language, who = [*parts, *[""] * 6][:6]
        if kind not in set(MaterialKind) or len(parts) > 6 or who not in ("", "ticket"):
            raise ValueError(
                _("“%(text)s” is not: kind | title | link | text | language | ticket", text=cells.shown(line))
            )
        found.append(Material(MaterialKind(kind), title, url, said, language, public=not who))
    return _checked(texts.check_materials, tuple(found))


def _checked(check: Callable[[Value], None], value: Value) -> Value:
    try:
        check(value)
    except BadInput as wrong:
        raise ValueError(wrong.message) from wrong
    return value
