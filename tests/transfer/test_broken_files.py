"""Broken and hostile files: each says where and why, and none changes anything."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from expo.core.refusals import BadInput
from tests import factories as a
from tests.transfer.bringing import kept, looked

pytestmark = [pytest.mark.feature("P9"), pytest.mark.once]

HEAD = "id,title,starts,ends,room,seats,languages,sdgs,people,state\n"
EVENT = '<event guid="{guid}"><title>{title}</title><date>{date}</date><duration>{duration}</duration><room>Hall</room><language>{language}</language></event>'


def a_row(**changes: str) -> str:
    cells = {"id": "1", "title": "Talk", "starts": "2026-05-31 14:00", "ends": "2026-05-31 15:00", "room": "Hall",
             "seats": "", "languages": "en", "sdgs": "", "people": "", "state": ""} | changes  # fmt: skip
    return HEAD + ",".join(cells.values()) + "\n"


def frab(**changes: str) -> str:
    values = {
        "guid": "g1",
        "title": "Talk",
        "date": "2026-05-31T14:00:00+02:00",
        "duration": "1:00",
        "language": "en",
    }
    return f"<schedule>\n<day>\n{EVENT.format(**(values | changes))}\n</day></schedule>"


def ical(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


def pretalx(**changes: object) -> str:
    row = {
        "code": "AB",
        "title": "Talk",
        "state": "confirmed",
        "slot": {"start": "2026-05-31T14:00:00+02:00", "end": "2026-05-31T15:00:00+02:00"},
    }
    return json.dumps([{**row, **changes}])


FAULTS = {
    "a title that is missing": (a_row(title=""), 2, "title", "empty"),
    "a title that is too long": (a_row(title="x" * 251), 2, "title", "251 characters, at most 250 fit"),
    "a day that is none": (a_row(starts="2026-02-31 14:00"), 2, "starts", "is not a time like"),
    "a day written another way": (a_row(starts="31/5/2026 14:00"), 2, "starts", "is not a time like"),
    "a year that cannot be": (a_row(starts="1626-05-31 14:00"), 2, "starts", "Check the year."),
    "an hour that the clocks skip": (a_row(starts="2026-03-29 02:30"), 2, "starts", "skip this hour"),
    "an hour that comes twice": (a_row(starts="2026-10-25 02:30"), 2, "starts", "show this hour twice"),
    "an end before its start": (a_row(ends="2026-05-31 13:00"), 2, "ends", "it ends before it starts"),
    "an end that is missing": (a_row(ends=""), 2, "ends", "when does it end?"),
    "a room that nobody knows": (a_row(room="Ballroom"), 2, "room", "there is no room “Ballroom”"),
    "more seats than the room holds": (a_row(seats="501"), 2, "seats", "Hall holds 500 people"),
    "seats that are no number": (a_row(seats="many"), 2, "seats", "is not a whole number"),
    "a language that is none": (a_row(languages="english"), 2, "languages", "is not a language code"),
    "a goal beyond the seventeen": (a_row(sdgs="18"), 2, "sdgs", "is not a whole number from 1 to 17"),
    "a state that is none": (a_row(state="maybe"), 2, "state", "is none of"),
    "a formula": (a_row(title="=1+1"), 2, "title", "a formula, not text"),
    "a control character": (a_row(title="a\x07b"), 2, "title", "control character (U+0007)"),
    "too many cells": (a_row() + "2,a,b,c,d,e,f,g,h,i,j\n", 3, "", "11 cells, the header has 10"),
    "the same id twice": (a_row() + a_row().partition("\n")[2], 3, "id", "the same id as in line 2"),
    "an event without an id": (frab(guid=""), 3, "guid", "empty"),
    "an event without a time": (frab(date=""), 3, "date", "is not a time like"),
    "an event without a length": (frab(duration="soon"), 3, "duration", "is not a duration"),
    "a calendar's event without an id": (ical("SUMMARY:Talk", "DTSTART:20260531T120000Z"), 1, "UID", "empty"),
    "an event that repeats each second": (
        ical("UID:1", "SUMMARY:Talk", "DTSTART:20260531T120000Z", "RRULE:FREQ=SECONDLY"), 1, "RRULE", "repeats too often",
    ),
    "an event that repeats for ever": (
        ical("UID:1", "SUMMARY:Talk", "DTSTART:20260531T120000Z", "RRULE:FREQ=DAILY"), 1, "RRULE", "more than 400 times",
    ),
    "a slot that ends too early": (
        pretalx(slot={"start": "2026-05-31T14:00:00+02:00", "end": "2026-05-31T13:00:00+02:00"}), 1, "slot.end", "ends before",
    ),
    "a submission without a title": (pretalx(title=""), 1, "title", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(FAULTS))
def test_a_fault_has_its_line_its_column_and_its_reason(app, what):
    content, line, column, reason = FAULTS[what]
    conference = a.a_conference()
    a.a_room(conference.expo, "Hall")

    faults = looked(conference, content).faults

    assert [(fault.line, fault.column) for fault in faults] == [(line, column)]
    assert reason in faults[0].reason


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 20_000_000)
    return made.getvalue()


BILLION = '<!DOCTYPE s [<!ENTITY a "ha">]><schedule><day>&a;</day></schedule>'
OUTSIDE = '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><schedule>&a;</schedule>'
REFUSED = {
    "nothing": (b"", "This file is empty."),
    "what is too large": (b"x" * (12 * 1024 * 1024 + 1), "larger than 12 MB"),
    "a zip bomb": (bomb(), "too large"),
    "a zip that is no workbook": (b"PK\x03\x04nonsense", "damaged"),
    "entities": (BILLION.encode(), "which are not read"),
    "documents from elsewhere": (OUTSIDE.encode(), "which are not read"),
    "XML that breaks off": (b"<schedule>\n<day>", "line 2"),
    "XML in no known writing": (b'<?xml version="1.0" encoding="klingon"?><schedule/>', "unknown encoding"),
    "XML that is no schedule": (b"<html></html>", "begins with “html”"),
    "JSON that breaks off": (b'{"schedule": [', "line 1 column"),
    "JSON in depths": (b"[" * 200 + b"]" * 200, "nested deeper"),
    "JSON of something else": (b'{"hello": 1}', "neither a frab schedule nor a list of pretalx"),
    "a calendar that is none": (b"BEGIN:VCALENDAR\r\nnonsense\r\n", "no calendar that can be read"),
    "an empty calendar": (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no session in this file"),
    "UTF-16": ("id,title\n1,Talk\n".encode("utf-16"), "UTF-16"),
    "Latin-1": ("id,title\n1,Åäö\n".encode("latin-1"), "not UTF-8: byte 0xc5"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0", "neither CSV nor an Excel workbook"),
    "a head alone": (b"id,title\n", "no row below it"),
    "a quote that is never closed": (b'id,title\n1,"Talk\n', "is not CSV"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_cannot_be_read_is_refused_with_a_sentence(app, what):
    content, reason = REFUSED[what]
    conference = a.a_conference()

    with pytest.raises(BadInput) as no:
        kept(conference, content)

    assert reason in no.value.message
