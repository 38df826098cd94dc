"""A small folder in the form of the H22 data set, and ways to spoil it."""

from __future__ import annotations

import csv
from pathlib import Path

from expo.imports.h22 import COLUMNS

Table = list[dict[str, str]]

TOUR = {
    "conference": "h22-city-expo",
    "title": "Rundtur",
    "type": "guided tour",
    "room": "Kajen",
    "capacity": "20",
    "languages": "sv",
    "sdgs": "6 12",
    "track": "Tours",
    "visibility": "public",
    "abstract": "På svenska.",
    "booking": "required",
    "reality": "illustrative",
    "source": "illustrative",
    "source_note": "Made up.",
}


def a_folder(folder: Path) -> Path:
    """Three conferences in two zones, a tour three times, a session with a breakout, one hidden."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in _tables().items():
        write(folder, file, rows)
    return folder


def _tables() -> dict[str, Table]:
    conference = {"hosts": "City of Helsingborg", "mode": "onsite", "source": "page", "visibility": "public"}
    summer = {"starts_on": "2022-05-30", "ends_on": "2022-07-03", "time_zone": "Europe/Stockholm"}
    here = {**conference, "city": "Helsingborg"}
    return {
        "sources.csv": [
            {"key": "page", "url": "https://example.org/page", "supports": "Dates"},
            {"key": "illustrative", "url": "-", "supports": "Invented"},
        ],
        "conferences.csv": [
            {**here, **summer, "slug": "h22-city-expo", "title": "H22 City Expo", "description": "A city."},
            {
                **here,
                "slug": "summit",
                "title": "Summit",
                "parent": "h22-city-expo",
                "starts_on": "2022-05-31",
                "ends_on": "2022-06-02",
                "closed_dates": "2022-06-01",
                "time_zone": "Europe/Stockholm",
                "visibility": "registered",
                "hosts": "UNECE; Region",
            },
            {
                **conference,
                "slug": "spring",
                "title": "Spring",
                "city": "New York",
                "starts_on": "2022-03-01",
                "ends_on": "2022-11-30",
                "time_zone": "America/New_York",
            },
        ],
        "rooms.csv": [
            {"venue": "Hamnen", "room": "Kajen", "capacity": "30", "accessibility": "step-free; lift"},
            {"venue": "Hamnen", "room": "Magasinet", "capacity": "100"},
            {"venue": "Headquarters", "room": "Room 4", "capacity": "50"},
            {"venue": "Online", "room": "Plenum", "capacity": "1000"},
        ],
        "speakers.csv": [
            {"slug": "ada", "name": "Ada Öberg", "title": "Guide", "country": "SE"},
            {"slug": "brass", "name": "Sundets Brass", "title": "Brass band", "country": "SE"},
        ],
        "sessions.csv": [
            {**TOUR, "code": "T-1", "starts_at": "2022-05-30T10:00", "ends_at": "2022-05-30T11:00"},
            {
                **TOUR,
                "code": "T-2",
                "starts_at": "2022-05-31T10:00",
                "ends_at": "2022-05-31T11:00",
                "languages": "en",
                "abstract": "In English.",
            },
            {**TOUR, "code": "T-3", "starts_at": "2022-06-01T10:00", "ends_at": "2022-06-01T11:00"},
            {
                **TOUR,
                "conference": "summit",
                "code": "S-1",
                "title": "Opening",
                "type": "plenary",
                "starts_at": "2022-05-31T09:00",
                "ends_at": "2022-05-31T10:00",
                "room": "Magasinet",
                "booking": "ticket",
                "visibility": "registered",
            },
            {
                **TOUR,
                "conference": "summit",
                "code": "S-2",
                "title": "Tables",
                "type": "breakout",
                "starts_at": "2022-05-31T10:00",
                "ends_at": "2022-05-31T11:00",
                "room": "Magasinet",
                "parent_code": "S-1",
                "visibility": "hidden",
                "booking": "invitation",
            },
            {
                **TOUR,
                "conference": "spring",
                "code": "N-1",
                "title": "Side event",
                "type": "panel",
                "starts_at": "2022-05-31T10:00",
                "ends_at": "2022-05-31T11:00",
                "room": "Room 4",
                "booking": "none",
            },
        ],
        "session_speakers.csv": [
            {"session_code": "T-1", "speaker_slug": "ada", "role": "guide"},
            {"session_code": "T-2", "speaker_slug": "brass", "role": "guide"},
            {"session_code": "T-3", "speaker_slug": "ada", "role": "guide"},
            {"session_code": "S-1", "speaker_slug": "ada", "role": "speaker"},
            {"session_code": "S-1", "speaker_slug": "ada", "role": "moderator"},
        ],
        "ticket_types.csv": [
            {
                "conference": "h22-city-expo",
                "name": "Open city pass",
                "price_sek": "0",
                "vat_rate": "0",
                "quota": "500",
                "needs_approval": "no",
                "audience": "residents and visitors",
            },
            {
                "conference": "summit",
                "name": "City delegate",
                "price_sek": "495",
                "vat_rate": "25",
                "quota": "",
                "needs_approval": "yes",
                "audience": "cities",
            },
        ],
    }


def read(folder: Path, file: str) -> Table:
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(folder: Path, file: str, rows: Table) -> None:
    columns = COLUMNS[file].split()
    defaults = {"source": "illustrative"} if "source" in columns else {}
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**defaults, **row} for row in rows)


def change(folder: Path, file: str, line: int, **cells: str) -> None:
    """Put other values into the cells of a line (the header is line 1)."""
    rows = read(folder, file)
    rows[line - 2].update(cells)
    write(folder, file, rows)


def add(folder: Path, file: str, line: int, **cells: str) -> None:
    """A copy of a line at the end of its file, with other values in some cells."""
    rows = read(folder, file)
    write(folder, file, [*rows, {**rows[line - 2], **cells}])
