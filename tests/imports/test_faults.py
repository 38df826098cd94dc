"""Broken and hostile files: each fault is said with its place, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.expos.models import Expo
from expo.imports.actions import import_h22
from expo.imports.models import Provenance
from expo.imports.refusals import BrokenFiles

from .folders import a_folder, add, change, read, write

pytestmark = pytest.mark.feature("P9")


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    return a_folder(tmp_path / "h22")


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(BrokenFiles) as broken:
        import_h22(folder)
    for table in (Expo, Provenance, AuditEntry):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    db.session.rollback()
    return [str(fault) for fault in broken.value.faults]


CELLS = [
    ("conferences.csv", 3, "starts_on", "2022-13-01", "not a date like"),
    ("conferences.csv", 3, "starts_on", "31/05/2022", "not a date like"),
    ("conferences.csv", 3, "ends_on", "2022-05-30", "it ends before it starts"),
    ("conferences.csv", 3, "ends_on", "2022-07-04", "it does not lie within “h22-city-expo”"),
    ("conferences.csv", 3, "closed_dates", "2022-06-05", "lies outside the conference"),
    ("conferences.csv", 3, "time_zone", "Europe/Helsingborg", "is not a time zone"),
    ("conferences.csv", 3, "time_zone", "../../etc/passwd", "is not a time zone"),
    ("conferences.csv", 3, "parent", "nowhere", "there is no conference “nowhere”"),
    ("conferences.csv", 2, "parent", "summit", "it would be inside itself"),
    ("conferences.csv", 3, "visibility", "secret", "is none of: public"),
    ("conferences.csv", 3, "slug", "summit two", "is not a name of letters"),
    ("conferences.csv", 3, "title", "  ", "empty"),
    ("conferences.csv", 3, "series_number", "٣", "is not a whole number"),
    ("conferences.csv", 3, "source", "hearsay", "there is no source “hearsay”"),
    ("rooms.csv", 3, "room", "Kajen", "the same as on line 2"),
    ("rooms.csv", 3, "capacity", "-5", "is not a whole number"),
    ("rooms.csv", 3, "capacity", "99999999999999999999", "is not a whole number"),
    ("rooms.csv", 3, "venue", "V" * 200, "200 characters, at most 120 fit"),
    ("speakers.csv", 3, "slug", "ada", "the same as on line 2"),
    ("speakers.csv", 3, "country", "Sweden", "is not a country code"),
    ("sessions.csv", 3, "conference", "elsewhere", "there is no conference “elsewhere”"),
    ("sessions.csv", 3, "code", "T-1", "the same as on line 2"),
    ("sessions.csv", 3, "room", "Källaren", "there is no room “Källaren”"),
    ("sessions.csv", 3, "capacity", "31", "Kajen holds 30 people"),
    ("sessions.csv", 3, "starts_at", "2022-05-31 10:00", "is not a time like"),
    ("sessions.csv", 3, "starts_at", "2022-05-31T25:00", "is not a time like"),
    ("sessions.csv", 3, "starts_at", "2022-05-31T10:00+02:00", "is not a time like"),
    ("sessions.csv", 3, "ends_at", "2022-05-31T10:00", "it ends before it starts"),
    ("sessions.csv", 3, "starts_at", "2022-05-29T10:00", "outside the dates of “h22-city-expo”"),
    ("sessions.csv", 3, "sdgs", "18", "is not a whole number from 1 to 17"),
    ("sessions.csv", 3, "languages", "swedish", "is not a language code"),
    ("sessions.csv", 3, "booking", "maybe", "is none of: none, ticket"),
    ("sessions.csv", 3, "type", "party", "is none of: plenary"),
    ("sessions.csv", 3, "reality", "true", "is none of: fact"),
    ("sessions.csv", 3, "visibility", "hidden", "T-1 is the same session and says otherwise"),
    ("sessions.csv", 6, "parent_code", "X-9", "there is no session “X-9”"),
    ("sessions.csv", 6, "parent_code", "T-1", "belongs to another conference"),
    ("sessions.csv", 5, "parent_code", "S-2", "it would be its own parent"),
    ("session_speakers.csv", 2, "session_code", "X-9", "there is no session “X-9”"),
    ("session_speakers.csv", 2, "speaker_slug", "grace", "there is no speaker “grace”"),
    ("session_speakers.csv", 2, "role", "king", "is none of: keynote"),
    ("session_speakers.csv", 6, "role", "speaker", "the same as on line 5"),
    ("ticket_types.csv", 3, "conference", "elsewhere", "there is no conference “elsewhere”"),
    ("ticket_types.csv", 3, "price_sek", "4.95", "is not a whole number"),
    ("ticket_types.csv", 3, "vat_rate", "19", "is none of: 0, 6, 12, 25"),
    ("ticket_types.csv", 3, "quota", "many", "is not a whole number"),
    ("ticket_types.csv", 3, "needs_approval", "perhaps", "is none of: yes, no"),
    ("sessions.csv", 3, "title", "Tour\0", "a control character (U+0000)"),
    ("sessions.csv", 3, "abstract", "\x1b[2J gone", "a control character (U+001B)"),
    ("speakers.csv", 2, "bio", '=HYPERLINK("https://evil.example")', "a formula, not text"),
]


@pytest.mark.parametrize(("file", "line", "column", "value", "reason"), CELLS)
def test_a_wrong_cell_is_named_by_file_line_and_column(folder, file, line, column, value, reason):
    change(folder, file, line, **{column: value})

    faults = faults_of(folder)

    wanted = f"{file}, line {line}, column "
    assert any(fault.startswith(wanted) and reason in fault for fault in faults), faults


def test_all_faults_of_all_files_are_said_at_once(folder):
    change(folder, "rooms.csv", 2, capacity="x")
    change(folder, "sessions.csv", 2, starts_at="soon", sdgs="99")
    change(folder, "ticket_types.csv", 3, quota="x")

    places = [fault.partition(":")[0] for fault in faults_of(folder)]

    assert places == [
        "rooms.csv, line 2, column capacity",
        "sessions.csv, line 2, column sdgs",
        "sessions.csv, line 2, column starts_at",
        "ticket_types.csv, line 3, column quota",
    ]


def test_a_missing_file_is_said_once_and_not_by_every_reference_to_it(folder):
    (folder / "speakers.csv").unlink()

    assert faults_of(folder) == ["speakers.csv: cannot be read: No such file or directory"]


def test_a_wrong_header_is_said_by_its_columns(folder):
    text = (folder / "rooms.csv").read_text()
    (folder / "rooms.csv").write_text(text.replace("capacity,", "seats,", 1))

    assert faults_of(folder) == [
        "rooms.csv, line 1, column capacity: this column is missing",
        "rooms.csv, line 1, column seats: there is no such column",
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"\0\0\0\0"])
def test_an_empty_file_misses_its_columns(folder, content):
    (folder / "rooms.csv").write_bytes(content)

    assert "rooms.csv, line 1, column venue: this column is missing" in faults_of(folder)


def test_another_encoding_is_said_with_the_line_of_its_first_letter(folder):
    text = (folder / "speakers.csv").read_text(encoding="utf-8")
    (folder / "speakers.csv").write_bytes(text.encode("latin-1"))

    assert faults_of(folder) == ["speakers.csv, line 2: not UTF-8: byte 0xd6. Save it as UTF-8."]


def test_utf_16_is_not_utf_8(folder):
    text = (folder / "speakers.csv").read_text(encoding="utf-8")
    (folder / "speakers.csv").write_bytes(text.encode("utf-16"))

    assert faults_of(folder) == ["speakers.csv, line 1: not UTF-8: byte 0xff. Save it as UTF-8."]


def test_an_unclosed_quote_is_said_where_it_begins(folder):
    text = (folder / "rooms.csv").read_text().replace("Hamnen,Magasinet", '"Hamnen,Magasinet', 1)
    (folder / "rooms.csv").write_text(text)

    assert faults_of(folder) == ["rooms.csv, line 3: not CSV: unexpected end of data"]


def test_a_line_with_too_few_cells_is_said(folder):
    with (folder / "rooms.csv").open("a") as lines:
        lines.write("Hamnen,Boden\n")

    assert faults_of(folder) == ["rooms.csv, line 6: 2 cells, the header has 5"]


def test_lines_are_counted_where_they_begin_also_after_a_cell_of_several_lines(folder):
    change(folder, "sessions.csv", 2, abstract="one\ntwo\nthree")
    change(folder, "sessions.csv", 3, sdgs="x")

    assert next(fault for fault in faults_of(folder) if "sdgs" in fault).startswith("sessions.csv, line 5,")


@pytest.mark.parametrize(
    ("day", "time", "reason"),
    [
        ("2022-03-13", "02:30", "the clocks of America/New_York skip this hour"),
        ("2022-11-06", "01:30", "the clocks of America/New_York show this hour twice"),
    ],
)
def test_an_hour_that_the_clocks_skip_or_repeat_is_refused(folder, day, time, reason):
    change(folder, "sessions.csv", 7, starts_at=f"{day}T{time}", ends_at=f"{day}T05:00")

    assert faults_of(folder) == [f"sessions.csv, line 7, column starts_at: {reason}"]


def test_a_session_on_a_closed_day_is_refused(folder):
    change(folder, "sessions.csv", 5, starts_at="2022-06-01T09:00", ends_at="2022-06-01T10:00")

    assert "“summit” is closed on that day" in faults_of(folder)[0]


def test_two_things_in_one_room_at_one_time_are_refused(folder):
    change(folder, "sessions.csv", 5, room="Kajen", starts_at="2022-05-31T10:30", ends_at="2022-05-31T11:30")

    assert "sessions.csv, line 5, column room: Kajen holds T-2 at that time" in faults_of(folder)


def test_a_person_in_two_places_is_refused_across_zones_too(folder):
    # 04:00 in New York is 10:00 in Helsingborg.
    change(folder, "sessions.csv", 7, starts_at="2022-06-01T04:00", ends_at="2022-06-01T05:00")
    add(folder, "session_speakers.csv", 2, session_code="N-1", role="speaker")

    assert "ada is in T-3 at that time" in faults_of(folder)[0]


def test_the_row_of_the_expo_itself_must_be_there(folder):
    rows = read(folder, "conferences.csv")
    rows[0]["slug"] = "other-expo"
    write(folder, "conferences.csv", rows)

    assert "conferences.csv, column slug: there is no row “h22-city-expo”" in faults_of(folder)


def test_a_hostile_cell_is_quoted_on_one_short_line(folder):
    change(folder, "sessions.csv", 3, room="x\n" * 5000)

    (fault,) = faults_of(folder)

    assert "\n" not in fault
    assert len(fault) < 200
