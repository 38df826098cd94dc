"""How the scanners are: what each last said of its list, its queue and its clock."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from expo.core import clock
from expo.core.db import db, transaction

from .crew_models import DeviceHealth
from .models import Device

WORST_CLOCK = 10**9  # seconds: a clock that stands in 1970 is wrong enough


def report(
    *,
    device: Device,
    pack_made_at: datetime | None,
    waiting: int,
    clock_error: float,
    version: str,
    battery: int | None = None,
) -> None:
    """Keep what a device says of itself in place of what it said before."""
    said = {
        "expo_id": device.expo_id,
        "reported_at": clock.real_now(),
        "pack_made_at": pack_made_at,
        "waiting": waiting,
        "clock_error": round(max(-WORST_CLOCK, min(WORST_CLOCK, clock_error))),
        "version": version[:40],
        "battery": battery,
    }
    with transaction():
        db.session.merge(DeviceHealth(device_id=device.id, **said))


def of(expo_id: int) -> dict[int, DeviceHealth]:
    """What each said last, by the device's id."""
    rows = db.session.scalars(sa.select(DeviceHealth).where(DeviceHealth.expo_id == expo_id))
    return {health.device_id: health for health in rows}
