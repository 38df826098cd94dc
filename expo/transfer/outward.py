"""Drafts as files: the same forms that are read, so that what leaves can come back, here or elsewhere."""

from __future__ import annotations

import csv
import enum
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from icalendar import Event

from expo.calendar import events as calendars
from expo.core.text import one_line, slug
from expo.exports import frab, xlsx
from expo.exports.cells import harmless
from expo.exports.frab import Placed
from expo.expos.models import Expo
from expo.programme.words import SessionState

from .drafts import Drafted
from .known import guid_of, number_of

Plain = dict[str, Any]
COLUMNS = (
    "id", "code", "session", "conference", "title", "abstract", "type", "track", "starts_at", "ends_at", "room",
    "people", "languages", "sdgs", "tags", "seats", "visibility", "admission", "state", "parent",
)  # fmt: skip


class Leaving(enum.StrEnum):
    """In which form drafts leave; the words end the addresses."""

    XLSX = "xlsx"
    CSV = "csv"
    FRAB_XML = "frab.xml"
    FRAB_JSON = "frab.json"
    PRETALX = "pretalx.json"
    ICAL = "ics"


TYPES = {
    Leaving.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Leaving.CSV: "text/csv; charset=utf-8",
    Leaving.FRAB_XML: "application/xml",
    Leaving.FRAB_JSON: "application/json",
    Leaving.PRETALX: "application/json",
    Leaving.ICAL: "text/calendar; charset=utf-8",
}


def made(expo: Expo, title: str, name: str, rows: list[Drafted], form: Leaving) -> bytes:
    """The rows in this form. The same rows give the same bytes, whenever and wherever."""
    if form is Leaving.XLSX:
        return b"".join(xlsx.workbook(title, COLUMNS, _table(rows)))
    if form is Leaving.CSV:
        return _csv(rows)
    if form is Leaving.PRETALX:
        return _pretalx(rows)
    if form is Leaving.ICAL:
        return _ical(title, rows)
    placed = [_event(row) for row in rows if row.placed]
    days = [one.day for one in placed] or [expo.starts_on]
    about = {
        "acronym": slug(name).replace("-", "_").ljust(4, "_"), "title": title, "start": min(days).isoformat(),
        "end": max(days).isoformat(), "timeslot_duration": frab.SLOT,
    }  # fmt: skip
    write = frab.json_of if form is Leaving.FRAB_JSON else frab.xml_of
    return write(expo, about, placed, "draft")


def _csv(rows: list[Drafted]) -> bytes:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in cells] for cells in _table(rows))
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def _table(rows: list[Drafted]) -> Iterator[tuple[str, ...]]:
    shared = _called_alike(rows)
    for row in rows:
        yield (
            row.key,
            row.code,
            row.session,
            row.conference,
            row.title,
            row.abstract,
            row.type,
            row.track,
            row.starts_at.isoformat(timespec="minutes") if row.starts_at else "",
            row.ends_at.isoformat(timespec="minutes") if row.ends_at else "",
            row.place,
            "; ".join(_named(one, shared) for one in row.people),
            " ".join(row.languages),
            " ".join(map(str, row.sdgs)),
            ", ".join(row.tags),
            "" if row.seats is None else str(row.seats),
            row.visibility.value,
            row.admission.value,
            row.state.value,
            row.parent,
        )


def named(row: Drafted) -> str:
    """Who appears, as a cell says it."""
    return "; ".join(_named(one, set()) for one in row.people)


def _called_alike(rows: Iterable[Drafted]) -> set[str]:
    """Names that several people have: beside these stands the id."""
    people = {(key, name) for row in rows for key, name, _role in row.people}
    return {name for name, count in Counter(name for _key, name in people).items() if count > 1}


def _named(person: tuple[str, str, str], shared: set[str]) -> str:
    key, name, role = person
    plain = one_line(name.translate({ord(sign): " " for sign in "[];|"}))
    return f"{plain} ({role})" + (f" [{key}]" if name in shared or plain != name else "")


def _event(row: Drafted) -> Placed:
    assert row.starts_at is not None
    assert row.ends_at is not None
    assert row.day is not None
    guid = _guid(row.key)
    event = {
        "id": number_of(guid),
        "guid": guid,
        "date": row.starts_at.isoformat(),
        "start": f"{row.starts_at:%H:%M}",
        "duration": frab.lasting(row.ends_at - row.starts_at),
        "room": row.place,
        "slug": f"{slug(row.conference)}-{number_of(guid)}-{slug(row.title)}",
        "url": "",
        "title": row.title,
        "subtitle": "",
        "track": row.track,
        "type": row.type,
        "language": next(iter(row.languages), ""),
        "abstract": row.abstract,
        "description": "",
        "persons": [
            {"id": number_of(key), "name": name, "public_name": name}
            for key, name in dict.fromkeys((key, name) for key, name, _role in row.people)
        ],
        "links": [],
        "attachments": [],
    }
    return Placed(row.day, row.starts_at, guid, row.place, event)


def _guid(key: str) -> str:
    try:
        return str(UUID(key))
    except ValueError:
        return guid_of(key)


_STATES = {
    SessionState.CONFIRMED: "confirmed",
    SessionState.DRAFT: "accepted",
    SessionState.CANCELLED: "canceled",
}


def _pretalx(rows: list[Drafted]) -> bytes:
    results = []
    for row in rows:
        slot: Plain | None = None
        if row.starts_at and row.ends_at:
            starts, ends = row.starts_at.isoformat(), row.ends_at.isoformat()
            slot = {"room": {"en": row.place}, "start": starts, "end": ends}
        results.append(
            {
                "code": row.key,
                "speakers": [{"code": key, "name": name} for key, name, _role in row.people],
                "title": row.title,
                "submission_type": {"en": row.type},
                "track": {"en": row.track} if row.track else None,
                "state": _STATES[row.state],
                "tags": list(row.tags),
                "abstract": row.abstract,
                "description": "",
                "duration": round((row.ends_at - row.starts_at).total_seconds() / 60)
                if row.starts_at and row.ends_at
                else None,
                "content_locale": next(iter(row.languages), ""),
                "slot": slot,
            }
        )
    whole = {"count": len(results), "next": None, "previous": None, "results": results}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _ical(title: str, rows: list[Drafted]) -> bytes:
    placed = [row for row in rows if row.starts_at and row.ends_at]
    head = calendars.head(name=title, text="", time_zone=placed[0].zone.key if placed else "UTC")
    return calendars.joined(head, [], [calendars.written(_calendar_event(row)) for row in placed])


def _calendar_event(row: Drafted) -> Event:
    """Its stamp says nothing of when it was written: two copies of one programme are one file."""
    assert row.starts_at is not None
    assert row.ends_at is not None
    event = Event()
    event.add("uid", row.key)
    event.add("dtstamp", datetime(2000, 1, 1, tzinfo=UTC))
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    cancelled = row.state is SessionState.CANCELLED
    event.add("summary", ("CANCELLED: " if cancelled else "") + row.title)
    event.add("status", "CANCELLED" if cancelled else "TENTATIVE" if row.tentative else "CONFIRMED")
    if row.place:
        event.add("location", row.place)
    if row.track:
        event.add("categories", [row.track])
    if row.abstract:
        event.add("description", row.abstract)
    return event
