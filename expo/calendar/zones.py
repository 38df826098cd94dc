"""VTIMEZONE in its RRULE form, out of the same time zone database that the times come from.

The rules of a zone stand in the last line of its file, in the form of POSIX TZ ("CET-1CEST,M3.5.0,M10.5.0/3").
Where the years before followed other rules (New York until 2006, Mexico until 2022), those changes are listed
one by one; a zone whose changes follow no such rule (Morocco's Ramadan) is listed until LAST_YEAR.
"""

from __future__ import annotations

import re
import zoneinfo
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

FIRST_YEAR = 2009  # moments before its first change are not described
LAST_YEAR = 2037
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_NAME = r"(<[^>]+>|[A-Za-z]{3,})"
_TIME = r"([+-]?\d{1,3}(?::\d{2}){0,2})"
_FOOTER = re.compile(f"{_NAME}{_TIME}(?:{_NAME}{_TIME}?,([^,/]+)(?:/{_TIME})?,([^,/]+)(?:/{_TIME})?)?")


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks change: when they show `local` by the offset before, they go on with the offset after."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def moment(self) -> datetime:
        return (self.local - self.before).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """A change that comes every year: a weekday of a month, as POSIX writes it, and a time of that day."""

    month: int
    week: int
    weekday: int
    seconds: int
    before: timedelta
    after: timedelta
    name: str

    def of(self, year: int) -> Change:
        """The change of this year."""
        length = monthrange(year, self.month)[1]
        first = (date(year, self.month, 1).isoweekday()) % 7
        day = 1 + (self.weekday - first) % 7 + 7 * (self.week - 1)
        while day > length:  # the fifth week means the last
            day -= 7
        local = datetime(year, self.month, day) + timedelta(seconds=self.seconds)  # noqa: DTZ001 (wall time)
        return Change(local, self.before, self.after, self.name)

    def recurrence(self) -> vRecur | None:
        """The rule as an RRULE; None where its hour falls into the days of a neighbouring month."""
        days = self.seconds // 86_400
        if days == 0:
            which = -1 if self.week == 5 else self.week
            return vRecur(FREQ="YEARLY", BYMONTH=self.month, BYDAY=f"{which}{_DAYS[self.weekday]}")
        length = monthrange(2023, self.month)[1]
        first = (length - 6 if self.week == 5 else 7 * self.week - 6) + days
        if first < 1 or first + 6 > length or (self.week == 5 and self.month == 2):
            return None
        return vRecur(
            FREQ="YEARLY",
            BYMONTH=self.month,
            BYMONTHDAY=list(range(first, first + 7)),
            BYDAY=_DAYS[(self.weekday + days) % 7],
        )


@lru_cache(maxsize=64)
def vtimezone(name: str) -> bytes:
    """The zone as a calendar component."""
    zone = ZoneInfo(name)
    changes = list(_changes(zone))
    rules = _rules(_footer(name))
    since = _ruled_since(rules, changes)
    component = Timezone()
    component.add("tzid", name)
    listed = [change for change in changes if change.local.year < since]
    if listed or since > LAST_YEAR:
        start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).astimezone(zone)
        offset = start.utcoffset() or timedelta(0)
        origin = datetime(1970, 1, 1)  # noqa: DTZ001 (wall time)
        _observe(component, [Change(origin, offset, offset, start.tzname() or name)], None)
    for kind in dict.fromkeys((change.before, change.after, change.name) for change in listed):
        alike = [change for change in listed if (change.before, change.after, change.name) == kind]
        _observe(component, alike, None)
    if since <= LAST_YEAR:
        for rule in rules:
            _observe(component, [rule.of(since)], rule.recurrence())
    made: bytes = component.to_ical()
    return made


def _observe(component: Timezone, changes: list[Change], recurrence: vRecur | None) -> None:
    first = changes[0]
    observed = TimezoneDaylight() if first.after > first.before else TimezoneStandard()
    observed.add("dtstart", first.local)
    observed.add("tzoffsetfrom", first.before)
    observed.add("tzoffsetto", first.after)
    observed.add("tzname", first.name)
    if recurrence:
        observed.add("rrule", recurrence)
    for change in changes[1:]:
        observed.add("rdate", change.local)  # one a line: some readers see the first of a list only
    component.add_component(observed)


def _changes(zone: ZoneInfo) -> Iterator[Change]:
    """Every change of the zone's clocks from FIRST_YEAR to LAST_YEAR: no two lie within one week."""
    known = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while known < end:
        later = min(known + timedelta(days=7), end)
        before, after = _offset(zone, known), _offset(zone, later)
        if before != after:
            low, high = known, later
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=round((high - low).total_seconds() / 2))
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            name = high.astimezone(zone).tzname() or ""
            yield Change((high + before).replace(tzinfo=None), before, after, name)
        known = later


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _ruled_since(rules: list[Rule], changes: list[Change]) -> int:
    """The first year from which on the clocks changed by the rules alone; LAST_YEAR + 1 where there are none."""
    since = LAST_YEAR + 1
    if not rules or any(rule.recurrence() is None for rule in rules):
        return since
    while since > FIRST_YEAR:
        year = since - 1
        happened = {change.moment for change in changes if change.local.year == year}
        if happened != {rule.of(year).moment for rule in rules}:
            break
        since = year
    return since


def _footer(name: str) -> str:
    """The last line of the zone's file, looked for where zoneinfo looks."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder, name)
        if file.is_file():
            content = file.read_bytes()
            break
    else:
        content = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return content.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")


def _rules(footer: str) -> list[Rule]:
    """The two yearly changes that a footer names; none where the clocks never change, or by days of the year."""
    found = _FOOTER.fullmatch(footer)
    if found is None or found[3] is None:
        return []
    # POSIX counts westwards.
    standard = timedelta(seconds=-_seconds(found[2]))
    summer = timedelta(seconds=-_seconds(found[4])) if found[4] else standard + timedelta(hours=1)
    begins = _rule(found[5], found[6], standard, summer, found[3])
    ends = _rule(found[7], found[8], summer, standard, found[1])
    return [begins, ends] if begins and ends else []


def _rule(day: str, time: str | None, before: timedelta, after: timedelta, name: str) -> Rule | None:
    parts = re.fullmatch(r"M(\d+)\.(\d)\.(\d)", day)
    if parts is None:
        return None
    month, week, weekday = (int(part) for part in parts.groups())
    return Rule(month, week, weekday, _seconds(time or "2"), before, after, name.strip("<>"))


def _seconds(text: str) -> int:
    """ "-1", "2" or "02:30:00", in seconds."""
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * size for part, size in zip(parts, (3600, 60, 1), strict=False))
