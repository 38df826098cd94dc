"""`expo demo` from nothing, in processes of its own: it serves, heals, and stops."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Kind, fresh_database

from .running import PATIENCE, Demo, alive, children, free_port

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
    pytest.mark.once,  # the journeys drive a demo of their own on each database
]


@pytest.fixture(scope="module")
def database(database_kind: Kind, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_database(database_kind, f"{worker_id}_demo", tmp_path_factory.mktemp("demo_database")) as url:
        yield url


@pytest.fixture(scope="module")
def demo(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests of this file: making it takes a while."""
    demo = Demo(tmp_path_factory.mktemp("demo"), database)
    try:
        demo.wait_until_it_serves()
        yield demo
    finally:
        demo.stop()


def until(found: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.1)
    return False


def test_it_prints_where_it_is_and_a_login_for_each_role(demo: Demo):
    said = demo.output()

    assert f"{demo.base}/h22/" in said
    for role in ("delegate", "organiser", "finance", "door", "admin"):
        assert f"{role}@demo.example" in said
    assert "Traceback" not in said


def test_the_programme_is_there_and_every_page_says_that_it_is_a_demo(demo: Demo):
    status, page = demo.get("/h22/programme?day=2022-05-31")

    assert status == 200
    assert "Rundtur i RecoLab" in page
    assert 'class="demo"' in page


def test_the_demo_begins_on_the_last_morning_of_may_2022(demo: Demo):
    assert 'datetime="2022-05-31T08:' in demo.get("/demo/")[1]


def test_the_clock_is_set_for_all_processes_within_a_moment(demo: Demo):
    assert demo.post("/demo/clock", "to=tomorrow") == 200

    assert until(lambda: all('datetime="2022-06-01T08:3' in demo.get("/demo/")[1] for _try in range(8)))
    demo.post("/demo/clock", "to=start")


def test_letters_can_be_read(demo: Demo):
    status, page = demo.get("/demo/letters")
    first = re.search(r'href="(/demo/letters/\d+)"', page)

    assert status == 200
    assert first
    assert demo.get(first[1])[0] == 200


def test_other_commands_in_the_folder_speak_to_the_demo(demo: Demo):
    made = demo.expo("token", "create", "--user", "organiser@demo.example", "--scope", "programme:read")
    gates = demo.expo("gate", "list", "--expo", "h22")
    verified = demo.expo("verify")

    assert (made.returncode, gates.returncode, verified.returncode) == (0, 0, 0), (
        made.stderr + verified.stdout
    )
    assert len(made.stdout.splitlines()[-1]) == 43
    assert "Gate 1 Hamntorget" in gates.stdout


def test_a_worker_that_is_killed_is_replaced(demo: Demo):
    worker = demo.child("worker")
    assert worker is not None

    os.kill(worker, signal.SIGKILL)

    assert until(lambda: demo.child("worker") not in (None, worker))
    assert demo.get("/healthz")[0] == 200


def test_a_web_server_that_is_killed_is_replaced_and_leaves_nobody_behind(demo: Demo):
    web = demo.child("web")
    assert web is not None
    servers = children(web)

    os.kill(web, signal.SIGKILL)

    assert until(lambda: demo.child("web") not in (None, web))
    demo.wait_until_it_serves()
    assert until(lambda: not any(alive(pid) for pid in servers))


def test_a_second_demo_on_the_same_port_is_refused(demo: Demo, tmp_path: Path):
    other = Demo(tmp_path, "sqlite:///other.db", demo.port)

    assert other.process.wait(PATIENCE) == 1
    assert "Choose another:  --port" in other.output()
    assert not (tmp_path / "other.db").exists()


def test_it_stops_within_seconds_and_starts_again_with_everything_there(demo: Demo, database: str):
    everybody = [demo.process.pid, *children(demo.process.pid)]

    code, took = demo.stop(signal.SIGTERM)

    assert code == 0
    assert took < 12
    assert not any(alive(pid) for pid in everybody)
    again = Demo(demo.folder, database, free_port())
    try:
        again.wait_until_it_serves()
        assert "Loading" not in again.output()
        code, _took = again.stop(signal.SIGINT)
        assert code == 0
    finally:
        again.process.kill()
