from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import clock, jobs, schedules
from expo.core.db import db, transaction
from expo.core.jobs import Job, JobState, Periodic
from expo.core.schedules import Schedule

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = []
    monkeypatch.setitem(jobs._handlers, "note", notes.append)
    return notes


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch, done: list[dict[str, Any]]) -> Periodic:
    """One periodic job, and no other."""
    one = Periodic("note", timedelta(hours=1), "Notes.")
    monkeypatch.setattr(jobs, "_periodic", {"note": one})
    return one


def the_job() -> Job:
    return db.session.scalars(sa.select(Job).execution_options(populate_existing=True)).one()


def test_a_job_runs_when_it_is_due_and_once(done):
    with transaction():
        jobs.add("note", {"n": 1})
        jobs.add("note", {"n": 2}, at=clock.now() + timedelta(hours=1))

    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert done == [{"n": 1}]


def test_a_job_of_a_transaction_that_fails_was_never_there(done):
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.add("note", {"n": 1})
        raise ZeroDivisionError

    assert jobs.run_due() == 0


def test_a_key_waits_once():
    with transaction():
        assert jobs.add("note", {}, key="expire:7", at=clock.now() + timedelta(hours=1))
        assert not jobs.add("note", {}, key="expire:7")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_a_key_that_runs_may_wait_again_because_it_has_looked_already(monkeypatch):
    added = []

    def add_another(_payload):
        with transaction():
            added.append(jobs.add("note", {}, key="expire:7", at=clock.now() + timedelta(hours=1)))

    monkeypatch.setitem(jobs._handlers, "note", add_another)
    with transaction():
        jobs.add("note", {}, key="expire:7")

    assert jobs.run_due() == 1
    assert added == [True]


def test_a_failing_job_is_tried_again_later_and_keeps_its_error(monkeypatch):
    def fail(_payload):
        raise ValueError("the moon is wrong")

    monkeypatch.setitem(jobs._handlers, "note", fail)
    with transaction():
        jobs.add("note", {})

    assert jobs.run_due() == 1

    job = the_job()
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert job.run_at > clock.now()
    assert "the moon is wrong" in (job.last_error or "")


def test_what_failed_to_the_end_is_shown_and_can_be_tried_again(monkeypatch, done):
    def fail(_payload):
        raise ValueError("the moon is wrong")

    monkeypatch.setattr(jobs, "MOST_ATTEMPTS", 1)
    monkeypatch.setitem(jobs._handlers, "note", fail)
    with transaction():
        jobs.add("note", {"n": 1})
    jobs.run_due()
    assert the_job().state is JobState.FAILED

    monkeypatch.setitem(jobs._handlers, "note", done.append)
    assert jobs.retry(job_id=the_job().id)
    assert not jobs.retry(job_id=the_job().id)
    jobs.run_due()

    assert done == [{"n": 1}]
    assert the_job().state is JobState.DONE


def test_pauses_grow_to_an_hour_and_no_further():
    pauses = [jobs.pause(attempts).total_seconds() for attempts in range(1, jobs.MOST_ATTEMPTS)]

    assert pauses[0] < 3
    assert max(pauses) <= 3600 * 1.05
    assert timedelta(hours=3) < timedelta(seconds=sum(pauses)) < timedelta(hours=6)


def test_a_job_whose_worker_was_killed_is_claimed_again_after_its_lease(done):
    with transaction():
        jobs.add("note", {"n": 1})
    killed_with = jobs._claim()
    assert killed_with is not None
    assert jobs.run_due() == 0

    with transaction():
        db.session.execute(sa.update(Job).values(leased_until=clock.real_now() - timedelta(seconds=1)))

    assert jobs.run_due() == 1
    assert done == [{"n": 1}]


def test_a_lease_of_a_clock_that_was_years_ahead_holds_nothing_back(done):
    with transaction():
        jobs.add("note", {"n": 1})
    jobs._claim()
    with transaction():
        db.session.execute(sa.update(Job).values(leased_until=datetime(2038, 1, 1, tzinfo=UTC)))

    assert jobs.run_due() == 1


def test_a_worker_that_was_too_slow_notes_nothing_over_the_one_that_took_over(done):
    with transaction():
        jobs.add("note", {"n": 1})
    slow = jobs._claim()
    assert slow is not None
    with transaction():
        db.session.execute(sa.update(Job).values(leased_until=clock.real_now() - timedelta(seconds=1)))
    assert jobs._claim() == slow

    jobs._note(slow, error="too slow", attempts=1)

    assert the_job().state is JobState.RUNNING
    assert the_job().last_error is None


def at_once(app: Flask, how_many: int, what: Any) -> list[Any]:
    """The same thing in so many threads at one moment, each with a session of its own."""
    start = Barrier(how_many)

    def one(_number: int) -> Any:
        with app.app_context():
            start.wait(20)
            return what()

    with ThreadPoolExecutor(how_many) as threads:
        return list(threads.map(one, range(how_many)))


def test_four_workers_do_each_job_once(app: Flask, done):
    """Seen red on PostgreSQL where _claim leases without its lock."""
    with transaction():
        for number in range(40):
            jobs.add("note", {"n": number})

    at_once(app, 4, lambda: jobs.run_due(60))

    assert sorted(note["n"] for note in done) == list(range(40))


def test_four_schedulers_make_one_job_of_each_due_time(app: Flask, hourly: Periodic, done):
    """Two keep it: the schedule moves on from the time that was read, and a job of one key waits once."""
    schedules.tick()
    for _hour in range(3):
        with transaction():
            db.session.execute(sa.update(Schedule).values(due_at=clock.now() - timedelta(minutes=1)))

        assert sum(at_once(app, 4, schedules.tick)) == 1
        at_once(app, 4, jobs.run_due)

    assert len(done) == 3


def test_what_was_missed_while_nobody_worked_is_done_once(hourly: Periodic, done):
    schedules.tick()
    with transaction():
        db.session.execute(sa.update(Schedule).values(due_at=clock.now() - timedelta(days=3)))

    assert schedules.tick() == 1
    assert schedules.tick() == 0
    jobs.run_due()

    assert len(done) == 1
    assert db.session.scalars(sa.select(Schedule.due_at)).one() > clock.now()


def test_a_clock_that_was_set_back_does_not_put_off_what_is_periodic(hourly: Periodic):
    schedules.tick()
    with transaction():
        db.session.execute(sa.update(Schedule).values(due_at=clock.now() + timedelta(days=300)))

    assert schedules.tick() == 0
    assert db.session.scalars(sa.select(Schedule.due_at)).one() <= clock.now() + timedelta(hours=1)


@pytest.mark.once
def test_each_night_is_night_in_the_city_also_when_the_clocks_change():
    nightly = Periodic("close", clock_time(3, 30), "Closes the day.")
    saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)

    sunday = nightly.after(saturday)
    monday = nightly.after(sunday)

    assert sunday == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # summer time has begun at two
    assert monday == datetime(2027, 3, 29, 1, 30, tzinfo=UTC)
    assert nightly.after(datetime(2027, 1, 5, 1, tzinfo=UTC)) == datetime(2027, 1, 5, 2, 30, tzinfo=UTC)


@pytest.mark.once
def test_what_is_done_each_night_says_so_in_one_sentence():
    for one in jobs.periodic():
        assert one.meaning.endswith("."), one.name
