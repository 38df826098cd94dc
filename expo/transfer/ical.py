"""Calendars (RFC 5545) as entries: an event each, repeated ones a time each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from flask_babel import gettext as _
from icalendar import Calendar

from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.imports.cells import shown
from expo.imports.sheets import Fault
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.words import SessionState

from . import moments
from .records import MOST, Entry, Found, each_once

MOST_TIMES = 400  # of one rule
_TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)


def read(name: str, content: bytes, zone: ZoneInfo) -> Found:
    """Its events; lines are their number in the file. Raises BadInput where it is no calendar."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadInput(_("This calendar is not written in UTF-8."), field="file") from wrong
    if text.count("BEGIN:VEVENT") > MOST:
        raise BadInput(_("At most %(most)s sessions at once. Split the file.", most=MOST), field="file")
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as broken:
        said = one_line(str(broken))[:200]
        raise BadInput(
            _("This is no calendar that can be read: %(reason)s.", reason=said), field="file"
        ) from broken
    found = Found()
    events: list[Any] = list(calendar.walk("VEVENT"))
    moved = {
        (str(each.get("UID", "")), _moment(each["RECURRENCE-ID"].dt, zone))
        for each in events
        if "RECURRENCE-ID" in each and hasattr(each["RECURRENCE-ID"], "dt")
    }
    for number, event in enumerate(events, start=1):
        _add(found, name, number, event, zone, moved)
    if not found.entries and not found.faults:
        raise BadInput(_("There is no session in this file."), field="file")
    return each_once(found, name)


def _add(
    found: Found, name: str, line: int, event: Any, zone: ZoneInfo, moved: set[tuple[str, datetime]]
) -> None:
    try:
        for entry in _entries(line, event, zone, moved):
            found.add(entry, [])
    except _Wrong as wrong:
        found.add(Entry(line, "", ""), [Fault(name, line, wrong.column, str(wrong))])
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        found.add(Entry(line, "", ""), [Fault(name, line, "", one_line(str(wrong))[:200])])


class _Wrong(ValueError):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def _entries(line: int, event: Any, zone: ZoneInfo, moved: set[tuple[str, datetime]]) -> Iterator[Entry]:
    uid, title = str(event.get("UID", "")).strip(), one_line(str(event.get("SUMMARY", "")))
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    title = title.removeprefix("CANCELLED: ") if cancelled else title
    if not uid:
        raise _Wrong("UID", _("empty"))
    if not title:
        raise _Wrong("SUMMARY", _("empty"))
    if len(title) > 250:
        raise _Wrong("SUMMARY", _("%(here)s characters, at most %(most)s fit", here=len(title), most=250))
    if "DTSTART" not in event:
        raise _Wrong("DTSTART", _("empty"))
    first = event["DTSTART"].dt
    starts = _moment(first, zone)
    length = _length(event, first, starts, zone)
    single = "RECURRENCE-ID" in event
    times = [starts] if single or "RRULE" not in event else _repeated(event, starts, zone)
    for at in times:
        if not single and "RRULE" in event and (uid, at) in moved:
            continue
        of = _moment(event["RECURRENCE-ID"].dt, zone) if single else at
        several = single or "RRULE" in event
        yield Entry(
            line=line,
            key=f"{uid}/{of.astimezone(UTC):%Y%m%dT%H%M}"[:250] if several else uid[:250],
            session=uid[:250] if several else "",
            title=title,
            abstract=str(event.get("DESCRIPTION", "")).replace("\r\n", "\n").strip()[:LONGEST_TEXT],
            track=_category(event),
            starts_at=at,
            ends_at=at + length,
            room=one_line(str(event.get("LOCATION", "")))[:250],
            state=SessionState.CANCELLED if cancelled else None,
            url=_link(event),
            tentative=str(event.get("STATUS", "")).upper() == "TENTATIVE",
        )


def _length(event: Any, first: Any, starts: datetime, zone: ZoneInfo) -> timedelta:
    if "DTEND" in event:
        length = _moment(event["DTEND"].dt, zone) - starts
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta(hours=1) if isinstance(first, datetime) else timedelta(days=1)
    if not timedelta() < length <= moments.LONGEST:
        raise _Wrong("DTEND", _("it ends before it starts"))
    return length


def _repeated(event: Any, starts: datetime, zone: ZoneInfo) -> list[datetime]:
    rule = event["RRULE"]
    if isinstance(rule, list):
        raise _Wrong("RRULE", _("more than one rule"))
    text = rule.to_ical().decode()
    if _TOO_OFTEN.search(text):
        raise _Wrong("RRULE", _("“%(text)s” repeats too often", text=shown(text)))
    own = event["DTSTART"].dt
    local = own.tzinfo if isinstance(own, datetime) and own.tzinfo else zone
    begins = starts.astimezone(local).replace(tzinfo=None)
    text = re.sub(r"UNTIL=(\d{8})T(\d{6})Z", lambda until: _until(until[0][6:], local), text)
    walls = islice(rrulestr(text, dtstart=begins), MOST_TIMES + 1)
    times = [wall.replace(tzinfo=local).astimezone(UTC) for wall in walls]
    if len(times) > MOST_TIMES:
        raise _Wrong("RRULE", _("more than %(most)s times", most=MOST_TIMES))
    left_out = {_moment(one.dt, zone) for listed in _listed(event.get("EXDATE")) for one in listed.dts}
    return [at for at in times if at not in left_out]


def _until(text: str, zone: Any) -> str:
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return f"UNTIL={moment.astimezone(zone):%Y%m%dT%H%M%S}"


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=zone).astimezone(UTC)
    if moment.year not in range(1970, 2200):
        raise _Wrong("DTSTART", _("Check the year."))
    return moment


def _link(event: Any) -> str:
    url = one_line(str(event.get("URL", "")))
    return url if url.startswith("https://") and len(url) <= 500 else ""


def _category(event: Any) -> str:
    listed = event.get("CATEGORIES")
    first = listed[0] if isinstance(listed, list) and listed else listed
    names = [str(one) for one in first.cats] if first is not None and hasattr(first, "cats") else []
    return one_line(names[0])[:80] if names else ""
