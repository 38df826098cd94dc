"""Lists of money as files for a spreadsheet (RFC 4180, UTF-8 with a mark at the front, as Excel wants it)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from .cells import harmless

Rows = Iterable[list[str]]
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def as_csv(heads: list[str], rows: Rows) -> Iterator[bytes]:
    """The file, row by row. A negative amount stays a number; whatever else begins like a formula is disarmed."""
    yield b"\xef\xbb\xbf" + _line(heads)
    for row in rows:
        yield _line([cell if _NUMBER.fullmatch(cell) else harmless(cell) for cell in row])


def _line(cells: list[str]) -> bytes:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerow(cells)
    return sheet.getvalue().encode()
