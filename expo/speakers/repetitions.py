"""On which days a repetition of a calendar falls (RFC 5545, RRULE), day by day from its first to a last one.

Not dateutil: a rule without any date ("30 February") keeps it looking until the year 9999, whatever its end, and the
rules here come from strangers. This looks at each day once, and knows what calendars write for people's dates.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}


class NotUnderstood(Exception):
    """A rule that people's calendars do not write, such as one for each second."""


def days(rule: Any, starts_on: date, last: date) -> Iterator[date]:
    """The days of the rule from its first one to `last`. COUNT and UNTIL are for whoever asks."""
    rhythm = _words(rule, "FREQ")[:1]
    if not set(rule) <= _KNOWN or rhythm not in (["DAILY"], ["WEEKLY"], ["MONTHLY"], ["YEARLY"]):
        raise NotUnderstood
    if "BYSETPOS" in rule and rhythm != ["MONTHLY"]:
        raise NotUnderstood
    day = starts_on
    while day <= last:
        if _in_turn(rule, rhythm[0], starts_on, day) and _falls_on(rule, rhythm[0], starts_on, day):
            yield day
        day += timedelta(days=1)


def _in_turn(rule: Any, rhythm: str, starts_on: date, day: date) -> bool:
    """Whether the day's own day, week, month or year is one of each so many."""
    passed = {
        "DAILY": (day - starts_on).days,
        "WEEKLY": (_monday(day) - _monday(starts_on)).days // 7,
        "MONTHLY": (day.year - starts_on.year) * 12 + day.month - starts_on.month,
        "YEARLY": day.year - starts_on.year,
    }[rhythm]
    return passed % max(1, (_numbers(rule, "INTERVAL") or [1])[0]) == 0


def _falls_on(rule: Any, rhythm: str, starts_on: date, day: date) -> bool:
    months, dates, names = _numbers(rule, "BYMONTH"), _numbers(rule, "BYMONTHDAY"), _words(rule, "BYDAY")
    if not months and rhythm == "YEARLY":
        months = [starts_on.month]
    if months and day.month not in months:
        return False
    if not dates and not names:
        if rhythm == "WEEKLY":
            return day.weekday() == starts_on.weekday()
        return rhythm == "DAILY" or day.day == starts_on.day
    positions = _numbers(rule, "BYSETPOS")
    if not positions:
        return _is_named(day, dates, names)
    length = monthrange(day.year, day.month)[1]
    named = [one for one in range(1, length + 1) if _is_named(day.replace(day=one), dates, names)]
    chosen = {named[at - 1 if at > 0 else at] for at in positions if at and abs(at) <= len(named)}
    return day.day in chosen


def _is_named(day: date, dates: list[int], names: list[str]) -> bool:
    length = monthrange(day.year, day.month)[1]
    if dates and not {day.day, day.day - length - 1} & set(dates):
        return False
    name = _WEEKDAYS[day.weekday()]
    counted = ((day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1))
    return not names or any(one[-2:] == name and (len(one) == 2 or int(one[:-2]) in counted) for one in names)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _words(rule: Any, name: str) -> list[str]:
    found = rule.get(name, [])
    return [str(one).upper() for one in (found if isinstance(found, list) else [found])]


def _numbers(rule: Any, name: str) -> list[int]:
    return [int(word) for word in _words(rule, name)]
