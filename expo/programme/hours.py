"""Opening hours of a venue or room: what a week looks like, and the days that are otherwise.

Times are minutes since midnight as the clocks on site show them. What closes after midnight belongs to the day on
which it opened: 18:00 to 01:00 is 1080 to 1500.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from flask_babel import gettext as _

from expo.core.refusals import BadInput

DAY = 24 * 60  # minutes
MOST_SPANS = 4  # a day
MOST_DAYS = 60  # that are otherwise

Span = tuple[int, int]
Spans = tuple[Span, ...]

_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?"
_SPAN = re.compile(rf"{_CLOCK}\s*[-–—]\s*{_CLOCK}")


@dataclass(frozen=True, slots=True)
class Hours:
    """`week` has seven days, Monday first; a day without a span is closed. `days` are those that are otherwise."""

    week: tuple[Spans, ...]
    days: Mapping[date, Spans] = field(default_factory=dict)

    def on(self, day: date) -> Spans:
        return self.days.get(day, self.week[day.weekday()])

    def cover(self, starts: datetime, ends: datetime) -> bool:
        """Whether it is open all the time from start to end, both as the clocks on site show them."""
        first = starts.date() - timedelta(days=1)  # whose hours may reach into the day
        until = _minutes(starts, first)
        for number in range((ends.date() - first).days + 1):
            for opens, closes in self.on(first + timedelta(days=number)):
                if opens + number * DAY <= until < closes + number * DAY:
                    until = closes + number * DAY
        return until >= _minutes(ends, first) and until > _minutes(starts, first)

    def alike(self) -> list[tuple[int, int, Spans]]:
        """The week as runs of days with the same hours: first and last weekday, and their spans."""
        runs = [list(run) for _spans, run in groupby(range(7), key=lambda day: self.week[day])]
        return [(run[0], run[-1], self.week[run[0]]) for run in runs]


def _minutes(moment: datetime, first: date) -> int:
    return (moment.date() - first).days * DAY + moment.hour * 60 + moment.minute


def read(column: Any) -> Hours | None:
    """What a column says; None where nobody said."""
    if column is None:
        return None
    days = {date.fromisoformat(day): _pairs(spans) for day, spans in column["days"].items()}
    return Hours(tuple(_pairs(spans) for spans in column["week"]), days)


def written(hours: Hours | None) -> dict[str, Any] | None:
    """The hours as a column holds them."""
    if hours is None:
        return None
    return {
        "week": [[list(span) for span in spans] for spans in hours.week],
        "days": {day.isoformat(): [list(span) for span in hours.days[day]] for day in sorted(hours.days)},
    }


def _pairs(spans: Any) -> Spans:
    return tuple((span[0], span[1]) for span in spans)


def parsed(text: str) -> Spans:
    """“8–18”, “08:00-12:00, 13-22:30”, “18-01”; nothing is closed. Raises BadInput with a sentence."""
    spans = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        found = _SPAN.fullmatch(part)
        opens, closes = (_clock(found, 1), _clock(found, 3)) if found else (None, None)
        if opens is None or closes is None or opens == DAY:
            raise BadInput(_("Hours such as 08:00–18:00, or 8–12, 13–18, please."))
        spans.append((opens, closes if closes > opens else closes + DAY))
    spans.sort()
    if len(spans) > MOST_SPANS or any(one[1] > other[0] for one, other in pairwise(spans)):
        raise BadInput(_("These hours overlap, or they are too many."))
    return tuple(spans)


def _clock(found: re.Match[str], group: int) -> int | None:
    minutes = int(found[group]) * 60 + int(found[group + 1] or 0)
    return minutes if minutes <= DAY and int(found[group + 1] or 0) < 60 else None


def clock(minutes: int) -> str:
    """08:00; what closes at midnight closes at 24:00."""
    return f"{minutes // 60 if minutes == DAY else minutes // 60 % 24:02}:{minutes % 60:02}"


def told(spans: Spans) -> str:
    """08:00–12:00, 13:00–18:00; "" where it is closed."""
    return ", ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in spans)


def check(hours: Hours | None) -> None:
    """Refuse what is too much. Raises BadInput."""
    if hours is not None and len(hours.days) > MOST_DAYS:
        raise BadInput(_("At most %(most)s days that are otherwise.", most=MOST_DAYS), field="other_days")


_OSM = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def osm(hours: Hours) -> str:
    """As OpenStreetMap writes opening hours: Mo-Fr 08:00-18:00; Sa off; 2022 Jun 06 off
    (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification)."""
    rules = [
        f"{_OSM[first]}{'-' + _OSM[last] if last > first else ''} {_osm_spans(spans)}"
        for first, last, spans in hours.alike()
    ]
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    rules += [
        f"{day.year} {months[day.month - 1]} {day.day:02} {_osm_spans(hours.days[day])}"
        for day in sorted(hours.days)
    ]
    return "; ".join(rules)


def _osm_spans(spans: Spans) -> str:
    return told(spans).replace("–", "-").replace(", ", ",") or "off"
