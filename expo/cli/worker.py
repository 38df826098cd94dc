"""`expo worker`: does due jobs, hands letters over, sweeps. Any number may run; rows are leased to one at a time."""

from __future__ import annotations

import logging
import os
import time
from threading import Event

import click
from flask import Flask

from expo import config
from expo.app import create_app
from expo.core import clock, idempotency, jobs, limits
from expo.core.db import DatabaseBusy, db
from expo.mail import outbox, post

from . import logs, supervisor

log = logging.getLogger(__name__)

REST = 1.0  # seconds between two looks when there was nothing to do
LONGEST_REST = 30.0  # while the database is away
SWEEP_EVERY = 600.0
AT_A_TIME = 20  # letters or jobs, so that a wish to stop is heard between them


@click.command()
def worker() -> None:
    """Do what waits: due jobs and letters. `expo serve` runs this beside the web."""
    settings = config.load()
    logs.configure(settings.log_level)
    if os.environ.get(supervisor.SUPERVISED):
        supervisor.end_with_parent()
    work(create_app(settings), supervisor.stop_on_signals())


def work(app: Flask, stop: Event) -> None:
    """Work until `stop` is set. A database that is away is waited for; nothing is lost, for all of it is rows."""
    failures = 0
    swept_at = float("-inf")
    while not stop.is_set():
        try:
            with app.app_context():
                if time.monotonic() - swept_at > SWEEP_EVERY:
                    limits.sweep()
                    idempotency.sweep()
                    swept_at = time.monotonic()
                did = one_round()
        except Exception as fault:
            failures += 1
            _say(fault, failures)
            stop.wait(min(LONGEST_REST, 2.0**failures))
            continue
        failures = 0
        if not did:
            stop.wait(REST)


def one_round() -> int:
    """Do what is due now. Returns how much that was."""
    clock.refresh(force=True)
    done = jobs.run_due(AT_A_TIME) + outbox.send_waiting(post.by_settings(), most=AT_A_TIME)
    db.session.remove()
    return done


def _say(fault: Exception, failures: int) -> None:
    if isinstance(fault, DatabaseBusy):
        log.warning("the database is away (try %s): %s", failures, type(fault.orig).__name__)
    else:
        log.exception("a fault in the worker (try %s)", failures)
