from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.core import clock, tokens
from expo.core.db import db
from expo.expos.models import Expo
from expo.publishing import queries as publishing
from expo.publishing.models import OccurrenceVersion
from expo.publishing.queries import Running

from .crew_models import ScanUndo
from .models import Device, DeviceGate, Gate, Presence, Scan, Verdict, Zone, ZoneOpening
from .verdicts import DOORS_OPEN, NIGHT_ENDS, city_day


def zones(expo_id: int) -> list[Zone]:
    """All zones by name."""
    return list(db.session.scalars(sa.select(Zone).where(Zone.expo_id == expo_id).order_by(Zone.name)))


def reach(expo_id: int, conference_ids: Collection[int] | None) -> set[int]:
    """The zones of these conferences: those their tickets open, and what lies in them. None: all there are."""
    every = zones(expo_id)
    if conference_ids is None:
        return {zone.id for zone in every}
    opened = set(
        db.session.scalars(
            sa.select(ZoneOpening.zone_id).where(
                ZoneOpening.expo_id == expo_id, ZoneOpening.conference_id.in_(conference_ids)
            )
        )
    )
    while True:
        below = {zone.id for zone in every if zone.parent_id in opened} - opened
        if not below:
            return opened
        opened |= below


def gates(expo_id: int) -> list[Gate]:
    """All gates by name, with zone and room."""
    return list(
        db.session.scalars(
            sa.select(Gate)
            .where(Gate.expo_id == expo_id)
            .options(joinedload(Gate.zone), joinedload(Gate.room))
            .order_by(Gate.name, Gate.id)
        )
    )


def gate(expo_id: int, slug: str) -> Gate | None:
    return db.session.scalar(sa.select(Gate).where(Gate.expo_id == expo_id, Gate.slug == slug))


def devices(expo_id: int) -> list[Device]:
    """All scanners: those in use first, then by name."""
    return list(
        db.session.scalars(
            sa.select(Device)
            .where(Device.expo_id == expo_id)
            .order_by(Device.revoked_at.is_not(None), Device.name, Device.id)
        )
    )


def device(expo_id: int, device_id: int) -> Device | None:
    return db.session.scalar(sa.select(Device).where(Device.expo_id == expo_id, Device.id == device_id))


def device_of(token: str) -> Device | None:
    """The scanner that holds this token, revoked or not: the caller looks at `revoked_at`."""
    return db.session.scalar(sa.select(Device).where(Device.token_digest == tokens.digest(token)))


def gates_of(device_ids: Iterable[int]) -> dict[int, list[Gate]]:
    """The gates of each device, by name. One query, however many devices."""
    wanted = list(device_ids)
    found: dict[int, list[Gate]] = {device_id: [] for device_id in wanted}
    rows = db.session.execute(
        sa.select(DeviceGate.device_id, Gate)
        .join(Gate, DeviceGate.gate_id == Gate.id)
        .where(DeviceGate.device_id.in_(wanted))
        .options(joinedload(Gate.zone), joinedload(Gate.room))
        .order_by(Gate.name, Gate.id)
    )
    for device_id, gate_ in rows:
        found[device_id].append(gate_)
    return found


def gates_of_device(device: Device) -> list[Gate]:
    return gates_of([device.id])[device.id]


def on_at(gate: Gate, moment: datetime | None = None) -> Running | None:
    """What is on behind a session door, or has its doors open: the one whose beginning is nearest. Now, or then."""
    if gate.room_id is None:
        return None
    now = moment or clock.now()
    on = publishing.in_room(gate.room_id, now, now + DOORS_OPEN)
    return min(on, key=lambda running: abs(running.starts_at - now), default=None)


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody who is in a zone now, by which gate, since when."""

    badge_id: int
    person_id: int | None
    name: str | None
    zone: str
    gate: str
    since: datetime
    people: int


def periods_now(expo: Expo) -> list[str]:
    """What is counted now: today at a zone's gates, what is still on at a session door. The night closes a day by
    itself: after it another period counts, which begins at nought."""
    now = clock.now()
    running = db.session.scalars(
        sa.select(OccurrenceVersion.occurrence_id).where(
            OccurrenceVersion.expo_id == expo.id,
            OccurrenceVersion.until_release_id.is_(None),
            OccurrenceVersion.starts_at < now + DOORS_OPEN,
            OccurrenceVersion.ends_at > now,
        )
    )
    return [city_day(now, expo.zone).isoformat(), *(f"o{occurrence_id}" for occurrence_id in running)]


def now_inside(expo: Expo) -> sa.ColumnElement[bool]:
    """Presence that counts now."""
    return sa.and_(Presence.expo_id == expo.id, Presence.inside > 0, Presence.period.in_(periods_now(expo)))


def inside_by_zone(expo: Expo) -> dict[int, int]:
    """How many people are in each zone now, by the zone's id; empty zones are left out."""
    rows = db.session.execute(
        sa.select(Presence.zone_id, sa.func.sum(Presence.inside))
        .where(now_inside(expo))
        .group_by(Presence.zone_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def people_in(expo: Expo, most: int = 1000) -> list[Inside]:
    """Who is in now, the latest first."""
    rows = db.session.execute(
        sa.select(
            Badge.id,
            Badge.person_id,
            sa.func.coalesce(Person.name, Badge.label),
            Zone.name,
            Gate.name,
            Presence.entered_at,
            Presence.inside,
        )
        .select_from(Presence)
        .join(Badge, Presence.badge_id == Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .join(Zone, Presence.zone_id == Zone.id)
        .join(Gate, Presence.gate_id == Gate.id)
        .where(now_inside(expo))
        .order_by(Presence.entered_at.desc(), Badge.id)
        .limit(most)
    )
    return [Inside(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class GateCount:
    """What a gate saw today: all scans, people let in, people who left, and badges that were not let in."""

    scans: int
    came: int
    left: int
    refused: int


NO_SCANS = GateCount(0, 0, 0, 0)


def scans_today(expo: Expo) -> dict[int, GateCount]:
    """Counts of the running day by the gate's id; gates without a scan are left out."""
    rows = db.session.execute(
        sa.select(
            Scan.gate_id,
            sa.func.count(),
            sa.func.sum(sa.case((sa.and_(Scan.moved > 0, counts()), Scan.moved), else_=0)),
            sa.func.sum(sa.case((sa.and_(Scan.moved < 0, counts()), -Scan.moved), else_=0)),
            sa.func.sum(sa.case((Scan.verdict == Verdict.REFUSED, 1), else_=0)),
        )
        .where(Scan.expo_id == expo.id, Scan.received_at >= _morning(expo))
        .group_by(Scan.gate_id)
    )
    return {row[0]: GateCount(*map(int, row[1:])) for row in rows}


def came_today(gate: Gate, expo: Expo) -> int:
    """People let in at one gate today."""
    came = db.session.scalar(
        sa.select(sa.func.sum(Scan.moved)).where(
            Scan.gate_id == gate.id, Scan.received_at >= _morning(expo), Scan.moved > 0, counts()
        )
    )
    return int(came or 0)


def came_to(occurrence_id: int) -> int:
    """People let in to an occurrence, at whatever door; who left and came back counts once."""
    came = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Scan.badge_id))).where(
            Scan.occurrence_id == occurrence_id, Scan.moved > 0, counts()
        )
    )
    return int(came or 0)


def visits_of(expo_id: int, person_id: int, most: int = 200) -> list[tuple[Scan, Gate]]:
    """The scans of all badges a person ever had, newest first."""
    rows = db.session.execute(
        sa.select(Scan, Gate)
        .join(Badge, Scan.badge_id == Badge.id)
        .join(Gate, Scan.gate_id == Gate.id)
        .where(Badge.expo_id == expo_id, Badge.person_id == person_id)
        .order_by(Scan.received_at.desc(), Scan.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def _morning(expo: Expo) -> datetime:
    today = city_day(clock.now(), expo.zone)
    return datetime.combine(today, NIGHT_ENDS, expo.zone)


def counts() -> sa.ColumnElement[bool]:
    """That a scan counts: it was neither taken back nor does it take one back."""
    return ~sa.exists().where(sa.or_(ScanUndo.scan_id == Scan.id, ScanUndo.undo_id == Scan.id))
