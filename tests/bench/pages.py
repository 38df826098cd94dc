"""The page figures of SPEC 7: the programme of a day, made anew and from memory; pages a second from two workers.

    python -m tests.bench.pages [--database sqlite|postgresql] [--occurrences 3000] [--rounds 100] [--seconds 4]

The first part calls the application as a server does, in this process and without a network; the second asks a
server with two workers over the loopback, with a client that shares its cores. Prints wall and processor time;
passes or fails nothing. `healthz` is there to compare machines: it answers without looking at anything.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from alembic import command
from flask import Flask
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from expo import config
from expo.app import create_app
from expo.core import audit, readiness
from expo.core.db import db, transaction
from expo.programme import actions as programme
from expo.programme import clashes
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.words import Placement
from tests import conftest, databases
from tests import factories as a
from tests.bench import scan_load

ROOMS, DAYS, TIMES_OF_EACH, SPEAKERS = 60, 35, 10, 300
WORKERS, THREADS, CLIENTS = 2, 4, 16
ABSTRACT = (
    "Följ tre flöden från en lägenhet till gödsel, biogas och rent vatten, och fråga den som byggde det. " * 3
)
SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian("expo.app:create_app", factory=True, interface=Interfaces.WSGI, address="127.0.0.1", port=int(sys.argv[1]),
        workers=int(sys.argv[2]), blocking_threads=int(sys.argv[3]), workers_kill_timeout=3, log_enabled=False).serve()
"""
HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "en"}


def main() -> None:
    asked = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(asked.database, "bench", Path(folder)) as url,
    ):
        app = create_app(config.load({}, database_url=url, **conftest.SETTINGS))
        with app.app_context():
            audit.set_actor("bench")
            command.upgrade(readiness.migrations(), "head")
            paths = _fill(asked.occurrences)
            db.session.remove()
            print(f"{asked.occurrences} occurrences, {ROOMS} rooms, {DAYS} days, {asked.database}")
            _measure(app, {**paths, "healthz": "/healthz"}, asked.rounds)
            db.engine.dispose()
        _serve(url, paths["a day"], asked.seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--occurrences", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=4)
    return parser.parse_args()


def _fill(occurrences: int) -> dict[str, str]:
    """A programme of that size; each session takes place ten times. Returns pages by name."""
    with transaction():
        expo = a.an_expo(slug="large")
        conferences = [a.a_conference(expo, slug=f"conference-{number}") for number in range(12)]
        rooms = [a.a_room(expo, venue=f"Venue {number % 12}") for number in range(ROOMS)]
        speakers = [a.a_speaker(expo).id for _number in range(SPEAKERS)]
        with clashes.together(expo.id):
            for number in range(occurrences // TIMES_OF_EACH):
                _tour(conferences[number % 12], rooms, speakers, number)
        a.publish(expo)
    day = a.tomorrow_at(9).date() + timedelta(days=7)
    return {
        "a day": f"/large/programme?day={day}",
        "a day, in English": f"/large/programme?day={day}&language=en",
        "search": "/large/programme?q=biogas+session",
        "home": "/large/",
        "a conference": "/large/conferences/conference-1",
        "a tour": "/large/sessions/C1-001",
        "speakers": "/large/speakers",
    }


def _tour(conference: a.Conference, rooms: list[a.Room], speakers: list[int], number: int) -> None:
    """One session at its times: spread over the days, each room one thing at a time."""

    def slot(turn: int) -> tuple[a.Room, OccurrenceDraft]:
        place = number * TIMES_OF_EACH + turn
        room = rooms[place // DAYS % ROOMS]
        start = a.tomorrow_at(6) + timedelta(days=place % DAYS, hours=place // (DAYS * ROOMS))
        return room, OccurrenceDraft(start, start + timedelta(minutes=50), room.id, 40, Placement.FIRM)

    room, first = slot(0)
    assert first.starts_at is not None
    tour = a.a_session(
        conference,
        published=False,
        room=room,
        starts_at=first.starts_at,
        minutes=50,
        code=f"{conference.slug[:1].upper()}{number % 12}-{number // 12 + 1:03}",
        track=f"Track {number % 9}",
        abstract=ABSTRACT,
        languages=("sv", "en") if number % 2 else ("sv",),
        sdgs=(11, 13),
    )
    for turn in range(1, TIMES_OF_EACH):
        programme.create_occurrence(session=tour.session, draft=slot(turn)[1])
    programme.bill(
        session=tour.session,
        billings=[Billing(speakers[number % SPEAKERS], "guide", confirmed=True)],
        keep="A bench",
    )


def _measure(app: Flask, paths: dict[str, str], rounds: int) -> None:
    print(
        f"{'':20}{'cold p50':>10}{'cpu':>8}{'warm p50':>10}{'cpu':>8}{'304':>8}  ms{'gzipped':>10}{'plain':>10}  queries"
    )
    for name, path in paths.items():
        forget = app.extensions["pages"].forget
        body, tag = _ask(app, path)
        plain, _tag = _ask(app, path, {"Accept-Encoding": ""})
        cold = _times(lambda path=path: _ask(app, path), rounds, forget)
        warm = _times(lambda path=path: _ask(app, path), rounds * 5)
        same = _times(lambda path=path, tag=tag: _ask(app, path, {"If-None-Match": tag}), rounds * 5)
        forget()
        with _asked() as queries:
            _ask(app, path)
        print(
            f"{name:20}{cold[0]:10.2f}{cold[1]:8.2f}{warm[0]:10.3f}{warm[1]:8.3f}{same[0]:8.3f}    "
            f"{len(body):10,}{len(plain):10,}  {len(queries)}"
        )


def _ask(app: Flask, path: str, headers: dict[str, str] | None = None) -> tuple[bytes, str]:
    environ = EnvironBuilder(path, headers={**HEADERS, **(headers or {})}).get_environ()
    answer: dict[str, str] = {}

    def start(_status: str, given: list[tuple[str, str]], _exc: object = None) -> Callable[[bytes], object]:
        answer.update(given)
        return lambda _data: None

    body = app.wsgi_app(environ, start)
    return b"".join(body), answer.get("ETag", "")


def _times(
    call: Callable[[], object], rounds: int, before: Callable[[], None] | None = None
) -> tuple[float, float]:
    """Median wall and mean processor time of one call, in milliseconds."""
    walls, cpu = [], 0.0
    for _round in range(rounds):
        if before:
            before()
        cpu_began, began = time.process_time(), time.perf_counter()
        call()
        walls.append(time.perf_counter() - began)
        cpu += time.process_time() - cpu_began
    return statistics.median(walls) * 1000, cpu / rounds * 1000


@contextmanager
def _asked() -> Iterator[list[str]]:
    """The statements of a block; those of the bare driver (the stamp) are not among them."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _serve(url: str, path: str, seconds: float) -> None:
    """Warm pages a second from a server with two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {f"EXPO_{name.upper()}": str(value) for name, value in conftest.SETTINGS.items()}
    settings |= {"EXPO_DATABASE_URL": url, "EXPO_BASE_URL": f"http://127.0.0.1:{port}"}
    words = [sys.executable, "-c", SERVER, str(port), str(WORKERS), str(THREADS)]
    server = subprocess.Popen(words, env={**os.environ, **settings})
    try:
        _wait_for(port)
        request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n\r\n"
        ).encode()
        scan_load.run(port, [request] * 2000, clients=CLIENTS)
        pace = scan_load.run(port, [request] * 2000, clients=CLIENTS).per_second
        result = scan_load.run(port, [request] * int(pace * seconds), clients=CLIENTS)
        print(
            f"{WORKERS} workers, {CLIENTS} clients: {result.per_second:,.0f} pages/s, "
            f"p50 {result.percentile(0.5) * 1000:.2f} ms, p99 {result.percentile(0.99) * 1000:.2f} ms, "
            f"{json.dumps(result.answers)}; the client took {result.own_cpu / result.seconds:.0%} of a core"
        )
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int) -> None:
    """Until a worker answers; the port is open before that."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
            asking.sendall(
                f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
            )
            if asking.recv(16).startswith(b"HTTP/1.1"):
                time.sleep(2)  # the other worker
                return
        time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
