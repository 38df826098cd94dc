"""Rows of a sheet as entries: each cell read by what its column is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.core.text import one_line
from expo.imports import cells
from expo.imports.attendee_files import Listed
from expo.imports.cells import shown
from expo.imports.sheets import Row
from expo.programme import tags
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.words import Admission, SessionState, Visibility

from . import moments
from .columns import Choices
from .records import Entry, Found, Who, each_once

Value = TypeVar("Value")

ADMISSIONS = {
    **{each.value: each for each in Admission},
    "none": Admission.OPEN,
    "required": Admission.SEAT,
}
_WHO = re.compile(r"(?P<name>.+?)\s*(\((?P<role>[^()]*)\))?\s*(\[(?P<key>[^\[\]]*)\])?")
_SPLIT = re.compile(r"[;\n|]")


KEEP = "·"  # a cell that says: this stays as it is


class Cells:
    """The cells of one row by field, and the faults found in them."""

    def __init__(self, row: Row, columns: dict[str, str]) -> None:
        self.row, self.columns = row, columns

    def has(self, name: str) -> bool:
        """Whether the row says anything of it."""
        return name in self.columns and self.row.cells.get(self.columns[name], "").strip() != KEEP

    def text(self, name: str) -> str:
        """The cell; the apostrophe that keeps a text from being calculated is none of it."""
        text = self.row.cells.get(self.columns[name], "").strip() if self.has(name) else ""
        return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r") else text

    def read(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        """The cell as a value; None where there is no such column, or where it cannot be read."""
        if not self.has(name):
            return None
        try:
            return parse(self.text(name))
        except ValueError as wrong:
            self.row.wrong(self.columns[name], str(wrong))
            return None

    def wrong(self, name: str, reason: str) -> None:
        self.row.wrong(self.columns.get(name, ""), reason)


def read(listed: Listed, choices: Choices, zone: ZoneInfo, name: str) -> Found:
    """The rows as entries, and what is wrong with others."""
    found = Found()
    bad = {fault.line for fault in listed.faults}
    found.faults += listed.faults
    for row in listed.rows:
        if row.line in bad:
            continue
        own = Row(row.file, row.line, row.cells, [])
        entry = _entry(Cells(own, choices.columns), zone)
        found.add(entry, own.faults)
    return each_once(found, name)


def _entry(cells_: Cells, zone: ZoneInfo) -> Entry:
    title = cells_.read("title", longest(250, needed=True))
    code = cells_.read("code", _code) or ""
    starts_at, ends_at = _times(cells_, zone)
    key = (
        cells_.text("key") or code or f"{one_line(title or '')}|{cells_.text('day')}|{cells_.text('starts')}"
    )
    seats = cells_.read("seats", cells.perhaps(cells.whole(most=1_000_000)))
    return Entry(
        line=cells_.row.line,
        key=key[:250],
        title=title,
        session=cells_.text("session")[:250],
        code=code,
        conference=one_line(cells_.text("conference")),
        parent=cells_.read("parent", lambda text: text.upper()),
        abstract=cells_.read("abstract", longest(LONGEST_TEXT)),
        type=cells_.read("type", longest(40)),
        track=cells_.read("track", longest(80)),
        starts_at=starts_at,
        ends_at=ends_at,
        placed=cells_.has("starts"),
        room=cells_.read("room", longest(250)),
        people=cells_.read("people", people),
        languages=cells_.read("languages", lambda text: tuple(map(cells.language, words(text)))),
        sdgs=cells_.read("sdgs", lambda text: tuple(map(cells.whole(least=1, most=17), words(text)))),
        tags=cells_.read("tags", _tags),
        seats=seats,
        says_seats=cells_.has("seats"),
        visibility=cells_.read("visibility", cells.perhaps(cells.word(Visibility))),
        admission=cells_.read("admission", cells.perhaps(cells.among(ADMISSIONS))),
        state=cells_.read("state", cells.perhaps(cells.word(SessionState))),
    )


def _tags(text: str) -> tuple[str, ...]:
    found = tags.parsed(text)
    if len(found) > tags.MOST or any(len(tag) > tags.LONGEST for tag in found):
        raise ValueError(_("at most %(most)s tags of %(long)s letters", most=tags.MOST, long=tags.LONGEST))
    return found


def _times(cells_: Cells, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    of_day = cells_.read("day", cells.perhaps(moments.day)) if cells_.has("day") else None
    starts = cells_.read("starts", cells.perhaps(lambda text: moments.moment(text, zone, of_day)))
    if starts is None:
        return None, None
    ends = cells_.read("ends", cells.perhaps(lambda text: moments.moment(text, zone, of_day)))
    if ends is None:
        length = cells_.read("minutes", cells.perhaps(moments.minutes))
        if length is None:
            cells_.wrong("ends" if cells_.has("ends") else "minutes", _("when does it end?"))
            return None, None
        return starts, starts + length
    if ends <= starts and of_day is not None and ends.date() == starts.date():
        ends += timedelta(days=1)  # after midnight
    if ends <= starts:
        cells_.wrong("ends", _("it ends before it starts"))
        return None, None
    return starts, ends


def longest(most: int, *, needed: bool = False) -> Callable[[str], str]:
    """Text that fits."""

    def parse(text: str) -> str:
        found = text.strip()
        if needed and not found:
            raise ValueError(_("empty"))
        if len(found) > most:
            raise ValueError(_("%(here)s characters, at most %(most)s fit", here=len(found), most=most))
        return found

    return parse


def words(text: str) -> list[str]:
    """Short words, however they are separated."""
    return [word for word in re.split(r"[\s,;]+", text) if word]


def people(text: str) -> tuple[Who, ...]:
    """Ada Lind (keynote); Choir [choir-2]: names with their roles, and ids where names do not tell them apart."""
    found = []
    for part in _SPLIT.split(text):
        said = one_line(part)
        if not said:
            continue
        who = _WHO.fullmatch(said)
        if who is None or len(who["name"]) > 200:
            raise ValueError(_("“%(text)s” is not a name", text=shown(said)))
        found.append(Who(who["name"], (who["key"] or "").strip(), (who["role"] or "").strip()))
    if len(found) > 100:
        raise ValueError(_("more than a hundred people"))
    return tuple(dict.fromkeys(found))


def _code(text: str) -> str:
    if text and (len(text) > 40 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text)):
        raise ValueError(_("“%(text)s” is not a name of letters, digits and hyphens", text=shown(text)))
    return text.upper()
