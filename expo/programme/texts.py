"""Texts in several languages and what is handed out: checked, and as the columns of sessions and conferences."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line

from .drafts import File, Material, Text
from .words import MaterialKind

MOST_LANGUAGES = 12
MOST_MATERIALS = 40
MOST_PAIRS = 20
LONGEST_LINK = 500
LONGEST_NOTE = 300
LANGUAGE = re.compile(r"[a-z]{2,3}")


class Told(Protocol):
    """What has a text in several languages: a conference or session, drafted or released."""

    text_language: Any
    titles: Any
    machine_made: Any


def check(
    language: str,
    texts: tuple[Text, ...],
    *,
    title: int,
    body: int,
    body_name: str,
    note: int,
    note_name: str,
) -> None:
    """Refuse what no language is, what is said twice, and what is too long. Fields are named as forms name them."""
    if language and not LANGUAGE.fullmatch(language):
        raise BadInput(_not_a_language(language), field="text_language")
    if len(texts) > MOST_LANGUAGES:
        raise BadInput(_("At most %(most)s languages.", most=MOST_LANGUAGES), field="text_language")
    seen = set()
    for text in texts:
        for most, said, name in (
            (title, text.title, "title"),
            (body, text.body, body_name),
            (note, text.note, note_name),
        ):
            if len(said) > most:
                raise BadInput(
                    _("At most %(most)s letters, please.", most=most), field=f"{name}_{text.language}"
                )
        if not LANGUAGE.fullmatch(text.language):
            raise BadInput(_not_a_language(text.language))
        if _says(text) and text.language == language:
            raise BadInput(
                _("The original is in this language: leave this empty, or say another original language."),
                field=f"{'title' if title else body_name}_{text.language}",
            )
        if text.language in seen:
            raise BadInput(_("One text for each language, please."), field=f"title_{text.language}")
        seen.add(text.language)


def _not_a_language(text: str) -> str:
    return _("“%(text)s” is not a language code such as sv.", text=one_line(text)[:20])


def _says(text: Text) -> bool:
    return bool(one_line(text.title) or text.body.strip() or one_line(text.note))


def columns(language: str, texts: tuple[Text, ...], body_name: str, note_name: str) -> dict[str, Any]:
    """The texts as columns, in the order of their languages; without what is empty."""
    said = sorted(filter(_says, texts), key=lambda text: text.language)
    return {
        "text_language": language,
        "titles": {text.language: one_line(text.title) for text in said if one_line(text.title)},
        body_name: {text.language: text.body.strip() for text in said if text.body.strip()},
        note_name: {text.language: one_line(text.note) for text in said if one_line(text.note)},
        "machine_made": [text.language for text in said if text.machine_made],
    }


def of(row: Told, bodies: dict[str, str], notes: dict[str, str]) -> tuple[Text, ...]:
    """The columns as texts. `bodies` are its abstracts or descriptions, `notes` its places or content notes."""
    return tuple(
        Text(
            language,
            row.titles.get(language, ""),
            bodies.get(language, ""),
            language in row.machine_made,
            notes.get(language, ""),
        )
        for language in sorted({*row.titles, *bodies, *notes})
    )


def check_bodies(language: str, bodies: dict[str, str], *, most: int, field: str) -> dict[str, str]:
    """One long text in more languages than its original's, without what is empty. Raises BadInput."""
    texts = tuple(Text(code, body=body) for code, body in bodies.items())
    check(language, texts, title=0, body=most, body_name=field, note=0, note_name="")
    return {
        text.language: text.body.strip()
        for text in sorted(texts, key=lambda one: one.language)
        if _says(text)
    }


def told(own: str, own_language: str, others: dict[str, str], language: str) -> tuple[str, str]:
    """The text in this language where it is given, else as it was written; with the language that it is in."""
    if language != own_language and language in others:
        return others[language], language
    return own, own_language


def check_link(url: str, field: str = "url") -> None:
    """A link that a page may show: https, with a host, and nobody's name or password before it."""
    try:
        parts = urlsplit(url)
        fine = (
            parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        fine = False
    if not fine or len(url) > LONGEST_LINK or not url.isprintable() or " " in url or "\\" in url:
        raise BadInput(_("A link that begins with https://, please."), field=field)


def check_materials(materials: tuple[Material, ...]) -> None:
    if len(materials) > MOST_MATERIALS:
        raise BadInput(_("At most %(most)s materials.", most=MOST_MATERIALS), field="title")
    for material in materials:
        if not 0 < len(one_line(material.title)) <= 200:
            raise BadInput(_("A title of 1 to 200 letters, please."), field="title")
        if material.url:
            check_link(material.url)
        if len(material.text) > LONGEST_NOTE * 2:
            raise BadInput(_("At most %(most)s letters, please.", most=LONGEST_NOTE * 2), field="text")
        if not material.url and not material.text.strip() and material.file is None:
            raise BadInput(_("Give a file, a link, or a short text."), field="url")
        if material.language and not LANGUAGE.fullmatch(material.language):
            raise BadInput(_not_a_language(material.language), field="language")


def check_interpretation(pairs: tuple[tuple[str, str], ...]) -> None:
    if len(pairs) > MOST_PAIRS:
        raise BadInput(_("At most %(most)s pairs of languages.", most=MOST_PAIRS), field="interpretation")
    for pair in pairs:
        for code in pair:
            if not LANGUAGE.fullmatch(code):
                raise BadInput(_not_a_language(code), field="interpretation")
        if pair[0] == pair[1]:
            raise BadInput(_("Nobody interprets a language into itself."), field="interpretation")


def written(materials: tuple[Material, ...]) -> list[dict[str, Any]]:
    """The materials as a column holds them."""
    return [
        filed(
            {
                "kind": material.kind.value,
                "title": one_line(material.title),
                "url": material.url,
                "text": material.text.strip(),
                "language": material.language,
                "public": material.public,
            },
            material.file,
        )
        for material in materials
    ]


def read(materials: list[dict[str, Any]]) -> tuple[Material, ...]:
    """The column as materials."""
    return tuple(
        Material(**{**each, "kind": MaterialKind(each["kind"]), "file": file_of(each)}) for each in materials
    )


def filed(row: dict[str, Any], file: File | None) -> dict[str, Any]:
    """The row with its file, or without a word of one: so what was kept before there were files is the same."""
    without = {name: value for name, value in row.items() if name != "file"}
    return {**without, "file": asdict(file)} if file else without


def file_of(row: dict[str, Any]) -> File | None:
    """The file of a row."""
    return File(**row["file"]) if row.get("file") else None
