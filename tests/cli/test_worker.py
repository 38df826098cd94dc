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
from expo.mail import outbox
from expo.mail.models import LetterState


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What jobs of the kind "test" were done."""
    found: list[dict[str, Any]] = []
    monkeypatch.setitem(jobs._handlers, "test", found.append)
    return found


def test_due_jobs_are_done_and_letters_leave(demo_app: Flask, done: list[dict[str, Any]]):
    with transaction():
        jobs.add("test", {"number": 7})
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="x", minutes=20)

    worker.one_round()

    assert done == [{"number": 7}]
    assert db.session.scalars(sa.select(Job.state)).all() == [JobState.DONE]
    assert [each.state for each in outbox.latest()] == [LetterState.SENT]


def test_with_nothing_to_do_a_round_does_nothing(demo_app: Flask):
    assert worker.one_round() == 0


def test_a_database_that_is_away_is_waited_for(
    demo_app: Flask, done: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
):
    with transaction():
        jobs.add("test", {})
    real, stop, tries = worker.one_round, Event(), []

    def away_twice() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))
        did = real()
        stop.set()
        return did

    monkeypatch.setattr(worker, "one_round", away_twice)
    monkeypatch.setattr(worker, "LONGEST_REST", 0.05)
    working = Thread(target=worker.work, args=(demo_app, stop))
    working.start()
    working.join(30)

    assert not working.is_alive()
    assert done == [{}]


def test_a_worker_that_is_told_to_stop_stops(demo_app: Flask):
    stop = Event()
    working = Thread(target=worker.work, args=(demo_app, stop))
    working.start()

    stop.set()
    working.join(10)

    assert not working.is_alive()
