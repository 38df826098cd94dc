"""What a calendar file calls busy: free/busy lists, and events that are not see-through. Times alone are read; what
somebody does then is theirs. A file is hostile until read: its size, its repetitions and the time that it takes end.
"""

from __future__ import annotations

import time as clocks
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar

from . import repetitions
from .queries import Span
from .refusals import BadCalendar

MOST_BYTES = 512 * 1024
MOST_SPANS = 5_000
MOST_YEARS = 10  # that a repetition may have begun before: each of its days is looked at
MOST_SECONDS = 2.0
_UNREADABLE = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, AssertionError,
)  # fmt: skip


def busy(content: bytes, first: datetime, last: datetime, zone: ZoneInfo) -> list[Span]:
    """The busy times between two moments, as the file says them. `zone` is for times without one, and for days.
    Raises BadCalendar."""
    if len(content) > MOST_BYTES:
        raise BadCalendar(
            _("That file is too large: at most %(most)s kB.", most=MOST_BYTES // 1024), field="calendar"
        )
    if b"BEGIN:VCALENDAR" not in content[:4096].upper():
        raise BadCalendar(_("That is no calendar file (.ics)."), field="calendar")
    found: list[Span] = []
    until = clocks.monotonic() + MOST_SECONDS
    try:
        for span in _spans(content, first, last, zone):
            if len(found) >= MOST_SPANS or clocks.monotonic() > until:
                raise _too_much()
            if span.starts_at < last and span.ends_at > first and span.ends_at > span.starts_at:
                found.append(Span(max(span.starts_at, first), min(span.ends_at, last)))
    except repetitions.NotUnderstood as wrong:
        raise _too_much() from wrong
    except _UNREADABLE as wrong:
        raise BadCalendar(
            _("That calendar file cannot be read. Export it again, or tick the days instead."),
            field="calendar",
        ) from wrong
    return found


def _too_much() -> BadCalendar:
    return BadCalendar(
        _("There is more in that file than can be read. Export only the weeks of the expo."), field="calendar"
    )


def _spans(content: bytes, first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[Span]:
    parts: list[Any] = [
        part for calendar in Calendar.from_ical(content, multiple=True) for part in calendar.walk()
    ]
    events = [part for part in parts if part.name == "VEVENT"]
    moved = {
        (str(event.get("UID", "")), _moment(event["RECURRENCE-ID"].dt, zone))
        for event in events
        if "RECURRENCE-ID" in event
    }
    for event in events:
        # An empty span first, so that the clock is looked at for each event, also for one that has no dates.
        yield Span(first, first)
        yield from _of_event(event, first, last, zone, moved)
    for part in parts:
        if part.name == "VFREEBUSY":
            yield from _of_list(part, zone)


def _of_event(
    event: Any, first: datetime, last: datetime, zone: ZoneInfo, moved: set[tuple[str, datetime]]
) -> Iterator[Span]:
    free = (
        str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    )
    if free or "DTSTART" not in event:
        return
    begins = event["DTSTART"].dt
    lasts = _lasts(event, begins, zone)
    for start in _starts(event, begins, first - lasts, last, zone):
        moment = _moment(start, zone)
        if "RECURRENCE-ID" in event or (str(event.get("UID", "")), moment) not in moved:
            # A day is as long as its clocks say: a change of clocks in between does not move the end.
            ends = _moment(start + lasts, zone) if not isinstance(start, datetime) else moment + lasts
            yield Span(moment, ends)


def _lasts(event: Any, begins: Any, zone: ZoneInfo) -> timedelta:
    whole_days = not isinstance(begins, datetime)
    if "DTEND" in event:
        ends: date = event["DTEND"].dt
        if whole_days and not isinstance(ends, datetime):
            days: timedelta = ends - begins
            return max(days, timedelta(days=1))
        return _moment(ends, zone) - _moment(begins, zone)
    if "DURATION" in event:
        lasts: timedelta = event["DURATION"].dt
        return lasts
    return timedelta(days=1) if whole_days else timedelta()


def _starts(event: Any, begins: date, first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[date]:
    rules = event.get("RRULE")
    left_out = {_moment(one, zone) for one in _dates(event.get("EXDATE"))}
    if rules is None:
        starts: Iterator[date] = iter([begins])
    else:
        starts = _repeated(rules[0] if isinstance(rules, list) else rules, begins, first, last, zone)
    for start in [*starts, *_dates(event.get("RDATE"))]:
        if _moment(start, zone) not in left_out:
            yield start


def _repeated(rule: Any, begins: date, first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The dates of a repetition, at its hour on the clock of its own zone."""
    if _moment(begins, zone) < first - timedelta(days=366 * MOST_YEARS):
        return
    until = last
    for ending in rule.get("UNTIL", []):
        given = _moment(ending, zone)
        until = min(until, given if isinstance(ending, datetime) else given + timedelta(hours=24))
    count = int(rule["COUNT"][0]) if "COUNT" in rule else None
    starts_on = begins.date() if isinstance(begins, datetime) else begins
    found = repetitions.days(rule, starts_on, last.date() + timedelta(days=1))
    for number, day in enumerate(found):
        start = datetime.combine(day, begins.timetz()) if isinstance(begins, datetime) else day
        moment = _moment(start, zone)
        if moment > until or (count is not None and number >= count):
            return
        if moment >= first:
            yield start


def _dates(found: Any) -> Iterator[date]:
    for several in found if isinstance(found, list) else [found] if found is not None else []:
        for one in several.dts:
            yield one.dt[0] if isinstance(one.dt, tuple) else one.dt


def _of_list(part: Any, zone: ZoneInfo) -> Iterator[Span]:
    found = part.get("FREEBUSY", [])
    for periods in found if isinstance(found, list) else [found]:
        if str(periods.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        for starts, ends in _periods(periods):
            moment = _moment(starts, zone)
            yield Span(moment, moment + ends if isinstance(ends, timedelta) else _moment(ends, zone))


def _periods(found: Any) -> Iterator[tuple[datetime, datetime | timedelta]]:
    for one in getattr(found, "dts", None) or [found]:
        value = getattr(one, "dt", one)
        yield (one.start, one.end) if hasattr(one, "start") else (value[0], value[1])


def _moment(value: date, zone: ZoneInfo) -> datetime:
    """A moment in UTC; days begin, and times without a zone are, on the clocks of the city."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
