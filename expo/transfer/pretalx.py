"""What pretalx's API lists: submissions or talks, with one slot or several, names perhaps in several languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.imports import cells
from expo.imports.sheets import Fault
from expo.programme import tags
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.words import SessionState

from . import moments
from .records import Entry, Found, Who, each_once

Plain = dict[str, Any]
_STATES = {
    "confirmed": SessionState.CONFIRMED,
    "accepted": SessionState.DRAFT,
    "submitted": SessionState.DRAFT,
    "canceled": SessionState.CANCELLED,
}
_LEFT_OUT = ("rejected", "withdrawn", "deleted", "draft")


def is_listed(content: Any) -> bool:
    """Whether this JSON is such a list."""
    rows = content.get("results") if isinstance(content, dict) else content
    return isinstance(rows, list) and all(isinstance(row, dict) and "code" in row for row in rows)


def read(name: str, content: Any, zone: ZoneInfo) -> Found:
    """Its submissions, a slot each; lines are their number in the list."""
    found = Found()
    rows = content["results"] if isinstance(content, dict) else content
    for number, row in enumerate(rows, start=1):
        if row.get("state") in _LEFT_OUT:
            continue
        slots = row.get("slots") if isinstance(row.get("slots"), list) else [row.get("slot")]
        slots = [slot for slot in slots or [] if isinstance(slot, dict) and slot.get("start")] or [{}]
        for slot in slots:
            _add(found, name, number, row, slot, zone, alone=len(slots) == 1)
    if not found.entries and not found.faults:
        raise BadInput(_("There is no session in this file."), field="file")
    return each_once(found, name)


def _add(found: Found, name: str, line: int, row: Plain, slot: Plain, zone: ZoneInfo, *, alone: bool) -> None:
    faults: list[Fault] = []

    def read(column: str, text: Any, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(_said(text))
        except ValueError as wrong:
            faults.append(Fault(name, line, column, str(wrong)))
            return None

    code = _said(row.get("code"))[:200]
    if not code:
        faults.append(Fault(name, line, "code", _("empty")))
    starts = read("slot.start", slot.get("start"), cells.perhaps(lambda text: moments.moment(text, zone)))
    ends = read("slot.end", slot.get("end"), cells.perhaps(lambda text: moments.moment(text, zone)))
    if starts and ends is None and not faults:
        length = read("duration", row.get("duration"), cells.perhaps(moments.minutes))
        ends = starts + (length or timedelta(minutes=30))
    if starts and ends and ends <= starts:
        faults.append(Fault(name, line, "slot.end", _("it ends before it starts")))
    parts = [_said(row.get(part)).strip() for part in ("abstract", "description")]
    entry = Entry(
        line=line,
        key=code if alone else f"{code}/{slot.get('id') or starts}",
        session="" if alone else code,
        title=read("title", row.get("title"), _title),
        abstract="\n\n".join(dict.fromkeys(filter(None, parts))).replace("\r\n", "\n")[:LONGEST_TEXT],
        type=one_line(_said(row.get("submission_type")))[:40],
        track=one_line(_said(row.get("track")))[:80],
        starts_at=starts,
        ends_at=ends if starts else None,
        room=one_line(_said(slot.get("room")))[:250] if slot else None,
        placed=bool(slot),
        people=_people(row.get("speakers")),
        languages=tuple(filter(None, [_language(_said(row.get("content_locale")))])),
        first_language_only=True,
        tags=read("tags", row.get("tags"), lambda _text: _tags(row["tags"]))
        if isinstance(row.get("tags"), list)
        else None,
        state=_STATES.get(str(row.get("state")), SessionState.DRAFT),
    )
    found.add(entry, faults)


def _people(listed: Any) -> tuple[Who, ...]:
    rows = [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)]
    named = [Who(one_line(_said(one.get("name")))[:200], _said(one.get("code"))[:250]) for one in rows]
    return tuple(who for who in named if who.name)


def _tags(listed: list[Any]) -> tuple[str, ...]:
    """Words; of tags that are objects, their names. Numbers name nothing without pretalx's own list."""
    words = [one.get("tag", one) if isinstance(one, dict) else one for one in listed]
    named = tags.normal(_said(word) for word in words if not isinstance(word, int))
    if len(named) > tags.MOST or any(len(tag) > tags.LONGEST for tag in named):
        raise ValueError(_("at most %(most)s tags of %(long)s letters", most=tags.MOST, long=tags.LONGEST))
    return named


def _said(value: Any) -> str:
    """A text; of one in several languages, or of what has a name, the English or first."""
    if isinstance(value, dict):
        inner = value.get("name", value)
        if isinstance(inner, dict):
            inner = inner.get("en") or next(iter(inner.values()), "")
        return _said(inner) if not isinstance(inner, dict) else ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _title(text: str) -> str:
    said = one_line(text)
    if not said:
        raise ValueError(_("empty"))
    if len(said) > 250:
        raise ValueError(_("%(here)s characters, at most %(most)s fit", here=len(said), most=250))
    return said


def _language(text: str) -> str:
    short = text.replace("_", "-").lower().partition("-")[0]
    return short if short.isascii() and short.isalpha() and 2 <= len(short) <= 3 else ""
