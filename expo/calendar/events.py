"""An event, and the frame around events, as RFC 5545 writes them. Equal entries give equal bytes."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Component, Event
from icalendar.prop import vDuration, vText, vUri

from expo.core.text import one_line

from .entries import Audience, Entry
from .zones import vtimezone

PRODID = "-//Expo//City expo programme//EN"
REFRESH = timedelta(hours=1)
LONGEST_TEXT = 600  # characters of a description, before its link
MOST_NAMES = 8
FAVOURITE = "♥"  # before the title, so that it is not taken for a seat
END = b"END:VCALENDAR\r\n"
_UTC = ("UTC", "Etc/UTC")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST_LINE = 75  # octets


def event(entry: Entry) -> Event:
    """The entry as an event, its words in the current language."""
    made = Event()
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.changed_at)
    made.add("last-modified", entry.changed_at)
    made.add("created", entry.created_at)
    made.add("dtstart", _local(entry, entry.starts_at))
    made.add("dtend", _local(entry, entry.ends_at))
    # Not translated: programs and people look for this word.
    prefix = "CANCELLED: " if entry.cancelled else ""
    mark = f"{FAVOURITE} " if entry.audience is Audience.KEPT else ""
    made.add("summary", prefix + mark + one_line(entry.title))
    tentative = entry.tentative or entry.audience is Audience.WAITING
    made.add("status", "CANCELLED" if entry.cancelled else "TENTATIVE" if tentative else "CONFIRMED")
    # Only what one has booked keeps one busy; following a programme does not.
    busy = entry.audience is Audience.BOOKED and not entry.cancelled
    made.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    if entry.place:
        made.add("location", ", ".join(one_line(part) for part in entry.place))
    if entry.position:
        made.add("geo", entry.position)
    made.add("categories", [one_line(category) for category in entry.categories])
    made.add("url", vUri(entry.url))
    if entry.parent_uid:
        made.add("related-to", entry.parent_uid, parameters={"RELTYPE": "PARENT"})
    made.add("description", description(entry))
    return made


def description(entry: Entry) -> str:
    """At most LONGEST_TEXT characters, and the link."""
    said = [entry.hint] if entry.hint and not entry.cancelled else []
    if entry.tentative and not entry.cancelled:
        said.append(_("Time to be confirmed."))
    if not entry.details:
        said.append(
            _("Room and details are for ticket holders of %(conference)s.", conference=entry.conference)
        )
    if entry.people:
        said.append(_("With %(names)s", names=_names(entry.people)))
    if entry.behind:
        said.append(_("Hosts and partners: %(names)s", names=_names(entry.behind)))
    if entry.abstract:
        said.append(_lines(entry.abstract))
    text = "\n\n".join(said)
    if len(text) > LONGEST_TEXT:
        cut = text[: LONGEST_TEXT - 2]
        text = (cut.rsplit(None, 1)[0] if len(cut.split()) > 1 else cut).rstrip(" ,.;:\n") + " …"
    return f"{text}\n\n{entry.url}" if text else entry.url


def _names(people: tuple[str, ...]) -> str:
    shown = [textwrap.shorten(one_line(name), 80, placeholder=" …") for name in people[:MOST_NAMES]]
    more = len(people) - len(shown)
    return ", ".join(shown) + (" " + _("and %(count)s more", count=more) if more else "")


def _lines(text: str) -> str:
    """Text with its line ends made alike, without other control characters."""
    kept = (_CONTROL.sub(" ", line).rstrip() for line in text.splitlines())
    return unicodedata.normalize("NFC", "\n".join(kept)).strip()


def _local(entry: Entry, moment: datetime) -> datetime:
    """The moment by the clocks on site; in UTC where these show a time twice, which readers take for either."""
    if entry.time_zone in _UTC:
        return moment.astimezone(UTC)
    zone = ZoneInfo(entry.time_zone)
    # DTSTART and DTEND must be of the same kind.
    twice = any(_comes_twice(end.astimezone(zone)) for end in (entry.starts_at, entry.ends_at))
    return moment.astimezone(UTC if twice else zone)


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def zone_of(entry: Entry) -> str | None:
    """The zone whose rules the event needs beside it."""
    return None if entry.time_zone in _UTC else entry.time_zone


def head(*, name: str, text: str, time_zone: str) -> bytes:
    """A feed up to its first component."""
    made = _frame()
    made.add("name", vText(one_line(name)))
    made.add("x-wr-calname", vText(one_line(name)))
    made.add("x-wr-timezone", vText(time_zone))
    if text:
        made.add("description", vText(text))
        made.add("x-wr-caldesc", vText(text))
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    return written(made).removesuffix(END)


def joined(head: bytes, zones: Iterable[str], events: Iterable[bytes]) -> bytes:
    """A whole calendar out of its parts."""
    return b"".join([head, *(vtimezone(zone) for zone in sorted(zones)), *events, END])


def letter(made: Event, *, method: str, zone: str | None) -> bytes:
    """One event as it travels by mail."""
    frame = _frame()
    frame.add("method", method)
    return joined(written(frame).removesuffix(END), [zone] if zone else [], [written(made)])


def written(component: Component) -> bytes:
    """The component as bytes: icalendar's own lines, put together in a third of its time."""
    lines = []
    for name, value in component.property_items():
        parameters = getattr(value, "params", None)
        start = name.encode() + (b";" + parameters.to_ical() if parameters else b"")
        said = value.to_ical() if hasattr(value, "to_ical") else value
        line = start + b":" + (said if isinstance(said, bytes) else str(said).encode())
        if b"\n" in line or b"\r" in line:
            raise ValueError(f"a line end within {name}")
        lines.append(_folded(line))
    return b"\r\n".join([*lines, b""])


def _folded(line: bytes) -> bytes:
    if len(line) <= _LONGEST_LINE:
        return line
    parts, start, room = [], 0, _LONGEST_LINE
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        # Some programs unfold after they unescape, so an escaped letter stays with its backslash.
        if (end - len(line[start:end].rstrip(b"\\")) - start) % 2:
            end -= 1
        parts.append(line[start:end])
        start, room = end, _LONGEST_LINE - 1
    return b"\r\n ".join([*parts, line[start:]])


def _frame() -> Calendar:
    made = Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    return made
