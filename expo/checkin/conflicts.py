"""The inbox of a supervisor: what doors without network judged otherwise than the server, and what could not count.

A conflict is a scan after which somebody passed, though the server said no: admitted twice, at two places, or with
a badge that was ended before. It is listed until somebody notes what it was; nothing of the scan changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.core import audit, clock
from expo.core.db import add_unless_there, db, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from .models import Device, DeviceGate, Gate, QuarantinedScan, Scan, ScanResolution, Verdict
from .refusals import ResolvedAlready

MOST = 500


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else the badge went in during the same period."""

    gate: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """One entry of the inbox. `key` names it: the scan's id, or "q" and the number of a quarantined one."""

    key: str
    at: datetime
    received_at: datetime
    gate: str | None
    device: str
    name: str | None
    reason: str | None
    message: str | None
    quarantined: bool
    elsewhere: tuple[Elsewhere, ...]
    resolution: ScanResolution | None


def find(expo_id: int, zone_ids: Collection[int], *, resolved: bool = False) -> list[Conflict]:
    """The conflicts at the gates of these zones that wait for somebody, or those that were looked at; the latest
    first. Three queries. What came under an unknown gate belongs to whoever runs any of the device's gates."""
    found = [*_scans(expo_id, zone_ids, resolved), *_quarantined(expo_id, zone_ids, resolved)]
    return sorted(found, key=lambda conflict: conflict.received_at, reverse=True)[:MOST]


def count(expo_id: int, zone_ids: Collection[int]) -> int:
    """How many wait."""
    scans = _of_scans(sa.select(sa.func.count()), expo_id, zone_ids, resolved=False)
    quarantined = _of_quarantined(sa.select(sa.func.count()), expo_id, zone_ids, resolved=False)
    return int(db.session.scalar(scans) or 0) + int(db.session.scalar(quarantined) or 0)


def resolve(*, expo_id: int, conflict: Conflict, note: str) -> None:
    """Note what it was. Raises BadInput without a note, ResolvedAlready if somebody was first."""
    note = one_line(note)
    if not note:
        raise BadInput(_("Write what it was, for whoever asks later."), field="note")
    quarantined = int(conflict.key[1:]) if conflict.quarantined else None
    with transaction():
        resolution = ScanResolution(
            expo_id=expo_id,
            scan_id=None if conflict.quarantined else conflict.key,
            quarantined_id=quarantined,
            note=note[:1000],
            resolved_at=clock.now(),
            resolved_by=audit.actor(),
        )
        if not add_unless_there(resolution):
            raise ResolvedAlready(_("Somebody has looked at this already."))
        audit.record("conflict_resolved", "scan", conflict.key, expo_id=expo_id, why=note)


def _scans(expo_id: int, zone_ids: Collection[int], resolved: bool) -> Iterator[Conflict]:
    rows = db.session.execute(
        _of_scans(
            sa.select(Scan, Gate, Device.name, Person.name, ScanResolution), expo_id, zone_ids, resolved
        )
        .order_by(Scan.received_at.desc())
        .limit(MOST)
    ).all()
    entries = _entries({scan.badge_id for scan, *_rest in rows if scan.badge_id is not None})
    for scan, gate, device, name, resolution in rows:
        others = entries.get((scan.badge_id, gate.zone_id, scan.period), [])
        yield Conflict(
            key=scan.id,
            at=scan.scanned_at,
            received_at=scan.received_at,
            gate=gate.name,
            device=device,
            name=name,
            reason=scan.reason,
            message=scan.message,
            quarantined=False,
            elsewhere=tuple(others),
            resolution=resolution,
        )


def _entries(badge_ids: set[int]) -> dict[tuple[int | None, int, str], list[Elsewhere]]:
    """Where these badges went in: by badge, zone and period."""
    found: dict[tuple[int | None, int, str], list[Elsewhere]] = {}
    rows = db.session.execute(
        sa.select(Scan.badge_id, Gate.zone_id, Scan.period, Gate.name, Scan.scanned_at)
        .join(Gate, Scan.gate_id == Gate.id)
        .where(Scan.badge_id.in_(badge_ids), Scan.moved > 0)
        .order_by(Scan.scanned_at)
    )
    for badge_id, zone_id, period, gate, at in rows:
        found.setdefault((badge_id, zone_id, period), []).append(Elsewhere(gate, at))
    return found


def _quarantined(expo_id: int, zone_ids: Collection[int], resolved: bool) -> Iterator[Conflict]:
    rows = db.session.execute(
        _of_quarantined(
            sa.select(QuarantinedScan, Gate.name, Device.name, Person.name, ScanResolution),
            expo_id,
            zone_ids,
            resolved,
        )
        .order_by(QuarantinedScan.received_at.desc())
        .limit(MOST)
    )
    for scan, gate, device, name, resolution in rows:
        yield Conflict(
            key=f"q{scan.id}",
            at=scan.received_at,
            received_at=scan.received_at,
            gate=gate,
            device=device,
            name=name,
            reason=scan.reason,
            message=None,
            quarantined=True,
            elsewhere=(),
            resolution=resolution,
        )


def _of_scans(wanted: Any, expo_id: int, zone_ids: Collection[int], resolved: bool) -> Any:
    return (
        wanted.select_from(Scan)
        .join(Gate, Scan.gate_id == Gate.id)
        .join(Device, Scan.device_id == Device.id)
        .outerjoin(Badge, Scan.badge_id == Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .outerjoin(ScanResolution, ScanResolution.scan_id == Scan.id)
        .where(
            Scan.expo_id == expo_id,
            Scan.verdict == Verdict.CONFLICT,
            Gate.zone_id.in_(zone_ids),
            ScanResolution.id.is_not(None) if resolved else ScanResolution.id.is_(None),
        )
    )


def _of_quarantined(wanted: Any, expo_id: int, zone_ids: Collection[int], resolved: bool) -> Any:
    stands_here = (
        sa.select(DeviceGate.id)
        .join(Gate, DeviceGate.gate_id == Gate.id)
        .where(DeviceGate.device_id == QuarantinedScan.device_id, Gate.zone_id.in_(zone_ids))
        .correlate(QuarantinedScan)
        .exists()
    )
    return (
        wanted.select_from(QuarantinedScan)
        .join(Device, QuarantinedScan.device_id == Device.id)
        .outerjoin(Gate, QuarantinedScan.gate_id == Gate.id)
        .outerjoin(Badge, QuarantinedScan.badge_id == Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .outerjoin(ScanResolution, ScanResolution.quarantined_id == QuarantinedScan.id)
        .where(
            QuarantinedScan.expo_id == expo_id,
            stands_here,
            ScanResolution.id.is_not(None) if resolved else ScanResolution.id.is_(None),
        )
    )
