"""Work for later, as rows: written in the transaction that causes it, done by the worker, kept when it failed.

A handler may run more than once (the worker can be killed between doing and noting), so it must be idempotent.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock
from .db import Base, Id, Json, Moment, choice, choice_check, db, is_sqlite, partial_index, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # a claimed job that was not finished by then is claimed again
MOST_ATTEMPTS = 10


class JobState(enum.StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One thing to do at or after `run_at` (the expo's time). `key` makes it unique while it waits."""

    __tablename__ = "jobs"
    __table_args__ = (
        choice_check("state", JobState),
        sa.Index("ix_jobs_due", "state", "run_at"),
        partial_index("uq_jobs_key_waiting", "key", where="state = 'waiting'"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str | None] = mapped_column(sa.String(120))
    payload: Mapped[Json]
    run_at: Mapped[Moment]
    state: Mapped[JobState] = choice(JobState, default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)


Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of this kind."""

    def keep(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return keep


def add(kind: str, payload: dict[str, Any], *, at: datetime | None = None, key: str | None = None) -> None:
    """Put a job into the running transaction. With a key that is already waiting, nothing is added."""
    if key is not None:
        waiting = sa.select(Job.id).where(Job.key == key, Job.state == JobState.WAITING)
        if db.session.scalar(waiting) is not None:
            return
    db.session.add(Job(kind=kind, key=key, payload=payload, run_at=at or clock.now()))


def run_due(limit: int = 50) -> int:
    """Do what is due, one job at a time. Returns how many were tried."""
    tried = 0
    while tried < limit:
        job_id = _claim()
        if job_id is None:
            break
        tried += 1
        _run(job_id)
    return tried


def _claim() -> int | None:
    """Lease the next due job, so that two workers never do the same one at the same time."""
    with transaction():
        due = (
            sa.select(Job.id)
            .where(
                Job.state == JobState.WAITING,
                Job.run_at <= clock.now(),
                sa.or_(Job.leased_until.is_(None), Job.leased_until < clock.real_now()),
            )
            .order_by(Job.run_at, Job.id)
            .limit(1)
        )
        if not is_sqlite():
            due = due.with_for_update(skip_locked=True)
        job_id = db.session.scalar(due)
        if job_id is not None:
            db.session.execute(
                sa.update(Job)
                .where(Job.id == job_id)
                .values(leased_until=clock.real_now() + LEASE, attempts=Job.attempts + 1)
            )
        return job_id


def _run(job_id: int) -> None:
    job = db.session.get_one(Job, job_id)
    kind, payload, attempts = job.kind, dict(job.payload), job.attempts
    try:
        with audit.acting(f"job:{kind}"):
            _handlers[kind](payload)
    except Exception as fault:  # the worker must live on, whatever one job does
        log.exception("job %s (%s) failed at attempt %s", job_id, kind, attempts)
        db.session.rollback()
        _note(job_id, error=f"{type(fault).__name__}: {fault}", attempts=attempts)
    else:
        _note(job_id, error=None, attempts=attempts)


def _note(job_id: int, *, error: str | None, attempts: int) -> None:
    with transaction():
        job = db.session.get_one(Job, job_id)
        job.leased_until = None
        job.last_error = error
        if error is None:
            job.state, job.finished_at = JobState.DONE, clock.now()
        elif attempts >= MOST_ATTEMPTS:
            job.state, job.finished_at = JobState.FAILED, clock.now()
        else:
            job.run_at = clock.now() + timedelta(seconds=2**attempts)
