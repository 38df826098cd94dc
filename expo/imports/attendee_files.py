"""Lists of attendees as they were uploaded: what they are by their content, and how long they stay."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, jobs
from expo.core.db import db, execute, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme.models import Conference

from . import sheets, xlsx
from .models import AttendeeFile
from .sheets import Fault, Row

LARGEST = 5 * 1024 * 1024
MOST_ROWS = 5_000
LASTS = timedelta(hours=24)
_ZIP = b"PK\x03\x04"
_JOB = "forget_attendee_file"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was read: its columns, its rows by column, and what is wrong with them."""

    heads: list[str]
    rows: list[Row]
    faults: list[Fault]


def keep(*, conference: Conference, account_id: int, name: str, content: bytes) -> AttendeeFile:
    """Keep an upload until its import is done. Raises BadInput where it is no list."""
    name = one_line(name)[-120:] or _("list")
    if not content:
        raise BadInput(_("This file is empty."), field="file")
    if len(content) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise BadInput(_("This file is larger than %(most)s MB. Split it.", most=most), field="file")
    read(name, content)
    expires_at = clock.now() + LASTS
    with transaction():
        kept = AttendeeFile(
            expo_id=conference.expo_id,
            conference_id=conference.id,
            account_id=account_id,
            name=name,
            content=content,
            choices=None,
            expires_at=expires_at,
        )
        db.session.add(kept)
        db.session.flush()
        jobs.add(_JOB, {"file": kept.id}, at=expires_at)
        audit.record("attendee_file_kept", "attendee_file", kept.id, expo_id=conference.expo_id)
    return kept


def by_id(expo_id: int, file_id: int) -> AttendeeFile | None:
    """One that is not too old."""
    return db.session.scalar(
        sa.select(AttendeeFile).where(
            AttendeeFile.expo_id == expo_id,
            AttendeeFile.id == file_id,
            AttendeeFile.expires_at > clock.now(),
        )
    )


def choose(*, file: AttendeeFile, choices: dict[str, Any]) -> None:
    """Note which column is what, and how to import."""
    with transaction():
        file.choices = choices


def forget(*, file_id: int) -> None:
    """Throw it away. Twice is once."""
    with transaction():
        execute(sa.delete(AttendeeFile).where(AttendeeFile.id == file_id))


@jobs.handler(_JOB)
def _forget_later(payload: dict[str, Any]) -> None:
    forget(file_id=payload["file"])


def read(name: str, content: bytes) -> Listed:
    """The list, whatever kind of file it is: its content decides, not its name. Raises BadInput."""
    faults: list[Fault] = []
    values = content.startswith(_ZIP)
    lines = _workbook(content) if values else _text(name, content)
    if not lines:
        raise BadInput(_("There is nothing in this file."), field="file")
    heads = _heads(lines[0][1])
    if len(lines) < 2:
        raise BadInput(_("There is a head in this file, but no row below it."), field="file")
    if len(lines) > MOST_ROWS + 1:
        raise BadInput(_("At most %(most)s rows at once. Split the file.", most=MOST_ROWS), field="file")
    rows = []
    for line, cells in lines[1:]:
        padded = [*cells[: len(heads)], *[""] * (len(heads) - len(cells))]
        row = dict(zip(heads, padded, strict=True))
        rows.append(sheets.checked_row(name, line, row, faults, values=values))
        if len(cells) > len(heads) and any(cells[len(heads) :]):
            said = _("%(here)s cells, the header has %(there)s", here=len(cells), there=len(heads))
            faults.append(Fault(name, line, "", said))
    return Listed(heads, rows, faults)


def _workbook(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        return xlsx.rows(content, most=MOST_ROWS + 1)
    except xlsx.NoWorkbook as no:
        raise BadInput(str(no), field="file") from no


def _text(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    faults: list[Fault] = []
    if b"\0" in content:
        raise BadInput(_("This is neither CSV nor an Excel workbook (.xlsx)."), field="file")
    text = sheets.decoded(name, content, faults)
    if text is None:
        raise BadInput(str(faults[0]), field="file")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
            if len(lines) > MOST_ROWS + 1:
                break
    except csv.Error as broken:
        said = _("Line %(line)s is not CSV: %(reason)s.", line=begins, reason=str(broken))
        raise BadInput(said, field="file") from broken
    return lines


def _heads(cells: list[str]) -> list[str]:
    """The columns' names, each once; a column without one is called by its number."""
    heads: list[str] = []
    for at, cell in enumerate(cells[: xlsx.MOST_COLUMNS], start=1):
        name = one_line(cell)[:60] or _("Column %(number)s", number=at)
        heads.append(name if name not in heads else f"{name} ({at})")
    return heads
