"""How moments, dates and words look on a page. City time on screens, UTC inside."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_decimal
from flask import Flask, g
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from expo.core.money import Money

from .texts import _l


class Titled(Protocol):
    """What has a title in several languages."""

    def title_in(self, language: str) -> tuple[str, str]: ...


def init_app(app: Flask) -> None:
    for filter_ in (
        city_time,
        city_date,
        city_moment,
        long_date,
        short_date,
        language_name,
        iso,
        date_part,
        day_name,
        date_span,
        zone_name,
        price,
        paragraphs,
        first_sentence,
        capital,
        country_name,
        foreign,
        titled,
        title_here,
        file_size,
    ):
        app.add_template_filter(filter_)


def _zone(zone: ZoneInfo | str | None) -> ZoneInfo:
    if isinstance(zone, ZoneInfo):
        return zone
    if zone:
        return ZoneInfo(zone)
    expo = getattr(g, "expo", None)
    return expo.zone if expo else ZoneInfo("UTC")


def city_time(moment: datetime, zone: ZoneInfo | str | None = None) -> str:
    """14:05, in the expo's zone or the one given."""
    return moment.astimezone(_zone(zone)).strftime("%H:%M")


def city_date(moment: datetime, zone: ZoneInfo | str | None = None) -> str:
    """Tuesday 31 May."""
    return long_date(moment.astimezone(_zone(zone)).date())


def city_moment(moment: datetime, zone: ZoneInfo | str | None = None) -> str:
    """31 May 2022, 14:05."""
    local = moment.astimezone(_zone(zone))
    return str(format_datetime(local, "d MMMM y, HH:mm", locale=get_locale() or "en"))


@lru_cache(maxsize=4096)
def _format(day: date, pattern: str, language: str) -> str:
    return str(format_date(day, pattern, locale=language))


def date_part(day: date, pattern: str) -> str:
    """A part of a date by its CLDR pattern: EEE is Tue or tis, MMM May or maj. Without the dots of short names."""
    locale = get_locale()
    return _format(day, pattern, locale.language if locale else "en").replace(".", "")


def long_date(day: date, year: bool = False) -> str:
    """Tuesday 31 May; tisdag 31 maj; with its year where that is wanted or not plain."""
    return date_part(day, "EEEE d MMMM y" if year or _of_another_year(day) else "EEEE d MMMM")


def _of_another_year(day: date) -> bool:
    """Whether nobody would know the year, because the expo does not run in it."""
    expo = getattr(g, "expo", None)
    return expo is not None and not expo.starts_on.year <= day.year <= expo.ends_on.year


def short_date(day: date) -> str:
    """31 May; 31 maj."""
    return date_part(day, "d MMM")


# No sign language has a code of two letters, and Babel knows none of them.
_SIGN_LANGUAGES = {
    "swl": _l("Swedish Sign Language"),
    "ils": _l("International Sign"),
    "ase": _l("American Sign Language"),
    "bfi": _l("British Sign Language"),
    "dsl": _l("Danish Sign Language"),
    "fse": _l("Finnish Sign Language"),
    "fss": _l("Finland-Swedish Sign Language"),
    "fsl": _l("French Sign Language"),
    "gsg": _l("German Sign Language"),
    "ise": _l("Italian Sign Language"),
    "nsl": _l("Norwegian Sign Language"),
    "ssp": _l("Spanish Sign Language"),
    "ssr": _l("Swiss-French Sign Language"),
}


def language_name(code: str) -> str:
    """Swedish; svenska."""
    if code in _SIGN_LANGUAGES:
        return str(_SIGN_LANGUAGES[code])
    locale = get_locale()
    name = locale.languages.get(code) if locale else None
    return str(name or code)


def this_language() -> str:
    """The language that the reader reads in: sv."""
    locale = get_locale()
    return locale.language if locale else "en"


def foreign(code: str) -> str:
    """The language of a text where it is not the reader's own, for `lang=`; else nothing."""
    return "" if code == this_language() else code


def titled(told: Titled) -> Markup:
    """The title of a conference in the reader's language, if it is given in it; else marked with its own."""
    title, language = told.title_in(this_language())
    mark = foreign(language)
    return Markup('<span lang="%s">%s</span>') % (mark, title) if mark else escape(title)


def title_here(told: Titled) -> str:
    """The same where no markup can stand: in the name of the page, in a sentence."""
    return told.title_in(this_language())[0]


def iso(moment: datetime, zone: ZoneInfo | str | None = None) -> str:
    """RFC 3339 with the city's offset, for <time datetime>."""
    return moment.astimezone(_zone(zone)).isoformat(timespec="minutes")


def day_name(day: date) -> str:
    """Tue 31 May; tis 31 maj; with its year where the expo runs in another."""
    return date_part(day, "EEE d MMM y" if _of_another_year(day) else "EEE d MMM")


def date_span(first: date, last: date, year: bool = False) -> str:
    """31 May; 30 May to 2 June; with its year where that is not plain."""
    end = date_part(last, "d MMMM y" if year else "d MMMM")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        start = str(first.day)
    else:
        start = date_part(first, "d MMMM y" if year and first.year != last.year else "d MMMM")
    return str(_("%(start)s to %(end)s", start=start, end=end))


def zone_name(zone: ZoneInfo | str) -> str:
    """New York time: how people name a zone, by its city."""
    city = get_timezone_location(str(zone), locale=get_locale() or "en", return_city=True)
    return str(_("%(city)s time", city=city))


def price(amount: Money) -> str:
    """495 kr; free where it costs nothing."""
    if amount.minor == 0:
        return str(_("Free"))
    locale = get_locale()
    return amount.said(locale.language if locale else "en")


def file_size(size: int) -> str:
    """“1.2 MB”: how long it takes on a phone."""
    locale = get_locale()
    in_mega = size >= 100_000
    number = size / 1_000_000 if in_mega else max(size / 1000, 1)
    return f"{format_decimal(number, '0.#' if in_mega else '0', locale or 'en')} {'MB' if in_mega else 'kB'}"


def paragraphs(text: str) -> list[str]:
    """The text between empty lines."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def country_name(code: str) -> str:
    """Sweden; Sverige."""
    locale = get_locale()
    return str(locale.territories.get(code, code) if locale else code)


def first_sentence(text: str) -> str:
    """What a text begins with, where there is no room for more."""
    return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def capital(text: str) -> str:
    """With a capital at the start: Swedish writes days and languages small, but not where a line begins."""
    return text[:1].upper() + text[1:]
