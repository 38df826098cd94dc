"""What a release would change: the draft held against what is released. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.programme.models import Appearance, Occurrence, Room, Session
from expo.programme.words import AppearanceState, Placement, SessionState

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
    "visibility",
    "admission",
    "state",
)
# A change of one of these raises the calendar's SEQUENCE (SPEC 3; RFC 5545 3.8.7.4).
_SEQUENCED = ("starts_at", "ends_at", "room_id", "cancelled")


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
) -> list[Difference]:
    """All differences of a scope, by session code: of the expo, or of these conferences or sessions alone.

    Five queries, whatever the size.
    """
    wanted = sa.select(Session).where(Session.expo_id == expo_id, Session.state != SessionState.DRAFT)
    if conference_ids is not None:
        wanted = wanted.where(Session.conference_id.in_(conference_ids))
    if session_ids is not None:
        wanted = wanted.where(Session.id.in_(session_ids))
    sessions = list(db.session.scalars(wanted.options(joinedload(Session.conference)).order_by(Session.code)))
    ids = wanted.with_only_columns(Session.id)
    of_sessions = {
        version.session_id: version
        for version in db.session.scalars(
            sa.select(SessionVersion).where(
                SessionVersion.session_id.in_(ids), SessionVersion.until_release_id.is_(None)
            )
        )
    }
    of_occurrences = {
        version.occurrence_id: version
        for version in db.session.scalars(
            sa.select(OccurrenceVersion).where(
                OccurrenceVersion.session_id.in_(ids), OccurrenceVersion.until_release_id.is_(None)
            )
        )
    }
    drafts: dict[int, list[Occurrence]] = defaultdict(list)
    for occurrence in db.session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.session_id.in_(ids), Occurrence.placement != Placement.UNPLACED)
        .options(joinedload(Occurrence.room).joinedload(Room.venue))
        .order_by(Occurrence.starts_at, Occurrence.id)
    ):
        drafts[occurrence.session_id].append(occurrence)
    people = _people(ids)
    found = []
    for session in sessions:
        current = of_sessions.get(session.id)
        if current is None and session.state is SessionState.CANCELLED:
            continue  # never announced, so there is nothing to take back
        content = _content(session, people[session.id, None])
        changed = current is None or any(getattr(current, name) != value for name, value in content.items())
        difference = Difference(session, content if changed else None, current)
        for occurrence in drafts[session.id]:
            known = of_occurrences.get(occurrence.id)
            values = _values(occurrence, session, people.get((session.id, occurrence.id)))
            if known is None and values["cancelled"]:
                continue
            if (
                known is None
                or (difference.retitled and not values["cancelled"])
                or any(getattr(known, name) != value for name, value in values.items())
            ):
                difference.occurrences.append((occurrence, values, known))
        if difference.content or difference.occurrences:
            found.append(difference)
    return found


def _people(session_ids: Any) -> defaultdict[tuple[int, int | None], list[dict[str, Any]]]:
    """Who appears, per session and per occurrence; those who declined are left out."""
    found: defaultdict[tuple[int, int | None], list[dict[str, Any]]] = defaultdict(list)
    rows = db.session.scalars(
        sa.select(Appearance)
        .where(Appearance.session_id.in_(session_ids), Appearance.state == AppearanceState.CONFIRMED)
        .options(joinedload(Appearance.role))
        .order_by(Appearance.position, Appearance.id)
    )
    for row in rows:
        found[row.session_id, row.occurrence_id].append({"speaker": row.speaker_id, "role": row.role.slug})
    return found


def _content(session: Session, people: list[dict[str, Any]]) -> dict[str, Any]:
    return {**{name: getattr(session, name) for name in _SESSION_FIELDS}, "people": people}


def _values(occurrence: Occurrence, session: Session, people: list[dict[str, Any]] | None) -> dict[str, Any]:
    assert occurrence.room is not None
    assert occurrence.starts_at is not None
    return {
        "day": day_of(occurrence, session),
        "starts_at": occurrence.starts_at,
        "ends_at": occurrence.ends_at,
        "room_id": occurrence.room_id,
        "seats": occurrence.seats,
        "tentative": occurrence.placement is Placement.TENTATIVE,
        "cancelled": occurrence.cancelled_at is not None or session.state is SessionState.CANCELLED,
        "languages": occurrence.languages,
        "abstract": occurrence.abstract,
        "people": people,
    }


def day_of(occurrence: Occurrence, session: Session) -> date:
    """The local date an occurrence belongs to: half past midnight may be last night's."""
    assert occurrence.room is not None
    assert occurrence.starts_at is not None
    zone = ZoneInfo(occurrence.room.venue.time_zone or session.conference.time_zone)
    local = occurrence.starts_at.astimezone(zone).replace(tzinfo=None)
    return (local - timedelta(hours=session.conference.day_change_hour)).date()
