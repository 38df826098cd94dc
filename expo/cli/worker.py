"""`expo worker`: does due jobs and hands letters over. Any number may run; rows are leased to one at a time.

Each lane has a thread of its own, so that a mail server that does not answer keeps no hold from ending.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from threading import Event, Thread

import click
from flask import Flask

from expo import config
from expo.app import create_app
from expo.core import clock, heartbeats, jobs, schedules
from expo.core.db import DatabaseBusy
from expo.core.steady import ClockWatch
from expo.mail import post, sending
from expo.webhooks import sending as webhooks

from . import logs, supervisor

log = logging.getLogger(__name__)

REST = 1.0  # seconds between two looks when there was nothing to do
LONGEST_REST = 30.0  # while the database is away
AT_A_TIME = 20  # letters or jobs, so that a wish to stop is heard between them

Round = Callable[[], int]  # does what is due now; returns how much that was


@click.command()
def worker() -> None:
    """Do what waits: due jobs and letters. `expo serve` runs this beside the web."""
    settings = config.load()
    logs.configure(settings)
    if os.environ.get(supervisor.SUPERVISED):
        supervisor.end_with_parent()
    work(create_app(settings), supervisor.stop_on_signals())


def work(app: Flask, stop: Event) -> None:
    """Work until `stop` is set. A database that is away is waited for; nothing is lost, for all of it is rows."""
    with app.app_context():
        send = post.by_settings()
    lanes: dict[str, Round] = {
        "jobs": JobLane().round,
        "webhooks": webhooks.send_due,
        "letters": lambda: sending.send_waiting(send, most=AT_A_TIME),
    }
    threads = [Thread(target=keep_at, args=(app, stop, lane), name=name) for name, lane in lanes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # in short waits, so that the main thread hears signals
            thread.join(1.0)


def keep_at(app: Flask, stop: Event, round_: Round) -> None:
    """One lane: round after round, with a rest when there was nothing, a longer one when it failed."""
    failures = 0
    while not stop.is_set():
        try:
            with app.app_context():
                clock.refresh(force=True)
                did = round_()
        except Exception as fault:
            failures += 1
            _say(fault, failures)
            stop.wait(min(LONGEST_REST, 2.0**failures))
            continue
        failures = 0
        if not did:
            stop.wait(REST)


class JobLane:
    """Jobs and what makes them, as long as the clock is to be believed."""

    def __init__(self, watch: ClockWatch | None = None) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:120]
        self.started_at = clock.real_now()
        self.watch = watch or ClockWatch()
        self._beaten_at = float("-inf")
        self._said = ""

    def round(self) -> int:
        steady = self.watch.steady()
        if self.watch.reason != self._said:
            self._said = self.watch.reason
            log.warning("no jobs: %s", self._said) if self._said else log.warning(
                "the clock is believed again"
            )
            self._beaten_at = float("-inf")
        if time.monotonic() - self._beaten_at > heartbeats.EVERY:
            heartbeats.beat(self.name, started_at=self.started_at, waits=self._said)
            self._beaten_at = time.monotonic()
        if not steady:
            return 0
        return schedules.tick() + jobs.run_due(AT_A_TIME, may_run=self.watch.steady)


def _say(fault: Exception, failures: int) -> None:
    if isinstance(fault, DatabaseBusy):
        log.warning("the database is away (try %s): %s", failures, type(fault.orig).__name__)
    elif isinstance(fault, sending.PostIsAway):
        log.warning("the mail server is away (try %s): %s", failures, fault)
    else:
        log.exception("a fault in the worker (try %s)", failures)
