"""Which sessions hold all the words that somebody typed. Folds case and diacritics; never finds what it may not show.

Each process keeps the folded words of an expo as long as its stamp is the same, so a search reads one number.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db
from expo.core.text import folded
from expo.organisations.models import Organisation
from expo.programme.models import Conference, Room, SessionType, Track, Venue
from expo.programme.words import Visibility
from expo.speakers.models import Speaker

from .models import OccurrenceVersion, SessionVersion
from .queries import listed


@dataclass(frozen=True, slots=True)
class _Entry:
    """The words of one session: what anybody may find it by, and what its ticket holders may."""

    session_id: int
    conference_id: int
    public: bool
    listed_words: str
    all_words: str


_kept: stamps.Kept[list[_Entry]] = stamps.Kept()


def sessions(expo_id: int, asked: str, tickets: Collection[int] = ()) -> list[int]:
    """Ids of the sessions that hold every word, as somebody with tickets of these conferences may find them."""
    words = folded(asked).split()
    return [
        entry.session_id
        for entry in _kept.get(f"programme:{expo_id}", lambda: _read(expo_id))
        if all(word in _findable(entry, tickets) for word in words)
    ]


def _findable(entry: _Entry, tickets: Collection[int]) -> str:
    return entry.all_words if entry.public or entry.conference_id in tickets else entry.listed_words


def _read(expo_id: int) -> list[_Entry]:
    names, rooms, venues = _names(expo_id), *_places(expo_id)
    rows = db.session.execute(
        sa.select(
            SessionVersion.session_id,
            SessionVersion.conference_id,
            SessionVersion.title,
            SessionVersion.abstract,
            SessionVersion.people,
            SessionVersion.visibility,
            SessionType.name.label("type"),
            Track.name.label("track"),
            Conference.title.label("conference"),
            Conference.visibility.label("conference_visibility"),
        )
        .join(SessionVersion.conference)
        .join(SessionVersion.type)
        .outerjoin(SessionVersion.track)
        .where(SessionVersion.expo_id == expo_id, SessionVersion.until_release_id.is_(None), listed())
        .order_by(SessionVersion.session_id)
    )
    entries = []
    for row in rows:
        public = row.visibility is row.conference_visibility is Visibility.PUBLIC
        told = [row.title, row.type, row.track or "", row.conference, *venues.get(row.session_id, ())]
        people = [names.get(billing["speaker"], "") for billing in row.people or ()]
        known = folded("\n".join(told))
        details = folded("\n".join([row.abstract, *people, *rooms.get(row.session_id, ())]))
        entries.append(_Entry(row.session_id, row.conference_id, public, known, f"{known}\n{details}"))
    return entries


def _names(expo_id: int) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Speaker.id, Speaker.name, Organisation.name)
        .outerjoin(Speaker.organisation)
        .where(Speaker.expo_id == expo_id)
    )
    return {row[0]: f"{row[1]}\n{row[2] or ''}" for row in rows}


def _places(expo_id: int) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Rooms, and venues with their cities, of each session."""
    rooms: dict[int, set[str]] = {}
    venues: dict[int, set[str]] = {}
    rows = db.session.execute(
        sa.select(OccurrenceVersion.session_id, Room.name, Venue.name, Venue.city)
        .join(OccurrenceVersion.room)
        .join(Room.venue)
        .where(OccurrenceVersion.expo_id == expo_id, OccurrenceVersion.until_release_id.is_(None))
        .distinct()
    )
    for session_id, room, venue, city in rows:
        rooms.setdefault(session_id, set()).add(room)
        venues.setdefault(session_id, set()).add(f"{venue}\n{city}")
    return rooms, venues
