"""Sessions by invitation that are shown to all as "private event", where an organiser chose so: that somebody is
there then, and nothing else about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from expo.core import stamps
from expo.core.db import db
from expo.programme.models import Conference, Room, Venue
from expo.programme.words import LISTED, Visibility

from .models import OccurrenceVersion, SessionVersion


@dataclass(frozen=True, slots=True)
class Block:
    """A time and a place. Moments are UTC."""

    day: date
    starts_at: datetime
    ends_at: datetime
    room_id: int
    room_name: str
    venue_name: str
    time_zone: str

    @property
    def starts(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))


_kept: stamps.Kept[dict[date, list[Block]]] = stamps.Kept()


def on_day(expo_id: int, day: date) -> list[Block]:
    """The private events of a day, by start. One query after each release, none in between."""
    return _kept.get(f"programme:{expo_id}", lambda: _read(expo_id)).get(day, [])


def _read(expo_id: int) -> dict[date, list[Block]]:
    rows = db.session.execute(
        sa.select(
            OccurrenceVersion.day,
            OccurrenceVersion.starts_at,
            OccurrenceVersion.ends_at,
            Room.id,
            Room.name,
            Venue.name,
            sa.func.coalesce(Venue.time_zone, Conference.time_zone),
        )
        .select_from(OccurrenceVersion)
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .join(Room, OccurrenceVersion.room_id == Room.id)
        .join(Venue, Room.venue_id == Venue.id)
        .where(
            OccurrenceVersion.expo_id == expo_id,
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            SessionVersion.visibility == Visibility.INVITATION,
            SessionVersion.shows_block,
            # The stricter of the two holds: what only the staff may know of a conference shows no block either.
            Conference.visibility.in_((*LISTED, Visibility.INVITATION)),
            sa.not_(OccurrenceVersion.cancelled),
            sa.not_(OccurrenceVersion.tentative),
        )
        .order_by(OccurrenceVersion.starts_at, Venue.name, Room.position, Room.name)
    )
    found: dict[date, list[Block]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Block(*row))
    return found
