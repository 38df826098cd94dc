from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.core import clock, jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job, JobState

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    notes: list[dict] = []
    monkeypatch.setitem(jobs._handlers, "note", notes.append)
    return notes


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
        jobs.add("note", {}, key="expire:7", at=clock.now() + timedelta(hours=1))
        jobs.add("note", {}, key="expire:7")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def test_a_failing_job_is_tried_again_later_and_keeps_its_error(monkeypatch):
    def fail(_payload):
        raise ValueError("the moon is wrong")

    monkeypatch.setitem(jobs._handlers, "note", fail)
    with transaction():
        jobs.add("note", {})

    assert jobs.run_due() == 1

    job = db.session.scalars(sa.select(Job)).one()
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert job.run_at > clock.now()
    assert "the moon is wrong" in (job.last_error or "")


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
