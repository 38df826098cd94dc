"""What the figures of pages, feeds and search have in common: a fresh database, a large programme, the application
asked as a server asks it, a server asked over the loopback, and how long that took."""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from flask import Flask
from werkzeug.test import EnvironBuilder

from expo import config
from expo.app import create_app
from expo.core import audit, clock, readiness
from expo.core.db import db
from expo.demo import synthetic
from expo.expos.models import Expo
from tests import conftest, databases

ROOMS, DAYS = 60, 35
SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian("expo.app:create_web_worker", factory=True, interface=Interfaces.WSGI, address="127.0.0.1", port=int(sys.argv[1]),
        workers=int(sys.argv[2]), blocking_threads=int(sys.argv[3]), workers_kill_timeout=3, log_enabled=False).serve()
"""
Headers = dict[str, str]


def arguments(said: str | None, **numbers: float) -> argparse.Namespace:
    """The database, and these numbers, each of which can be given otherwise."""
    parser = argparse.ArgumentParser(description=said, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    for name, usual in numbers.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    return parser.parse_args()


@contextmanager
def opened(kind: databases.Kind) -> Iterator[tuple[Flask, str]]:
    """The application on an empty, migrated database of its own, with a context pushed; and the database's URL."""
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(kind, "bench", Path(folder)) as url,
    ):
        app = create_app(config.load({}, database_url=url, **conftest.SETTINGS))
        with app.app_context():
            audit.set_actor("bench")
            command.upgrade(readiness.migrations(), "head")
            yield app, url
            db.session.remove()
            db.engine.dispose()


def large(occurrences: int) -> Expo:
    """A made-up programme of that many occurrences, from today on."""
    size = synthetic.Size(occurrences, ROOMS, DAYS)
    return synthetic.make("large", size, starts_on=clock.now().date(), say=print)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application said to one request."""

    status: int
    tag: str
    body: bytes


def ask(app: Flask, path: str, headers: Headers) -> Answer:
    """One request, without a network."""
    return _call(app, EnvironBuilder(path, base_url="http://localhost", headers=headers).get_environ())


def _call(app: Flask, environ: dict[str, object]) -> Answer:
    said: list[tuple[str, dict[str, str]]] = []

    def start(
        status: str, headers: list[tuple[str, str]], _fault: object = None
    ) -> Callable[[bytes], object]:
        said.append((status, dict(headers)))
        return lambda _data: None

    parts = app.wsgi_app(environ, start)
    body = b"".join(parts)
    close = getattr(parts, "close", None)
    if close:
        close()
    status, headers = said[0]
    return Answer(int(status.split()[0]), headers.get("ETag", ""), body)


def timed(
    app: Flask,
    path: str,
    headers: Headers,
    rounds: int,
    *,
    before: Callable[[], None] | None = None,
    status: int = 200,
) -> tuple[float, float]:
    """Median wall and mean processor time of one request, in milliseconds. Anything else than the status ends it."""
    walls, processor = [], 0.0
    for _round in range(rounds):
        if before:
            before()
        environ = EnvironBuilder(path, base_url="http://localhost", headers=headers).get_environ()
        cpu, wall = time.process_time(), time.perf_counter()
        answer = _call(app, environ)
        walls.append(time.perf_counter() - wall)
        processor += time.process_time() - cpu
        assert answer.status == status, answer.status
    return statistics.median(walls) * 1000, processor / rounds * 1000


@contextmanager
def serving(url: str, *, workers: int, threads: int) -> Iterator[int]:
    """A server on this database; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {f"EXPO_{name.upper()}": str(value) for name, value in conftest.SETTINGS.items()}
    settings |= {"EXPO_DATABASE_URL": url, "EXPO_BASE_URL": f"http://127.0.0.1:{port}"}
    words = [sys.executable, "-c", SERVER, str(port), str(workers), str(threads)]
    server = subprocess.Popen(words, env={**os.environ, **settings})
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def request(port: int, path: str) -> bytes:
    """A page asked for, as it goes over the wire."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n\r\n"
    ).encode()


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
