"""The day as it runs, in numbers alone: who is expected and who has come, hour by hour, gate by gate; and all days by
venue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.checkin.models import Gate, Scan, Verdict
from expo.checkin.verdicts import NIGHT_ENDS, city_day
from expo.core import clock
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme.models import Conference, Room, Venue
from expo.publishing.models import OccurrenceVersion, SessionVersion
from expo.registration.models import Registration, RegistrationState

LATELY = timedelta(minutes=10)
STEPS = 5  # of warmth


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One conference that runs today: who has a place, and who of them has been let in somewhere today."""

    conference: Conference
    expected: int
    arrived: int

    @property
    def percent(self) -> int:
        return round(100 * self.arrived / self.expected) if self.expected else 0


def morning(expo: Expo) -> datetime:
    """When the running day of the city began."""
    return datetime.combine(city_day(clock.now(), expo.zone), NIGHT_ENDS, expo.zone)


def _first_scans(expo: Expo) -> sa.Subquery:
    """Each badge that was let in today, and when that was first."""
    gates = sa.select(Gate.id).where(Gate.expo_id == expo.id)
    return (
        sa.select(Scan.badge_id, sa.func.min(Scan.received_at).label("at"))
        .where(Scan.gate_id.in_(gates), Scan.received_at >= morning(expo), Scan.moved > 0)
        .group_by(Scan.badge_id)
        .subquery()
    )


def arrivals(expo: Expo, conferences: Collection[Conference]) -> list[Arrivals]:
    """Those of these conferences that run today. Two queries."""
    today = city_day(clock.now(), expo.zone)
    running = [one for one in conferences if one.starts_on <= today <= one.ends_on]
    if not running:
        return []
    these = (
        Registration.conference_id.in_([one.id for one in running]),
        Registration.state == RegistrationState.CONFIRMED,
        Registration.person_id.is_not(None),
    )
    counted = sa.select(Registration.conference_id, sa.func.count(sa.distinct(Registration.person_id)))
    expected = dict(db.session.execute(counted.where(*these).group_by(Registration.conference_id)).all())
    first = _first_scans(expo)
    arrived = dict(
        db.session.execute(
            counted.join(Badge, Badge.person_id == Registration.person_id)
            .join(first, first.c.badge_id == Badge.id)
            .where(*these)
            .group_by(Registration.conference_id)
        ).all()
    )
    return [Arrivals(one, expected.get(one.id, 0), arrived.get(one.id, 0)) for one in running]


@dataclass(frozen=True, slots=True)
class Hour:
    """How many came for the first time that day in one hour of the city. `step` is 0 to 10 tenths of the most."""

    starts: datetime
    came: int
    step: int


def by_hour(expo: Expo) -> list[Hour]:
    """First arrivals of today, from the first hour with one to now."""
    rows = db.session.scalars(sa.select(_first_scans(expo).c.at)).all()
    counts: dict[datetime, int] = {}
    for at in rows:
        hour = expo.local(at).replace(minute=0, second=0, microsecond=0)
        counts[hour] = counts.get(hour, 0) + 1
    if not counts:
        return []
    hours, at, now = [], min(counts), expo.local(clock.now())
    most = max(counts.values())
    while at <= max(now, max(counts)):
        came = counts.get(at, 0)
        hours.append(Hour(at, came, -(-10 * came // most)))
        at = expo.local(at.astimezone(UTC) + timedelta(hours=1))
    return hours


@dataclass(frozen=True, slots=True)
class Pace:
    """One gate in the last ten minutes: people let in, and readings that were not."""

    gate: Gate
    came: int
    stopped: int
    latest: datetime | None


def pace(expo: Expo, zone_ids: Collection[int]) -> list[Pace]:
    """The gates of these zones at which somebody was read today, the busiest first. One query."""
    lately = clock.now() - LATELY
    rows = db.session.execute(
        sa.select(
            Gate,
            sa.func.sum(sa.case((sa.and_(Scan.received_at >= lately, Scan.moved > 0), Scan.moved), else_=0)),
            sa.func.sum(
                sa.case(
                    (
                        sa.and_(
                            Scan.received_at >= lately,
                            Scan.verdict.in_([Verdict.REFUSED, Verdict.ASK, Verdict.CONFLICT]),
                        ),
                        1,
                    ),
                    else_=0,
                )
            ),
            sa.func.max(Scan.received_at),
        )
        .join(Scan, sa.and_(Scan.gate_id == Gate.id, Scan.received_at >= morning(expo)))
        .where(Gate.expo_id == expo.id, Gate.zone_id.in_(list(zone_ids)))
        .group_by(Gate.id)
    )
    found = [Pace(row[0], int(row[1] or 0), int(row[2] or 0), row[3]) for row in rows]
    return sorted(found, key=lambda one: (-one.came, -one.stopped, one.gate.name))


@dataclass(frozen=True, slots=True)
class Cell:
    """A venue on a day: times, seats booked, and how warm that is, from 0 to 5 against the warmest."""

    times: int
    booked: int
    step: int


@dataclass(slots=True)
class Heat:
    """All days by venue. `cells` by venue and day; where there is none, nothing takes place."""

    days: list[date]
    venues: list[Venue]
    cells: dict[tuple[int, date], Cell] = field(default_factory=dict)

    def total(self, day: date) -> int:
        return sum(self.cells[key].booked for key in self.cells if key[1] == day)


def heat(expo: Expo, conference_ids: Collection[int]) -> Heat:
    """Every day of the expo, and days beside it on which these conferences have something. Two queries."""
    booked = (
        sa.select(Booking.occurrence_id, sa.func.sum(Booking.seats).label("seats"))
        .where(Booking.expo_id == expo.id, Booking.state == BookingState.BOOKED)
        .group_by(Booking.occurrence_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            Room.venue_id,
            OccurrenceVersion.day,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(booked.c.seats), 0),
        )
        .join(SessionVersion, SessionVersion.session_id == OccurrenceVersion.session_id)
        .join(Room, Room.id == OccurrenceVersion.room_id)
        .outerjoin(booked, booked.c.occurrence_id == OccurrenceVersion.occurrence_id)
        .where(
            OccurrenceVersion.expo_id == expo.id,
            OccurrenceVersion.until_release_id.is_(None),
            OccurrenceVersion.cancelled.is_(False),
            SessionVersion.until_release_id.is_(None),
            SessionVersion.conference_id.in_(list(conference_ids)),
        )
        .group_by(Room.venue_id, OccurrenceVersion.day)
    ).all()
    most = max((int(row[3]) for row in rows), default=0)
    own = [expo.starts_on + timedelta(days=n) for n in range((expo.ends_on - expo.starts_on).days + 1)]
    venues = db.session.scalars(
        sa.select(Venue).where(Venue.id.in_({row[0] for row in rows})).order_by(Venue.name, Venue.id)
    )
    found = Heat(sorted({*own, *(row[1] for row in rows)}), list(venues))
    for venue_id, day, times, seats in rows:
        step = -(-STEPS * int(seats) // most) if most else 0
        found.cells[venue_id, day] = Cell(int(times), int(seats), step)
    return found
