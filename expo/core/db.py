"""The database: columns that keep their promise, and one way to write.

SQLite runs in WAL mode with `synchronous=FULL`: what was acknowledged survives a power cut. Every write
begins with BEGIN IMMEDIATE, because a transaction that reads first and writes later fails there at once
with "database is locked" when somebody else wrote in between (https://www.sqlite.org/isolation.html).
"""

from __future__ import annotations

import enum
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table's ancestor. Subclass this, not `db.Model`: tables have the names we wrote."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata)


class MomentType(TypeDecorator[datetime]):
    """A point in time, kept in UTC. A time without a zone is refused: it would mean another moment elsewhere."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ChoiceType(TypeDecorator[enum.StrEnum]):
    """A word out of a fixed list, kept as text. `choice_check()` makes the database refuse any other."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, words: type[enum.StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: enum.StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> enum.StrEnum | None:
        return None if value is None else self.words(value)


def choice(words: type[enum.StrEnum], **options: Any) -> Any:
    """A column for one word of the list."""
    return mapped_column(ChoiceType(words), **options)


def choice_check(column: str, words: type[enum.StrEnum]) -> sa.CheckConstraint:
    """The constraint that goes with `choice`: the database itself knows the list."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


# Milliseconds that a write waits for others on SQLite. Where two seconds pass in which no write of this process began,
# somebody holds the lock, and only two threads wait on: all would, and none were left to answer those who only read.
BUSY_FOR = 15_000
BUSY_AT_FIRST = 2_000
_patient = threading.BoundedSemaphore(2)
_last_begun = 0.0  # of this process, by the monotonic clock

# The database is locked, restarting or gone: nothing was saved, and a moment later it may go.
DatabaseBusy = sa.exc.OperationalError
# More threads than connections, and none came free in time: the same to whoever asked.
NoConnection = sa.exc.TimeoutError


def partial_index(name: str, *columns: str, where: str, unique: bool = True) -> sa.Index:
    """An index over the rows for which `where` holds, on both databases. Unique unless said otherwise."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def add_unless_there(row: Base) -> bool:
    """Insert the row. False, and nothing inserted, where a unique index holds one like it already.

    A savepoint, so that on PostgreSQL the transaction stays usable: a refusal still has to be put into words.
    """
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError as twice:
        if "unique" not in str(twice.orig).lower():
            raise
        return False
    return True


def insert_unless_there(model: type[Base], **values: Any) -> int | None:
    """Insert one row by one statement. Its id; None, and nothing inserted, where a unique index holds one like it."""
    table = sa.inspect(model).local_table
    dialect = postgresql if not is_sqlite() else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    return db.session.connection().execute(statement).scalar()


def execute(statement: sa.Update | sa.Delete, values: dict[str, Any] | None = None) -> int:
    """Run one conditional statement. Returns how many rows it changed: its answer to "was it so?"."""
    result = db.session.connection().execute(statement, values or {})
    return result.rowcount


def note(statement: sa.Update) -> None:
    """Write down, by the way, what nobody misses: when somebody was seen last. Never waits for another writer,
    and is left out where one is at it: a page that is only read stays readable while the database is locked.

    Takes a connection beside the session's, so the pool has to hold two for each thread.
    """
    with db.engine.connect() as connection:
        try:
            if is_sqlite(connection):
                connection.connection.execute("PRAGMA busy_timeout=0")
                connection = connection.execution_options(write=True, patience=0)
            else:
                connection.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
            connection.execute(statement)
            connection.commit()
        except DatabaseBusy:
            connection.rollback()
        finally:
            if is_sqlite(connection):
                connection.connection.execute(f"PRAGMA busy_timeout={BUSY_AT_FIRST}")


def learn() -> None:
    """After much was written at once: let PostgreSQL count, so that its plans fit what is there now. Left to
    itself it does so within minutes, and until then a query over the programme may take seconds."""
    if not is_sqlite():
        with transaction():
            db.session.execute(sa.text("ANALYZE"))


def lock(row: Any) -> None:
    """Wait for whoever is changing this row, then read it afresh: nobody else changes it before the commit.

    Rows that point at it can still be written. On SQLite the transaction itself already holds everything.
    """
    table = type(row)
    db.session.execute(sa.select(table.id).where(table.id == row.id).with_for_update(key_share=True))
    db.session.refresh(row)


Id = Annotated[int, mapped_column(sa.Integer, primary_key=True)]
Moment = Annotated[datetime, mapped_column(MomentType)]
Json = Annotated[Any, mapped_column(sa.JSON(none_as_null=True))]


def init_app(app: Flask) -> None:
    """Connect the application to its database."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite"):
        options: dict[str, Any] = {
            "connect_args": {"timeout": BUSY_AT_FIRST / 1000},
            "pool_size": 20,
            "max_overflow": 20,
        }
    else:
        # A query that runs longer than this is a fault, and must not hold a web thread for ever.
        options = {
            "pool_size": 10,
            "max_overflow": 10,
            "pool_pre_ping": True,
            # Soon said, so that a thread answers 503 instead of waiting for what is away.
            "pool_timeout": 5,
            "connect_args": {"connect_timeout": 5, "options": "-c statement_timeout=30000 -c timezone=UTC"},
        }
    # A fault is logged with its statement, whose values are people's names and addresses.
    options["hide_parameters"] = True
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)
        else:
            event.listen(db.engine, "handle_error", _leave_out_values)


def _leave_out_values(context: Any) -> None:
    """PostgreSQL repeats the row in the DETAIL of a fault; names and addresses have no place in a log."""
    fault, told = context.original_exception, context.sqlalchemy_exception
    if fault.args and told is not None and told.args:
        whole = str(fault.args[0])
        short = whole.partition("\nDETAIL:")[0]
        fault.args = (short,)
        told.args = (str(told.args[0]).replace(whole, short), *told.args[1:])


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_AT_FIRST}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN")
        return
    patience = connection.get_execution_options().get("patience", BUSY_FOR)
    _begin_write(connection, give_up_at=time.monotonic() + patience / 1000)


def _begin_write(connection: Connection, give_up_at: float) -> None:
    """Wait in the queue of writers as long as it moves; behind a lock that stays, in the few places there are."""
    global _last_begun
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _last_begun = time.monotonic()
            return
        except DatabaseBusy:
            now = time.monotonic()
            if now >= give_up_at:
                raise
            if now - _last_begun > BUSY_AT_FIRST / 1000:
                break
    if not _patient.acquire(blocking=False):
        raise DatabaseBusy("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))
    try:
        connection.exec_driver_sql(
            f"PRAGMA busy_timeout={max(0, int(1000 * (give_up_at - time.monotonic())))}"
        )
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        _last_begun = time.monotonic()
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_AT_FIRST}")
        _patient.release()


class OpenChanges(RuntimeError):
    """Something was changed outside a transaction; it would have been lost."""


@contextmanager
def transaction() -> Iterator[None]:
    """All inside happens, or nothing does. Nests: the outermost one commits.

    The outermost one ends the request's open read first and begins the write, so what is read inside is
    fresh and stays true until the commit. Do not swallow a refusal inside one: it must undo everything.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield
        return
    if session.new or session.dirty or session.deleted:
        raise OpenChanges("change things inside transaction() only")
    session.rollback()
    session.connection(execution_options={"write": True})
    session.info["in_transaction"] = True
    last: dict[str, Callable[[], object]] = session.info.setdefault("before_commit", {})
    afterwards: list[Callable[[], object]] = session.info.setdefault("after_commit", [])
    try:
        yield
        while last:
            last.pop(next(iter(last)))()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("in_transaction", None)
        session.info.pop("before_commit", None)
        session.info.pop("after_commit", None)
    for action in afterwards:
        action()


def before_commit(key: str, action: Callable[[], object]) -> None:
    """Do this once at the end of the running transaction, however often it is asked for under this key: for what
    is derived from all that the transaction writes. What it raises undoes everything."""
    if not in_transaction():
        raise RuntimeError(f"{key} asked for outside a transaction")
    db.session().info["before_commit"][key] = action


def after_commit(action: Callable[[], object]) -> None:
    """Do this once the running transaction has committed, and only then: for what the database does not hold, such
    as files. A crash in between leaves it undone, so somebody has to sweep."""
    if not in_transaction():
        raise RuntimeError("asked for outside a transaction")
    db.session().info["after_commit"].append(action)


def in_transaction() -> bool:
    """Whether the running code is inside `transaction()`."""
    return bool(db.session().info.get("in_transaction"))


def is_sqlite(bind: Connection | Engine | None = None) -> bool:
    """Whether the database is SQLite; PostgreSQL otherwise."""
    return (bind or db.engine).dialect.name == "sqlite"
