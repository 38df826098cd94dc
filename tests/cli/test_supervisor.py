"""Children are kept running, and all of them stop together. The children here are tiny programs."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from expo.cli import supervisor
from expo.cli.supervisor import Child

SLEEP = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def a_child(code: str, *arguments: str) -> Child:
    return Child("child", [sys.executable, "-c", code, *arguments])


class Kept:
    """Children that are being kept running in a thread."""

    def __init__(self, *children: Child) -> None:
        self.children, self.stop = children, Event()
        self.result: int | None = None
        self.thread = Thread(target=self._keep)
        self.thread.start()

    def _keep(self) -> None:
        self.result = supervisor.keep_running(self.children, stop=self.stop)

    def pid(self, which: int = 0, *, other_than: int = 0) -> int:
        """The process of a child, as soon as there is one."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            process = self.children[which].process
            if process is not None and process.pid != other_than:
                return process.pid
            time.sleep(0.02)
        raise AssertionError("the child did not start")

    def end(self) -> int | None:
        self.stop.set()
        self.thread.join(30)
        return self.result


@pytest.fixture
def keeping() -> Iterator[list[Kept]]:
    all_: list[Kept] = []
    yield all_
    for kept in all_:
        kept.end()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid: int) -> bool:
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_a_child_that_is_killed_is_started_again_at_once(keeping):
    kept = Kept(a_child(SLEEP))
    keeping.append(kept)
    first = kept.pid()

    os.kill(first, signal.SIGKILL)

    assert alive(kept.pid(other_than=first))


def test_the_others_go_on_meanwhile(keeping):
    kept = Kept(a_child(SLEEP), a_child(SLEEP))
    keeping.append(kept)
    first, second = kept.pid(0), kept.pid(1)

    os.kill(first, signal.SIGKILL)
    kept.pid(0, other_than=first)

    assert kept.pid(1) == second


def test_all_stop_when_asked_to_and_that_is_no_failure(keeping):
    kept = Kept(a_child(SLEEP), a_child(SLEEP))
    keeping.append(kept)
    pids = [kept.pid(0), kept.pid(1)]

    assert kept.end() == 0
    assert not any(alive(pid) for pid in pids)


def test_a_child_that_does_not_listen_is_killed(keeping, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervisor, "STOP_WITHIN", 0.5)
    kept = Kept(a_child(DEAF))
    keeping.append(kept)
    pid = kept.pid()
    time.sleep(0.5)  # until it no longer listens

    assert kept.end() == 0
    assert not alive(pid)


def test_what_a_killed_child_had_started_goes_with_it(keeping, tmp_path: Path):
    note = tmp_path / "pid"
    parent = (
        "import pathlib, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "time.sleep(600)"
    )
    kept = Kept(a_child(parent, str(note)))
    keeping.append(kept)
    first = kept.pid()
    until = time.monotonic() + 10
    while (not note.exists() or not note.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    grandchild = int(note.read_text())

    os.kill(first, signal.SIGKILL)

    assert gone(grandchild)


def test_a_child_that_never_starts_is_given_up_and_the_others_stop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.05)
    broken, good = a_child("raise SystemExit(3)"), a_child(SLEEP)
    kept = Kept(broken, good)

    kept.thread.join(30)

    assert kept.result == 1
    assert good.process is not None
    assert not alive(good.process.pid)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells children; others do not")
def test_children_go_when_their_supervisor_is_killed(tmp_path: Path):
    note = tmp_path / "pid"
    child = (
        "import os, pathlib, sys, time\n"
        "from expo.cli import supervisor\n"
        "supervisor.end_with_parent()\n"
        "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
        "time.sleep(600)"
    )
    program = (
        "import sys\n"
        "from threading import Event\n"
        "from expo.cli.supervisor import Child, keep_running\n"
        f"keep_running([Child('child', [sys.executable, '-c', {child!r}, sys.argv[1]])], stop=Event())"
    )
    import subprocess

    running = subprocess.Popen([sys.executable, "-c", program, str(note)])
    try:
        until = time.monotonic() + 20
        while (not note.exists() or not note.read_text()) and time.monotonic() < until:
            time.sleep(0.02)
        pid = int(note.read_text())
    finally:
        running.kill()
        running.wait()

    assert gone(pid)
