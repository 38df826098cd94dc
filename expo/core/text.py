"""Text from people: folded for searching, slugged for addresses, cleaned for storing."""

from __future__ import annotations

import re
import unicodedata

# Letters that do not decompose: folded as people type them without the right keyboard.
_SPECIAL = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)


def folded(text: str) -> str:
    """Without case and diacritics: "Ångfärjeparken" and "angfarjeparken" are found alike."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    return "".join([sign for sign in decomposed if sign < "\u0300" or not unicodedata.combining(sign)])


def slug(text: str, *, most: int = 60) -> str:
    """A lower-case ASCII name for an address, cut at a word; "item" when nothing is left."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")
    if len(words) > most:
        words = words[: most + 1].rsplit("-", 1)[0][:most]
    return words or "item"


def free_slug(text: str, taken: set[str]) -> str:
    """A slug that nobody has: "sundet", "sundet-2", … Adds it to `taken`."""
    base = slug(text)
    candidate, number = base, 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    taken.add(candidate)
    return candidate


def one_line(text: str) -> str:
    """Without control characters and line ends, spaces collapsed: safe in headers, names and titles."""
    visible = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return " ".join(unicodedata.normalize("NFC", visible).split())
