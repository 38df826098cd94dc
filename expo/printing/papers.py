"""Badges on their three papers. Measures are millimetres, letters are points.

Every face says the category in colour and in words. A name is as large as it can be, in its own script, in up to
three lines; nothing that is too long runs over an edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import ngettext

from expo.badge import qr
from expo.paper.document import MM, WHITE, Colour, Document, Page, boxed, colour
from expo.paper.setting import Block, fit
from expo.registration.models import Category
from expo.registration.words import CATEGORIES

from .cards import Card
from .models import Paper

# Those of static/css/tokens.css; a test holds them together.
COLOURS: dict[Category, str] = {
    Category.VISITOR: "#4a5560",
    Category.CITY: "#1f3f9a",
    Category.MEMBER_STATE: "#6b1f5e",
    Category.INTERNATIONAL: "#00577f",
    Category.CIVIL_SOCIETY: "#23602f",
    Category.ACADEMIA: "#5a3a8c",
    Category.COMPANY: "#6b4a00",
    Category.PRESS: "#8f1d2c",
    Category.SPEAKER: "#a3330b",
    Category.STAFF: "#1d1d1d",
}
INK: Colour = (0.09, 0.1, 0.12)
QUIET: Colour = (0.33, 0.36, 0.4)
HAIR: Colour = (0.6, 0.62, 0.65)
A6_WIDE, A6_HIGH = 105.0, 148.0
MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class Heading:
    """What all badges of a print share: the expo's name, and when it is."""

    expo: str
    days: str


class Sheets:
    """Badges one after another into a PDF. `close()` ends it."""

    def __init__(
        self, out: BinaryIO, *, paper: Paper, heading: Heading, title: str, language: str, made_at: datetime
    ) -> None:
        self._document = Document(out, title=title, language=language, made_at=made_at)
        self._paper, self._heading = paper, heading
        self._sheet: Page | None = None
        self._on_sheet = 0

    def add(self, card: Card) -> None:
        """Draw a badge; its page leaves as soon as it is full."""
        if self._paper is Paper.A6:
            page = self._document.page(A6_WIDE * 2, A6_HIGH)
            _back(page, card, self._heading)
            _front(page, card, self._heading, A6_WIDE, 0)
            _fold(page)
            page.done()
        elif self._paper is Paper.LABEL:
            page = self._document.page(100, 62)
            _label(page, card, self._heading)
            page.done()
        else:
            self._add_to_sheet(card)

    def close(self) -> None:
        self._end_sheet()
        self._document.close()

    def _add_to_sheet(self, card: Card) -> None:
        if self._sheet is None:
            self._sheet = self._document.page(A6_WIDE * 2, 297)
            _cuts(self._sheet)
        right, below = self._on_sheet % 2, self._on_sheet // 2
        _front(self._sheet, card, self._heading, right * A6_WIDE, below * 148.5)
        self._on_sheet += 1
        if self._on_sheet == 4:
            self._end_sheet()

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.done()
        self._sheet, self._on_sheet = None, 0


def _front(page: Page, card: Card, heading: Heading, x: float, y: float) -> None:
    left, wide = x + MARGIN, A6_WIDE - 2 * MARGIN
    at = _put(page, heading.expo, left, y + 13, wide, 15, 9, bold=True)  # above it is room for the strap
    _put(page, card.conference or heading.days, left, at + 0.5, wide, 10.5, 7.5, ink=QUIET, lines=2)
    name = _fitted(card.name, wide, 36, 15, height=36, lines=3, bold=True)
    from_where = _fitted(card.organisation, wide, 15, 9, lines=2)
    place = _fitted(card.place, wide, 12, 8)
    # In the middle of what the head and the code leave.
    high = (name.height + from_where.height + place.height) / MM + 3
    at = page.block(name, left, y + 31 + max(0, (55 - high) / 2), wide, ink=INK)
    at = page.block(from_where, left, at + 2.5, wide, ink=INK)
    page.block(place, left, at + 0.8, wide, ink=QUIET)
    _code(page, card.code, left, y + 89, 32)
    _beside(page, card, left + 38, y + 89, wide - 38)
    _band(page, card, x, y + 127, A6_WIDE, A6_HIGH - 127, 24)


def _back(page: Page, card: Card, heading: Heading) -> None:
    """The other face: a badge that has turned round still says who it is, and can be read."""
    left, wide = MARGIN, A6_WIDE - 2 * MARGIN
    at = page.block(_fitted(card.name, wide, 22, 12, height=20, lines=3, bold=True), left, 11, wide, ink=INK)
    _put(page, card.organisation, left, at + 1, wide, 11, 8, ink=QUIET)
    _code(page, card.code, (A6_WIDE - 40) / 2, 44, 40)
    at = 94.0
    if card.line:
        at = _put(page, card.line, left, at, wide, 12, 8, bold=True, lines=2) + 1.5
    at = _put(
        page,
        _("The code opens doors, and says nothing about you."),
        left,
        at,
        wide,
        10,
        8,
        ink=QUIET,
        lines=2,
    )
    _put(page, _("Lost or damaged? Any registration desk makes a new one at once."), left, at + 1, wide, 10, 8,
         ink=QUIET, lines=2)  # fmt: skip
    _band(page, card, 0, 127, A6_WIDE, A6_HIGH - 127, 14, beside=f"{heading.expo}, {heading.days}")


def _label(page: Page, card: Card, heading: Heading) -> None:
    wide, code = 88.0, 20.0
    name = _fitted(card.name, wide, 30, 12, height=20, lines=3, bold=True)
    at = page.block(name, 6, 4, wide, ink=INK)
    beside = wide - code - 6
    at = max(at + 1, 24)
    at = page.block(_fitted(card.organisation, beside, 12, 8, lines=2), 6, at, beside, ink=INK)
    _put(page, card.place, 6, at + 0.5, beside, 10, 7.5, ink=QUIET)
    _put(page, card.conference or heading.expo, 6, 45.5, beside, 7.5, 6.5, ink=QUIET)
    _code(page, card.code, 6 + wide - code, 27, code)
    _band(page, card, 0, 51, 100, 11, 15, beside=_number(card))


def _band(
    page: Page, card: Card, x: float, y: float, wide: float, high: float, most: float, beside: str = ""
) -> None:
    """The category: its colour over the whole width, and its word."""
    page.area(x, y, wide, high, colour(COLOURS[card.category]))
    inner = wide - 2 * MARGIN
    told = _("Group of %(count)s", count=card.size) if card.size > 1 else str(CATEGORIES[card.category])
    room = inner * (0.45 if beside else 1)
    word = _fitted(told, room, most, 8, bold=True)
    page.block(word, x + MARGIN, y + (high - word.height / MM) / 2, room, ink=WHITE)
    if beside:
        small = _fitted(beside, inner * 0.5, 9, 6, lines=2)
        page.block(
            small,
            x + MARGIN + inner * 0.5,
            y + (high - small.height / MM) / 2,
            inner * 0.5,
            ink=WHITE,
            align="end",
        )


def _beside(page: Page, card: Card, x: float, y: float, wide: float) -> None:
    """Beside the code: what can be said instead of it, and the number that stands on paper lists."""
    at = _put(page, _("If the code cannot be read, say"), x, y, wide, 8, 6.5, ink=QUIET, lines=2)
    at = _put(page, f"{card.spoken[:4]} {card.spoken[4:]}", x, at + 0.5, wide, 16, 10, bold=True)
    at = _put(page, _number(card), x, at + 2, wide, 8, 6.5, ink=QUIET)
    if card.size > 1:
        _put(
            page,
            ngettext("Lets in one person", "Lets in %(num)s people", card.size),
            x,
            at + 1.5,
            wide,
            10,
            7,
            bold=True,
        )
    elif card.line:
        _put(page, card.line, x, at + 1.5, wide, 9, 6.5, ink=INK, lines=3)


def _code(page: Page, code: str, x: float, y: float, side: float) -> None:
    """The QR symbol. It wants four modules of white around it; every place here leaves them."""
    page.areas(_symbol(code), x, y, side / 25)


@lru_cache(maxsize=4)  # a badge has it on both its faces
def _symbol(code: str) -> str:
    return boxed((across, down, length, 1) for across, down, length in qr.black_runs(code))


def _fold(page: Page) -> None:
    for top, bottom in ((0, 5), (A6_HIGH - 5, A6_HIGH)):
        page.rule(A6_WIDE, top, A6_WIDE, bottom, ink=HAIR, dashed=True)


def _cuts(sheet: Page) -> None:
    for a, b in ((0, 4), (146.5, 150.5), (293, 297)):
        sheet.rule(A6_WIDE, a, A6_WIDE, b, ink=HAIR)
    for a, b in ((0, 4), (103, 107), (206, 210)):
        sheet.rule(a, 148.5, b, 148.5, ink=HAIR)


def _number(card: Card) -> str:
    return _("Badge %(number)s", number=card.badge_id)


def _fitted(text: str, wide: float, most: float, least: float, *, height: float = 200, lines: int = 1,
            bold: bool = False) -> Block:  # fmt: skip
    return fit(text, width=wide * MM, most=most, least=least, height=height * MM, lines=lines, bold=bold)


def _put(page: Page, text: str, x: float, y: float, wide: float, most: float, least: float, *, ink: Colour = INK,
         lines: int = 1, bold: bool = False) -> float:  # fmt: skip
    return page.block(_fitted(text, wide, most, least, lines=lines, bold=bold), x, y, wide, ink=ink)
