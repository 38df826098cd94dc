"""What an answer of each kind looks like: read from what was typed, and said to people.

Kept as JSON: text, choice (a key), date (ISO 8601) and country (ISO 3166-1) as text; number as a number; choices as a
list of keys; access and diet as {"chosen": [key, …], "text": "…"}; files as {"name", "type", "size"} (bytes).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line

from .models import WITH_MORE, Kind, Question

LONGEST = {Kind.TEXT: 300, Kind.LONG_TEXT: 4000}
LONGEST_MORE = 500


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed to one question: its texts or ticks, the line beside them, the token of a file."""

    texts: tuple[str, ...] = ()
    more: str = ""
    file: str = ""

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""


def read(question: Question, given: Given) -> Any:
    """The value of what was typed, None where it says nothing. Files are read elsewhere. Raises BadInput."""
    match question.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return _text(question.kind, given.text)
        case Kind.CHOICE:
            return next(iter(_keys(question, given.texts[:1])), None)
        case Kind.CHOICES:
            return _keys(question, given.texts) or None
        case Kind.ACCESS | Kind.DIET:
            chosen, more = _keys(question, given.texts), _short(given.more)
            return {"chosen": chosen, "text": more} if chosen or more else None
        case Kind.NUMBER:
            return _number(given.text)
        case Kind.DATE:
            return _date(given.text)
        case Kind.COUNTRY:
            return _country(given.text)
        case _:
            return None


def _text(kind: Kind, typed: str) -> str | None:
    text = one_line(typed) if kind is Kind.TEXT else _lines(typed)
    if len(text) > LONGEST[kind]:
        raise BadInput(_("That is too long: at most %(max)d letters.", max=LONGEST[kind]))
    return text or None


def _lines(typed: str) -> str:
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()


def _short(typed: str) -> str:
    text = one_line(typed)
    if len(text) > LONGEST_MORE:
        raise BadInput(_("That is too long: at most %(max)d letters.", max=LONGEST_MORE))
    return text


def _keys(question: Question, texts: tuple[str, ...]) -> list[str]:
    ticked = {text for text in texts if text}
    known = [one["key"] for one in question.options]
    if ticked - set(known):
        raise BadInput(_("Choose from the list, please: it has changed meanwhile."))
    return [key for key in known if key in ticked]


def _number(typed: str) -> int | float | None:
    text = typed.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", text):
        raise BadInput(_("A number, please, such as 12 or 1.5."))
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _date(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError as wrong:
        raise BadInput(_("A date such as 2022-05-31, please.")) from wrong
    if not 1900 <= day.year < 2200:
        raise BadInput(_("Check the year."))
    return day.isoformat()


def _country(typed: str) -> str | None:
    code = typed.strip().upper()
    if code and (not re.fullmatch("[A-Z]{2}", code) or code not in Locale("en").territories):
        raise BadInput(_("Choose a country from the list."))
    return code or None


def answers_with(question: Question, value: Any) -> set[str]:
    """The words by which another question can depend on this answer."""
    match question.kind:
        case Kind.CHOICE | Kind.COUNTRY:
            return {str(value)}
        case Kind.CHOICES:
            return set(value)
        case kind if kind in WITH_MORE:
            return set(value["chosen"])
        case _:
            return set()


def said(question: Question, value: Any, language: str) -> str:
    """The answer as people read it, in one text; those of several lines keep them."""
    match question.kind:
        case Kind.CHOICE:
            return question.option(value, language)
        case Kind.CHOICES:
            return ", ".join(question.option(key, language) for key in value)
        case Kind.ACCESS | Kind.DIET:
            parts = [question.option(key, language) for key in value["chosen"]]
            return ", ".join([*parts, value["text"]] if value["text"] else parts)
        case Kind.COUNTRY:
            return str(Locale.parse(language).territories.get(value, value))
        case Kind.DATE:
            return format_date(date.fromisoformat(value), "d MMMM y", locale=str(get_locale() or language))
        case Kind.FILE | Kind.PHOTO:
            return str(value["name"])
        case _:
            return str(value)


def typed_again(question: Question, value: Any) -> Given:
    """What stands in the form when an answer is changed."""
    match question.kind:
        case Kind.CHOICES:
            return Given(tuple(value))
        case kind if kind in WITH_MORE:
            return Given(tuple(value["chosen"]), value["text"])
        case Kind.FILE | Kind.PHOTO:
            return Given()
        case _:
            return Given((str(value),))
