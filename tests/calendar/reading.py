"""Reads calendars as strictly as the strictest client, without the package that wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r'([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=(?:"[^"]*"|[^;:",]*))*):(.*)')


@dataclass(frozen=True)
class Property:
    name: str
    parameters: str
    value: str

    @property
    def text(self) -> str:
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value)


class Component:
    def __init__(self, name: str) -> None:
        self.name = name
        self.properties: list[Property] = []
        self.inside: list[Component] = []

    def every(self, name: str) -> list[Property]:
        return [found for found in self.properties if found.name == name]

    def has(self, name: str) -> bool:
        return bool(self.every(name))

    def __getitem__(self, name: str) -> str:
        (found,) = self.every(name)
        return found.text

    def parameters(self, name: str) -> str:
        (found,) = self.every(name)
        return found.parameters

    @property
    def events(self) -> list[Component]:
        return [found for found in self.inside if found.name == "VEVENT"]

    @property
    def zones(self) -> list[str]:
        return [found["TZID"] for found in self.inside if found.name == "VTIMEZONE"]

    def event(self, uid: str) -> Component:
        (found,) = [event for event in self.events if event["UID"] == uid]
        return found


def read(content: bytes) -> Component:
    """The calendar; fails on anything that RFC 5545 does not allow."""
    assert content.endswith(b"\r\n")
    lines = content[:-2].split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, f"{len(line)} octets: {line!r}"
        line.decode("utf-8")  # a fold within a letter fails here
        assert b"\n" not in line
        assert b"\r" not in line
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line), f"a control character: {line!r}"
    open_: list[Component] = []
    for name, parameters, value in _unfolded(lines):
        if name == "BEGIN":
            inner = Component(value)
            if open_:
                open_[-1].inside.append(inner)
            open_.append(inner)
        elif name == "END":
            closed = open_.pop()
            assert closed.name == value
            if not open_:
                _check(closed)
                return closed
        else:
            open_[-1].properties.append(Property(name, parameters, value))
    raise AssertionError("the calendar does not end")


def _unfolded(lines: list[bytes]) -> Iterator[tuple[str, str, str]]:
    whole: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            whole[-1] += line[1:]
        else:
            whole.append(line)
    for line in whole:
        found = _LINE.fullmatch(line.decode())
        assert found, f"no property: {line!r}"
        yield found[1], found[2], found[3]


def _check(calendar: Component) -> None:
    """What must hold for every calendar of ours (SPEC 6.3)."""
    assert calendar.name == "VCALENDAR"
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"] == "-//Expo//City expo programme//EN"
    assert calendar.inside, "a calendar holds at least one component"
    uids = [event["UID"] for event in calendar.events]
    assert len(uids) == len(set(uids))
    used: set[str] = set()
    for event in calendar.events:
        for once in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "TRANSP", "URL"):
            assert len(event.every(once)) == 1, f"{once} in {event['UID']}"
        assert event["STATUS"] in ("CONFIRMED", "TENTATIVE", "CANCELLED")
        assert event["SUMMARY"].startswith("CANCELLED: ") == (event["STATUS"] == "CANCELLED")
        for moment in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
            assert re.fullmatch(r"\d{8}T\d{6}Z", event[moment])
        for moment in ("DTSTART", "DTEND"):
            zone = event.parameters(moment)
            assert bool(zone) != event[moment].endswith("Z")
            used |= {zone.removeprefix(";TZID=")} if zone else set()
        description = event["DESCRIPTION"]
        assert description.endswith(event["URL"])
        assert len(description.removesuffix(event["URL"]).strip()) <= 600
    assert used <= set(calendar.zones), "a TZID without its VTIMEZONE"


def feed(content: bytes) -> Component:
    """A calendar that may be subscribed to."""
    calendar = read(content)
    assert len(content) <= 900_000
    assert len(calendar.events) <= 1_000
    assert calendar.parameters("REFRESH-INTERVAL") == ";VALUE=DURATION"
    assert calendar["REFRESH-INTERVAL"] == calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert calendar["NAME"] == calendar["X-WR-CALNAME"]
    assert not calendar.has("METHOD")
    for event in calendar.events:
        assert not event.has("ORGANIZER")
        assert not event.has("ATTENDEE")
    return calendar
