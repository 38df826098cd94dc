"""The only clock. `now()` is the expo's time, `real_now()` the world's.

They differ in demo mode alone, where an expo of 2022 (or a rehearsal of next summer's) runs today. What the
expo decides (sale windows, today, validity, deadlines) asks `now()`; sign-ins, signatures and provider
time-stamps ask `real_now()`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db, transaction
from .refusals import Refusal

FRESH_FOR = 1.0  # seconds that a process believes the offset it has read


class ClockSetting(Base):
    """How far the expo's clock is from the real one. One row, in demo mode only."""

    __tablename__ = "clock_settings"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int] = mapped_column(sa.BigInteger)


class ClockIsReal(Refusal):
    """Production runs on the real clock."""

    code = "clock_is_real"


_offset = timedelta(0)
_read_at = float("-inf")


def real_now() -> datetime:
    """The world's time, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The expo's time, UTC."""
    return datetime.now(UTC) + _offset


def set_now(moment: datetime) -> None:
    """Let the expo's clock show this moment and run on from there. Demo mode only; raises ClockIsReal."""
    from . import audit  # which asks this clock

    if not current_app.config["EXPO"].demo:
        raise ClockIsReal("The clock can only be set in demo mode.")
    # Rounded up: at half past eight nobody wants to read 08:29.
    offset = math.ceil((moment - real_now()).total_seconds())
    with transaction():
        db.session.merge(ClockSetting(id=1, offset_seconds=offset))
        audit.record("clock_set", "clock", 1, after={"now": moment.isoformat()})
    refresh(force=True)


def refresh(*, force: bool = False) -> None:
    """Read the offset again if it is stale. Called before each request, job and command; never in between,
    so that time does not jump in the middle of a decision."""
    global _offset, _read_at
    if not current_app.config["EXPO"].demo:
        return
    if not force and time.monotonic() - _read_at < FRESH_FOR:
        return
    with db.engine.connect() as connection:
        seconds = connection.scalar(sa.select(ClockSetting.offset_seconds))
    _offset = timedelta(seconds=seconds or 0)
    _read_at = time.monotonic()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let this process alone live at another moment, for the demo's past. Demo mode only; raises ClockIsReal."""
    global _offset
    if not current_app.config["EXPO"].demo:
        raise ClockIsReal("The clock can only be set in demo mode.")
    before = _offset
    _offset = moment - real_now()
    try:
        yield
    finally:
        _offset = before
