"""The schedule in frab's form, which conference apps read: https://github.com/voc/schedule (schema of version 1).

Its `conference` is our expo, its `event` our occurrence, its `person` our speaker.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as xml

from flask import current_app

from expo.core.text import slug
from expo.expos.models import Expo
from expo.programme.words import MaterialKind

from .cells import for_xml
from .talks import Talk

Plain = dict[str, Any]

GENERATOR = "Expo"
SLOT = "00:05"
LONGEST = timedelta(hours=99, minutes=59)  # what its form can say


@dataclass(frozen=True, slots=True)
class Placed:
    """An event where it stands in the schedule."""

    day: date
    starts_at: datetime
    order: str | int  # of what begins together
    place: str
    event: Plain


def as_json(expo: Expo, talks: list[Talk], version: str) -> bytes:
    """schedule.json."""
    return json_of(expo, _conference(expo), [_placed(expo, talk) for talk in talks], version)


def as_xml(expo: Expo, talks: list[Talk], version: str) -> bytes:
    """schedule.xml."""
    return xml_of(expo, _conference(expo), [_placed(expo, talk) for talk in talks], version)


def _placed(expo: Expo, talk: Talk) -> Placed:
    item = talk.item
    return Placed(item.day, item.starts_at, item.occurrence_id, talk.place, _event(expo, talk))


def json_of(expo: Expo, conference: dict[str, str], events: list[Placed], version: str) -> bytes:
    """A schedule.json of any events."""
    days = [
        {
            "index": index,
            "date": day.isoformat(),
            "day_start": _midnight(expo, day),
            "day_end": _midnight(expo, day + timedelta(days=1)),
            "rooms": {place: [one.event for one in mine] for place, mine in _by_place(of_day)},
        }
        for index, (day, of_day) in enumerate(_by_day(events), start=1)
    ]
    about = {
        **conference,
        "daysCount": len(days),
        "time_zone_name": expo.time_zone,
        "url": _home(expo),
        "days": days,
    }
    schedule = {"version": version, "base_url": _home(expo), "conference": about}
    return json.dumps({"schedule": schedule}, ensure_ascii=False).encode()


def xml_of(expo: Expo, conference: dict[str, str], events: list[Placed], version: str) -> bytes:
    """A schedule.xml of any events."""
    root = xml.Element("schedule")
    xml.SubElement(root, "generator", name=GENERATOR, version=version)
    _texts(root, {"version": version})
    days = _by_day(events) or [(expo.starts_on, [])]  # the form knows no schedule without a day
    _texts(
        xml.SubElement(root, "conference"),
        {
            **conference,
            "days": str(len(days)),
            "base_url": _home(expo),
            "time_zone_name": expo.time_zone,
        },
    )
    for index, (day, of_day) in enumerate(days, start=1):
        ends = _midnight(expo, day + timedelta(days=1))
        whole = {"index": str(index), "date": day.isoformat(), "start": _midnight(expo, day), "end": ends}
        about_day = xml.SubElement(root, "day", whole)
        for place, mine in _by_place(of_day):
            room = xml.SubElement(about_day, "room", name=for_xml(place))
            for one in mine:
                _add_event(room, one.event)
    xml.indent(root, " ")
    text: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add_event(room: xml.Element, event: Plain) -> None:
    element = xml.SubElement(room, "event", id=str(event["id"]), guid=event["guid"])
    _texts(
        element, {name: value for name, value in event.items() if isinstance(value, str) and name != "guid"}
    )
    people = xml.SubElement(element, "persons")
    for person in event["persons"]:
        xml.SubElement(people, "person", id=str(person["id"])).text = for_xml(person["name"])
    for parts, part in (("links", "link"), ("attachments", "attachment")):
        listed = xml.SubElement(element, parts)
        for each in event[parts]:
            xml.SubElement(listed, part, href=for_xml(each["url"])).text = for_xml(each["title"])


def _event(expo: Expo, talk: Talk) -> Plain:
    item = talk.item
    cancelled = f"CANCELLED: {item.title}" if item.cancelled else item.title
    return {
        "id": item.occurrence_id,
        "guid": str(uuid5(NAMESPACE_URL, f"urn:expo:{item.uid}")),
        "date": item.starts.isoformat(),
        "start": f"{item.starts:%H:%M}",
        "duration": lasting(item.ends_at - item.starts_at),
        "room": talk.place,
        "slug": f"{slug(expo.slug)}-{slug(item.code)}",
        "url": talk.url,
        "title": cancelled,
        "subtitle": item.conference_title,
        "track": item.track_name or "",
        "type": item.type_slug,
        "language": next(iter(item.languages), ""),
        "abstract": talk.abstract,
        "description": "",
        "persons": [{"id": number, "name": name, "public_name": name} for number, name in talk.people],
        "links": _links(talk, handed_out=False),
        "attachments": _links(talk, handed_out=True),
    }


def lasting(length: timedelta) -> str:
    """A duration in hours and minutes, as far as its form goes."""
    minutes = round(min(length, LONGEST).total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


# What one reads, as against what one goes to or watches.
_HANDED_OUT = (MaterialKind.SLIDES, MaterialKind.PAPER, MaterialKind.CAPTIONS)


def _links(talk: Talk, *, handed_out: bool) -> list[dict[str, str]]:
    """The materials that have an address, each in one of two lists."""
    return [
        {"url": each.url, "title": each.title, "type": each.kind.value}
        for each in talk.materials
        if each.url and (each.kind in _HANDED_OUT) == handed_out
    ]


def _conference(expo: Expo) -> dict[str, str]:
    name = slug(expo.slug).replace("-", "_")
    return {
        # At least four signs.
        "acronym": name if len(name) > 3 else f"{name}_{expo.starts_on.year}",
        "title": expo.name,
        "start": expo.starts_on.isoformat(),
        "end": expo.ends_on.isoformat(),
        "timeslot_duration": SLOT,
    }


def _by_day(events: list[Placed]) -> list[tuple[date, list[Placed]]]:
    ordered = sorted(events, key=lambda one: (one.day, one.starts_at, one.order))
    return [(day, list(mine)) for day, mine in groupby(ordered, key=lambda one: one.day)]


def _by_place(events: list[Placed]) -> list[tuple[str, list[Placed]]]:
    ordered = sorted(events, key=lambda one: one.place)
    return [(place, list(mine)) for place, mine in groupby(ordered, key=lambda one: one.place)]


def _midnight(expo: Expo, day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=expo.zone).isoformat()


def _home(expo: Expo) -> str:
    return f"{current_app.config['EXPO'].base_url.rstrip('/')}/{expo.slug}/"


def _texts(parent: xml.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        xml.SubElement(parent, name).text = for_xml(text)
