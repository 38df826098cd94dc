"""Text set in glyphs: which font has each letter, which way it runs, how its shapes join, and how large it may be.

HarfBuzz shapes (it joins Arabic, stacks Devanagari and Khmer, places marks); what is left is to cut the text into runs
of one direction and one font, and to put these runs in the order in which they are seen.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from . import faces
from .faces import Face

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\u200f\u202b\u202e\u2067]"
)
_BREAKABLE = re.compile("[\0-\x20]+")  # a no-break space is none
_OPEN = re.compile(r"(?<=[ /])|(?<=\w-)(?=\w)|(?<=[\u2e80-\u9fff\U00020000-\U0003ffff])(?=[\u2e80-\u9fff])")
LEADING = 1.18  # from one line to the next, in sizes of the letters
_MOST_LETTERS = 400  # of hostile length nothing is set


@dataclass(frozen=True, slots=True)
class Glyph:
    """One shape: its number in the font, how far the pen moves, where the shape sits, and the letters that it is."""

    number: int
    advance: int
    dx: int
    dy: int
    letters: str


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one font. `thick`: to be drawn with an outline, because the font has no bold weight."""

    face: Face
    thick: bool
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is seen from left to right; `width` in sizes of the letters."""

    runs: tuple[Run, ...]
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size (points) that fit where they have to."""

    lines: tuple[Line, ...]
    size: float
    # Whether it begins at the right, as Arabic and Hebrew do.
    from_right: bool = False

    @property
    def height(self) -> float:
        return self.size * LEADING * len(self.lines)


@lru_cache(maxsize=2048)  # of a batch many are of one organisation, and all say the same small words
def line(text: str, *, bold: bool = False) -> Line:
    """The text in glyphs. Letters that no font has are left out."""
    runs = []
    for piece, direction in _pieces(text[:_MOST_LETTERS]):
        together = list(_by_face(piece))
        for face, part in together if direction == "ltr" else reversed(together):
            runs.append(_shaped(face, part, direction, bold))
    width = sum(glyph.advance / run.face.units for run in runs for glyph in run.glyphs)
    return Line(tuple(runs), width)


@lru_cache(maxsize=2048)
def fit(text: str, *, width: float, most: float, least: float, height: float = math.inf, lines: int = 1,
        bold: bool = False) -> Block:  # fmt: skip
    """The text as large as it may be (`most` to `least` points) within width and height (points), in so many lines at
    most. A line more is worth it only where the letters grow by a tenth. What is too long even so ends with an
    ellipsis."""
    text = _BREAKABLE.sub(" ", text).strip()[:_MOST_LETTERS]
    from_right = _from_right(text)
    best = Block((), 0)
    for broken in _broken(text, lines, bold):
        widest = max(max(one.width for one in broken), 0.01)
        size = min(most, width / widest, height / len(broken) / LEADING)
        if size > best.size * (1.1 if best.size else 0):
            best = Block(broken, size, from_right)
    if best.size >= least:
        return best
    return Block((_shortened(text, width / least, bold),), least, from_right)


def _broken(text: str, most: int, bold: bool) -> Iterator[tuple[Line, ...]]:
    """The text in one line, in two, in three, each time broken where its longest line is shortest."""
    parts = [part for part in _OPEN.split(text) if part]
    widths = [line(part, bold=bold).width for part in parts]
    for count in range(1, min(most, len(parts)) + 1):
        ways = itertools.islice(itertools.combinations(range(1, len(parts)), count - 1), 2000)
        cuts = min(ways, key=lambda cuts: max(sum(widths[a:b]) for a, b in _spans(cuts, len(parts))))
        yield tuple(line("".join(parts[a:b]).strip(), bold=bold) for a, b in _spans(cuts, len(parts)))


def _spans(cuts: tuple[int, ...], end: int) -> list[tuple[int, int]]:
    return list(itertools.pairwise((0, *cuts, end)))


def _shortened(text: str, most: float, bold: bool) -> Line:
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if line(text[:middle].rstrip() + "…", bold=bold).width <= most:
            fits = middle
        else:
            too_long = middle
    while fits and unicodedata.category(text[fits : fits + 1] or "x").startswith("M"):
        fits -= 1  # no letter without its marks
    return line(text[:fits].rstrip() + "…", bold=bold)


def _from_right(text: str) -> bool:
    return bool(_RIGHT_TO_LEFT.search(text)) and BidiParagraph(text).base_direction is TextDirection.RTL


def _pieces(text: str) -> list[tuple[str, str]]:
    """Runs of one direction in the order in which they are seen from left to right (UAX #9, rule L2)."""
    if not _RIGHT_TO_LEFT.search(text):
        return [(text, "ltr")]
    levels = [(one.embedding_level, one.character) for one in BidiParagraph(text).characters]
    runs = [
        (level, "".join(letter for _level, letter in group))
        for level, group in itertools.groupby(levels, key=lambda one: one[0])
    ]
    for level in range(max(level for level, _run in runs), 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][0] >= level:
                end += 1
            runs[start:end] = reversed(runs[start:end])
            start = end + 1
    return [(run, "rtl" if level % 2 else "ltr") for level, run in runs]


def _by_face(text: str) -> Iterator[tuple[Face, str]]:
    """The text in parts of one font each. Marks and signs stay with the letters before them, if that font has them."""
    at: Face | None = None
    part = ""
    for letter in unicodedata.normalize("NFC", text):
        neighbourly = faces.goes_with_neighbours(letter)
        if at is not None and neighbourly and (ord(letter) in at.covers or letter in "\u200c\u200d"):
            part += letter
            continue
        found = faces.face_of(letter)
        if found is None:
            continue
        if found is not at and part and at is not None:
            yield at, part
            part = ""
        at = found
        part += letter
    if part and at is not None:
        yield at, part


def _shaped(face: Face, text: str, direction: str, bold: bool) -> Run:
    real_bold = bold and face.name == faces.REGULAR
    face = faces.face(faces.BOLD) if real_bold else face
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    hb.shape(face.font, buffer)
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    told: set[int] = set()
    glyphs = []
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        letters = "" if info.cluster in told else text[info.cluster : ends[info.cluster]]
        told.add(info.cluster)
        glyphs.append(Glyph(info.codepoint, place.x_advance, place.x_offset, place.y_offset, letters))
    return Run(face, bold and not real_bold, tuple(glyphs))
