"""What waits, runs and has failed: for the page of those who run the installation, and for its measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from . import clock, jobs
from .db import db
from .jobs import Job, JobState, Periodic
from .schedules import Schedule


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many jobs stand where. `late_since` is when the one that is overdue the longest was due."""

    due: int
    later: int
    running: int
    failed: int
    late_since: datetime | None


def counts() -> Backlog:
    """One query, over what is not done."""
    now = clock.now()
    due = sa.and_(Job.state == JobState.WAITING, Job.run_at <= now)
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.case((due, 1))),
            sa.func.count(sa.case((sa.and_(Job.state == JobState.WAITING, Job.run_at > now), 1))),
            sa.func.count(sa.case((Job.state == JobState.RUNNING, 1))),
            sa.func.count(sa.case((Job.state == JobState.FAILED, 1))),
            sa.func.min(sa.case((due, Job.run_at))),
        ).where(Job.state != JobState.DONE)
    ).one()
    return Backlog(*row)


def failed(most: int = 100) -> list[Job]:
    """Those that were given up, newest first."""
    return list(
        db.session.scalars(
            sa.select(Job).where(Job.state == JobState.FAILED).order_by(Job.id.desc()).limit(most)
        )
    )


def next_up(most: int = 20) -> list[Job]:
    """What runs, then what comes next."""
    return list(
        db.session.scalars(
            sa.select(Job)
            .where(Job.state.in_([JobState.RUNNING, JobState.WAITING]))
            .order_by(Job.state, Job.run_at, Job.id)
            .limit(most)
        )
    )


def rhythms() -> list[tuple[Periodic, Schedule | None]]:
    """What is done again and again, with its times; without where no worker has seen it yet."""
    known = {one.name: one for one in db.session.scalars(sa.select(Schedule))}
    return [(one, known.get(one.name)) for one in jobs.periodic()]
