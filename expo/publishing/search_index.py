"""The index for searching: what it should hold, and the writing of what has changed.

Nobody says what a change means for the index. Everything is read again and compared by digest, which takes a few
hundredths of a second for an expo of 1,500 sessions; only what became other is folded and written.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db, is_sqlite, transaction
from expo.expos.models import Expo
from expo.organisations.models import Organisation
from expo.programme.models import Conference, ConferenceHost, Room, SessionType, Track, Venue
from expo.programme.words import LISTED, Visibility
from expo.speakers.models import Speaker

from .models import OccurrenceVersion, SearchEntry, SearchKind, SessionVersion
from .queries import listed
from .search_words import stored

Key = tuple[SearchKind, int, int | None]
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be found, by whom (`conference_id`: holders of its tickets; None: anybody) and by which texts."""

    kind: SearchKind
    subject_id: int
    conference_id: int | None
    title: Texts
    people: Texts = ()
    places: Texts = ()
    abstract: Texts = ()
    spelling: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.subject_id, self.conference_id

    @property
    def digest(self) -> str:
        texts = repr((self.title, self.people, self.places, self.abstract, self.spelling))
        return hashlib.blake2b(texts.encode(errors="replace"), digest_size=16).hexdigest()

    def values(self, expo_id: int) -> dict[str, object]:
        return {
            "expo_id": expo_id,
            "kind": self.kind,
            "subject_id": self.subject_id,
            "conference_id": self.conference_id,
            "title": stored(self.title),
            "people": stored(self.people),
            "places": stored(self.places),
            "abstract": stored(self.abstract),
            "spelling": self.spelling,
            "digest": self.digest,
        }


def refresh(expo_id: int) -> int:
    """Make the index what it should be, in the running transaction. Returns how many entries were changed."""
    wanted = {entry.key: entry for entry in entries(expo_id)}
    gone, same = [], set()
    rows = db.session.execute(
        sa.select(
            SearchEntry.id,
            SearchEntry.kind,
            SearchEntry.subject_id,
            SearchEntry.conference_id,
            SearchEntry.digest,
        ).where(SearchEntry.expo_id == expo_id)
    )
    for entry_id, kind, subject_id, conference_id, digest in rows:
        entry = wanted.get((kind, subject_id, conference_id))
        if entry is None or entry.digest != digest:
            gone.append(entry_id)
        else:
            same.add(entry.key)
    for part in (gone[start : start + 500] for start in range(0, len(gone), 500)):
        db.session.execute(sa.delete(SearchEntry).where(SearchEntry.id.in_(part)))
    new = [entry.values(expo_id) for key, entry in wanted.items() if key not in same]
    if new:
        db.session.execute(sa.insert(SearchEntry), new)
    return len(gone) + len(new)


def bring_up_to_date() -> int:
    """Refresh the index of every expo: after a migration, which makes it empty. Returns how many entries changed."""
    with transaction():
        return sum(refresh(expo_id) for expo_id in _held())


def rebuild() -> int:
    """Throw the index away and write it anew. Returns how many entries it has."""
    with transaction():
        held = _held()
        if is_sqlite():  # first, because no entry can be deleted that the full-text index does not know
            db.session.execute(sa.text("INSERT INTO search_index(search_index) VALUES ('rebuild')"))
        db.session.execute(sa.delete(SearchEntry))
        return sum(refresh(expo_id) for expo_id in held)


def _held() -> list[int]:
    """All expos, none of which anybody else changes before the commit."""
    expos = list(db.session.scalars(sa.select(Expo.id).order_by(Expo.id)))
    for expo_id in expos:
        stamps.hold(f"programme:{expo_id}")
    return expos


def faults() -> Iterator[str]:
    """Where the index is not what `rebuild` would make it."""
    for expo_id in db.session.scalars(sa.select(Expo.id)).all():
        wanted = {entry.key: entry.values(expo_id) for entry in entries(expo_id)}
        for row in db.session.scalars(sa.select(SearchEntry).where(SearchEntry.expo_id == expo_id)):
            entry = wanted.pop((row.kind, row.subject_id, row.conference_id), None)
            if entry != {name: getattr(row, name) for name in entry or ()}:
                yield f"{row.kind} {row.subject_id} is found by what it is not"
        for kind, subject_id, _conference_id in wanted:
            yield f"{kind} {subject_id} cannot be found"
    if is_sqlite() and not _index_has_the_words():
        yield "the full-text index has other words than its entries: run `expo search rebuild`"


def _index_has_the_words() -> bool:
    """Whether in each column each word stands in as many entries by the index as by the entries themselves."""
    run = db.session.connection().exec_driver_sql
    run("CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_index_words USING fts5vocab(main, search_index, col)")
    indexed = {(term, column): count for term, column, count in run(
        "SELECT term, col, doc FROM temp.search_index_words"
    )}  # fmt: skip
    names = ("title", "people", "places", "abstract")
    entries = db.session.execute(sa.select(*(getattr(SearchEntry, name) for name in names)))
    return indexed == Counter(
        (word, name) for row in entries for name in names for word in getattr(row, name).split()
    )


@dataclass(slots=True)
class _Of:
    """What is gathered about a person or room: whether anybody may know, else holders of which tickets."""

    public: bool = False
    conferences: set[int] = field(default_factory=set)

    def seen_by(self) -> Iterable[int | None]:
        return [None] if self.public else sorted(self.conferences)


def entries(expo_id: int) -> Iterator[Entry]:
    """Everything that may be found in an expo. Sessions whose details are for ticket holders stand there twice: with
    what anybody may know, and whole. What is by invitation or hidden stands nowhere."""
    names, places, times = _names(expo_id), _places(expo_id), _times(expo_id)
    people: defaultdict[int, _Of] = defaultdict(_Of)
    rooms: defaultdict[int, _Of] = defaultdict(_Of)
    venues: set[int] = set()
    for row in _sessions(expo_id):
        at = times.get(row.session_id)
        if at is None:
            continue
        public = row.visibility is row.conference_visibility is Visibility.PUBLIC
        billed = [billing["speaker"] for billing in [*(row.people or ()), *at.people]]
        billed = [speaker for speaker in dict.fromkeys(billed) if speaker in names]
        for gathered in [*(people[speaker] for speaker in billed), *(rooms[room] for room in at.rooms)]:
            gathered.public |= public
            gathered.conferences.add(row.conference_id)
        here = [places[room] for room in at.rooms]
        venues |= {place.venue_id for place in here}
        known = (
            row.type,
            *_others(row.type_names),
            row.track or "",
            *_others(row.track_names or {}),
            row.conference,
            *_others(row.conference_titles),
            *row.other_names,
            *dict.fromkeys(text for place in here for text in (place.venue, place.city)),
        )
        titles = (row.title, *_others(row.titles))
        if not public:
            yield Entry(SearchKind.SESSION, row.session_id, None, titles, places=known)
        yield Entry(
            SearchKind.SESSION,
            row.session_id,
            None if public else row.conference_id,
            titles,
            tuple(text for speaker in billed for text in names[speaker][:2]),
            (*known, *row.tags, *(place.room for place in here)),
            (row.abstract, *_others(row.abstracts), *at.abstracts),
        )
    for speaker, who in people.items():
        name, organisation, title, city = names[speaker]
        for conference_id in who.seen_by():
            yield Entry(
                SearchKind.PERSON, speaker, conference_id, (name,), (organisation,), (title, city),
                spelling=f"{name}\n{organisation}",
            )  # fmt: skip
    for room, where in rooms.items():
        place = places[room]
        for conference_id in where.seen_by():
            yield Entry(
                SearchKind.ROOM, room, conference_id, (place.room,), places=(place.venue, place.city),
                spelling=place.room,
            )  # fmt: skip
    for place in {place.venue_id: place for place in places.values() if place.venue_id in venues}.values():
        yield Entry(
            SearchKind.VENUE, place.venue_id, None, (place.venue,), places=(place.city, place.address),
            spelling=place.venue,
        )  # fmt: skip
    yield from _conferences(expo_id)


def _sessions(expo_id: int) -> Iterable[sa.Row[tuple[object, ...]]]:
    return db.session.execute(
        sa.select(
            SessionVersion.session_id,
            SessionVersion.conference_id,
            SessionVersion.title,
            SessionVersion.abstract,
            SessionVersion.titles,
            SessionVersion.abstracts,
            SessionVersion.people,
            SessionVersion.tags,
            SessionVersion.visibility,
            SessionType.name.label("type"),
            SessionType.names.label("type_names"),
            Track.name.label("track"),
            Track.names.label("track_names"),
            Conference.title.label("conference"),
            Conference.titles.label("conference_titles"),
            Conference.other_names,
            Conference.visibility.label("conference_visibility"),
        )
        .join(SessionVersion.conference)
        .join(SessionVersion.type)
        .outerjoin(SessionVersion.track)
        .where(SessionVersion.expo_id == expo_id, SessionVersion.until_release_id.is_(None), listed())
        .order_by(SessionVersion.session_id)
    )


def _others(texts: dict[str, str]) -> Texts:
    """The texts in further languages, in an order of their own: JSON promises none."""
    return tuple(texts[language] for language in sorted(texts))


@dataclass(slots=True)
class _Times:
    """What the times of one session say beyond it, each once."""

    rooms: dict[int, None] = field(default_factory=dict)
    people: list[dict[str, int]] = field(default_factory=list)
    abstracts: dict[str, None] = field(default_factory=dict)


def _times(expo_id: int) -> dict[int, _Times]:
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.session_id,
            OccurrenceVersion.room_id,
            OccurrenceVersion.people,
            OccurrenceVersion.abstract,
            OccurrenceVersion.abstracts,
        )
        .where(OccurrenceVersion.expo_id == expo_id, OccurrenceVersion.until_release_id.is_(None))
        .order_by(OccurrenceVersion.starts_at, OccurrenceVersion.occurrence_id)
    )
    found: defaultdict[int, _Times] = defaultdict(_Times)
    for session_id, room_id, people, abstract, abstracts in rows:
        times = found[session_id]
        times.rooms[room_id] = None
        times.people += people or ()
        if abstract:
            times.abstracts |= dict.fromkeys((abstract, *_others(abstracts)))
    return found


def _names(expo_id: int) -> dict[int, tuple[str, str, str, str]]:
    """Name, organisation, title and city of each speaker."""
    rows = db.session.execute(
        sa.select(Speaker.id, Speaker.name, Organisation.name, Speaker.title, Speaker.city)
        .outerjoin(Speaker.organisation)
        .where(Speaker.expo_id == expo_id)
    )
    return {row[0]: (row[1], row[2] or "", row[3], row[4]) for row in rows}


@dataclass(frozen=True, slots=True)
class _Place:
    """A room with its venue."""

    room: str
    venue_id: int
    venue: str
    city: str
    address: str


def _places(expo_id: int) -> dict[int, _Place]:
    rows = db.session.execute(
        sa.select(Room.id, Room.name, Venue.id, Venue.name, Venue.city, Venue.address)
        .join(Room.venue)
        .where(Room.expo_id == expo_id)
    )
    return {row[0]: _Place(*row[1:]) for row in rows}


def _conferences(expo_id: int) -> Iterator[Entry]:
    hosts: defaultdict[int, list[str]] = defaultdict(list)
    for conference_id, name in db.session.execute(
        sa.select(ConferenceHost.conference_id, Organisation.name)
        .join(ConferenceHost.organisation)
        .where(ConferenceHost.expo_id == expo_id)
        .order_by(ConferenceHost.position)
    ):
        hosts[conference_id].append(name)
    rows = db.session.execute(
        sa.select(
            Conference.id,
            Conference.title,
            Conference.titles,
            Conference.other_names,
            Conference.city,
            Conference.series,
            Conference.description,
            Conference.descriptions,
        ).where(Conference.expo_id == expo_id, Conference.visibility.in_(LISTED))
    )
    for conference_id, title, titles, other_names, city, series, description, descriptions in rows:
        names = (title, *_others(titles), *other_names)
        yield Entry(
            SearchKind.CONFERENCE, conference_id, None, names, tuple(hosts[conference_id]), (city, series),
            (description, *_others(descriptions)), spelling="\n".join(names),
        )  # fmt: skip
