from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from expo.core.db import MomentType, db
from expo.core.text import folded
from expo.expos.models import Expo

from .models import (
    Appearance,
    AppearanceRole,
    Area,
    Conference,
    ConferenceHost,
    Occurrence,
    Room,
    Session,
    SessionType,
    Track,
    Venue,
)
from .outside_models import OutsideEvent
from .words import SessionState


def expo_of(expo_id: int) -> Expo:
    """The expo itself."""
    return db.session.get_one(Expo, expo_id)


def conference(expo_id: int, slug: str) -> Conference | None:
    return db.session.scalar(
        sa.select(Conference).where(Conference.expo_id == expo_id, Conference.slug == slug)
    )


def conferences(expo_id: int) -> list[Conference]:
    """All conferences by date, the longest first where they begin together."""
    return list(
        db.session.scalars(
            sa.select(Conference)
            .where(Conference.expo_id == expo_id)
            .order_by(Conference.starts_on, Conference.ends_on.desc(), Conference.id)
        )
    )


def open_programme(expo_id: int) -> Conference | None:
    """The conference that is the city's open programme."""
    return db.session.scalar(
        sa.select(Conference).where(Conference.expo_id == expo_id, Conference.is_open_programme)
    )


def hosts(conference_ids: list[int]) -> dict[int, list[str]]:
    """Names of the hosts of each conference, in protocol order."""
    found: dict[int, list[str]] = {conference_id: [] for conference_id in conference_ids}
    rows = db.session.scalars(
        sa.select(ConferenceHost)
        .where(ConferenceHost.conference_id.in_(conference_ids))
        .options(joinedload(ConferenceHost.organisation))
        .order_by(ConferenceHost.position)
    )
    for row in rows:
        found[row.conference_id].append(row.organisation.name)
    return found


def session(expo_id: int, code: str) -> Session | None:
    """The session with this code, or with an occurrence of this code."""
    by_occurrence = sa.select(Occurrence.session_id).where(
        Occurrence.expo_id == expo_id, Occurrence.code == code
    )
    return db.session.scalar(
        sa.select(Session)
        .where(Session.expo_id == expo_id, sa.or_(Session.code == code, Session.id.in_(by_occurrence)))
        .order_by(Session.code != code)
        .limit(1)
    )


def sessions(expo_id: int, conference_ids: list[int], search: str = "") -> list[Session]:
    """The drafts of these conferences by code, with type, track and conference; or those that hold the words."""
    found = (
        sa.select(Session)
        .where(Session.expo_id == expo_id, Session.conference_id.in_(conference_ids))
        .options(joinedload(Session.type), joinedload(Session.track), joinedload(Session.conference))
        .order_by(Session.code)
    )
    rows = list(db.session.scalars(found))
    words = folded(search).split()
    if not words:
        return rows
    return [row for row in rows if all(word in folded(f"{row.code} {row.title}") for word in words)]


def parts(session_id: int) -> list[Session]:
    """The sessions that are parts of this one, by code."""
    return list(
        db.session.scalars(sa.select(Session).where(Session.parent_id == session_id).order_by(Session.code))
    )


def occurrences(session_id: int) -> list[Occurrence]:
    """All occurrences of a session as drafted, by time, with room and seats."""
    return list(
        db.session.scalars(
            sa.select(Occurrence)
            .where(Occurrence.session_id == session_id)
            .options(joinedload(Occurrence.room).joinedload(Room.venue), joinedload(Occurrence.pool))
            .order_by(Occurrence.starts_at, Occurrence.id)
        )
    )


def occurrence(expo_id: int, uid_or_code: str) -> Occurrence | None:
    return db.session.scalar(
        sa.select(Occurrence).where(
            Occurrence.expo_id == expo_id,
            sa.or_(Occurrence.uid == uid_or_code, Occurrence.code == uid_or_code),
        )
    )


def appearances(session_id: int) -> list[Appearance]:
    """Who appears in a session, in order, with speaker and role."""
    return list(
        db.session.scalars(
            sa.select(Appearance)
            .where(Appearance.session_id == session_id)
            .options(joinedload(Appearance.speaker), joinedload(Appearance.role))
            .order_by(Appearance.position, Appearance.id)
        )
    )


def rooms(expo_id: int) -> list[Room]:
    """All rooms with their venues, venue by venue."""
    return list(
        db.session.scalars(
            sa.select(Room)
            .join(Room.venue)
            .where(Room.expo_id == expo_id)
            .options(contains_eager(Room.venue))
            .order_by(Venue.name, Room.position, Room.name)
        )
    )


def venues(expo_id: int) -> list[Venue]:
    return list(db.session.scalars(sa.select(Venue).where(Venue.expo_id == expo_id).order_by(Venue.name)))


def areas(expo_id: int) -> list[Area]:
    return list(db.session.scalars(sa.select(Area).where(Area.expo_id == expo_id).order_by(Area.name)))


def area(expo_id: int, slug: str) -> Area | None:
    return db.session.scalar(sa.select(Area).where(Area.expo_id == expo_id, Area.slug == slug))


def venue(expo_id: int, slug: str) -> Venue | None:
    return db.session.scalar(sa.select(Venue).where(Venue.expo_id == expo_id, Venue.slug == slug))


def room(expo_id: int, slug: str) -> Room | None:
    return db.session.scalar(
        sa.select(Room).where(Room.expo_id == expo_id, Room.slug == slug).options(joinedload(Room.venue))
    )


def tracks(conference_id: int) -> list[Track]:
    return list(
        db.session.scalars(sa.select(Track).where(Track.conference_id == conference_id).order_by(Track.name))
    )


def tracks_of(conference_ids: Collection[int]) -> dict[int, list[Track]]:
    """The tracks of each of these conferences that has any, by name."""
    found: dict[int, list[Track]] = {}
    wanted = sa.select(Track).where(Track.conference_id.in_(conference_ids)).order_by(Track.name)
    for track in db.session.scalars(wanted):
        found.setdefault(track.conference_id, []).append(track)
    return found


def session_types(expo_id: int) -> list[SessionType]:
    return list(
        db.session.scalars(
            sa.select(SessionType).where(SessionType.expo_id == expo_id).order_by(SessionType.name)
        )
    )


def roles(expo_id: int) -> list[AppearanceRole]:
    return list(
        db.session.scalars(
            sa.select(AppearanceRole)
            .where(AppearanceRole.expo_id == expo_id)
            .order_by(AppearanceRole.position)
        )
    )


def sessions_by_code(expo_id: int) -> dict[str, Session]:
    """All sessions of the expo, with their conferences."""
    found = db.session.scalars(
        sa.select(Session).where(Session.expo_id == expo_id).options(joinedload(Session.conference))
    )
    return {session.code: session for session in found}


def occurrences_by_code(expo_id: int) -> dict[str, Occurrence]:
    """All occurrences of the expo, with their sessions."""
    found = db.session.scalars(
        sa.select(Occurrence).where(Occurrence.expo_id == expo_id).options(joinedload(Occurrence.session))
    )
    return {occurrence.code: occurrence for occurrence in found}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as a list sorts and filters it. `first` is when its earliest time begins."""

    id: int
    code: str
    title: str
    state: SessionState
    conference_id: int
    first: datetime | None


def session_lines(expo_id: int, conference_ids: Collection[int], search: str = "") -> list[SessionLine]:
    """The drafts of these conferences by code; those that hold the words, if some are given. One query."""
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.code,
            Session.title,
            Session.state,
            Session.conference_id,
            sa.func.min(Occurrence.starts_at, type_=MomentType()),
        )
        .outerjoin(
            Occurrence, sa.and_(Occurrence.session_id == Session.id, Occurrence.cancelled_at.is_(None))
        )
        .where(Session.expo_id == expo_id, Session.conference_id.in_(conference_ids))
        .group_by(Session.id)
        .order_by(Session.code)
    )
    words = folded(search).split()
    lines: list[SessionLine] = [SessionLine(*row) for row in rows]
    return [line for line in lines if all(word in folded(f"{line.code} {line.title}") for word in words)]


def sessions_with_times(session_ids: Collection[int]) -> dict[int, tuple[Session, list[Occurrence]]]:
    """These sessions with type, track and conference, and their occurrences by time. Two queries."""
    found = db.session.scalars(
        sa.select(Session)
        .where(Session.id.in_(session_ids))
        .options(joinedload(Session.type), joinedload(Session.track), joinedload(Session.conference))
    )
    sessions: dict[int, tuple[Session, list[Occurrence]]] = {session.id: (session, []) for session in found}
    for occurrence in db.session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.session_id.in_(session_ids))
        .options(joinedload(Occurrence.room).joinedload(Room.venue), joinedload(Occurrence.pool))
        .order_by(Occurrence.starts_at, Occurrence.id)
    ):
        sessions[occurrence.session_id][1].append(occurrence)
    return sessions


def session_counts(conference_ids: Collection[int]) -> dict[int, int]:
    """How many sessions each conference has, drafts too."""
    rows = db.session.execute(
        sa.select(Session.conference_id, sa.func.count())
        .where(Session.conference_id.in_(conference_ids))
        .group_by(Session.conference_id)
    )
    return {row[0]: row[1] for row in rows}


def appearances_of(speaker_id: int) -> list[Appearance]:
    """Where a speaker appears as drafted, by session code, with session, conference and role."""
    return list(
        db.session.scalars(
            sa.select(Appearance)
            .join(Appearance.session)
            .where(Appearance.speaker_id == speaker_id)
            .options(
                contains_eager(Appearance.session).joinedload(Session.conference),
                joinedload(Appearance.role),
                joinedload(Appearance.occurrence),
            )
            .order_by(Session.code, Appearance.id)
        )
    )


def appearance_counts(expo_id: int, conference_ids: Collection[int] | None = None) -> dict[int, int]:
    """In how many sessions each speaker appears; of these conferences, if some are named."""
    wanted = (
        sa.select(Appearance.speaker_id, sa.func.count(sa.distinct(Appearance.session_id)))
        .join(Session, Appearance.session_id == Session.id)
        .where(Appearance.expo_id == expo_id)
        .group_by(Appearance.speaker_id)
    )
    if conference_ids is not None:
        wanted = wanted.where(Session.conference_id.in_(conference_ids))
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def outside_events(expo_id: int) -> list[OutsideEvent]:
    """What goes on outside the programme, by start."""
    return list(
        db.session.scalars(
            sa.select(OutsideEvent)
            .where(OutsideEvent.expo_id == expo_id)
            .order_by(OutsideEvent.starts_at, OutsideEvent.id)
        )
    )


def outside_event(expo_id: int, event_id: int) -> OutsideEvent | None:
    return db.session.scalar(
        sa.select(OutsideEvent).where(OutsideEvent.expo_id == expo_id, OutsideEvent.id == event_id)
    )
