"""Cells that no spreadsheet mistakes: for formulas, for markup, for something it cannot write."""

from __future__ import annotations

import re

# What a spreadsheet takes for a formula when it stands first in a cell.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Signs that XML 1.0 knows no way to write (section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def starts_formula(cell: str) -> bool:
    return cell.startswith(_STARTS_FORMULA)


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet calculates: an apostrophe in front, as people write it themselves."""
    return f"'{cell}" if starts_formula(cell) else cell


def for_xml(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
