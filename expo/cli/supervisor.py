"""Keeps a few processes running: starts them, starts again what dies, stops all when asked to.

Each child leads a group of its own, so that what it started goes with it. On Linux a child is told when its
parent is gone, however that went; elsewhere a killed parent leaves its children to whoever started it.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2  # seconds
QUICK = 10.0  # a child that lived shorter than this did not really start
GIVE_UP_AFTER = 5  # quick deaths in a row
LONGEST_PAUSE = 30.0
STOP_WITHIN = 10.0  # then a child is killed
SUPERVISED = "EXPO_SUPERVISED"  # set for children: somebody looks after you
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One process to keep: what it is called and how it is started."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0
    due_at: float = field(default=0.0)


def keep_running(
    children: Sequence[Child], *, stop: Event, environment: Mapping[str, str] | None = None
) -> int:
    """Run the children until `stop` is set; then stop them. Returns 0, or 1 when one of them cannot be kept."""
    result = 0
    try:
        while not stop.is_set():
            for child in children:
                if not _look_after(child, environment):
                    log.error("%s does not start: giving up", child.name)
                    result = 1
                    stop.set()
            stop.wait(LOOK_EVERY)
    finally:
        _stop(children)
    return result


def _look_after(child: Child, environment: Mapping[str, str] | None) -> bool:
    """Start the child if it does not run. False when it died too quickly too often."""
    now = time.monotonic()
    if child.process is not None:
        code = child.process.poll()
        if code is None:
            return True
        _clear_away(child.process)
        child.process = None
        child.quick_deaths = child.quick_deaths + 1 if now - child.started_at < QUICK else 0
        log.warning("%s ended with %s", child.name, code)
        if child.quick_deaths >= GIVE_UP_AFTER:
            return False
        # The first time at once; then slower and slower.
        child.due_at = now + min(
            LONGEST_PAUSE, 2.0 ** (child.quick_deaths - 1) if child.quick_deaths > 1 else 0
        )
    if now >= child.due_at:
        child.started_at = now
        child.process = subprocess.Popen(  # noqa: S603 - our own programs
            list(child.command), env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
    return True


def _stop(children: Sequence[Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + STOP_WITHIN
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process %s did not stop, so it is killed", process.pid)
        _clear_away(process)


def _clear_away(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child's group, e.g. web workers whose own parent was killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop_on_signals() -> Event:
    """An event that SIGTERM and SIGINT set."""
    stop = Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, lambda _number, _frame: stop.set())
    return stop


def end_with_parent() -> None:
    """Called in a child: ask the kernel for SIGTERM when the parent dies, be it by SIGKILL."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1 and os.getpgrp() == os.getpid():  # it died before we could ask
        sys.exit(0)
