"""CSV files, read whole before anything is believed. Every fault is noted with its place, and reading goes on."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask_babel import gettext as _

from expo.core.text import one_line

LARGEST = 32 * 1024 * 1024  # bytes of one file
LONGEST_CELL = 100_000  # characters

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, and where. Line 0 is the file itself; no column is the whole line."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = [self.file]
        if self.line:
            place.append(_("line %(line)s", line=self.line))
        if self.column:
            place.append(_("column %(column)s", column=self.column))
        return f"{', '.join(place)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: its cells by column, and where to note what is wrong with them."""

    file: str
    line: int
    cells: dict[str, str]
    faults: list[Fault]

    def read(self, column: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        """The cell as a value. A cell that cannot be read is noted, and `otherwise` stands in for it."""
        try:
            return parse(self.cells[column])
        except ValueError as wrong:
            self.wrong(column, str(wrong))
            return otherwise

    def wrong(self, column: str, reason: str) -> None:
        """Note a fault in one of the row's cells."""
        self.faults.append(Fault(self.file, self.line, column, reason))


def read(
    folder: Path,
    file: str,
    columns: tuple[str, ...],
    faults: list[Fault],
    further: re.Pattern[str] | None = None,
) -> list[Row] | None:
    """The rows of a file that has these columns and none but those that `further` allows, in any order; None when it
    cannot be read at all."""
    text = _text(folder, file, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        header = next(reader, [])
        if not _same_columns(file, header, columns, faults, further):
            return None
        # A quoted cell may hold line ends: a row is where it begins.
        begins = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(header):
                rows.append(checked_row(file, begins, dict(zip(header, cells, strict=True)), faults))
            elif cells:  # an empty line is nothing
                said = _("%(here)s cells, the header has %(there)s", here=len(cells), there=len(header))
                faults.append(Fault(file, begins, "", said))
            begins = reader.line_num + 1
    except csv.Error as broken:
        faults.append(Fault(file, begins, "", _("not CSV: %(reason)s", reason=str(broken))))
        return None
    return rows


def checked_row(
    file: str, line: int, cells: dict[str, str], faults: list[Fault], *, values: bool = False
) -> Row:
    """The row, with a fault for each cell that is no plain text. Where they are known to be `values`, as those of a
    workbook are, a text may begin like a formula."""
    row = Row(file, line, cells, faults)
    for column, cell in cells.items():
        if cell.startswith("=") and not values:
            row.wrong(column, _("a formula, not text: save the values of the sheet"))
        elif len(cell) > LONGEST_CELL:
            row.wrong(column, _("longer than %(most)s characters", most=LONGEST_CELL))
        elif not cell.isprintable():
            strange = next((sign for sign in cell if _is_control(sign)), None)
            if strange is not None:
                row.wrong(column, _("a control character (U+%(code)s)", code=f"{ord(strange):04X}"))
    return row


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" and sign not in "\n\r\t"


def _text(folder: Path, file: str, faults: list[Fault]) -> str | None:
    try:
        with (folder / file).open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as missing:
        faults.append(
            Fault(file, 0, "", _("cannot be read: %(reason)s", reason=missing.strerror or str(missing)))
        )
        return None
    if len(raw) > LARGEST:
        faults.append(Fault(file, 0, "", _("larger than %(size)s MB", size=LARGEST // 1024 // 1024)))
        return None
    return decoded(file, raw, faults)


def decoded(file: str, raw: bytes, faults: list[Fault]) -> str | None:
    """The bytes as text; None, with a fault, where they are not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        byte = f"0x{raw[wrong.start]:02x}"
        faults.append(Fault(file, line, "", _("not UTF-8: byte %(byte)s. Save it as UTF-8.", byte=byte)))
        return None


def _same_columns(
    file: str,
    header: list[str],
    columns: tuple[str, ...],
    faults: list[Fault],
    further: re.Pattern[str] | None,
) -> bool:
    before = len(faults)
    for column in columns:
        if column not in header:
            faults.append(Fault(file, 1, column, _("this column is missing")))
        elif header.count(column) > 1:
            faults.append(Fault(file, 1, column, _("this column stands here twice")))
    for column in dict.fromkeys(header):
        if column in columns:
            continue
        if further is not None and further.fullmatch(column):
            if header.count(column) > 1:
                faults.append(Fault(file, 1, column, _("this column stands here twice")))
        else:
            faults.append(Fault(file, 1, one_line(column)[:40], _("there is no such column")))
    return len(faults) == before
