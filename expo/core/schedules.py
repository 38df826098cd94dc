"""When what is done again and again is due: a row each, moved on by one conditional statement.

So each due time becomes one job, however many workers look at the clock.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock, jobs
from .db import Base, Moment, add_unless_there, db, execute, transaction
from .jobs import Periodic


class Schedule(Base):
    """The next time of one periodic job, and the last time that became a job (both the expo's time)."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    due_at: Mapped[Moment]
    last_due_at: Mapped[Moment | None]


def tick() -> int:
    """Make jobs of what is due. Returns how many. Reads only while nothing is."""
    now = clock.now()
    known = dict(db.session.execute(sa.select(Schedule.name, Schedule.due_at)).all())
    db.session.rollback()
    ready = [one for one in jobs.periodic() if not now < known.get(one.name, now) <= one.after(now)]
    if not ready:
        return 0
    with transaction():
        return sum(_start(one, known.get(one.name), now) for one in ready)


def _start(one: Periodic, due_at: datetime | None, now: datetime) -> bool:
    if due_at is None:
        add_unless_there(Schedule(name=one.name, due_at=one.after(now)))
        return False
    this = (Schedule.name == one.name, Schedule.due_at == due_at)
    if due_at > now:  # the clock was set back, or the rhythm has become quicker
        execute(sa.update(Schedule).where(*this).values(due_at=one.after(now)))
        return False
    moved = execute(sa.update(Schedule).where(*this).values(due_at=one.after(now), last_due_at=due_at))
    return bool(moved) and jobs.add(one.kind, {"due": due_at.isoformat()}, key=one.kind)


def run_now(*, name: str) -> bool:
    """Have it done now, out of turn. False where there is no such thing, or it waits already."""
    if name not in {one.name for one in jobs.periodic()}:
        return False
    with transaction():
        audit.record("schedule_run", "schedule", name)
        return jobs.add(name, {"due": clock.now().isoformat()}, key=name)
