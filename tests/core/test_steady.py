"""A clock that jumps lets nothing lapse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from expo.cli.worker import JobLane
from expo.core import clock, heartbeats, jobs
from expo.core.db import transaction
from expo.core.steady import AFTER_JUMP, AFTER_START, ClockWatch

pytestmark = pytest.mark.usefixtures("app")

START = datetime(2027, 5, 30, 8, tzinfo=UTC)


class Machine:
    """A machine whose clock can be set, and a database server with its own."""

    def __init__(self) -> None:
        self.passed, self.set_by = timedelta(0), timedelta(0)
        self.database: datetime | None = None

    def watch(self) -> ClockWatch:
        return ClockWatch(
            wall=lambda: START + self.passed + self.set_by,
            passed=lambda: self.passed,
            of_database=lambda: self.database,
        )


def test_time_that_passes_evenly_is_believed_also_after_the_machine_slept():
    machine = Machine()
    watch = machine.watch()
    assert watch.steady()

    machine.passed += timedelta(hours=9)

    assert watch.steady()


def test_a_clock_that_jumps_ahead_is_waited_for_until_it_comes_back():
    machine = Machine()
    watch = machine.watch()
    watch.steady()

    machine.set_by = timedelta(days=3650)
    assert not watch.steady()
    machine.passed += timedelta(minutes=30)
    assert not watch.steady()
    assert "ahead" in watch.reason

    machine.set_by = timedelta(0)
    assert watch.steady()


def test_a_clock_that_was_wrong_before_is_believed_after_hours():
    machine = Machine()
    watch = machine.watch()
    watch.steady()
    machine.set_by = timedelta(hours=2)
    assert not watch.steady()

    machine.passed += AFTER_JUMP

    assert watch.steady()


def test_an_administrator_may_say_that_the_clock_is_right():
    heartbeats.beat("here:1", started_at=clock.real_now(), waits="")
    machine = Machine()
    watch = machine.watch()
    watch.steady()
    machine.set_by = timedelta(days=30)
    assert not watch.steady()

    heartbeats.confirm_clock()

    assert watch.steady()


def test_a_machine_that_was_off_for_long_waits_until_the_network_has_told_it_the_time():
    heartbeats.beat("here:1", started_at=clock.real_now(), waits="")
    machine = Machine()
    machine.set_by = timedelta(days=5000)
    watch = machine.watch()

    assert not watch.steady()
    machine.passed += AFTER_START
    assert watch.steady()


def test_a_clock_that_differs_from_the_databases_is_never_believed():
    machine = Machine()
    machine.database = START
    watch = machine.watch()
    assert watch.steady()

    machine.set_by = timedelta(minutes=5)
    assert not watch.steady()
    machine.passed += AFTER_JUMP
    machine.database = START + machine.passed
    assert not watch.steady()
    assert "database" in watch.reason

    machine.database += timedelta(minutes=5)
    machine.passed += timedelta(seconds=11)
    machine.database += timedelta(seconds=11)
    assert watch.steady()


def test_a_jump_lets_no_hold_lapse(monkeypatch: pytest.MonkeyPatch):
    """Seen red with a lane that runs jobs without asking its watch."""
    lapsed: list[dict[str, Any]] = []
    monkeypatch.setitem(jobs._handlers, "lapse", lapsed.append)
    machine = Machine()
    lane = JobLane(machine.watch())
    lane.round()
    with transaction():
        for number in range(50):
            jobs.add("lapse", {"hold": number}, at=clock.now() + timedelta(days=1))

    # The same jump for the watch and for what decides whether a job is due.
    machine.set_by = timedelta(days=400)
    monkeypatch.setattr(clock, "_offset", timedelta(days=400))
    assert lane.round() == 0
    assert lapsed == []

    machine.set_by = timedelta(0)
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    lane.round()
    assert lapsed == []


def test_a_worker_that_waits_says_why_where_administrators_look():
    machine = Machine()
    lane = JobLane(machine.watch())
    lane.round()
    assert [worker.waits for worker in heartbeats.workers()] == [""]

    machine.set_by = timedelta(days=1)
    lane.round()

    assert ["ahead" in worker.waits for worker in heartbeats.workers()] == [True]
