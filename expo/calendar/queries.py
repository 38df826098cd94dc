"""Which occurrences a calendar holds, in as few columns as a join of kept events needs."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.booking import queries as bookings_of
from expo.booking.models import Booking
from expo.core import stamps, tokens
from expo.core.db import db
from expo.favourites.models import Favourite
from expo.programme.models import Conference, Occurrence, Room, SessionType, Track, Venue
from expo.publishing import filters
from expo.publishing import queries as publishing
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.publishing.models import OccurrenceVersion, Release, SessionVersion
from expo.publishing.queries import listed
from expo.speakers.models import Speaker

# The programme's number, which rises with every public change, and when it was raised.
Stamp = tuple[int, datetime | None]


def stamp(expo_id: int) -> Stamp:
    """The newest state of the expo's programme. One query."""
    number, changed_at = stamps.read(f"programme:{expo_id}")
    assert changed_at is None or isinstance(changed_at, datetime)
    return number, changed_at


_STAMP = "SELECT number, changed_at FROM stamps WHERE scope = {mark}"
_AGENDA = """
SELECT stamps.number, stamps.changed_at, persons.id, bookings.id, bookings.state FROM persons
LEFT JOIN stamps ON stamps.scope = {mark} LEFT JOIN bookings ON bookings.person_id = persons.id
WHERE persons.calendar_token_digest = {mark} AND persons.expo_id = {mark}
UNION ALL
SELECT NULL, NULL, persons.id, favourites.id, 'kept' FROM persons
JOIN favourites ON favourites.person_id = persons.id AND favourites.dropped_at IS NULL
WHERE persons.calendar_token_digest = {mark} AND persons.expo_id = {mark} ORDER BY 4, 5
"""


def glance(expo_id: int, digest: bytes | None, *, within: bool = False) -> list[tuple[Any, ...]] | None:
    """What a calendar of this expo hangs on: the programme's stamp, and for a personal one whose it is and what
    they have booked and keep in mind. By the bare driver, because calendars ask every hour; None when the database is silent.

    `within` the session's own transaction it belongs to what the session reads.
    """
    mark = "?" if db.engine.dialect.paramstyle == "qmark" else "%s"
    scope = f"programme:{expo_id}"
    statement = (_STAMP if digest is None else _AGENDA).format(mark=mark)
    values: tuple[Any, ...] = (scope,) if digest is None else (scope, digest, expo_id, digest, expo_id)
    if within:
        return [tuple(row) for row in db.session.connection().exec_driver_sql(statement, values)]
    try:
        with closing(db.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(statement, values)
            return [tuple(row) for row in cursor.fetchall()]
    except (sa.exc.DBAPIError, db.engine.dialect.loaded_dbapi.Error):
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """One occurrence of a calendar, before it is looked at."""

    occurrence_id: int
    uid: str
    day: date
    ends_at: datetime
    cancelled: bool


# Its columns are those of a Line.
_RELEASED: Any = (
    sa.select(
        OccurrenceVersion.occurrence_id,
        Occurrence.uid,
        OccurrenceVersion.day,
        OccurrenceVersion.ends_at,
        OccurrenceVersion.cancelled,
    )
    .select_from(OccurrenceVersion)
    .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
    .join(Occurrence, OccurrenceVersion.occurrence_id == Occurrence.id)
    .join(Conference, SessionVersion.conference_id == Conference.id)
    .where(OccurrenceVersion.until_release_id.is_(None), SessionVersion.until_release_id.is_(None))
    .order_by(OccurrenceVersion.starts_at, OccurrenceVersion.occurrence_id)
)


def lines(expo_id: int, wish: Filter) -> list[Line]:
    """Listed occurrences that meet the wish, by start. One query; one more for words."""
    narrow = replace(wish, day=None, span=None, conferences=(), tracks=(), venues=(), types=())
    if narrow != Filter():
        # These wishes must not find what hides its room, goals or seats: only whole items can tell.
        return [line(item) for item in filters.find(expo_id, wish)]
    wanted = _RELEASED.where(OccurrenceVersion.expo_id == expo_id, listed())
    if wish.day:
        wanted = wanted.where(OccurrenceVersion.day == wish.day)
    if wish.span:
        wanted = wanted.where(OccurrenceVersion.day.between(*wish.span))
    if wish.conferences:
        wanted = wanted.where(filters.of_conferences(wish.conferences))
    if wish.tracks:
        wanted = wanted.join(Track, SessionVersion.track_id == Track.id).where(Track.slug.in_(wish.tracks))
    if wish.types:
        wanted = wanted.join(SessionType, SessionVersion.type_id == SessionType.id).where(
            SessionType.slug.in_(wish.types)
        )
    if wish.venues:
        wanted = wanted.join(Room, OccurrenceVersion.room_id == Room.id)
        wanted = wanted.join(Venue, Room.venue_id == Venue.id).where(Venue.slug.in_(wish.venues))
    return [Line(*tuple(row)) for row in db.session.execute(wanted)]


def among(expo_id: int, occurrence_ids: Collection[int]) -> list[Line]:
    """Those of these occurrences that anybody may know of, by start."""
    wanted = _RELEASED.where(
        OccurrenceVersion.expo_id == expo_id,
        OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)),
        listed(),
    )
    return [Line(*tuple(row)) for row in db.session.execute(wanted)]


def of_speaker(expo_id: int, speaker_id: int) -> list[Line]:
    """Where a speaker appears for all to see."""
    return [line(item) for item in publishing.of_speaker(expo_id, speaker_id)]


def line(item: Item) -> Line:
    """An item as a calendar needs it first."""
    return Line(item.occurrence_id, item.uid, item.day, item.ends_at, item.cancelled)


def owner(expo_id: int, token: str) -> Person | None:
    """Whose calendar address this is."""
    return db.session.scalar(
        sa.select(Person).where(
            Person.calendar_token_digest == tokens.digest(token), Person.expo_id == expo_id
        )
    )


def agenda(person_id: int) -> tuple[list[Line], dict[int, Booking], datetime | None]:
    """What the person has booked or waits for, listed or not; the bookings by occurrence; and when they last booked,
    got in line or gave up anything. Three queries."""
    bookings = {booking.occurrence_id: booking for booking in bookings_of.live_of_person(person_id)}
    found = db.session.execute(_RELEASED.where(OccurrenceVersion.occurrence_id.in_(bookings)))
    last = db.session.execute(
        sa.select(sa.func.max(Booking.booked_at), sa.func.max(Booking.ended_at)).where(
            Booking.person_id == person_id
        )
    ).one()
    return (
        [Line(*tuple(row)) for row in found],
        bookings,
        max((moment for moment in last if moment), default=None),
    )


def favourites(person: Person) -> tuple[list[Line], datetime | None]:
    """What the person keeps in mind, as far as anybody may know of it; and when they last kept or dropped
    anything. Two queries."""
    moments = db.session.execute(
        sa.select(Favourite.occurrence_id, Favourite.kept_at, Favourite.dropped_at).where(
            Favourite.person_id == person.id
        )
    ).all()
    kept = [row.occurrence_id for row in moments if row.dropped_at is None]
    lines = among(person.expo_id, kept) if kept else []
    return lines, max((row.dropped_at or row.kept_at for row in moments), default=None)


def track(expo_id: int, slug: str) -> Track | None:
    """A track with a listed session; two conferences may have tracks of the same slug."""
    return db.session.scalar(
        sa.select(Track)
        .join(SessionVersion, SessionVersion.track_id == Track.id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            Track.expo_id == expo_id,
            Track.slug == slug,
            SessionVersion.until_release_id.is_(None),
            listed(),
        )
        .order_by(Track.id)
        .limit(1)
    )


def contents_changed(session_ids: Collection[int]) -> dict[int, datetime]:
    """When the released content of each session was published, or its conference, track or type changed after that."""
    rows = db.session.execute(
        sa.select(
            SessionVersion.session_id,
            Release.published_at,
            Conference.changed_at,
            Track.called_since,
            SessionType.called_since,
        )
        .join(Release, SessionVersion.release_id == Release.id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .join(SessionType, SessionVersion.type_id == SessionType.id)
        .outerjoin(Track, SessionVersion.track_id == Track.id)
        .where(SessionVersion.session_id.in_(session_ids), SessionVersion.until_release_id.is_(None))
    )
    return {session_id: max(moment for moment in moments if moment) for session_id, *moments in rows}


def rooms_changed(expo_id: int) -> dict[int, datetime]:
    """When each room was last called otherwise, for those that ever were."""
    rows = db.session.execute(
        sa.select(Room.id, Room.called_since).where(Room.expo_id == expo_id, Room.called_since.is_not(None))
    )
    return {room_id: moment for room_id, moment in rows if moment}


def speakers(speaker_ids: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """Names, and when they were last changed."""
    rows = db.session.execute(
        sa.select(Speaker.id, Speaker.name, Speaker.changed_at).where(Speaker.id.in_(speaker_ids))
    )
    return {row.id: (row.name, row.changed_at) for row in rows}


@dataclass(frozen=True, slots=True)
class Part:
    """One time of a session that others belong to."""

    uid: str
    starts_at: datetime
    ends_at: datetime


def parts(session_ids: Collection[int]) -> dict[int, list[Part]]:
    """The released times of listed sessions, by start."""
    found: dict[int, list[Part]] = {}
    if not session_ids:
        return found
    wanted = (
        sa.select(
            OccurrenceVersion.session_id,
            Occurrence.uid,
            OccurrenceVersion.starts_at,
            OccurrenceVersion.ends_at,
        )
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Occurrence, OccurrenceVersion.occurrence_id == Occurrence.id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            OccurrenceVersion.session_id.in_(session_ids),
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            listed(),
        )
        .order_by(OccurrenceVersion.starts_at, OccurrenceVersion.occurrence_id)
    )
    for row in db.session.execute(wanted):
        found.setdefault(row.session_id, []).append(Part(row.uid, row.starts_at, row.ends_at))
    return found
