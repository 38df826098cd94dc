"""A table as an Office Open XML workbook (ECMA-376), row by row: memory stays the same, however long it is.

Only what a list needs: one sheet, every cell a text. Texts that a spreadsheet would take for a formula carry the
mark that a person makes with an apostrophe (quotePrefix), so that they stay texts when somebody edits them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from .cells import for_xml, starts_formula

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LONGEST = 32_767  # characters of a cell, says Excel
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # no time inside: it would say nothing
# Styles of cells, by number: plain, marked as text, head.
_TEXT, _QUOTED, _BOLD = 0, 1, 2

_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font/><font><b/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
        '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf fontId="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}  # fmt: skip


class _Passing(io.RawIOBase):
    """Where the archive writes to, and what is taken from there as soon as it stands."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        before = len(self._waiting)
        self._waiting += data  # type: ignore[arg-type]  # bytes of whatever kind
        return len(self._waiting) - before

    def take(self, least: int = 0) -> Iterator[bytes]:
        if len(self._waiting) > least:
            yield bytes(self._waiting)
            self._waiting.clear()


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file in pieces."""
    out = _Passing()
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(_sheet_name(title))} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**_PARTS, "xl/workbook.xml": book}.items():
            archive.writestr(_file(name), _HEAD + part)
        with archive.open(_file("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'.encode()
            )
            sheet.write(
                b'<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><sheetData>'
            )
            sheet.write(_row(heads, _BOLD))
            for row in rows:
                sheet.write(_row(row))
                yield from out.take(32_768)
            sheet.write(b"</sheetData></worksheet>")
        yield from out.take()
    yield from out.take()


def _file(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _SAME_DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _row(cells: Sequence[str], style: int | None = None) -> bytes:
    return f"<row>{''.join(_cell(text, style) for text in cells)}</row>".encode()


def _cell(text: str, style: int | None) -> str:
    if style is None:
        style = _QUOTED if starts_formula(text) else _TEXT
    said = escape(_LOOKS_ESCAPED.sub("_x005F_", for_xml(text[:LONGEST])))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _sheet_name(title: str) -> str:
    """At most 31 characters, without those that stand for places in formulas."""
    return re.sub(r"[\[\]:*?/\\']", " ", for_xml(title)).strip()[:31] or "Sheet"
