"""How many people are where, in numbers and in words: badges by their last entrance, and what is counted by hand."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import add_unless_there, db, transaction
from expo.core.refusals import BadInput
from expo.expos.models import Expo

from . import queries
from .crew_models import HandCount
from .models import Device, Gate, Presence, Zone
from .sent import counts_at
from .verdicts import above, city_day

MOST_PLACES = 1_000_000
BUSY_FROM, FULL_FROM = 0.6, 0.95  # of the places


class Fullness(enum.StrEnum):
    """How full a place is, for whoever thinks of going there."""

    CALM = "calm"
    BUSY = "busy"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Place:
    """A zone with the people in it and in all that lies in it. `places` None: nobody said how many fit."""

    zone: Zone
    people: int
    places: int | None

    @property
    def fullness(self) -> Fullness | None:
        return None if not self.places else word(self.people, self.places)


def word(people: int, places: int) -> Fullness:
    """Calm below 60 %, full from 95 %."""
    share = people / places
    if share >= FULL_FROM:
        return Fullness.FULL
    return Fullness.BUSY if share >= BUSY_FROM else Fullness.CALM


def places(expo: Expo) -> list[Place]:
    """Every zone of the expo now, by name. Four queries; one where there is none."""
    zones = list(
        db.session.scalars(
            sa.select(Zone)
            .where(Zone.expo_id == expo.id)
            .options(joinedload(Zone.room), joinedload(Zone.venue))
            .order_by(Zone.name, Zone.id)
        )
    )
    inside = people(expo, {zone.id: zone.parent_id for zone in zones}) if zones else {}
    return [Place(zone, inside[zone.id], _places(zone)) for zone in zones]


def at(expo: Expo, *, room_id: int | None = None, venue_id: int | None = None) -> Place | None:
    """The zone of this room, or of this venue as a whole; None where no door counts. One query where there is none."""
    which = (
        Zone.room_id == room_id
        if room_id is not None
        else sa.and_(Zone.venue_id == venue_id, Zone.room_id.is_(None))
    )
    zone = db.session.scalar(
        sa.select(Zone)
        .where(Zone.expo_id == expo.id, which)
        .options(joinedload(Zone.room))
        .order_by(Zone.id)
        .limit(1)
    )
    if zone is None or _places(zone) is None:
        return None
    parents = {
        row[0]: row[1]
        for row in db.session.execute(sa.select(Zone.id, Zone.parent_id).where(Zone.expo_id == expo.id))
    }
    return Place(zone, people(expo, parents)[zone.id], _places(zone))


def set_places(*, zone: Zone, places: int | None) -> None:
    """Say how many people fit; None: as many as the room has. Raises BadInput."""
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise BadInput(_("A number from 1 to %(most)s.", most=MOST_PLACES), field="places")
    with transaction():
        before, zone.places = zone.places, places
        if before != places:
            audit.record(
                "zone_places_set", "zone", zone.id, expo_id=zone.expo_id,
                before={"places": before}, after={"places": places},
            )  # fmt: skip


def _places(zone: Zone) -> int | None:
    if zone.places is not None:
        return zone.places
    return zone.room.capacity if zone.room is not None else None


def people(expo: Expo, parents: Mapping[int, int | None]) -> dict[int, int]:
    """People in each zone, those in the zones within it among them.

    A badge counts once: where it went in last. So entering a room leaves the one before, scanned out or not. A group
    may part: as many as went in last are there, and of the others as many as went in before are there, and so on.
    """
    passed = sa.select(
        Presence.zone_id,
        Presence.inside,
        sa.func.max(Presence.inside).over(partition_by=Presence.badge_id).label("all"),
        sa.func.coalesce(
            sa.func.sum(Presence.inside).over(
                partition_by=Presence.badge_id,
                order_by=(Presence.entered_at.desc(), Presence.zone_id.desc()),
                rows=(None, -1),
            ),
            0,
        ).label("later"),
    )
    row = passed.where(queries.now_inside(expo)).subquery().c
    left = row.all - row.later
    here = sa.case((left <= 0, 0), (left < row.inside, left), else_=row.inside)
    found = dict.fromkeys(parents, 0)
    rows = db.session.execute(sa.select(row.zone_id, sa.func.sum(here)).group_by(row.zone_id))
    for zone_id, count in [*rows, *_by_hand(expo)]:
        for holds in above(parents, zone_id):
            found[holds] += int(count)
    return {zone_id: max(0, count) for zone_id, count in found.items()}


def _by_hand(expo: Expo) -> list[tuple[int, int]]:
    rows = db.session.execute(
        sa.select(Gate.zone_id, sa.func.sum(HandCount.people))
        .join(Gate, HandCount.gate_id == Gate.id)
        .where(HandCount.expo_id == expo.id, HandCount.period.in_(queries.periods_now(expo)))
        .group_by(Gate.zone_id)
    )
    return [(row[0], int(row[1])) for row in rows]


def count_by_hand(*, device: Device, gate: Gate, count_id: str, people: int, counted_at: datetime) -> bool:
    """Keep what somebody counted with the clicker: so many in, or out where negative. The same id counts once, and
    where it was counted: a scanner may have had no network since.

    Returns whether it was new.
    """
    moment = counts_at(counted_at, now=clock.now(), real_now=clock.real_now())
    running = queries.on_at(gate, moment)
    expo = device.expo
    period = f"o{running.occurrence_id}" if running else city_day(moment, expo.zone).isoformat()
    with transaction():
        return add_unless_there(
            HandCount(
                id=count_id,
                expo_id=device.expo_id,
                gate_id=gate.id,
                device_id=device.id,
                people=people,
                period=period,
                counted_at=counted_at,
                received_at=clock.now(),
            )
        )
