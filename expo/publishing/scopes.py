"""Parts of the released programme that have pages and calendars of their own: tracks, series, goals, areas, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from expo.core.db import db
from expo.core.text import slug as slugged
from expo.programme.models import Area, Conference, Room, Venue
from expo.programme.words import Visibility

from . import queries
from .filters import Filter
from .items import Item
from .models import OccurrenceVersion, SessionVersion
from .queries import listed


def series(expo_id: int, slug: str) -> list[Conference]:
    """The listed conferences of a series, in their order. A series is named by its conferences alone."""
    return in_order(found for found in queries.conferences(expo_id) if of_series(found, slug))


def of_series(conference: Conference, slug: str) -> bool:
    return bool(conference.series) and slugged(conference.series) == slug


def in_order(conferences: Iterable[Conference]) -> list[Conference]:
    """Conferences of one series by number, then by date."""
    return sorted(conferences, key=lambda each: (each.series_number or 0, each.starts_on, each.id))


def series_filter(conferences: Iterable[Conference]) -> Filter:
    """What a series holds. There is at least one conference: a filter without a wish finds everything."""
    return Filter(conferences=tuple(each.slug for each in conferences))


def area_filter(venues: Iterable[Venue]) -> Filter:
    """What an area holds. There is at least one venue."""
    return Filter(venues=tuple(venue.slug for venue in venues))


def area(expo_id: int, slug: str) -> tuple[Area, list[Venue]] | None:
    """An area and those of its venues where something takes place that anybody may know of."""
    found = db.session.scalar(sa.select(Area).where(Area.expo_id == expo_id, Area.slug == slug))
    if found is None:
        return None
    venues = [venue for venue in queries.venues(expo_id) if venue.area_id == found.id]
    return (found, venues) if venues else None


def areas(expo_id: int) -> list[Area]:
    """All areas by name, also those without a venue."""
    return list(db.session.scalars(sa.select(Area).where(Area.expo_id == expo_id).order_by(Area.name)))


def goal_counts(expo_id: int, tickets: Collection[int] = ()) -> dict[int, int]:
    """How many sessions have each goal, as somebody with tickets of these conferences may count them. One query."""
    rows = db.session.scalars(
        sa.select(SessionVersion.sdgs)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            SessionVersion.expo_id == expo_id,
            SessionVersion.until_release_id.is_(None),
            _open_to(tickets),
            sa.exists().where(
                OccurrenceVersion.session_id == SessionVersion.session_id,
                OccurrenceVersion.until_release_id.is_(None),
            ),
        )
    )
    return Counter(goal for goals in rows for goal in set(goals))


def rooms(expo_id: int, tickets: Collection[int] = (), *conditions: sa.ColumnElement[bool]) -> list[Room]:
    """Rooms in which somebody with these tickets may know of something, with their venues, venue by venue."""
    used = (
        sa.select(OccurrenceVersion.room_id)
        .join(SessionVersion, OccurrenceVersion.session_id == SessionVersion.session_id)
        .join(Conference, SessionVersion.conference_id == Conference.id)
        .where(
            OccurrenceVersion.expo_id == expo_id,
            OccurrenceVersion.until_release_id.is_(None),
            SessionVersion.until_release_id.is_(None),
            _open_to(tickets),
        )
    )
    return list(
        db.session.scalars(
            sa.select(Room)
            .join(Room.venue)
            .where(Room.expo_id == expo_id, Room.id.in_(used), *conditions)
            .options(contains_eager(Room.venue))
            .order_by(Venue.name, Room.position, Room.name)
        )
    )


def room(expo_id: int, slug: str, tickets: Collection[int] = ()) -> Room | None:
    """One of them."""
    return next(iter(rooms(expo_id, tickets, Room.slug == slug)), None)


def venue(expo_id: int, slug: str) -> Venue | None:
    """A venue where something takes place that anybody may know of."""
    return next((found for found in queries.venues(expo_id) if found.slug == slug), None)


def running(
    expo_id: int,
    earliest: datetime,
    latest: datetime,
    *,
    room_id: int | None = None,
    venue_id: int | None = None,
) -> list[Item]:
    """What runs at some time within the span and will take place: everywhere, in a room, or at a venue."""
    where = [OccurrenceVersion.room_id == room_id] if room_id is not None else []
    where += [Room.venue_id == venue_id] if venue_id is not None else []
    return queries.items(
        expo_id,
        OccurrenceVersion.starts_at < latest,
        OccurrenceVersion.ends_at > earliest,
        sa.not_(OccurrenceVersion.cancelled),
        sa.not_(OccurrenceVersion.tentative),
        *where,
    )


def _open_to(tickets: Collection[int]) -> sa.ColumnElement[bool]:
    """Listed, and its details shown to somebody with tickets of these conferences: Item.open_to as a condition."""
    return sa.and_(
        listed(),
        sa.or_(
            sa.and_(
                Conference.visibility == Visibility.PUBLIC, SessionVersion.visibility == Visibility.PUBLIC
            ),
            SessionVersion.conference_id.in_(list(tickets)),
        ),
    )
