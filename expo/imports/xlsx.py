"""The first sheet of an Office Open XML workbook (ECMA-376) as rows of text. The file may be hostile."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from posixpath import join, normpath
from xml.etree import ElementTree as xml

from defusedxml import ElementTree as safe
from defusedxml.common import DefusedXmlException
from flask_babel import gettext as _

LARGEST_PART = 16 * 1024 * 1024  # bytes, unpacked: a small archive may unpack to anything
MOST_COLUMNS = 200
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

# What a damaged or locked archive makes its readers raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, xml.ParseError, KeyError, NotImplementedError, RuntimeError, OSError, EOFError,
)  # fmt: skip


class NoWorkbook(ValueError):
    """This cannot be read as a workbook; says why."""


def rows(content: bytes, *, most: int) -> list[tuple[int, list[str]]]:
    """The numbers and cells of the rows that hold anything; one more than `most` at the utmost. Raises NoWorkbook."""
    found: list[tuple[int, list[str]]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            shared = _shared(archive)
            sheet = _checked(archive, _first_sheet(archive))
        at = 0
        for _event, row in safe.iterparse(io.BytesIO(sheet), forbid_dtd=True):
            if row.tag != f"{_MAIN}row":
                continue
            at += 1
            number, cells = _number(row.get("r"), at), _cells(row, shared)
            row.clear()  # a whole sheet as elements is ten times its size
            if any(cells):
                found.append((number, cells))
                if len(found) > most:
                    break
    except DefusedXmlException as hostile:
        raise NoWorkbook(_("This workbook holds what no spreadsheet writes.")) from hostile
    except _BROKEN as broken:
        raise NoWorkbook(_("This workbook is damaged, or locked by a password.")) from broken
    return found


def _cells(row: xml.Element, shared: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_MAIN}c"):
        column = _column(cell.get("r"), len(cells))
        if column >= MOST_COLUMNS:
            break
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = _text(cell, shared)
    return cells


def _text(cell: xml.Element, shared: list[str]) -> str:
    kind, value = cell.get("t"), cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        at = _number(value, -1)
        return shared[at] if 0 <= at < len(shared) else ""
    if kind == "inlineStr":
        return _runs(cell.find(f"{_MAIN}is"))
    if kind in ("str", "b", "e", "d"):
        return _unescaped(value).strip()
    # A number: 17, not 17.0. What looks like a day stays the number that it is: only its style would tell.
    return value.removesuffix(".0").strip()


def _runs(parent: xml.Element | None) -> str:
    """The text of a string with all its runs, without how it is read aloud."""
    if parent is None:
        return ""
    texts = [one.text or "" for one in parent.findall(f"{_MAIN}t")]
    texts += [one.text or "" for one in parent.findall(f"{_MAIN}r/{_MAIN}t")]
    return _unescaped("".join(texts)).strip()


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    signs = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return "".join(sign for sign in signs if not "\ud800" <= sign <= "\udfff")  # half a letter is none


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_runs(one) for one in _part(archive, "xl/sharedStrings.xml").findall(f"{_MAIN}si")]


def _first_sheet(archive: zipfile.ZipFile) -> str:
    sheet = _part(archive, "xl/workbook.xml").find(f"{_MAIN}sheets/{_MAIN}sheet")
    if sheet is None:
        raise KeyError("no sheet")
    relations = _part(archive, "xl/_rels/workbook.xml.rels").findall(f"{_PACKAGE}Relationship")
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    target = targets[sheet.get(f"{_OFFICE}id")]
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _part(archive: zipfile.ZipFile, name: str) -> xml.Element:
    root: xml.Element = safe.fromstring(_checked(archive, name), forbid_dtd=True)
    return root


def _checked(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part as it is unpacked: not too large. Its readers refuse entities, which could grow to anything."""
    with archive.open(name) as opened:
        content = opened.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise NoWorkbook(_("This workbook is too large."))
    return content


def _column(reference: str | None, otherwise: int) -> int:
    """AB7 → 27."""
    letters = re.match(r"[A-Z]{1,3}", reference or "")
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
