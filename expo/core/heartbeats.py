"""Which workers are alive, and when anybody last believed the clock. Notes that nobody misses if one is left out."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock
from .db import Base, Moment, db, execute, is_sqlite, transaction
from .jobs import every

EVERY = 10.0  # seconds
DEAD_AFTER = timedelta(minutes=1)
KEPT = timedelta(days=2)


class Heartbeat(Base):
    """One worker, by machine and process. `waits` says why it does no jobs just now; empty when it does."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    started_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    waits: Mapped[str] = mapped_column(sa.String(200), default="")


class ClockBelief(Base):
    """The last moment that a worker believed, and since when an administrator says that the clock is right."""

    __tablename__ = "clock_beliefs"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    seen_at: Mapped[Moment]
    confirmations: Mapped[int] = mapped_column(default=0)


def beat(name: str, *, started_at: datetime, waits: str) -> None:
    """Say that this worker lives; what it says of the clock counts only while it does not wait for it."""
    now = clock.real_now()
    with transaction():
        db.session.merge(Heartbeat(name=name, started_at=started_at, seen_at=now, waits=waits))
        if not waits:
            believed = db.session.get(ClockBelief, 1) or ClockBelief(id=1, confirmations=0)
            believed.seen_at = now
            db.session.add(believed)


def workers() -> list[Heartbeat]:
    """Those that live, the oldest first."""
    now = clock.real_now()
    alive = Heartbeat.seen_at.between(now - DEAD_AFTER, now + DEAD_AFTER)
    return list(db.session.scalars(sa.select(Heartbeat).where(alive).order_by(Heartbeat.started_at)))


def belief() -> tuple[datetime | None, int]:
    """The last moment that was believed, and how often an administrator has confirmed the clock."""
    found = db.session.execute(sa.select(ClockBelief.seen_at, ClockBelief.confirmations)).first()
    db.session.rollback()
    return (found.seen_at, found.confirmations) if found else (None, 0)


def confirm_clock() -> None:
    """An administrator says that the clock is right: workers that wait for it go on."""
    with transaction():
        execute(sa.update(ClockBelief).values(confirmations=ClockBelief.confirmations + 1))
        audit.record("clock_confirmed", "clock", 1)


def clock_of_database() -> datetime | None:
    """What a database server's own clock shows; None on SQLite, which has none."""
    if is_sqlite():
        return None
    shown: datetime | None = db.session.scalar(
        sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))
    )
    db.session.rollback()
    return shown


@every("sweep_heartbeats", timedelta(hours=24))
def sweep() -> None:
    """Forgets workers that ended days ago."""
    with transaction():
        execute(sa.delete(Heartbeat).where(Heartbeat.seen_at < clock.real_now() - KEPT))
