"""What is released. Public pages pass through `listed()`: the one place that knows what strangers may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.programme import contributing, tags, texts
from expo.programme import queries as programme
from expo.programme.drafts import Contribution, Material
from expo.programme.models import Conference, Occurrence, Room, Session, Venue
from expo.programme.texts import told
from expo.programme.words import LISTED, Admission

from .items import ITEMS, Item, of_row
from .models import OccurrenceVersion, Release, SessionVersion


def listed() -> sa.ColumnElement[bool]:
    """Sessions whose title, time and place anybody may see: both conference and session say so."""
    return sa.and_(Conference.visibility.in_(LISTED), SessionVersion.visibility.in_(LISTED))


def items(expo_id: int, *conditions: sa.ColumnElement[bool], hidden_too: bool = False) -> list[Item]:
    """Released occurrences by start, then room. One query. `hidden_too` is for staff only."""
    wanted = ITEMS.where(OccurrenceVersion.expo_id == expo_id, *conditions)
    if not hidden_too:
        wanted = wanted.where(listed())
    return [of_row(tuple(row)) for row in db.session.execute(wanted)]


_ON_DAY = ITEMS.where(
    OccurrenceVersion.expo_id == sa.bindparam("expo"), OccurrenceVersion.day == sa.bindparam("day"), listed()
)


def on_day(expo_id: int, day: date) -> list[Item]:
    """What begins on this day, or in the night after it where the conference says that it belongs here."""
    return [of_row(tuple(row)) for row in db.session.execute(_ON_DAY, {"expo": expo_id, "day": day})]


def of_session(expo_id: int, session_id: int, *, hidden_too: bool = False) -> list[Item]:
    """All released times of one session."""
    return items(expo_id, OccurrenceVersion.session_id == session_id, hidden_too=hidden_too)


def of_occurrences(expo_id: int, occurrence_ids: Iterable[int]) -> list[Item]:
    """These occurrences, listed or not: for people who have booked them."""
    return items(expo_id, OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)), hidden_too=True)


def listed_among(expo_id: int, occurrence_ids: Iterable[int]) -> list[Item]:
    """Those of these occurrences that anybody may know of."""
    return items(expo_id, OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)))


def by_codes(expo_id: int, codes: Iterable[str]) -> list[Item]:
    """The occurrences with these codes, as far as anybody may know of them."""
    return items(expo_id, Occurrence.code.in_(list(codes)))


def item(expo_id: int, occurrence_id: int) -> Item | None:
    """One released occurrence, whatever its visibility: the caller has decided who asks."""
    found = of_occurrences(expo_id, [occurrence_id])
    return found[0] if found else None


def of_speaker(expo_id: int, speaker_id: int, tickets: Collection[int] = ()) -> list[Item]:
    """Where a speaker appears, as somebody with tickets of these conferences may see it."""
    return [
        item
        for item in items(expo_id, bills(speaker_id))
        if item.open_to(tickets) and any(billing["speaker"] == speaker_id for billing in item.billed)
    ]


def bills(speaker_id: int) -> sa.ColumnElement[bool]:
    """A coarse filter over the two JSON lists, which are compared exactly afterwards."""
    wanted = f'%"speaker": {speaker_id}%'
    return sa.or_(
        sa.cast(SessionVersion.people, sa.Text).like(wanted),
        sa.cast(OccurrenceVersion.people, sa.Text).like(wanted),
    )


def upcoming(expo_id: int, after: datetime, *, most: int, conference_id: int | None = None) -> list[Item]:
    """The next ones to begin after a moment."""
    wanted = ITEMS.where(
        OccurrenceVersion.expo_id == expo_id,
        OccurrenceVersion.starts_at > after,
        sa.not_(OccurrenceVersion.cancelled),
        listed(),
    )
    if conference_id is not None:
        wanted = wanted.where(SessionVersion.conference_id == conference_id)
    return [of_row(tuple(row)) for row in db.session.execute(wanted.limit(most))]


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


def conferences(expo_id: int) -> list[Conference]:
    """Conferences that anybody may know of, by date, the longest first where they begin together."""
    return [found for found in programme.conferences(expo_id) if found.visibility in LISTED]


def conference(expo_id: int, slug: str) -> Conference | None:
    """One of them."""
    found = programme.conference(expo_id, slug)
    return found if found is not None and found.visibility in LISTED else None


def venues(expo_id: int) -> list[Venue]:
    """Venues where something takes place that anybody may know of, by name."""
    used = (
        sa.select(Room.venue_id)
        .join(OccurrenceVersion, OccurrenceVersion.room_id == Room.id)
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            OccurrenceVersion.expo_id == expo_id,
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            listed(),
        )
    )
    return list(db.session.scalars(sa.select(Venue).where(Venue.id.in_(used)).order_by(Venue.name)))


def rooms_of(expo_id: int, ids: Iterable[int]) -> list[Room]:
    """These rooms with their venues, venue by venue."""
    wanted = set(ids)
    return [room for room in programme.rooms(expo_id) if room.id in wanted]


def content(session_id: int) -> SessionVersion | None:
    """The released content of a session, with its abstract and conference."""
    return db.session.scalar(
        sa.select(SessionVersion)
        .where(SessionVersion.session_id == session_id, SessionVersion.until_release_id.is_(None))
        .options(joinedload(SessionVersion.conference))
    )


def known_tags(expo_id: int, conference_ids: Collection[int]) -> list[str]:
    """All tags of these conferences, drafts too, and of what is released of others for everybody to see; the most
    used first. Two queries."""
    rows = db.session.scalars(
        sa.select(SessionVersion.tags)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            SessionVersion.expo_id == expo_id,
            SessionVersion.until_release_id.is_(None),
            SessionVersion.conference_id.not_in(conference_ids),
            sa.cast(SessionVersion.tags, sa.String) != "[]",
            listed(),
        )
    )
    counted = tags.of_conferences(conference_ids) + Counter(tag for found in rows for tag in found)
    return [tag for tag, _count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def abstracts(occurrence_ids: Iterable[int], language: str = "") -> dict[int, str]:
    """The released abstract of each occurrence: its own, else its session's, in this language where it is given."""
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.occurrence_id,
            OccurrenceVersion.abstract,
            OccurrenceVersion.abstracts,
            SessionVersion.abstract,
            SessionVersion.text_language,
            SessionVersion.abstracts,
        )
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .where(
            OccurrenceVersion.occurrence_id.in_(list(occurrence_ids)),
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
        )
    )
    return {
        occurrence_id: told(
            of_session if own is None else own, written_in, others if own is None else owns, language
        )[0]
        for occurrence_id, own, owns, of_session, written_in, others in rows
    }


def materials(session_ids: Iterable[int]) -> dict[int, tuple[Material, ...]]:
    """What is released to be handed out with each of these sessions that has something. The caller has decided who
    may know of the sessions; what is not public is for ticket holders alone."""
    rows = db.session.execute(
        sa.select(SessionVersion.session_id, SessionVersion.materials).where(
            SessionVersion.session_id.in_(set(session_ids)), SessionVersion.until_release_id.is_(None)
        )
    )
    return {session_id: texts.read(each) for session_id, each in rows if each}


def contributions(session_ids: Iterable[int]) -> dict[int, tuple[Contribution, ...]]:
    """Of what each of these sessions consists, of those that consist of several. The caller has decided likewise."""
    rows = db.session.execute(
        sa.select(SessionVersion.session_id, SessionVersion.contributions).where(
            SessionVersion.session_id.in_(set(session_ids)), SessionVersion.until_release_id.is_(None)
        )
    )
    return {session_id: contributing.read(each) for session_id, each in rows if each}


def own_abstract(occurrence_id: int) -> tuple[str, dict[str, str]] | None:
    """What is released of this one time beside the session's abstract: in its session's language, and in others."""
    found = db.session.execute(
        sa.select(OccurrenceVersion.abstract, OccurrenceVersion.abstracts).where(
            OccurrenceVersion.occurrence_id == occurrence_id, OccurrenceVersion.until_release_id.is_(None)
        )
    ).one_or_none()
    return (found[0], found[1]) if found is not None and found[0] is not None else None


def session_by_code(expo_id: int, code: str) -> int | None:
    """The id of the session that answers to this code: its own, or that of one of its occurrences."""
    own = sa.select(Session.id).where(Session.expo_id == expo_id, Session.code == code)
    found = db.session.scalar(own)
    if found is not None:
        return found
    return db.session.scalar(
        sa.select(Occurrence.session_id).where(Occurrence.expo_id == expo_id, Occurrence.code == code)
    )


def releases(expo_id: int, most: int = 50) -> list[Release]:
    """The latest releases, newest first."""
    return list(
        db.session.scalars(
            sa.select(Release).where(Release.expo_id == expo_id).order_by(Release.number.desc()).limit(most)
        )
    )


def release(expo_id: int, number: int) -> Release | None:
    return db.session.scalar(sa.select(Release).where(Release.expo_id == expo_id, Release.number == number))


def of_team(expo_id: int, day: date, conference_ids: Iterable[int]) -> list[Item]:
    """A day as the teams of these conferences see it, hidden sessions too."""
    return items(
        expo_id,
        OccurrenceVersion.day == day,
        SessionVersion.conference_id.in_(list(conference_ids)),
        hidden_too=True,
    )


def team_days(expo_id: int, conference_ids: Iterable[int]) -> list[tuple[date, int]]:
    """Days on which these conferences have something, hidden sessions too, with how much."""
    rows = db.session.execute(
        sa.select(OccurrenceVersion.day, sa.func.count())
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .where(
            OccurrenceVersion.expo_id == expo_id,
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            SessionVersion.conference_id.in_(list(conference_ids)),
        )
        .group_by(OccurrenceVersion.day)
        .order_by(OccurrenceVersion.day)
    )
    return [(row[0], row[1]) for row in rows]
