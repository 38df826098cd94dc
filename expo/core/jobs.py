"""Work for later, as rows: written in the transaction that causes it, done by the worker, kept when it failed.

A handler may run more than once (the worker can be killed between doing and noting), so it must be idempotent.
What is done again and again is named with `@every`; `core/schedules.py` makes a job of it when its time has come.

Why rows of our own and not a library: a job has to appear with its cause or not at all. huey, rq and dramatiq
queue over a connection of their own, so a crash between the two commits loses a letter or sends one that nothing
caused; what they would add to an outbox is a second queue. procrastinate and pgqueuer write in our transaction,
on PostgreSQL alone. What is left to write ourselves is one statement that leases and one that notes.
"""

from __future__ import annotations

import enum
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from . import audit, clock
from .db import (
    Base,
    Id,
    Json,
    Moment,
    add_unless_there,
    choice,
    choice_check,
    db,
    execute,
    is_sqlite,
    partial_index,
    transaction,
)

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # a claimed job that was not finished by then is claimed again
LONGEST_LEASE = timedelta(hours=6)
MOST_ATTEMPTS = 14
LONGEST_PAUSE = timedelta(hours=1)  # between two attempts; with fourteen of them that is half a working day
KEPT = timedelta(days=14)  # what is done


class JobState(enum.StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
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
    # Also the number of the lease: what a worker notes counts only while nobody has claimed the job after it.
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)


Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_leases: dict[str, timedelta] = {}


def handler(kind: str, *, lease: timedelta = LEASE) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of this kind. One that may take longer than five minutes says so by its
    lease: until then nobody else takes the job for abandoned."""
    if lease > LONGEST_LEASE:
        raise ValueError(f"{kind}: split what takes longer than {LONGEST_LEASE}")

    def keep(function: Handler) -> Handler:
        _handlers[kind] = function
        _leases[kind] = lease
        return function

    return keep


@dataclass(frozen=True, slots=True)
class Periodic:
    """What is done again and again: each `period`, or each day at that time of the city."""

    name: str
    rhythm: timedelta | time
    meaning: str
    after_restore: bool = False

    @property
    def kind(self) -> str:
        """Of the jobs that do it."""
        return self.name

    def after(self, moment: datetime) -> datetime:
        """The first time that is later than the moment. Periods are counted from 1970, so that a restart does not
        put them off; a time of day that a change of clocks leaves out comes an hour later."""
        if isinstance(self.rhythm, timedelta):
            start = datetime(1970, 1, 1, tzinfo=UTC)
            return start + ((moment - start) // self.rhythm + 1) * self.rhythm
        zone = ZoneInfo(current_app.config["EXPO"].time_zone)
        day = moment.astimezone(zone).date()
        due = datetime.combine(day, self.rhythm, zone)
        return (
            due if due > moment else datetime.combine(day + timedelta(days=1), self.rhythm, zone)
        ).astimezone(UTC)


_periodic: dict[str, Periodic] = {}


def every(
    name: str, rhythm: timedelta | time, *, lease: timedelta = LEASE, after_restore: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have a function done each so often, or each day at this time of the city (EXPO_TIME_ZONE): once per due time,
    however many workers there are. What was missed while nobody worked is done once, not once for each time.

    Its name stands in the database; its docstring's first line is what administrators read. `after_restore`: also at
    once after a backup was restored, for what the restored database must not keep (erased people).
    """

    def keep(function: Callable[[], None]) -> Callable[[], None]:
        meaning = (function.__doc__ or name).strip().partition("\n")[0]
        _periodic[name] = Periodic(name, rhythm, meaning, after_restore)
        handler(name, lease=lease)(lambda _payload: function())
        return function

    return keep


def periodic() -> list[Periodic]:
    """All that is done again and again, by name."""
    return sorted(_periodic.values(), key=lambda one: one.name)


def run_after_restore() -> list[str]:
    """Do what is due at once after a restore, here and now. Returns the names."""
    done = [one.name for one in periodic() if one.after_restore]
    for name in done:
        with audit.acting(f"job:{name}"):
            _handlers[name]({})
    return done


def add(kind: str, payload: dict[str, Any], *, at: datetime | None = None, key: str | None = None) -> bool:
    """Put a job into the running transaction. With a key that is already waiting, nothing is added: False. One of
    that key which is running does not count, for it may have looked already."""
    job = Job(kind=kind, key=key, payload=payload, run_at=at or clock.now())
    if key is None:
        db.session.add(job)
        return True
    waiting = sa.select(Job.id).where(Job.key == key, Job.state == JobState.WAITING)
    # Shared, so that on PostgreSQL no worker takes it before what it is to find is committed.
    if db.session.scalar(waiting.with_for_update(read=True)) is not None:
        return False
    return add_unless_there(job)


def run_due(limit: int = 50, *, may_run: Callable[[], bool] = lambda: True) -> int:
    """Do what is due, one job at a time, for as long as `may_run` says so. Returns how many were tried."""
    tried = 0
    while tried < limit and may_run():
        job_id = _claim()
        if job_id is None:
            break
        tried += 1
        _run(job_id)
    return tried


def _claim() -> int | None:
    """Lease the next due job, so that two workers never do the same one at the same time."""
    now = clock.real_now()
    due = sa.or_(
        sa.and_(Job.state == JobState.WAITING, Job.run_at <= clock.now()),
        # Its worker was killed; or it was leased by a clock that was wrong and has been set right since.
        sa.and_(
            Job.state == JobState.RUNNING,
            sa.or_(Job.leased_until < now, Job.leased_until > now + LONGEST_LEASE),
        ),
    )
    next_one = sa.select(Job.id, Job.kind).where(due).order_by(Job.run_at, Job.id).limit(1)
    # Looked at without a lock first: a worker at rest keeps no other writer waiting.
    if db.session.execute(next_one).first() is None:
        db.session.rollback()
        return None
    with transaction():
        if not is_sqlite():
            next_one = next_one.with_for_update(skip_locked=True)
        found = db.session.execute(next_one).first()
        if found is None:
            return None
        execute(
            sa.update(Job)
            .where(Job.id == found.id)
            .values(
                state=JobState.RUNNING,
                leased_until=now + _leases.get(found.kind, LEASE),
                attempts=Job.attempts + 1,
            )
        )
        job_id: int = found.id
        return job_id


def _run(job_id: int) -> None:
    job = db.session.get_one(Job, job_id, populate_existing=True)
    kind, payload, attempts = job.kind, dict(job.payload), job.attempts
    try:
        with audit.acting(f"job:{kind}"):
            _handlers[kind](payload)
    except Exception as fault:  # the worker must live on, whatever one job does
        db.session.rollback()
        log.exception("job %s (%s) failed at attempt %s", job_id, kind, attempts)
        _note(job_id, error=f"{type(fault).__name__}: {fault}", attempts=attempts)
    else:
        _note(job_id, error=None, attempts=attempts)


def _note(job_id: int, *, error: str | None, attempts: int) -> None:
    """Write down how it went, unless somebody else has claimed the job meanwhile: then they will."""
    mine = (Job.id == job_id, Job.state == JobState.RUNNING, Job.attempts == attempts)
    over = {"leased_until": None, "last_error": error, "finished_at": clock.now()}
    with transaction():
        if error is None:
            execute(sa.update(Job).where(*mine).values(state=JobState.DONE, **over))
        elif attempts >= MOST_ATTEMPTS or not _wait_again(mine, error, attempts):
            execute(sa.update(Job).where(*mine).values(state=JobState.FAILED, **over))


def _wait_again(mine: tuple[sa.ColumnElement[bool], ...], error: str, attempts: int) -> bool:
    """Back into the queue, later and later. False where one of the same key waits there already and will do it."""
    later = clock.now() + pause(attempts)
    try:
        with db.session.begin_nested():
            execute(
                sa.update(Job)
                .where(*mine)
                .values(state=JobState.WAITING, leased_until=None, last_error=error, run_at=later)
            )
    except sa.exc.IntegrityError:
        return False
    return True


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: two seconds, doubled each time, at most an hour; a tenth by chance,
    so that what failed together does not come again together."""
    return min(LONGEST_PAUSE, timedelta(seconds=2**attempts)) * random.uniform(0.95, 1.05)  # noqa: S311


def retry(*, job_id: int) -> bool:
    """Have a failed job tried once more, from the beginning. False where it is not failed, or one of its key waits."""
    with transaction():
        try:
            with db.session.begin_nested():
                again = execute(
                    sa.update(Job)
                    .where(Job.id == job_id, Job.state == JobState.FAILED)
                    .values(state=JobState.WAITING, attempts=0, run_at=clock.now(), finished_at=None)
                )
        except sa.exc.IntegrityError:
            return False
        if again:
            audit.record("job_retried", "job", job_id)
    return bool(again)


@every("sweep_jobs", timedelta(hours=6))
def sweep() -> None:
    """Forgets jobs that were done two weeks ago."""
    with transaction():
        execute(sa.delete(Job).where(Job.state == JobState.DONE, Job.finished_at < clock.now() - KEPT))
