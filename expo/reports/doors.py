"""The doors of one team: its zones with who is inside, their gates, the latest scans, the scanners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.checkin import occupancy
from expo.checkin import queries as checkin
from expo.checkin.models import Device, Gate, Scan, Verdict, Zone
from expo.checkin.queries import NO_SCANS, GateCount
from expo.core.db import db
from expo.expos.models import Expo


@dataclass(slots=True)
class ZoneLine:
    """A zone in its tree, `depth` steps down, with its gates and who is inside now."""

    zone: Zone
    depth: int
    inside: int
    gates: list[tuple[Gate, GateCount]] = field(default_factory=list)

    @property
    def today(self) -> GateCount:
        """What all its gates saw today."""
        counts = [count for _gate, count in self.gates]
        return GateCount(
            *(sum(getattr(count, name) for count in counts) for name in ("scans", "came", "left", "refused"))
        )


def zones(expo: Expo, within: Collection[int]) -> list[ZoneLine]:
    """These zones, each under its parent, with their gates, and the people in each and in all that lies in it."""
    every = checkin.zones(expo.id)
    inside = occupancy.people(expo, {zone.id: zone.parent_id for zone in every})
    scans = checkin.scans_today(expo)
    gates: dict[int, list[tuple[Gate, GateCount]]] = defaultdict(list)
    for gate in checkin.gates(expo.id):
        gates[gate.zone_id].append((gate, scans.get(gate.id, NO_SCANS)))
    children: dict[int | None, list[Zone]] = defaultdict(list)
    shown = [zone for zone in every if zone.id in within]
    known = {zone.id for zone in shown}
    for zone in shown:
        children[zone.parent_id if zone.parent_id in known else None].append(zone)
    lines: list[ZoneLine] = []

    def walk(parent: int | None, depth: int) -> None:
        for zone in children[parent]:
            lines.append(ZoneLine(zone, depth, inside.get(zone.id, 0), gates[zone.id]))
            walk(zone.id, depth + 1)

    walk(None, 0)
    return lines


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A scanner and its gates. `own` says that the visitor runs all of them, so that it may be changed."""

    device: Device
    gates: list[Gate]
    own: bool


def devices(expo: Expo, within: Collection[int], runs: Collection[int] = ()) -> list[DeviceLine]:
    """Scanners that stand at a gate of these zones, those in use first. The visitor runs the zones in `runs`."""
    every = checkin.devices(expo.id)
    gates = checkin.gates_of([device.id for device in every])
    return [
        DeviceLine(device, gates[device.id], all(gate.zone_id in runs for gate in gates[device.id]))
        for device in every
        if any(gate.zone_id in within for gate in gates[device.id])
    ]


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One reading, as the door told it."""

    at: datetime
    gate: str
    verdict: Verdict
    message: str | None
    name: str | None
    count: int


def latest(expo_id: int, within: Collection[int], most: int = 20) -> list[ScanLine]:
    """The latest scans at the gates of these zones."""
    rows = db.session.execute(
        sa.select(Scan.scanned_at, Gate.name, Scan.verdict, Scan.message, Person.name, Scan.count)
        .join(Gate, Scan.gate_id == Gate.id)
        .outerjoin(Badge, Scan.badge_id == Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .where(Scan.expo_id == expo_id, Gate.zone_id.in_(within))
        .order_by(Scan.received_at.desc(), Scan.id)
        .limit(most)
    )
    return [ScanLine(*row) for row in rows]
