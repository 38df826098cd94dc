"""Days and times as sheets and schedules write them, on the clocks of the conference."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from expo.imports.cells import in_zone, shown
from expo.programme.values import YEARS

LONGEST = timedelta(days=31)  # of one session
_EXCEL_BEGINS = datetime.fromisoformat("1899-12-30")
_SERIAL = re.compile(r"\d{5}(\.\d{1,12})?")
_OF_DAY = re.compile(r"0?\.\d{1,12}")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(:[0-5]\d)?")


def day(text: str) -> date:
    """A day: 2022-05-31, or the number that a workbook keeps for it."""
    if _SERIAL.fullmatch(text):
        return (_EXCEL_BEGINS + timedelta(days=float(text))).date()
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(_("“%(text)s” is not a date like 2022-05-31", text=shown(text))) from None
    return _checked(found)


def moment(text: str, zone: ZoneInfo, of_day: date | None = None) -> datetime:
    """A moment: 2022-05-31 14:00 on the clocks of the zone, or with its own offset; 14:00 on a day that is given."""
    text = text.strip()
    if of_day is not None:
        clock = _clock(text)
        if clock is not None:
            return in_zone(datetime.combine(of_day, clock), zone)
    if _SERIAL.fullmatch(text):
        local = _EXCEL_BEGINS + timedelta(minutes=round(float(text) * 24 * 60))
        return in_zone(local, zone)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) < 12:
        raise ValueError(_("“%(text)s” is not a time like 2022-05-31 14:00", text=shown(text)))
    _checked(found.date())
    return found.astimezone(UTC) if found.tzinfo else in_zone(found, zone)


def minutes(text: str) -> timedelta:
    """How long: minutes, or hours and minutes as 1:30 and days as 1:00:30."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(
        part.isascii() and part.isdigit() and len(part) < 6 for part in parts
    ):
        raise ValueError(_("“%(text)s” is not a duration like 1:30", text=shown(text)))
    numbers = [int(part) for part in parts]
    of_day = numbers[0] * 24 * 60 if len(numbers) == 3 else 0
    rest = numbers[-2:]
    long = timedelta(minutes=of_day + (rest[0] if len(rest) == 1 else rest[0] * 60 + rest[1]))
    if not timedelta() < long <= LONGEST:
        raise ValueError(_("“%(text)s” is not a duration like 1:30", text=shown(text)))
    return long


def _clock(text: str) -> time | None:
    if _OF_DAY.fullmatch(text):
        whole = round(float(text) * 24 * 60)
        return time(whole // 60 % 24, whole % 60)
    found = _TIME.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def _checked(found: date) -> date:
    if found.year not in YEARS:
        raise ValueError(_("Check the year."))
    return found
