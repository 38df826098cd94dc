"""Which times a day, a venue or a conference has, and where each would be afterwards. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from expo.core import clock
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.programme.models import Conference, Occurrence, Room, Session, Venue
from expo.programme.values import day_of
from expo.programme.words import Placement, SessionState

from .models import Kind, Whole

MOST_DAYS = 730


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be cancelled or moved. `conference_ids` are those in which the asker may; of a venue or a day that
    is all that is touched. `rooms` says for a room which one takes its place, `days` by how many days all of it moves
    by the clocks on site."""

    expo_id: int
    kind: Kind
    whole: Whole
    conference_ids: tuple[int, ...]
    conference: Conference | None = None
    venue: Venue | None = None
    day: date | None = None
    days: int = 0
    rooms: Mapping[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What somebody types to show that they mean it."""
        if self.whole is Whole.DAY:
            assert self.day is not None
            return self.day.isoformat()
        found = self.venue if self.whole is Whole.VENUE else self.conference
        return found.name if isinstance(found, Venue) else found.title if found else ""

    @property
    def key(self) -> str:
        """The same, as it is kept."""
        found = self.venue if self.whole is Whole.VENUE else self.conference
        return self.name if self.whole is Whole.DAY else found.slug if found else ""


def check(wish: Wish) -> None:
    """Raises BadInput for what cannot be meant."""
    if wish.kind is Kind.MOVE and not wish.days and not any(a != b for a, b in wish.rooms.items()):
        raise BadInput(_("Say where it moves: another day, or other rooms."), field="to_day")
    if abs(wish.days) > MOST_DAYS:
        raise BadInput(_("Check the year."), field="to_day")


def times(wish: Wish) -> list[Occurrence]:
    """The times that are touched: placed, not cancelled, not over, by start. One query."""
    rows = db.session.scalars(_placed(wish).where(Session.conference_id.in_(wish.conference_ids)))
    return [row for row in rows if wish.day is None or _day(row) == wish.day]


def of_others(wish: Wish) -> int:
    """How many times of other teams' conferences stand there, and stay."""
    if wish.whole is Whole.CONFERENCE or wish.conference is not None:
        return 0
    rows = db.session.scalars(_placed(wish).where(Session.conference_id.not_in(wish.conference_ids)))
    return sum(1 for row in rows if wish.day is None or _day(row) == wish.day)


def _placed(wish: Wish) -> sa.Select[Any]:
    wanted = (
        sa.select(Occurrence)
        .join(Occurrence.session)
        .join(Session.conference)
        .join(Occurrence.room)
        .join(Room.venue)
        .where(
            Occurrence.expo_id == wish.expo_id,
            Occurrence.placement != Placement.UNPLACED,
            Occurrence.cancelled_at.is_(None),
            Occurrence.ends_at > clock.now(),
            Session.state != SessionState.CANCELLED,
        )
        .options(
            contains_eager(Occurrence.session).contains_eager(Session.conference),
            contains_eager(Occurrence.room).contains_eager(Room.venue),
            joinedload(Occurrence.pool),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    if wish.conference is not None:
        wanted = wanted.where(Session.conference_id == wish.conference.id)
    if wish.venue is not None:
        wanted = wanted.where(Room.venue_id == wish.venue.id)
    return wanted


def _day(time: Occurrence) -> date:
    conference = time.session.conference
    assert time.room is not None
    assert time.starts_at is not None
    zone = time.room.venue.time_zone or conference.time_zone
    return day_of(time.starts_at, zone, conference.day_change_hour)


def rooms(found: Collection[Occurrence]) -> list[Room]:
    """The rooms in which these are, venue by venue."""
    used = {time.room.id: time.room for time in found if time.room}
    return sorted(used.values(), key=lambda room: (room.venue.name, room.position, room.name))


def placing(time: Occurrence) -> dict[str, Any]:
    """Where and when a time is, and whether it takes place; can be kept, and compared with what it is later."""
    assert time.starts_at is not None
    assert time.ends_at is not None
    return {
        "starts_at": time.starts_at.isoformat(),
        "ends_at": time.ends_at.isoformat(),
        "room": time.room_id,
        "cancelled": time.cancelled_at is not None,
    }


def moved(time: Occurrence, wish: Wish) -> tuple[datetime, datetime, int]:
    """Where and when a time would be: the same hour on site, so many days later; as long as it was."""
    assert time.room is not None
    assert time.starts_at is not None
    assert time.ends_at is not None
    zone = (time.room.venue.time_zone and _zone(time.room.venue.time_zone)) or time.session.conference.zone
    local = time.starts_at.astimezone(zone).replace(tzinfo=None) + timedelta(days=wish.days)
    starts = local.replace(tzinfo=zone)
    starts_at = starts.astimezone(clock.now().tzinfo)
    return starts_at, starts_at + (time.ends_at - time.starts_at), wish.rooms.get(time.room.id, time.room.id)


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
