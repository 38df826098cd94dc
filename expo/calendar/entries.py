"""What one event of a calendar says, out of the released programme: everything that its bytes depend on."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import current_app

from expo.expos.models import Expo
from expo.outcomes import partners, since
from expo.programme import queries as programme
from expo.programme.models import Venue
from expo.programme.words import Visibility
from expo.publishing import queries as publishing
from expo.publishing.items import Item

from . import queries
from .queries import Part


class Audience(enum.StrEnum):
    """For whom an event is written."""

    STRANGER = "stranger"  # what is public; of sessions for ticket holders the venue only
    BOOKED = "booked"  # a person who has booked it: all of it
    WAITING = "waiting"  # a person in line for it: as for who has booked it, and tentative
    KEPT = "kept"  # a person who keeps it in mind: as strangers see it, and marked


WITH_ALL = (Audience.BOOKED, Audience.WAITING)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. Without details (`details` false) it has no room, people and abstract. `hint` is what only its owner
    is told, as a first line: when to leave, that they wait."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    cancelled: bool
    tentative: bool
    created_at: datetime
    changed_at: datetime
    audience: Audience
    details: bool
    url: str
    place: tuple[str, ...]
    position: tuple[float, float] | None
    categories: tuple[str, ...]
    conference: str
    people: tuple[str, ...]
    behind: tuple[str, ...]
    abstract: str
    parent_uid: str | None
    hint: str = ""


def load(expo: Expo, hints: Mapping[int, str], audience: Audience, texts: str = "") -> Iterator[Entry]:
    """The entries of these occurrences, each with its hint, listed or not: the caller has decided what goes to whom.
    With a language in `texts`, titles and abstracts are in it where they are given in it.

    Nine queries, whatever the number.
    """
    items = [item.told_in(texts) for item in publishing.of_occurrences(expo.id, hints)]
    abstracts = publishing.abstracts(hints, texts)
    changed = queries.contents_changed({item.session_id for item in items})
    people = queries.speakers({billing["speaker"] for item in items for billing in item.billed})
    behind = partners.behind_sessions(expo.id, {item.session_id for item in items})
    said = since.moments(expo.id, since.PARTNERS)
    venues = {venue.slug: venue for venue in programme.venues(expo.id)}
    rooms = queries.rooms_changed(expo.id)
    parents = queries.parts({item.parent_id for item in items if item.parent_id is not None})
    for item in items:
        details = audience in WITH_ALL or item.visibility is Visibility.PUBLIC
        venue = venues[item.venue_slug]
        billed = [people[billing["speaker"]] for billing in item.billed] if details else []
        yield Entry(
            uid=item.uid,
            sequence=item.sequence,
            title=item.title,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            time_zone=item.time_zone,
            cancelled=item.cancelled,
            tentative=item.tentative,
            created_at=item.released_at,
            changed_at=max(
                moment
                for moment in (
                    item.changed_at,
                    changed[item.session_id],
                    venue.called_since,
                    rooms.get(item.room_id) if details else None,
                    said.get(item.session_id) if details else None,
                    *(moment for _name, moment in billed),
                )
                if moment
            ),
            audience=audience,
            details=details,
            url=address(expo, item.code),
            place=tuple(part for part in _place(item, venue, details) if part),
            position=_position(venue),
            categories=tuple(
                part for part in (item.conference_title, item.track_name, item.type_name, *item.tags) if part
            ),
            conference=item.conference_title,
            people=tuple(dict.fromkeys(name for name, _moment in billed)),
            behind=tuple(one.name for one in behind.get(item.session_id, ())) if details else (),
            abstract=abstracts.get(item.occurrence_id, "") if details else "",
            parent_uid=_parent(item, parents.get(item.parent_id or 0, [])),
            hint=hints[item.occurrence_id],
        )


def address(expo: Expo, code: str) -> str:
    """The page of a session: every code answers there, also an occurrence's own."""
    base_url = current_app.config["EXPO"].base_url.rstrip("/")
    return f"{base_url}/{expo.slug}/sessions/{quote(code, safe='')}"


def _place(item: Item, venue: Venue, details: bool) -> Iterator[str]:
    if details and item.room_name != venue.name:
        yield item.room_name
    yield venue.name
    if not item.venue_online:
        yield venue.address
        if venue.city not in (venue.name, venue.address):
            yield venue.city


def _position(venue: Venue) -> tuple[float, float] | None:
    if venue.is_online or venue.latitude is None or venue.longitude is None:
        return None
    return round(venue.latitude, 6), round(venue.longitude, 6)


def _parent(item: Item, parts: list[Part]) -> str | None:
    """The time of the parent session in which this one begins, else the nearest."""
    if not parts:
        return None

    def distance(part: Part) -> float:
        if part.starts_at <= item.starts_at < part.ends_at:
            return -1
        return abs((part.starts_at - item.starts_at).total_seconds())

    return min(parts, key=distance).uid
