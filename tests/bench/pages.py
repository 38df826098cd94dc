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
from collections import Counter
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
from expo.core import audit, clock, readiness
from expo.core.db import db
from expo.demo import synthetic
from expo.publishing import queries as publishing
from tests import conftest, databases
from tests.bench import scan_load

ROOMS, DAYS = 60, 35
WORKERS, THREADS, CLIENTS = 2, 4, 16
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
    """A made-up programme of that size. Returns pages by name."""
    first = clock.now().date()
    expo = synthetic.make("large", synthetic.Size(occurrences, ROOMS, DAYS), starts_on=first, say=print)
    day = first + timedelta(days=7)
    tours = Counter(item.session_code for item in publishing.items(expo.id))
    return {
        "a day": f"/large/programme?day={day}",
        "a day, in English": f"/large/programme?day={day}&language=en",
        "a day as a grid": f"/large/programme?day={day}&view=grid",
        "a weekend": f"/large/programme?from={day}&to={day + timedelta(days=1)}",
        "a month": f"/large/programme?month={day:%Y-%m}",
        "search": "/large/search?q=biogas+harbour",
        "home": "/large/",
        "a conference": "/large/conferences/conference-1",
        "a tour": f"/large/sessions/{tours.most_common(1)[0][0]}",
        "a goal": "/large/sdgs/11",
        "speakers": "/large/speakers",
    }


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
