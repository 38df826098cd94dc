"""Columns that a folder may have: texts in further languages, and what else sessions have to say."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from expo.expos import queries as expos
from expo.imports.actions import import_h22
from expo.imports.refusals import BrokenFiles
from expo.programme import actions, queries
from expo.programme.drafts import Material, Text
from expo.programme.models import Session
from expo.programme.texts import read as materials_of
from expo.programme.values import draft_of_session
from expo.programme.words import MaterialKind

from .folders import a_folder, read

pytestmark = [pytest.mark.feature("P9"), pytest.mark.feature("F9")]


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    return a_folder(tmp_path / "h22")


def widen(folder: Path, file: str, columns: dict[str, str], line: int = 2) -> None:
    """Put further columns into a file, filled in one line alone."""
    rows = read(folder, file)
    for number, row in enumerate(rows, start=2):
        row.update(columns if number == line else dict.fromkeys(columns, ""))
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def session(code: str) -> Session:
    expo = expos.by_slug("h22")
    assert expo is not None
    found = queries.session(expo.id, code)
    assert found is not None
    return found


def test_further_columns_say_more_and_a_second_import_changes_nothing(folder: Path):
    widen(folder, "sessions.csv", {
        "text_language": "sv", "title_en": "Round tour", "abstract_en": "In English.", "machine_made": "en",
        "interpretation": "sv>en sv>swl", "content_notes": "Loud",
        "materials": "slides | Slides | https://example.org/s\nlink | Boots | | It is wet. | en | ticket",
    })  # fmt: skip
    widen(
        folder,
        "conferences.csv",
        {"text_language": "en", "title_sv": "Stadsmässan", "description_sv": "En stad."},
    )
    import_h22(folder)

    draft = draft_of_session(session("T-1"))
    assert (draft.text_language, draft.texts) == ("sv", (Text("en", "Round tour", "In English.", True),))
    assert (draft.interpretation, draft.content_notes) == ((("sv", "en"), ("sv", "swl")), "Loud")
    assert draft.materials == (
        Material(MaterialKind.SLIDES, "Slides", "https://example.org/s"),
        Material(MaterialKind.LINK, "Boots", "", "It is wet.", "en", public=False),
    )
    assert session("T-1").conference.title_in("sv") == ("Stadsmässan", "sv")
    assert not import_h22(folder).anything


@pytest.mark.feature("F6")
def test_what_no_column_says_stays_as_somebody_wrote_it(folder: Path):
    import_h22(folder)
    there = session("N-1")
    said = {
        "text_language": "en",
        "texts": (Text("sv", "Sidoevenemang", "Om det."),),
        "materials": (Material(MaterialKind.LINK, "Map", "https://example.org/"),),
        "content_notes": "Loud",
    }
    actions.edit_session(session=there, draft=replace(draft_of_session(there), **said), parent=there.parent)

    import_h22(folder)
    draft = draft_of_session(session("N-1"))
    assert {name: getattr(draft, name) for name in said} == said

    widen(folder, "sessions.csv", {"title_sv": "Ett annat"}, line=7)
    import_h22(folder)
    assert draft_of_session(session("N-1")).texts == (Text("sv", "Ett annat", "Om det."),)
    assert len(materials_of(session("N-1").materials)) == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"text_language": "Swedish"}, "is not a language code"),
        ({"text_language": "sv", "title_sv": "Två"}, "column title_sv: The original is in this language"),
        ({"title_en": "x" * 251}, "column title_en: At most 250 letters"),
        ({"interpretation": "sv"}, "column interpretation"),
        ({"content_notes": "x" * 301}, "column content_notes: longer than 300"),
        ({"materials": "film | T | https://example.org"}, "is not: kind | title"),
        (
            {"materials": "slides | T | http://example.org"},
            "column materials: A link that begins with https://",
        ),
        ({"title_": "x"}, "there is no such column"),
        ({"title_sv_se": "x"}, "there is no such column"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_named_and_nothing_is_written(folder: Path, columns, said: str):
    widen(folder, "sessions.csv", columns)

    with pytest.raises(BrokenFiles) as broken:
        import_h22(folder)

    assert any(said in str(fault) for fault in broken.value.faults), [
        str(fault) for fault in broken.value.faults
    ]
    assert expos.by_slug("h22") is None
