"""Who is registered, booked and in: numbers per conference and per time, and names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.capacity.models import Pool
from expo.checkin.models import Gate, Presence, Scan, Zone
from expo.checkin.queries import counts as scan_counts
from expo.checkin.queries import now_inside
from expo.core.db import db
from expo.core.text import folded
from expo.expos.models import Expo
from expo.programme.models import Occurrence, Session
from expo.registration import queries as registrations
from expo.registration.models import WAITING, Registration, RegistrationState, TicketType


@dataclass(frozen=True, slots=True)
class Numbers:
    """One conference in numbers. `places` is what its tickets allow, None without limit; `inside` is now."""

    waiting: int = 0
    registered: int = 0
    places: int | None = 0
    booked: int = 0
    seats: int = 0
    inside: int = 0


def numbers(expo: Expo, conference_ids: Collection[int]) -> dict[int, Numbers]:
    """The numbers of each of these conferences. Five queries, however many."""
    states = registrations.counts(conference_ids)
    places = {
        row[0]: None if row[2] else int(row[1])
        for row in db.session.execute(
            sa.select(
                TicketType.conference_id,
                sa.func.coalesce(sa.func.sum(Pool.capacity), 0),
                sa.func.sum(sa.case((Pool.capacity.is_(None), 1), else_=0)),
            )
            .join(Pool, TicketType.pool_id == Pool.id)
            .where(TicketType.conference_id.in_(conference_ids))
            .group_by(TicketType.conference_id)
        )
    }
    booked = {
        row[0]: (int(row[1]), int(row[2]))
        for row in db.session.execute(
            sa.select(
                Session.conference_id,
                sa.func.count(sa.distinct(Booking.person_id)),
                sa.func.sum(Booking.seats),
            )
            .join(Occurrence, Booking.occurrence_id == Occurrence.id)
            .join(Session, Occurrence.session_id == Session.id)
            .where(Session.conference_id.in_(conference_ids), Booking.state == BookingState.BOOKED)
            .group_by(Session.conference_id)
        )
    }
    inside = {
        row[0]: int(row[1])
        for row in db.session.execute(
            sa.select(Registration.conference_id, sa.func.count(sa.distinct(Badge.person_id)))
            .select_from(Presence)
            .join(Badge, Presence.badge_id == Badge.id)
            .join(Registration, Registration.person_id == Badge.person_id)
            .where(
                now_inside(expo),
                Registration.conference_id.in_(conference_ids),
                Registration.state == RegistrationState.CONFIRMED,
            )
            .group_by(Registration.conference_id)
        )
    }
    return {
        key: Numbers(
            waiting=sum(states.get(key, {}).get(state, 0) for state in WAITING),
            registered=states.get(key, {}).get(RegistrationState.CONFIRMED, 0),
            places=places.get(key, 0),
            booked=booked.get(key, (0, 0))[0],
            seats=booked.get(key, (0, 0))[1],
            inside=inside.get(key, 0),
        )
        for key in conference_ids
    }


@dataclass(frozen=True, slots=True)
class PersonInside:
    """Somebody who is in now. An anonymous badge has no name, a group badge counts for several."""

    person_id: int | None
    name: str | None
    organisation: str | None
    zone_id: int
    zone: str
    gate: str
    since: datetime
    people: int


def people_inside(
    expo: Expo, conference_ids: Collection[int] | None, *, zone_id: int | None = None, search: str = ""
) -> list[PersonInside]:
    """Who is in now, the latest first: everybody, or those registered for these conferences."""
    wanted = (
        sa.select(
            Badge.person_id, Person.name, Person.organisation, Zone.id, Zone.name, Gate.name,
            Presence.entered_at, Presence.inside,
        )
        .select_from(Presence)
        .join(Badge, Presence.badge_id == Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .join(Zone, Presence.zone_id == Zone.id)
        .join(Gate, Presence.gate_id == Gate.id)
        .where(now_inside(expo))
        .order_by(Presence.entered_at.desc(), Badge.id, Zone.id)
    )  # fmt: skip
    if conference_ids is not None:
        wanted = wanted.where(
            sa.select(Registration.id)
            .where(
                Registration.person_id == Badge.person_id,
                Registration.conference_id.in_(conference_ids),
                Registration.state == RegistrationState.CONFIRMED,
            )
            .exists()
        )
    if zone_id is not None:
        wanted = wanted.where(Zone.id == zone_id)
    for word in folded(search).split():
        wanted = wanted.where(Person.folded_name.contains(word, autoescape=True))
    return [PersonInside(*row) for row in db.session.execute(wanted)]


def came(occurrence_ids: Collection[int]) -> dict[int, int]:
    """How many were let in to each of these times; who left and came back counts once."""
    rows = db.session.execute(
        sa.select(Scan.occurrence_id, sa.func.count(sa.distinct(Scan.badge_id)))
        .where(Scan.occurrence_id.in_(occurrence_ids), Scan.moved > 0, scan_counts())
        .group_by(Scan.occurrence_id)
    )
    return {int(row[0] or 0): int(row[1]) for row in rows}


def who_came(occurrence_id: int) -> set[int]:
    """The people who were let in to this time."""
    found = db.session.scalars(
        sa.select(Badge.person_id)
        .join(Scan, Scan.badge_id == Badge.id)
        .where(
            Scan.occurrence_id == occurrence_id, Scan.moved > 0, scan_counts(), Badge.person_id.is_not(None)
        )
        .distinct()
    )
    return {person_id for person_id in found if person_id is not None}
