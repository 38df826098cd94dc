"""What a cell may hold: each function reads the text of one cell, or raises ValueError with the reason."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.core.text import one_line

Word = TypeVar("Word", bound=enum.StrEnum)
Value = TypeVar("Value")

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def line(column: Any, *, needed: bool = False) -> Callable[[str], str]:
    """Text on one line, no longer than the database column holds."""
    most: int | None = column.type.length

    def parse(text: str) -> str:
        found = one_line(text)
        if needed and not found:
            raise ValueError(_("empty"))
        if most is not None and len(found) > most:
            raise ValueError(_("%(here)s characters, at most %(most)s fit", here=len(found), most=most))
        return found

    return parse


def key(column: Any) -> Callable[[str], str]:
    """A name for references, e.g. a slug or code: letters, digits, dots, hyphens and underscores."""
    whole = line(column, needed=True)

    def parse(text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
            raise ValueError(_("“%(text)s” is not a name of letters, digits and hyphens", text=shown(text)))
        return whole(text)

    return parse


def prose(text: str) -> str:
    """Text of any number of lines."""
    return text.strip()


def word(words: type[Word]) -> Callable[[str], Word]:
    """One of a fixed list."""
    return among({each.value: each for each in words})


def among(meanings: Mapping[str, Value]) -> Callable[[str], Value]:
    """One of these words, as what it means."""

    def parse(text: str) -> Value:
        try:
            return meanings[text]
        except KeyError:
            choices = ", ".join(meanings)
            raise ValueError(
                _("“%(text)s” is none of: %(choices)s", text=shown(text), choices=choices)
            ) from None

    return parse


def whole(*, least: int = 0, most: int = 1_000_000_000) -> Callable[[str], int]:
    """A whole number."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
            raise ValueError(
                _(
                    "“%(text)s” is not a whole number from %(least)s to %(most)s",
                    text=shown(text),
                    least=least,
                    most=most,
                )
            )
        return int(text)

    return parse


def perhaps(parse: Callable[[str], Value]) -> Callable[[str], Value | None]:
    """The same, or nothing when the cell is empty."""
    return lambda text: parse(text) if text else None


def each(parse: Callable[[str], Value]) -> Callable[[str], tuple[Value, ...]]:
    """Several, separated by spaces."""
    return lambda text: tuple(parse(part) for part in text.split())


def day(text: str) -> date:
    """A date, e.g. 2022-05-31."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(_("“%(text)s” is not a date like 2022-05-31", text=shown(text)))


def local_time(text: str) -> datetime:
    """A time on the conference's clocks, e.g. 2022-05-31T14:00, still without its zone."""
    if _LOCAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(_("“%(text)s” is not a time like 2022-05-31T14:00", text=shown(text)))


def in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of the zone show this. They skip an hour in spring and repeat one in autumn."""
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(_("the clocks of %(zone)s skip this hour", zone=zone.key))
    raise ValueError(_("the clocks of %(zone)s show this hour twice", zone=zone.key))


def time_zone(text: str) -> ZoneInfo:
    """A zone of the IANA database."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(_("“%(text)s” is not a time zone like Europe/Stockholm", text=shown(text))) from None


def language(text: str) -> str:
    """A language code: two or three letters, perhaps with a region or script."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", text):
        raise ValueError(_("“%(text)s” is not a language code", text=shown(text)))
    return text


def country(text: str) -> str:
    """An ISO 3166-1 code of two letters, or nothing."""
    if text and not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError(_("“%(text)s” is not a country code like SE", text=shown(text)))
    return text


def one_of(known: Collection[str], what: str) -> Callable[[str], str]:
    """A reference to something in another file."""

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(_("there is no %(what)s “%(text)s”", what=what, text=shown(text)))
        return text

    return parse


def shown(text: str) -> str:
    """A hostile cell as a message may quote it: one line, not too long."""
    found = one_line(text)
    return found if len(found) <= 60 else found[:59] + "…"
