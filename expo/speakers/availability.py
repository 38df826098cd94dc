"""When a speaker can appear: parts of days in a calendar that they tick, and what a file of their own calendar says.

A part that is not ticked is kept as a stretch in which they cannot. Days that the calendar did not show stay free.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from expo.core import audit, clock
from expo.core.db import db, execute, lock, transaction

from . import busy_files, queries
from .models import Availability, AvailabilitySource, Speaker
from .queries import Span


class Part(enum.StrEnum):
    """A part of a day. The evening goes on until the next morning, so that together they leave nothing out."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_BEGINS = {Part.MORNING: time(6), Part.AFTERNOON: time(12), Part.EVENING: time(18)}
Box = tuple[date, Part]


def span_of(box: Box, zone: ZoneInfo) -> Span:
    """From when until when a part of a day is, on the clocks of the city."""
    day, part = box
    parts = list(Part)
    last = part is parts[-1]
    after = parts[(parts.index(part) + 1) % len(parts)]
    ends = datetime.combine(day + timedelta(days=last), _BEGINS[after], zone)
    return Span(datetime.combine(day, _BEGINS[part], zone), ends)


def boxes(days: Iterable[date]) -> list[Box]:
    """All parts of these days."""
    return [(day, part) for day in days for part in Part]


def ticked(speaker: Speaker, days: Iterable[date], zone: ZoneInfo) -> set[Box]:
    """The parts in which they can, as they said; all of them, if they said nothing."""
    away = queries.absences(speaker.id, AvailabilitySource.SAID)
    found = set()
    for box in boxes(days):
        span = span_of(box, zone)
        if not any(one.starts_at < span.ends_at and one.ends_at > span.starts_at for one in away):
            found.add(box)
    return found


def say(*, speaker: Speaker, days: Collection[date], can: Collection[Box], zone: ZoneInfo) -> None:
    """Of these days they can in the ticked parts and in no other; what was said of other days holds on."""
    shown = [span_of(box, zone) for box in boxes(sorted(days))]
    cannot = [span_of(box, zone) for box in boxes(sorted(days)) if box not in can]
    with transaction():
        lock(speaker)
        others = [
            span
            for span in queries.absences(speaker.id, AvailabilitySource.SAID)
            if not any(one.starts_at < span.ends_at and one.ends_at > span.starts_at for one in shown)
        ]
        _replace(speaker, AvailabilitySource.SAID, merged([*others, *cannot]))


def import_busy(*, speaker: Speaker, content: bytes, first: date, last: date, zone: ZoneInfo) -> int:
    """Take what a file of a calendar calls busy between these days, in the place of what an earlier file said.
    Returns how many stretches that is. Nothing else of the file is read or kept. Raises BadCalendar."""
    starts = datetime.combine(first, time(), zone)
    ends = datetime.combine(last + timedelta(days=1), time(6), zone)
    spans = merged(busy_files.busy(content, starts, ends, zone))
    with transaction():
        lock(speaker)
        _replace(speaker, AvailabilitySource.CALENDAR, spans)
    return len(spans)


def forget_calendar(*, speaker: Speaker) -> None:
    """What a file said holds no longer."""
    with transaction():
        lock(speaker)
        _replace(speaker, AvailabilitySource.CALENDAR, [])


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few stretches as can be, by start."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.starts_at, one.ends_at)):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def _replace(speaker: Speaker, source: AvailabilitySource, spans: list[Span]) -> None:
    """In a transaction that holds the speaker."""
    speaker.availability_said_at = clock.now()
    before = queries.absences(speaker.id, source)
    if before == spans:
        return
    execute(
        sa.delete(Availability).where(Availability.speaker_id == speaker.id, Availability.source == source)
    )
    for span in spans:
        db.session.add(
            Availability(
                expo_id=speaker.expo_id, speaker_id=speaker.id, source=source, starts_at=span.starts_at,
                ends_at=span.ends_at,
            )
        )  # fmt: skip
    db.session.flush()
    audit.record(
        "availability_said", "speaker", speaker.id, expo_id=speaker.expo_id,
        before={"source": source.value, "away": len(before)}, after={"source": source.value, "away": len(spans)},
    )  # fmt: skip
