"""The worker does what is due, and outlives a database that is away."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.cli import worker
from expo.core import jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job, JobState
from expo.mail import outbox, post, sending
from expo.mail.models import LetterState


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What jobs of the kind "test" were done."""
    found: list[dict[str, Any]] = []
    monkeypatch.setitem(jobs._handlers, "test", found.append)
    return found


def everything_due() -> int:
    """One round of each lane."""
    return worker.JobLane().round() + sending.send_waiting(post.to_nobody, most=worker.AT_A_TIME)


def test_due_jobs_are_done_and_letters_leave(demo_app: Flask, done: list[dict[str, Any]]):
    with transaction():
        jobs.add("test", {"number": 7})
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="x", minutes=20)

    everything_due()

    assert done == [{"number": 7}]
    assert db.session.scalars(sa.select(Job.state)).all() == [JobState.DONE]
    assert [each.state for each in outbox.latest()] == [LetterState.SENT]


def test_with_nothing_to_do_a_round_does_nothing(demo_app: Flask):
    assert everything_due() == 0


def test_a_database_that_is_away_is_waited_for(demo_app: Flask, monkeypatch: pytest.MonkeyPatch):
    stop, tries = Event(), []

    def away_twice() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))
        stop.set()
        return 1

    monkeypatch.setattr(worker, "LONGEST_REST", 0.05)
    working = Thread(target=worker.keep_at, args=(demo_app, stop, away_twice))
    working.start()
    working.join(30)

    assert not working.is_alive()
    assert len(tries) == 3


def test_a_mail_server_that_does_not_answer_keeps_no_job_waiting(
    demo_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    """Seen red with one lane for both."""
    stop, did = Event(), Event()
    monkeypatch.setattr(sending, "send_waiting", lambda _post, most: stop.wait(20))
    monkeypatch.setitem(jobs._handlers, "test", lambda _payload: did.set())
    with transaction():
        jobs.add("test", {})
    working = Thread(target=worker.work, args=(demo_app, stop))
    working.start()

    assert did.wait(15)
    stop.set()
    working.join(30)


def test_a_worker_that_is_told_to_stop_stops(demo_app: Flask):
    stop = Event()
    working = Thread(target=worker.work, args=(demo_app, stop))
    working.start()

    stop.set()
    working.join(10)

    assert not working.is_alive()
