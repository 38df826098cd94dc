"""How moments, dates and words look on a page. City time on screens, UTC inside."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask, g
from flask_babel import get_locale


def init_app(app: Flask) -> None:
    for filter_ in (city_time, city_date, city_moment, long_date, short_date, language_name, iso):
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


def long_date(day: date) -> str:
    """Tuesday 31 May; tisdag 31 maj."""
    return str(format_date(day, "EEEE d MMMM", locale=get_locale() or "en"))


def short_date(day: date) -> str:
    """31 May; 31 maj."""
    return str(format_date(day, "d MMM", locale=get_locale() or "en"))


def language_name(code: str) -> str:
    """Swedish; svenska. Swedish Sign Language has no two-letter code, so Babel may not know it."""
    locale = get_locale()
    if code == "swl":
        return {"sv": "svenskt teckenspråk"}.get(locale.language if locale else "en", "Swedish Sign Language")
    name = locale.languages.get(code) if locale else None
    return str(name or code)


def iso(moment: datetime, zone: ZoneInfo | str | None = None) -> str:
    """RFC 3339 with the city's offset, for <time datetime>."""
    return moment.astimezone(_zone(zone)).isoformat(timespec="minutes")
