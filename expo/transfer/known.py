"""What of an expo a file may mean: sessions and their times, rooms and people, found by the ids and names of files."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.core.text import folded, one_line
from expo.programme import queries as programme
from expo.programme.models import Appearance, AppearanceRole, Conference, Occurrence, Session
from expo.speakers.models import Speaker

from .models import ExternalKey, Source
from .records import Entry, Who

Billed = tuple[tuple[int, str], ...]  # (speaker, name of the role), in order


@dataclass(frozen=True, slots=True)
class Place:
    """A room as far as a file can mean it."""

    id: int
    name: str
    venue: str
    capacity: int


def guid_of(uid: str) -> str:
    """A calendar's UID as the UUID that frab wants."""
    return str(uuid5(NAMESPACE_URL, f"urn:expo:{uid}"))


def number_of(key: str) -> int:
    """A number for forms that want one: the key itself where it is one."""
    if key.isascii() and key.isdigit() and len(key) < 10 and not key.startswith("0"):
        return int(key)
    return zlib.crc32(key.encode()) % 1_000_000_000 or 1


@dataclass(slots=True)
class Known:
    """All that entries are held against, read once."""

    source: Source
    conference: Conference
    conferences: dict[str, Conference]  # in which the reader may schedule, by slug and folded title
    sessions: dict[int, Session] = field(default_factory=dict)
    times: dict[int, list[Occurrence]] = field(default_factory=dict)
    billed: dict[tuple[int, int | None], Billed] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of speakers
    rooms: dict[str, Place | None] = field(default_factory=dict)  # None: several are called so
    _by_key: dict[str, Occurrence] = field(default_factory=dict)
    _by_code: dict[str, Session] = field(default_factory=dict)
    _speakers: dict[str, int | None] = field(default_factory=dict)

    def time_of(self, entry: Entry) -> Occurrence | None:
        """The time that the entry is, if it came before."""
        return self._by_key.get(entry.key) or (self._by_key.get(entry.code) if entry.code else None)

    def session_of(self, code: str) -> Session | None:
        return self._by_code.get(code)

    def room_of(self, name: str) -> Place | None:
        return self.rooms.get(folded(one_line(name)))

    def speaker_of(self, who: Who) -> int | None:
        """By the source's id, by our address, else by the name, where one alone has it in this conference."""
        if who.key and (by_key := self._speakers.get(f"key:{who.key}")):
            return by_key
        for kind in ("slug", "number") if who.key else ():
            if (ours := self._speakers.get(f"{kind}:{who.key}")) is not None:
                return ours
        return self._speakers.get(f"name:{folded(who.name)}")

    def learn(self, who: Who, speaker_id: int) -> None:
        """Somebody new, so that the next entry finds them."""
        if who.key:
            self._speakers[f"key:{who.key}"] = speaker_id
        else:
            self._speakers[f"name:{folded(who.name)}"] = speaker_id
        self.names[speaker_id] = who.name

    def billed_at(self, session_id: int, occurrence_id: int | None) -> Billed:
        """Who appears at one time: the session's people and its own."""
        own = self.billed.get((session_id, occurrence_id), ()) if occurrence_id is not None else ()
        return (*self.billed.get((session_id, None), ()), *own)


def look(source: Source, conference: Conference, conferences: Iterable[Conference]) -> Known:
    """Read it all: some ten queries, whatever the size."""
    among = {one.id: one for one in (conference, *conferences)}
    named = {key: one for one in among.values() for key in (one.slug, folded(one.title))}
    known = Known(source, conference, named)
    ids = db.session.scalars(sa.select(Session.id).where(Session.conference_id.in_(among)))
    for session, times in programme.sessions_with_times(list(ids)).values():
        known.sessions[session.id], known.times[session.id] = session, times
        known._by_code[session.code] = session
        for time in times:
            for key in (time.code, guid_of(time.uid), time.uid):
                known._by_key[key] = time
    _read_keys(known)
    _read_people(known)
    _read_rooms(known)
    return known


def _read_keys(known: Known) -> None:
    by_id = {time.id: time for times in known.times.values() for time in times}
    rows = db.session.execute(
        sa.select(ExternalKey.key, ExternalKey.occurrence_id, ExternalKey.speaker_id).where(
            ExternalKey.source_id == known.source.id
        )
    )
    for key, occurrence_id, speaker_id in rows:
        if occurrence_id in by_id:
            known._by_key[key] = by_id[occurrence_id]
        elif speaker_id is not None:
            known._speakers[f"key:{key}"] = speaker_id


def _read_people(known: Known) -> None:
    expo_id = known.conference.expo_id
    billed: dict[tuple[int, int | None], list[tuple[int, str]]] = defaultdict(list)
    here: set[int] = set()
    for row in appearances(known.sessions):
        billed[row.session_id, row.occurrence_id].append((row.speaker_id, row.name))
        here.add(row.speaker_id)
    known.billed = {place: tuple(people) for place, people in billed.items()}
    rows = db.session.execute(
        sa.select(Speaker.id, Speaker.slug, Speaker.name).where(Speaker.expo_id == expo_id)
    )
    for speaker_id, slug, name in rows:
        known._speakers[f"slug:{slug}"] = speaker_id
        number = f"number:{number_of(slug)}"
        known._speakers[number] = None if number in known._speakers else speaker_id
        known.names[speaker_id] = name
        if speaker_id in here:
            key = f"name:{folded(name)}"
            known._speakers[key] = None if key in known._speakers else speaker_id


def appearances(session_ids: Collection[int]) -> Iterable[Any]:
    """Who appears in these sessions, in order: session, time or None, speaker, name of the role. One query."""
    return db.session.execute(
        sa.select(Appearance.session_id, Appearance.occurrence_id, Appearance.speaker_id, AppearanceRole.name)
        .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
        .where(Appearance.session_id.in_(list(session_ids)))
        .order_by(Appearance.position, Appearance.id)
    ).all()


def _read_rooms(known: Known) -> None:
    for room in programme.rooms(known.conference.expo_id):
        place = Place(room.id, room.name, room.venue.name, room.capacity)
        known.rooms[folded(f"{room.name}, {room.venue.name}")] = place
        name = folded(room.name)
        known.rooms[name] = None if name in known.rooms else place


def occurrence(occurrence_id: int) -> Occurrence:
    """One time, with its session, as it is now."""
    return db.session.get_one(Occurrence, occurrence_id, options=[joinedload(Occurrence.session)])
