"""Taking a scan back: a new scan that moves as many people the other way. What was stored stays as it is."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.badge.models import Badge
from expo.core import clock
from expo.core.db import add_unless_there, db, transaction
from expo.core.refusals import BadInput, NotFound
from expo.core.text import one_line

from .crew_models import CrewMember, ScanUndo
from .models import Device, DeviceGate, Direction, Gate, Presence, Scan, Verdict
from .refusals import NothingToUndo, UndoneAlready


def undo(*, device: Device, by: CrewMember, scan_id: str, undo_id: str, reason: str) -> Scan:
    """Take back what the scan moved, at one of the device's own gates. The same `undo_id` again is the same undo.

    Raises NotFound, BadInput without a reason, UndoneAlready, and NothingToUndo where the scan moved nobody, or
    the person has gone since.
    """
    reason = one_line(reason)
    if not reason:
        raise BadInput(_("Say why, for whoever asks later."), field="reason")
    with transaction():
        scan = db.session.scalar(
            sa.select(Scan)
            .join(DeviceGate, DeviceGate.gate_id == Scan.gate_id)
            .where(Scan.id == scan_id, Scan.expo_id == device.expo_id, DeviceGate.device_id == device.id)
        )
        if scan is None:
            raise NotFound(_("There is no such scan at your gates."))
        earlier = db.session.get(ScanUndo, scan_id)
        if earlier is not None and earlier.undo_id == undo_id:
            return db.session.get_one(Scan, undo_id)
        if earlier is not None or db.session.get(Scan, undo_id) is not None:
            raise UndoneAlready(_("This scan was taken back already."))
        if scan.moved == 0 or not _move(scan):
            raise NothingToUndo(_("Nobody went through by this scan, or has gone since. Nothing is changed."))
        made = _opposite(scan, undo_id, device, by, reason)
        db.session.add(made)
        db.session.flush()
        if not add_unless_there(ScanUndo(scan_id=scan.id, undo_id=undo_id, expo_id=scan.expo_id)):
            raise UndoneAlready(_("This scan was taken back already."))
    return made


def _move(scan: Scan) -> bool:
    """Move as many back, if the badge still has that room: one statement decides."""
    size = sa.select(Badge.size).where(Badge.id == Presence.badge_id).correlate(Presence).scalar_subquery()
    after = Presence.inside - scan.moved
    moved = db.session.execute(
        sa.update(Presence)
        .where(
            Presence.badge_id == scan.badge_id,
            Presence.zone_id == sa.select(Gate.zone_id).where(Gate.id == scan.gate_id).scalar_subquery(),
            Presence.period == scan.period,
            after >= 0,
            after <= size,
        )
        .values(inside=after)
        .returning(Presence.badge_id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def _opposite(scan: Scan, undo_id: str, device: Device, by: CrewMember, reason: str) -> Scan:
    way_out = scan.moved > 0
    return Scan(
        id=undo_id,
        expo_id=scan.expo_id,
        gate_id=scan.gate_id,
        device_id=device.id,
        badge_id=scan.badge_id,
        occurrence_id=scan.occurrence_id,
        direction=Direction.OUT if way_out else Direction.IN,
        count=scan.count,
        scanned_at=clock.real_now(),
        received_at=clock.now(),
        offline=False,
        verdict=Verdict.LEFT if way_out else Verdict.ADMITTED,
        reason="undone",
        message=None,
        moved=-scan.moved,
        period=scan.period,
        fingerprint=hashlib.blake2b(f"undo {scan.id}".encode(), digest_size=16).digest(),
        details={"override": {"by": by.name, "reason": reason[:200]}},
    )
