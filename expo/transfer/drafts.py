"""The drafts of conferences as rows that any file can say, in an order that every copy of them has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from expo.core.db import db
from expo.programme import queries as programme
from expo.programme.models import Conference, Occurrence, Session
from expo.programme.words import Admission, Placement, SessionState, Visibility
from expo.speakers import queries as speakers

from .known import appearances
from .models import ExternalKey


@dataclass(frozen=True, slots=True)
class Drafted:
    """One time of a session as it is drafted. `key` is the id by which it came, else its calendar's UID."""

    key: str
    code: str
    session: str  # the session's code where it has several times
    conference: str
    title: str
    abstract: str
    type: str
    track: str
    starts_at: datetime | None
    ends_at: datetime | None
    zone: ZoneInfo
    room: str
    venue: str
    people: tuple[tuple[str, str, str], ...]  # key, name, role
    languages: tuple[str, ...]
    sdgs: tuple[int, ...]
    tags: tuple[str, ...]
    seats: int | None
    visibility: Visibility
    admission: Admission
    state: SessionState
    parent: str
    tentative: bool
    day: date | None

    @property
    def place(self) -> str:
        return f"{self.room}, {self.venue}" if self.room and self.room != self.venue else self.room

    @property
    def placed(self) -> bool:
        return bool(self.starts_at and self.ends_at and self.room)


def drafted(conferences: Collection[Conference]) -> list[Drafted]:
    """All times of these conferences that are not cancelled, by start; seven queries, whatever the size."""
    ids = [conference.id for conference in conferences]
    if not ids:
        return []
    found = db.session.scalars(sa.select(Session.id).where(Session.conference_id.in_(ids)))
    sessions = programme.sessions_with_times(list(found))
    keys, people_keys = _keys(conferences)
    codes = {session.id: session.code for session, _times in sessions.values()}
    billed: dict[tuple[int, int | None], list[tuple[int, str]]] = {}
    for row in appearances(sessions):
        billed.setdefault((row.session_id, row.occurrence_id), []).append((row.speaker_id, row.name))
    known = {one for people in billed.values() for one, _role in people}
    expo_id = next(iter(conferences)).expo_id
    named = {one.id: (people_keys.get(one.id, one.slug), one.name) for one in speakers.by_ids(expo_id, known)}
    rows = []
    for session, times in sessions.values():
        live = [time for time in times if time.cancelled_at is None]
        for time in live:
            people = [*billed.get((session.id, None), []), *billed.get((session.id, time.id), [])]
            who = tuple((*named[one], role) for one, role in people)
            shared = session.code if len(live) > 1 else ""
            rows.append(_row(session, time, keys.get(time.id, time.uid), shared, who, codes))
    return sorted(rows, key=lambda row: (row.starts_at is None, row.starts_at, row.place, row.title, row.key))


def _row(
    session: Session, time: Occurrence, key: str, shared: str, people: tuple[tuple[str, str, str], ...],
    codes: dict[int, str],
) -> Drafted:  # fmt: skip
    conference = session.conference
    zone = ZoneInfo((time.room and time.room.venue.time_zone) or conference.time_zone)
    starts = time.starts_at.astimezone(zone) if time.starts_at else None
    return Drafted(
        key=key,
        code=time.code,
        session=shared,
        conference=conference.slug,
        title=session.title,
        abstract=session.abstract if time.abstract is None else time.abstract,
        type=session.type.name,
        track=session.track.name if session.track else "",
        starts_at=starts,
        ends_at=time.ends_at.astimezone(zone) if time.ends_at else None,
        zone=zone,
        room=time.room.name if time.room else "",
        venue=time.room.venue.name if time.room else "",
        people=people,
        languages=tuple(session.languages if time.languages is None else time.languages),
        sdgs=tuple(session.sdgs),
        tags=tuple(session.tags),
        seats=time.seats,
        visibility=session.visibility,
        admission=session.admission,
        state=session.state,
        parent=codes.get(session.parent_id, "") if session.parent_id else "",
        tentative=time.placement is Placement.TENTATIVE,
        day=(starts - timedelta(hours=conference.day_change_hour)).date() if starts else None,
    )


def _keys(conferences: Collection[Conference]) -> tuple[dict[int, str], dict[int, str]]:
    """By which ids times and speakers came, the first source's where there are several."""
    times: dict[int, str] = {}
    people: dict[int, str] = {}
    rows = db.session.execute(
        sa.select(ExternalKey.key, ExternalKey.occurrence_id, ExternalKey.speaker_id)
        .where(ExternalKey.expo_id == next(iter(conferences)).expo_id)
        .order_by(ExternalKey.source_id, ExternalKey.id)
    )
    for key, occurrence_id, speaker_id in rows:
        if occurrence_id is not None:
            times.setdefault(occurrence_id, key)
        elif speaker_id is not None:
            people.setdefault(speaker_id, key)
    return times, people
