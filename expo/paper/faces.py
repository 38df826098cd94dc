"""The bundled fonts: Noto, one for each script, under the Open Font License (`fonts/fonts.json` lists them)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import uharfbuzz as hb

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = "sans-regular", "sans-bold"
# What carries no shape of its own, and goes with the letters beside it.
_JOINERS = frozenset("\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font file, opened. `covers` are the letters that it has; `is_cff`: of the newer kind, which a PDF holds in
    another way."""

    name: str
    font: hb.Font
    units: int
    covers: frozenset[int]
    is_cff: bool

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}{'.otf' if self.is_cff else '.ttf'}"


@cache
def face(name: str) -> Face:
    """A font by its name in the list."""
    file = next(FOLDER.glob(f"{name}.?tf"))
    opened = hb.Face(hb.Blob.from_file_path(str(file)))
    return Face(name, hb.Font(opened), opened.upem, frozenset(opened.unicodes), file.suffix == ".otf")


@cache
def names() -> tuple[str, ...]:
    """In the order in which they are asked for a letter."""
    listed = json.loads((FOLDER / "fonts.json").read_text(encoding="utf-8"))["fonts"]
    return tuple(str(one["file"])[:-4] for one in listed if not str(one["file"]).startswith(BOLD))


@cache
def face_of(letter: str) -> Face | None:
    """The first font that has the letter, or None: then nobody here can write it."""
    return next((one for one in map(face, names()) if ord(letter) in one.covers), None)


def goes_with_neighbours(letter: str) -> bool:
    """Whether it stays in the font of the letters around it: marks, joiners, spaces, signs of punctuation."""
    return letter in _JOINERS or unicodedata.category(letter)[0] in "MZP"


def missing(text: str) -> str:
    """The letters of a text that no bundled font has, each once."""
    return "".join(
        dict.fromkeys(one for one in text if not goes_with_neighbours(one) and face_of(one) is None)
    )


def needed(text: str) -> list[Face]:
    """The fonts that a text needs beside the usual one."""
    found = (face_of(letter) for letter in dict.fromkeys(text) if not goes_with_neighbours(letter))
    return [one for one in dict.fromkeys(found) if one is not None and one.name != REGULAR]
