"""The scan figure of SPEC 7: full verdict, durable, one row per scan, against a bare insert in the same run.

    python -m tests.bench.scan [--database sqlite|postgresql] [--earlier 1000000] [--scans 3000] [--clients 32]

Both applications run under granian with the same workers and threads on a database of the same make and
durability, one after the other, in turns. Prints numbers; passes or fails nothing. The load client shares the
machine's cores with server and database, so ratios and CPU per request say more than requests per second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import command

from expo import config
from expo.accounts.models import Person
from expo.app import create_app
from expo.badge import code
from expo.badge.models import Badge, BadgeState
from expo.checkin.models import Entitlement, Scan
from expo.core import clock, readiness
from expo.core.db import db, is_sqlite, transaction
from expo.registration.models import Registration, RegistrationState
from tests import conftest, databases
from tests import factories as a
from tests.bench import scan_load
from tests.checkin import doors

PATH = "/api/v1/door/scans"
BATCH = 500
SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian(sys.argv[1], factory=True, interface=Interfaces.WSGI, address="127.0.0.1", port=int(sys.argv[2]),
        workers=int(sys.argv[3]), blocking_threads=int(sys.argv[4]), workers_kill_timeout=3,
        log_enabled=False).serve()
"""


@dataclass
class House:
    """A filled database: one gate with its scanner, and codes that have not been scanned yet."""

    gate_id: int
    token: str
    codes: list[str]

    def scans(self, count: int) -> list[dict[str, Any]]:
        taken, self.codes = self.codes[:count], self.codes[count:]
        if len(taken) < count:
            raise SystemExit("not enough badges for this many rounds")
        return [
            {
                "id": str(uuid.uuid4()), "code": read, "gate": str(self.gate_id), "direction": "in",
                "scanned_at": "2022-05-31T10:41:00+02:00", "offline": False,
            }
            for read in taken
        ]  # fmt: skip


def main() -> None:
    options = _options()
    for kind in (options.database,) if options.database else ("sqlite", "postgresql"):
        run(kind, options)


def run(kind: str, options: argparse.Namespace) -> None:
    with _database(kind) as url:
        app = create_app(config.load({}, database_url=url, **conftest.SETTINGS))
        with app.app_context():
            command.upgrade(readiness.migrations(), "head")
            needed = options.rounds * (2 * options.scans + options.batches * BATCH) + options.scans
            house = _fill(needed)
            _earlier(options.earlier, house)
            postmaster = _postmaster()
            db.session.remove()
            db.engine.dispose()
        _measure(kind, options, url, house, postmaster)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="else both")
    parser.add_argument("--earlier", type=int, default=0, help="scans stored before the first one")
    parser.add_argument("--scans", type=int, default=3000, help="single scans in each round")
    parser.add_argument("--batches", type=int, default=8, help="batches of 500 in each round")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


@contextlib.contextmanager
def _database(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if kind == "postgresql" and not os.environ.get("TEST_POSTGRES_URL"):
            os.environ["TEST_POSTGRES_URL"] = stack.enter_context(databases._with_postgres().server())
        chosen: databases.Kind = "sqlite" if kind == "sqlite" else "postgresql"
        yield stack.enter_context(databases.fresh_database(chosen, "bench", Path(folder)))


def _fill(count: int) -> House:
    """So many people with a badge that opens one zone, written in bulk."""
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference))
    _device, token = doors.a_device(gate)
    first = doors.a_delegate(conference)
    ticket = db.session.scalars(sa.select(Registration)).one().ticket_type_id
    expo_id, conference_id, zone_id, now = conference.expo_id, conference.id, gate.zone_id, clock.now()
    start = first.id + 1
    numbers = range(start, start + count)
    randoms = {number: code.new_random() for number in numbers}
    with transaction():
        _insert(Person, [
            {"id": n, "expo_id": expo_id, "name": f"Delegate {n}", "folded_name": f"delegate {n}",
             "created_at": now} for n in numbers
        ])  # fmt: skip
        _insert(Registration, [
            {"id": n, "expo_id": expo_id, "conference_id": conference_id, "ticket_type_id": ticket,
             "person_id": n, "code": f"B{n}", "state": RegistrationState.CONFIRMED, "state_since": now,
             "submitted_at": now} for n in numbers
        ])  # fmt: skip
        _insert(Entitlement, [
            {"expo_id": expo_id, "person_id": n, "registration_id": n, "zone_id": zone_id,
             "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)} for n in numbers
        ])  # fmt: skip
        _insert(Badge, [
            {"id": n, "expo_id": expo_id, "person_id": n, "random": randoms[n], "size": 1,
             "spoken_digest": secrets.token_bytes(32), "state": BadgeState.ACTIVE, "issued_at": now,
             "reason": ""} for n in numbers
        ])  # fmt: skip
        db.session.execute(sa.text(
            "CREATE TABLE bare_scans (id VARCHAR(36) PRIMARY KEY, gate_id INTEGER, code VARCHAR(64),"
            " direction VARCHAR(8), scanned_at VARCHAR(40))"
        ))  # fmt: skip
    return House(gate.id, token, [code.make(n, randoms[n]) for n in numbers])


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), 10_000):
        db.session.execute(sa.insert(model), rows[at : at + 10_000])


def _earlier(count: int, house: House) -> None:
    """Scans of days gone by, in both tables."""
    expo_id, device_id, now = db.session.execute(sa.text("SELECT expo_id, id, created_at FROM devices")).one()
    gate = house.gate_id
    for at in range(0, count, 20_000):
        size = min(20_000, count - at)
        ids = [str(uuid.uuid4()) for _scan in range(size)]
        with transaction():
            db.session.execute(sa.insert(Scan), [
                {"id": scan_id, "expo_id": expo_id, "gate_id": gate, "device_id": device_id, "direction": "in",
                 "count": 1, "scanned_at": clock.now(), "received_at": clock.now() - timedelta(days=2),
                 "offline": False, "verdict": "refused", "reason": "unknown_code", "moved": 0,
                 "period": "2022-05-29", "fingerprint": b"-" * 16} for scan_id in ids
            ])  # fmt: skip
            db.session.execute(
                sa.text(
                    "INSERT INTO bare_scans (id, gate_id, code, direction, scanned_at) VALUES (:id, :gate, 'x', 'in', 'x')"
                ),
                [{"id": scan_id, "gate": gate} for scan_id in ids],
            )
    del now
    if count and not is_sqlite():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))


@contextlib.contextmanager
def _served(application: str, options: argparse.Namespace, **environment: str) -> Iterator[tuple[int, int]]:
    """Port and process id of a server with this application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    given = [application, str(port), str(options.workers), str(options.threads)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, *given], env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    # The port is open before a worker can answer; a busy machine takes its time to import the application.
    for _try in range(120):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if asking.recv(16).startswith(b"HTTP/1.1"):
                time.sleep(2.0)  # the other worker
                return
        time.sleep(0.5)
    raise SystemExit("the server did not start")


def _cpu(pid: int | None) -> float:
    """CPU seconds of a process and its children."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid:
                total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def _postmaster() -> int | None:
    """The process whose children are PostgreSQL's connections; None on SQLite, which works in ours."""
    if is_sqlite():
        return None
    backend = int(db.session.scalar(sa.text("SELECT pg_backend_pid()")) or 0)
    stat = Path(f"/proc/{backend}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _measure(kind: str, options: argparse.Namespace, url: str, house: House, postmaster: int | None) -> None:
    expo = {
        "EXPO_DATABASE_URL": url, "EXPO_SECRET_KEY": conftest.SETTINGS["secret_key"],
        "EXPO_BASE_URL": "http://localhost", "EXPO_MAIL_URL": conftest.SETTINGS["mail_url"],
        "EXPO_MAIL_FROM": conftest.SETTINGS["mail_from"],
    }  # fmt: skip
    bare_url = url if url.startswith("sqlite") else url.replace("postgresql+psycopg", "postgresql")
    rates: dict[str, list[float]] = {"bare": [], "scan": [], "batch": []}
    print(
        f"{kind}, {options.earlier:,} earlier scans, {options.workers} workers x "
        f"{options.threads} threads, {options.clients} clients, load average {os.getloadavg()[0]:.1f}"
    )
    with (
        _served("tests.bench.scan_bare:create_app", options, BARE_DATABASE=bare_url) as bare,
        _served("expo.app:create_web_worker", options, **expo) as real,
    ):
        for port, _pid in (bare, real):  # warm: caches, prepared statements, connections
            _single(port, house, house.scans(options.scans // 4), options.clients)
        for _round in range(options.rounds):
            for name, (port, pid) in (("bare", bare), ("scan", real)):
                before, base = _cpu(pid), _cpu(postmaster)
                result = _single(port, house, house.scans(options.scans), options.clients)
                rates[name].append(result.per_second)
                _say(name, result, _cpu(pid) - before, _cpu(postmaster) - base)
            batches = [
                scan_load.request(PATH, house.token, orjson.dumps({"scans": house.scans(BATCH)}))
                for _batch in range(options.batches)
            ]
            result = scan_load.run(real[0], batches, clients=4, words=(b"admitted",))
            rates["batch"].append(result.answers["admitted"] / result.seconds)
            print(f"  batch  {rates['batch'][-1]:8,.0f} scans/s   {dict(result.answers)}")
    ratios = [scan / bare_ for scan, bare_ in zip(rates["scan"], rates["bare"], strict=True)]
    print(
        f"scan {max(rates['scan']):,.0f}/s best, bare {max(rates['bare']):,.0f}/s best, "
        f"ratio {statistics.median(ratios):.0%} (median of {len(ratios)}), "
        f"batches {max(rates['batch']):,.0f} scans/s best"
    )


def _single(port: int, house: House, sent: list[dict[str, Any]], clients: int) -> scan_load.Result:
    requests = [scan_load.request(PATH, house.token, orjson.dumps(scan)) for scan in sent]
    return scan_load.run(port, requests, clients=clients, words=(b'"admitted"',))


def _say(name: str, result: scan_load.Result, cpu: float, database: float) -> None:
    count = len(result.times)
    print(
        f"  {name:5} {result.per_second:9,.0f}/s   p50 {result.percentile(0.5) * 1e3:5.1f} ms   "
        f"p99 {result.percentile(0.99) * 1e3:6.1f} ms   server {cpu / count * 1e6:4.0f} us CPU each + "
        f"{database / count * 1e6:.0f} of the database   "
        f"client {result.own_cpu / count * 1e6:3.0f} us   {dict(result.answers)}"
    )


if __name__ == "__main__":
    main()
