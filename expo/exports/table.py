"""The programme as rows for a spreadsheet (RFC 4180, UTF-8 with a mark at the front, as Excel wants it)."""

from __future__ import annotations

import csv
import io

from .cells import harmless
from .talks import Talk
from .xlsx import workbook

COLUMNS = (
    "code", "session", "uid", "title", "conference", "type", "track", "starts_at", "ends_at", "time_zone",
    "room", "venue", "city", "languages", "sdgs", "tags", "admission", "seats", "status", "people", "abstract", "url",
    "partners",
)  # fmt: skip


def as_csv(talks: list[Talk]) -> bytes:
    """One row for each occurrence, by start."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in _cells(talk)] for talk in talks)
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def as_xlsx(title: str, talks: list[Talk]) -> bytes:
    """The same as a workbook."""
    return b"".join(workbook(title, COLUMNS, (_cells(talk) for talk in talks)))


def _cells(talk: Talk) -> tuple[str, ...]:
    item = talk.item
    return (
        item.code,
        item.session_code,
        item.uid,
        item.title,
        item.conference_slug,
        item.type_slug,
        item.track_name or "",
        item.starts.isoformat(),
        item.ends.isoformat(),
        item.time_zone,
        item.room_name,
        item.venue_name,
        item.venue_city,
        " ".join(item.languages),
        " ".join(map(str, item.sdgs)),
        ", ".join(item.tags),
        "" if item.closed else item.admission.value,
        "" if item.seats is None else str(item.seats),
        talk.status,
        "; ".join(name for _number, name in talk.people),
        talk.abstract,
        talk.url,
        "; ".join(f"{one.name} ({one.role.value})" for one in talk.behind),
    )
