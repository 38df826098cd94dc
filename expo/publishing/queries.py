"""What is released. Public pages pass through `listed()`: the one place that knows what strangers may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core.db import db
from expo.programme.models import Conference, Occurrence, Room, Session
from expo.programme.words import LISTED, Admission
from expo.speakers.models import Speaker

from .items import ITEMS, Item
from .models import OccurrenceVersion, Release, SessionVersion


def listed() -> sa.ColumnElement[bool]:
    """Sessions whose title, time and place anybody may see: both conference and session say so."""
    return sa.and_(Conference.visibility.in_(LISTED), SessionVersion.visibility.in_(LISTED))


def items(expo_id: int, *conditions: sa.ColumnElement[bool], hidden_too: bool = False) -> list[Item]:
    """Released occurrences by start, then room. One query. `hidden_too` is for staff only."""
    wanted = ITEMS.where(OccurrenceVersion.expo_id == expo_id, *conditions)
    if not hidden_too:
        wanted = wanted.where(listed())
    return [Item(*tuple(row)) for row in db.session.execute(wanted)]


def on_day(expo_id: int, day: date, conference_ids: Iterable[int] | None = None) -> list[Item]:
    """What begins on this day (each conference's own), and what began earlier and still runs into it."""
    conditions = [OccurrenceVersion.day == day]
    if conference_ids is not None:
        conditions.append(SessionVersion.conference_id.in_(list(conference_ids)))
    return items(expo_id, *conditions)


def of_conference(conference: Conference) -> list[Item]:
    return items(conference.expo_id, SessionVersion.conference_id == conference.id)


def of_session(expo_id: int, session_id: int, *, hidden_too: bool = False) -> list[Item]:
    """All released times of one session."""
    return items(expo_id, OccurrenceVersion.session_id == session_id, hidden_too=hidden_too)


def of_occurrences(expo_id: int, occurrence_ids: Iterable[int]) -> list[Item]:
    """These occurrences, listed or not: for people who have booked them."""
    return items(expo_id, OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)), hidden_too=True)


def item(expo_id: int, occurrence_id: int) -> Item | None:
    """One released occurrence, whatever its visibility: the caller has decided who asks."""
    found = of_occurrences(expo_id, [occurrence_id])
    return found[0] if found else None


def of_speaker(expo_id: int, speaker_id: int, tickets: Collection[int] = ()) -> list[Item]:
    """Where a speaker appears, as somebody with tickets of these conferences may see it."""
    return [
        item
        for item in items(expo_id, _bills(speaker_id))
        if item.open_to(tickets) and any(billing["speaker"] == speaker_id for billing in item.billed)
    ]


def _bills(speaker_id: int) -> sa.ColumnElement[bool]:
    """A coarse filter over the two JSON lists, which are compared exactly afterwards."""
    wanted = f'%"speaker": {speaker_id}%'
    return sa.or_(
        sa.cast(SessionVersion.people, sa.Text).like(wanted),
        sa.cast(OccurrenceVersion.people, sa.Text).like(wanted),
    )


def of_room(expo_id: int, room_id: int) -> list[Item]:
    return items(expo_id, OccurrenceVersion.room_id == room_id)


def of_venue(expo_id: int, venue_id: int) -> list[Item]:
    return items(expo_id, Room.venue_id == venue_id)


def between(expo_id: int, earliest: datetime, latest: datetime) -> list[Item]:
    """What runs at some time within the span."""
    return items(expo_id, OccurrenceVersion.starts_at < latest, OccurrenceVersion.ends_at > earliest)


@dataclass(frozen=True, slots=True)
class Running:
    """An occurrence in a room, as a session door needs it."""

    occurrence_id: int
    session_id: int
    conference_id: int
    admission: Admission
    title: str
    starts_at: datetime
    ends_at: datetime
    seats: int | None


_IN_ROOM = (
    sa.select(
        OccurrenceVersion.occurrence_id,
        OccurrenceVersion.session_id,
        SessionVersion.conference_id,
        SessionVersion.admission,
        SessionVersion.title,
        OccurrenceVersion.starts_at,
        OccurrenceVersion.ends_at,
        OccurrenceVersion.seats,
    )
    .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
    .where(
        OccurrenceVersion.room_id == sa.bindparam("room"),
        OccurrenceVersion.starts_at < sa.bindparam("latest"),
        OccurrenceVersion.ends_at > sa.bindparam("earliest"),
        OccurrenceVersion.until_release_id.is_(None),
        SessionVersion.until_release_id.is_(None),
        sa.not_(OccurrenceVersion.cancelled),
        sa.not_(OccurrenceVersion.tentative),
    )
    .order_by(OccurrenceVersion.starts_at)
)


def in_room(room_id: int, earliest: datetime, latest: datetime) -> list[Running]:
    """What a room holds within the span, whoever may see it: the door knows even hidden sessions."""
    rows = db.session.execute(_IN_ROOM, {"room": room_id, "earliest": earliest, "latest": latest})
    return [Running(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip: how many listed sessions, and how many free seats in those one books."""

    date: date
    count: int
    seats_left: int


def days(expo_id: int, conference_ids: Iterable[int] | None = None) -> dict[date, Day]:
    """Days that have something, with their counts. One query."""
    left = sa.case(
        (
            SessionVersion.admission == Admission.SEAT,
            sa.func.coalesce(Pool.capacity, 0) + Pool.over - Pool.taken,
        ),
        else_=0,
    )
    wanted = (
        sa.select(OccurrenceVersion.day, sa.func.count(), sa.func.sum(left))
        .select_from(OccurrenceVersion)
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .join(Occurrence, OccurrenceVersion.occurrence_id == Occurrence.id)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(
            OccurrenceVersion.expo_id == expo_id,
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            sa.not_(OccurrenceVersion.cancelled),
            listed(),
        )
        .group_by(OccurrenceVersion.day)
    )
    if conference_ids is not None:
        wanted = wanted.where(SessionVersion.conference_id.in_(list(conference_ids)))
    return {row[0]: Day(row[0], row[1], int(row[2] or 0)) for row in db.session.execute(wanted)}


def content(session_id: int) -> SessionVersion | None:
    """The released content of a session, with its abstract."""
    return db.session.scalar(
        sa.select(SessionVersion).where(
            SessionVersion.session_id == session_id, SessionVersion.until_release_id.is_(None)
        )
    )


def abstracts(occurrence_ids: Iterable[int]) -> dict[int, str]:
    """The released abstract of each occurrence: its own, else its session's."""
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.occurrence_id,
            sa.func.coalesce(OccurrenceVersion.abstract, SessionVersion.abstract),
        )
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .where(
            OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)),
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
        )
    )
    return {row[0]: row[1] for row in rows}


def session_by_code(expo_id: int, code: str) -> int | None:
    """The id of the session that answers to this code: its own, or that of one of its occurrences."""
    own = sa.select(Session.id).where(Session.expo_id == expo_id, Session.code == code)
    found = db.session.scalar(own)
    if found is not None:
        return found
    return db.session.scalar(
        sa.select(Occurrence.session_id).where(Occurrence.expo_id == expo_id, Occurrence.code == code)
    )


def speakers(expo_id: int, tickets: Collection[int] = ()) -> list[tuple[Speaker, int]]:
    """Speakers who appear in something whose people may be shown, with how often; by name."""
    often: dict[int, int] = {}
    for entry in items(expo_id):
        if not entry.open_to(tickets):
            continue
        for speaker_id in {billing["speaker"] for billing in entry.billed}:
            often[speaker_id] = often.get(speaker_id, 0) + 1
    found = db.session.scalars(
        sa.select(Speaker)
        .where(Speaker.expo_id == expo_id, Speaker.id.in_(often))
        .order_by(Speaker.folded_name)
    )
    return [(speaker, often[speaker.id]) for speaker in found]


def releases(expo_id: int, most: int = 50) -> list[Release]:
    """The latest releases, newest first."""
    return list(
        db.session.scalars(
            sa.select(Release).where(Release.expo_id == expo_id).order_by(Release.number.desc()).limit(most)
        )
    )


def release(expo_id: int, number: int) -> Release | None:
    return db.session.scalar(sa.select(Release).where(Release.expo_id == expo_id, Release.number == number))
