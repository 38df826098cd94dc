"""schedule.xml and schedule.json as frab, pretalx and others write them: hostile files are refused, days stand as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as xml
from zoneinfo import ZoneInfo

from defusedxml import ElementTree as safe
from defusedxml.common import DefusedXmlException
from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.imports import cells
from expo.imports.sheets import Fault, decoded
from expo.programme.fitting import LONGEST_TEXT

from . import moments
from .records import Entry, Found, Who, each_once

Plain = dict[str, Any]
DEEPEST = 40  # brackets within brackets


def read_xml(name: str, content: bytes, zone: ZoneInfo) -> Found:
    """The events of a schedule.xml. Raises BadInput where it is none."""
    root, lines = parsed(content)
    if root.tag != "schedule":
        raise BadInput(
            _("This XML is no frab schedule: it begins with “%(tag)s”.", tag=cells.shown(root.tag)),
            field="file",
        )
    found = Found()
    for element in root.iter("event"):
        event: Plain = {child.tag: (child.text or "").strip() for child in element}
        event |= {"id": element.get("id", ""), "guid": element.get("guid", "")}
        event["persons"] = [
            {"id": one.get("id", ""), "name": one.text or ""} for one in element.iterfind("persons/person")
        ]
        _add(found, name, lines.get(element, 0), event, zone)
    return _some(each_once(found, name))


def read_json(name: str, content: Plain, zone: ZoneInfo) -> Found:
    """The same of a schedule.json, already parsed; lines are the number of the event."""
    found = Found()
    for number, event in enumerate(_events(content), start=1):
        people = event.get("persons")
        named = [
            {
                "id": one.get("code") or one.get("id") or "",
                "name": one.get("public_name") or one.get("name") or "",
            }
            for one in (people if isinstance(people, list) else [])
            if isinstance(one, dict)
        ]
        plain = {key: value if isinstance(value, str | int | float) else "" for key, value in event.items()}
        _add(found, name, number, {**plain, "persons": named}, zone)
    return _some(each_once(found, name))


def parsed(content: bytes) -> tuple[xml.Element, dict[xml.Element, int]]:
    """An XML file and the lines of its elements. No entities, no documents from elsewhere. Raises BadInput."""
    lines: dict[xml.Element, int] = {}
    builder = xml.TreeBuilder()
    parser = safe.DefusedXMLParser(target=builder, forbid_dtd=True)
    start = builder.start

    def noted(tag: Any, attributes: Any) -> xml.Element:
        element: xml.Element = start(tag, attributes)
        lines[element] = parser.parser.CurrentLineNumber
        return element

    parser.parser.StartElementHandler = lambda tag, attributes: noted(
        tag, dict(zip(attributes[::2], attributes[1::2], strict=True))
    )
    try:
        parser.feed(content)
        root = parser.close()
    except DefusedXmlException as hostile:
        raise BadInput(
            _("This XML brings entities or a document type of its own, which are not read."), field="file"
        ) from hostile
    except (xml.ParseError, ValueError, LookupError, UnicodeError) as broken:
        raise BadInput(
            _("This is not XML that can be read: %(reason)s.", reason=one_line(str(broken))), field="file"
        ) from broken
    return root, lines


def loaded(name: str, content: bytes) -> Any:
    """A JSON file. Raises BadInput, saying where it breaks."""
    faults: list[Fault] = []
    text = decoded(name, content, faults)
    if text is None:
        raise BadInput(str(faults[0]), field="file")
    depth = deepest = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise BadInput(_("This JSON is nested deeper than any schedule."), field="file")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as broken:
        said = one_line(str(broken))
        raise BadInput(
            _("This is not JSON that can be read: %(reason)s.", reason=said), field="file"
        ) from broken


def _events(content: Plain) -> Iterator[Plain]:
    schedule = content.get("schedule")
    conference = schedule.get("conference") if isinstance(schedule, dict) else None
    days = conference.get("days") if isinstance(conference, dict) else None
    if not isinstance(days, list):
        raise BadInput(_("This JSON is neither a frab schedule nor a list of pretalx."), field="file")
    for day in days:
        rooms = day.get("rooms") if isinstance(day, dict) else None
        for room, events in rooms.items() if isinstance(rooms, dict) else ():
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    yield {**event, "room": event.get("room") or room}


def _add(found: Found, name: str, line: int, event: Plain, zone: ZoneInfo) -> None:
    faults: list[Fault] = []

    def read(column: str, parse: Callable[[str], Any], otherwise: Any = None) -> Any:
        try:
            return parse(str(event.get(column, "") or "").strip())
        except ValueError as wrong:
            faults.append(Fault(name, line, column, str(wrong)))
            return otherwise

    key = str(event.get("guid") or event.get("code") or event.get("id") or "").strip()
    if not key:
        faults.append(Fault(name, line, "guid", _("empty")))
    starts: datetime | None = read("date", lambda text: moments.moment(text, zone))
    length = read("duration", moments.minutes)
    people = tuple(
        Who(one_line(str(one["name"]))[:200], str(one["id"])[:250])
        for one in event["persons"]
        if one_line(str(one["name"]))
    )
    abstract = "\n\n".join(dict.fromkeys(filter(None, (str(event.get(part) or "").replace("\r\n", "\n").strip() for part in ("abstract", "description")))))  # fmt: skip
    entry = Entry(
        line=line,
        key=key[:250],
        title=read("title", _fits(250, needed=True)),
        abstract=abstract[:LONGEST_TEXT],
        type=read("type", _fits(40)),
        track=read("track", _fits(80)),
        starts_at=starts,
        ends_at=starts + length if starts and length else None,
        room=read("room", _fits(250)),
        people=people,
        languages=tuple(one for one in [read("language", _language)] if one),
        first_language_only=True,
    )
    found.add(entry, faults)


def _language(text: str) -> str:
    # "de-formal" and "en_GB" are what others write.
    return cells.language(text.replace("_", "-").lower().partition("-")[0]) if text else ""


def _fits(most: int, *, needed: bool = False) -> Callable[[str], str]:
    def parse(text: str) -> str:
        said = one_line(text)
        if needed and not said:
            raise ValueError(_("empty"))
        if len(said) > most:
            raise ValueError(_("%(here)s characters, at most %(most)s fit", here=len(said), most=most))
        return said

    return parse


def _some(found: Found) -> Found:
    if not found.entries and not found.faults:
        raise BadInput(_("There is no session in this file."), field="file")
    return found
