"""Statements on the driver's own cursor, for the one path where queues wait.

A scan is three small statements. Through the session and Core's execution layer they cost seven times what a
bare insert does, nearly all of it Python; compiled once and run on the cursor they cost half as much again
(`python -m tests.bench.scan`). So the statements stay Core, written once for both databases, and only their
running is short. Everything else in the house goes through `expo.core.db`.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any
from weakref import WeakKeyDictionary

from flask import current_app
from sqlalchemy import create_engine
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import OperationalError

from expo.core.db import MomentType, db, in_transaction

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement as one database's driver takes it."""

    sql: str
    # Values in the order of the marks, with gaps for what is given each time: place, name, conversion.
    values: tuple[Any, ...]
    given: tuple[tuple[int, str, _Convert | None], ...]
    # PostgreSQL's driver takes them by name.
    names: tuple[str, ...] | None
    row: Callable[[Any], Any] | None
    convert: tuple[tuple[int, _Convert], ...]


class Prepared:
    """A Core statement, compiled when it is first run and kept. `columns` are those that an insert fills."""

    def __init__(self, *statements: Any, columns: tuple[str, ...] | None = None) -> None:
        # One statement for both databases, or SQLite's and PostgreSQL's where they differ.
        self._statements = statements
        self._columns = columns
        self._ready: dict[str, _Ready] = {}

    def ready(self, dialect: Dialect) -> _Ready:
        found = self._ready.get(dialect.name)
        if found is None:
            found = self._ready[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> _Ready:
        statement = self._statements[0 if dialect.name == "sqlite" else -1]
        options = {"column_keys": list(self._columns)} if self._columns else {}
        compiled: Any = statement.compile(dialect=dialect, **options)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        values: list[Any] = []
        given = []
        for place, name in enumerate(names):
            bound = compiled.binds[name]
            convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None and isinstance(bound.type, MomentType):
                convert = lru_cache(maxsize=64)(convert)  # the same moment stands in every row of a scan
            if bound.required:
                given.append((place, name, convert))
            values.append(bound.value if bound.required or convert is None else convert(bound.value))
        columns = statement.exported_columns if hasattr(statement, "exported_columns") else ()
        returned = [(column.key or f"column_{at}", column.type) for at, column in enumerate(columns)]
        conversions = []
        for at, (_key, type_) in enumerate(returned):
            convert = type_.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                conversions.append((at, convert))
        row: Any = namedtuple("Row", [key for key, _type in returned]) if returned else None
        return _Ready(
            str(compiled),
            tuple(values),
            tuple(given),
            None if compiled.positional else tuple(names),
            row and row._make,
            tuple(conversions),
        )


class Writing:
    """One write transaction on a connection of its own."""

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self._cursor = cursor
        self._dialect = dialect

    def run(self, prepared: Prepared, facts: dict[str, Any]) -> _Ready:
        ready = prepared.ready(self._dialect)
        self._cursor.execute(ready.sql, self._values(ready, facts))
        return ready

    def _values(self, ready: _Ready, facts: dict[str, Any]) -> Any:
        values = list(ready.values)
        for place, name, convert in ready.given:
            fact = facts[name]
            values[place] = fact if convert is None else convert(fact)
        return values if ready.names is None else dict(zip(ready.names, values, strict=True))

    def run_all(self, prepared: Prepared, many: list[dict[str, Any]]) -> None:
        """The same statement for each, in one go."""
        ready = prepared.ready(self._dialect)
        rows = [self._values(ready, facts) for facts in many]
        self._cursor.executemany(ready.sql, rows)

    def first(self, prepared: Prepared, **facts: Any) -> Any:
        """The first row by its columns' names, or None."""
        ready = self.run(prepared, facts)
        row = self._cursor.fetchone()
        return None if row is None else _row(ready, row)

    def each(self, prepared: Prepared, many: list[dict[str, Any]]) -> list[Any]:
        """The first row, or None, for each. On PostgreSQL many travel together and come back together."""
        if len(many) < 2 or self._dialect.name == "sqlite":
            return [self.first(prepared, **facts) for facts in many]
        ready = prepared.ready(self._dialect)
        self._cursor.executemany(ready.sql, [self._values(ready, facts) for facts in many], returning=True)
        rows = []
        for _facts in many:
            row = self._cursor.fetchone()
            rows.append(None if row is None else _row(ready, row))
            self._cursor.nextset()
        return rows

    def all(self, prepared: Prepared, **facts: Any) -> list[Any]:
        ready = self.run(prepared, facts)
        return [_row(ready, row) for row in self._cursor.fetchall()]


def _row(ready: _Ready, row: Any) -> Any:
    if ready.convert:
        row = list(row)
        for at, convert in ready.convert:
            row[at] = convert(row[at])
    return ready.row(row) if ready.row else row


class Again(Exception):
    """Decide afresh: somebody else wrote the same at the same moment, or the connection had died unnoticed.

    Nothing was stored, or it was and will be found under its id.
    """


@contextmanager
def writing() -> Iterator[Writing]:
    """All inside happens, or nothing does. Begins immediately on SQLite, as every write does.

    Raises Again for what a unique index refused and for a lost connection, and OperationalError for a
    database that is busy.
    """
    if db.session.registry.has() and in_transaction():
        raise RuntimeError("a scan is a transaction of its own")
    _end_reading()
    engine = _engine()
    dbapi: Any = engine.dialect.loaded_dbapi
    connection = _connection(engine)
    try:
        if engine.dialect.name == "sqlite":
            # Doors take turns here, threads and then processes: SQLite itself only sleeps and tries again, and who
            # sleeps a tenth of a second is overtaken by fifty others.
            with _turn, _turn_of_processes(engine):
                cursor = connection.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                yield Writing(cursor, engine.dialect)
                connection.commit()
        else:
            # What needs no answer travels with what does: three round trips instead of five.
            with connection.driver_connection.pipeline():
                yield Writing(connection.cursor(), engine.dialect)
                connection.commit()
    except dbapi.IntegrityError as twice:
        connection.rollback()
        raise Again from twice
    except dbapi.OperationalError as fault:
        broken = getattr(connection.driver_connection, "broken", False)
        _drop(connection)
        if broken:
            raise Again from fault
        raise OperationalError("scan", None, fault) from fault
    except BaseException:
        connection.rollback()
        raise
    finally:
        _end_reading()


_turn = threading.Lock()
_kept = threading.local()
_queues: WeakKeyDictionary[Engine, IO[bytes]] = WeakKeyDictionary()
_for_doors: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


def _engine() -> Engine:
    """SQLite's own; for PostgreSQL one beside it, whose connections plan each statement once.

    They all ask by key, so one plan is right for ever; planning LOOK anew takes five times as long as running it.
    """
    engine = db.engine
    if engine.dialect.name == "sqlite":
        return engine
    found = _for_doors.get(engine)
    if found is not None:
        return found
    with _turn:
        found = _for_doors.get(engine)
        if found is None:
            given = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"].get("connect_args", {})
            options = f"{given.get('options', '')} -c plan_cache_mode=force_generic_plan"
            arguments = {**given, "options": options, "prepare_threshold": 0}
            found = _for_doors[engine] = create_engine(engine.url, connect_args=arguments, pool_pre_ping=True)
        return found


LONGEST_TURN = 1.0  # seconds
LOOK_AGAIN = 0.0003


@contextmanager
def _turn_of_processes(engine: Engine) -> Iterator[None]:
    """A file beside the database at which processes queue up; the system frees it, also when one is killed.

    Other writers do not queue here, nor need they: it is for speed, the lock that counts is SQLite's own. So who
    has waited long for a process that stands still goes on to that lock, which says when the database is busy.
    """
    queue = _queues.get(engine)
    if queue is None:
        queue = _queues[engine] = open(f"{engine.url.database}-doors", "ab")  # noqa: SIM115 (stays open)
    mine, give_up_at = False, time.monotonic() + LONGEST_TURN
    while not mine and time.monotonic() < give_up_at:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = True
        except BlockingIOError:
            time.sleep(LOOK_AGAIN)
    try:
        yield
    finally:
        if mine:
            fcntl.flock(queue, fcntl.LOCK_UN)


def _connection(engine: Engine) -> Any:
    """This thread's own connection. Taking one from the pool and asking whether it lives, at each scan, would
    cost as much as the scan; a dead one is noticed when it is used, and the scan is judged again."""
    if getattr(_kept, "engine", None) is not engine:
        _kept.engine, _kept.connection = engine, engine.raw_connection()
    return _kept.connection


def _drop(connection: Any) -> None:
    _kept.engine = None
    connection.invalidate()


def _end_reading() -> None:
    """What the request has read so far is older than what is written now. Most scans have read nothing."""
    if db.session.registry.has():
        db.session.rollback()
