"""What a release would change: the draft held against what is released. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.programme.models import Appearance, AppearanceRole, Conference, Occurrence, Room, Session, Venue
from expo.programme.values import day_of
from expo.programme.words import ON_THE_BILL, Placement, SessionState

from .models import OccurrenceVersion, SessionVersion

_SESSION_FIELDS = (
    "conference_id",
    "parent_id",
    "title",
    "abstract",
    "type_id",
    "track_id",
    "languages",
    "sdgs",
    "tags",
    "visibility",
    "admission",
    "shows_block",
    "instead_of_parent",
    "state",
    "text_language",
    "titles",
    "abstracts",
    "notes",
    "machine_made",
    "interpretation",
    "content_notes",
    "materials",
    "contributions",
    "also_in",
)
# A change of one of these raises the calendar's SEQUENCE (SPEC 3; RFC 5545 3.8.7.4).
_SEQUENCED = ("starts_at", "ends_at", "room_id", "tentative", "cancelled")
_OCCURRENCE_FIELDS = (
    "day",
    "starts_at",
    "ends_at",
    "room_id",
    "seats",
    "tentative",
    "cancelled",
    "languages",
    "abstract",
    "abstracts",
    "people",
)


@dataclass(slots=True)
class Difference:
    """One session's changes: its new content, if that changed, and its changed occurrences."""

    session: Session
    content: dict[str, Any] | None
    current: SessionVersion | None
    occurrences: list[tuple[Occurrence, dict[str, Any], OccurrenceVersion | None]] = field(
        default_factory=list
    )

    @property
    def retitled(self) -> bool:
        return bool(self.content and self.current and self.content["title"] != self.current.title)

    def kind_of(self, values: dict[str, Any], current: OccurrenceVersion | None) -> str:
        """new, cancelled, moved or changed."""
        if current is None:
            return "new"
        if values["cancelled"] and not current.cancelled:
            return "cancelled"
        if any(values[name] != getattr(current, name) for name in ("starts_at", "ends_at", "room_id")):
            return "moved"
        return "changed"

    def sequence(self, values: dict[str, Any], current: OccurrenceVersion | None) -> int:
        """The next SEQUENCE: 0 for a new one, risen where people must look again."""
        if current is None:
            return 0
        rises = self.retitled or any(values[name] != getattr(current, name) for name in _SEQUENCED)
        return current.sequence + int(rises)


def find(
    expo_id: int,
    *,
    conference_ids: Collection[int] | None = None,
    session_ids: Collection[int] | None = None,
    day: date | None = None,
) -> list[Difference]:
    """All differences of a scope, by session code: of the expo, or of these conferences or sessions alone; of what
    is on one day, was there, or comes there.

    At most nine queries, whatever the size.
    """
    unlike = _compare(expo_id, conference_ids, session_ids)
    if not unlike:
        return []
    keys = [one.session_id for one in unlike]
    sessions = _by_id(Session.id, Session.id.in_(keys), joinedload(Session.conference))
    current = _by_id(SessionVersion.session_id, _current(SessionVersion, SessionVersion.session_id.in_(keys)))
    keys = [occurrence_id for one in unlike for occurrence_id, _values in one.occurrences]
    place = joinedload(Occurrence.room).joinedload(Room.venue)
    occurrences = _by_id(Occurrence.id, Occurrence.id.in_(keys), place)
    known = _by_id(
        OccurrenceVersion.occurrence_id,
        _current(OccurrenceVersion, OccurrenceVersion.occurrence_id.in_(keys)),
    )
    found = [
        Difference(
            sessions[one.session_id],
            one.content,
            current.get(one.session_id),
            [(occurrences[key], values, known.get(key)) for key, values in one.occurrences],
        )
        for one in unlike
    ]
    return found if day is None else _of_day(found, day)


def digest(found: list[Difference], further: list[Any]) -> str:
    """What tells these differences from any others: all that a release of them would say, and `further` things."""
    told: list[Any] = [
        (one.session.code, one.content, [(time.code, values) for time, values, _known in one.occurrences])
        for one in found
    ]
    return hashlib.sha256(json.dumps(told + further, default=str, sort_keys=True).encode()).hexdigest()


def _of_day(found: list[Difference], day: date) -> list[Difference]:
    """What touches the day. Other times of a session that has a new title are said again, with all else as it was."""
    chosen = []
    for one in found:
        here = [
            (time, values, known)
            for time, values, known in one.occurrences
            if values["day"] == day or (known and known.day == day)
        ]
        if not here and not _takes_place_on(one.session.id, day):
            continue
        if one.retitled:
            here += [
                (time, {name: getattr(known, name) for name in _OCCURRENCE_FIELDS}, known)
                for time, _values, known in one.occurrences
                if known and (time, _values, known) not in here
            ]
        if here or one.content:
            chosen.append(replace(one, occurrences=here))
    return chosen


def _takes_place_on(session_id: int, day: date) -> bool:
    """Whether the session has a released time that day: its text is then part of the day."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    _current(OccurrenceVersion, OccurrenceVersion.session_id == session_id),
                    OccurrenceVersion.day == day,
                )
            )
        )
    )


def sessions_with_changes(expo_id: int, conference_ids: Collection[int]) -> set[int]:
    """The sessions of these conferences of which something is not published yet. Five queries."""
    return {one.session_id for one in _compare(expo_id, conference_ids, None)}


@dataclass(slots=True)
class _Unlike:
    """A difference in bare values."""

    session_id: int
    content: dict[str, Any] | None
    occurrences: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def _compare(
    expo_id: int, conference_ids: Collection[int] | None, session_ids: Collection[int] | None
) -> list[_Unlike]:
    """The heart of it, on bare rows: most sessions are as they were published, and need no objects."""
    scope = [Session.expo_id == expo_id, Session.state != SessionState.DRAFT]
    if conference_ids is not None:
        scope.append(Session.conference_id.in_(conference_ids))
    if session_ids is not None:
        scope.append(Session.id.in_(session_ids))
    ids = sa.select(Session.id).where(*scope)
    sessions = db.session.execute(
        sa.select(Session.id, *(getattr(Session, name) for name in _SESSION_FIELDS))
        .where(*scope)
        .order_by(Session.code)
    ).all()
    of_sessions = {
        row.session_id: row
        for row in db.session.execute(
            sa.select(
                SessionVersion.session_id,
                SessionVersion.people,
                *(getattr(SessionVersion, name) for name in _SESSION_FIELDS),
            ).where(_current(SessionVersion, SessionVersion.session_id.in_(ids)))
        )
    }
    of_occurrences = {
        row.occurrence_id: row
        for row in db.session.execute(
            sa.select(
                OccurrenceVersion.occurrence_id,
                *(getattr(OccurrenceVersion, name) for name in _OCCURRENCE_FIELDS),
            ).where(_current(OccurrenceVersion, OccurrenceVersion.session_id.in_(ids)))
        )
    }
    drafts: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(_DRAFTS.where(Occurrence.session_id.in_(ids))):
        drafts[row.session_id].append(row)
    people = _people(ids)
    found = []
    for session in sessions:
        current = of_sessions.get(session.id)
        if current is None and session.state is SessionState.CANCELLED:
            continue  # never announced, so there is nothing to take back
        content = _content(session, people[session.id, None])
        changed = current is None or any(getattr(current, name) != value for name, value in content.items())
        retitled = current is not None and current.title != session.title
        unlike = _Unlike(session.id, content if changed else None)
        for draft in drafts[session.id]:
            known = of_occurrences.get(draft.id)
            values = _values(draft, session.state, people.get((session.id, draft.id)), known)
            if values is None or (known is None and values["cancelled"]):
                continue
            if (
                known is None
                or (retitled and not values["cancelled"])
                or any(getattr(known, name) != value for name, value in values.items())
            ):
                unlike.occurrences.append((draft.id, values))
        if unlike.content or unlike.occurrences:
            found.append(unlike)
    return found


_DRAFTS = (
    sa.select(
        Occurrence.id,
        Occurrence.session_id,
        Occurrence.placement,
        Occurrence.starts_at,
        Occurrence.ends_at,
        Occurrence.room_id,
        Occurrence.seats,
        Occurrence.languages,
        Occurrence.abstract,
        Occurrence.abstracts,
        Occurrence.cancelled_at,
        Conference.day_change_hour,
        sa.func.coalesce(Venue.time_zone, Conference.time_zone).label("zone"),
    )
    .join(Session, Occurrence.session_id == Session.id)
    .join(Conference, Session.conference_id == Conference.id)
    .outerjoin(Room, Occurrence.room_id == Room.id)
    .outerjoin(Venue, Room.venue_id == Venue.id)
    .order_by(Occurrence.starts_at, Occurrence.id)
)


def _current(table: Any, which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.and_(which, table.until_release_id.is_(None))


def _by_id(key: Any, which: sa.ColumnElement[bool], *options: Any) -> dict[int, Any]:
    rows = db.session.scalars(sa.select(key.class_).where(which).options(*options))
    return {getattr(row, key.key): row for row in rows}


def _people(session_ids: Any) -> defaultdict[tuple[int, int | None], list[dict[str, Any]]]:
    """Who appears, per session and per occurrence; those who have not said yes are left out."""
    found: defaultdict[tuple[int, int | None], list[dict[str, Any]]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(Appearance.session_id, Appearance.occurrence_id, Appearance.speaker_id, AppearanceRole.slug)
        .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
        .where(Appearance.session_id.in_(session_ids), Appearance.state.in_(ON_THE_BILL))
        .order_by(Appearance.position, Appearance.id)
    )
    for session_id, occurrence_id, speaker_id, role in rows:
        found[session_id, occurrence_id].append({"speaker": speaker_id, "role": role})
    return found


def _content(session: Any, people: list[dict[str, Any]]) -> dict[str, Any]:
    return {**{name: getattr(session, name) for name in _SESSION_FIELDS}, "people": people}


def _values(
    draft: Any, state: SessionState, people: list[dict[str, Any]] | None, known: Any
) -> dict[str, Any] | None:
    """An occurrence as a release would say it. One that lost its place keeps the announced one, as tentative;
    None for one that never had any. What is cancelled keeps the announced seats: fewer than are booked would hold up
    the release that says it."""
    unplaced = draft.placement is Placement.UNPLACED
    if unplaced and known is None:
        return None
    placing = known if unplaced else draft
    cancelled = draft.cancelled_at is not None or state is SessionState.CANCELLED
    return {
        "day": known.day if unplaced else day_of(draft.starts_at, draft.zone, draft.day_change_hour),
        "starts_at": placing.starts_at,
        "ends_at": placing.ends_at,
        "room_id": placing.room_id,
        "seats": known.seats if cancelled and known is not None else draft.seats,
        "tentative": draft.placement is not Placement.FIRM,
        "cancelled": cancelled,
        "languages": draft.languages,
        "abstract": draft.abstract,
        "abstracts": draft.abstracts,
        "people": people,
    }
