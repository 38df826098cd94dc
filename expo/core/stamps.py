"""Stamps: a number per scope that rises with every public change, so that caches know when they are old."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, news
from .db import Base, Moment, db, is_sqlite

T = TypeVar("T")


class Stamp(Base):
    """The newest state of a scope, e.g. "programme:1"."""

    __tablename__ = "stamps"

    scope: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    number: Mapped[int]
    changed_at: Mapped[Moment]


@dataclass(frozen=True, slots=True)
class StampRaised:
    """News: what the scope is about has changed, or does so before the transaction ends."""

    scope: str


NEVER = (0, "")  # the stamp of what has not changed yet
_READ = sa.select(Stamp.number, Stamp.changed_at).where(Stamp.scope == sa.bindparam("scope"))


def raise_stamp(scope: str) -> int:
    """Raise the scope's number, in the transaction of the change. Returns the new one."""
    forget_read()
    number = db.session.scalar(
        sa.update(Stamp)
        .where(Stamp.scope == scope)
        .values(number=Stamp.number + 1, changed_at=clock.now())
        .returning(Stamp.number)
    )
    if number is None:
        db.session.add(Stamp(scope=scope, number=1, changed_at=clock.now()))
        db.session.flush()
        number = 1
    news.tell(StampRaised(scope))
    return int(number)


def forget_read() -> None:
    """What `here` has read in the running transaction may be other now."""
    db.session().info.pop("stamps", None)


def hold(scope: str) -> None:
    """Let nobody else raise the scope's number before the running transaction ends. On SQLite nobody can."""
    db.session.execute(sa.select(Stamp.number).where(Stamp.scope == scope).with_for_update())


def read(scope: str) -> tuple[int, object]:
    """The scope's number and when it was raised; (0, None) before the first change."""
    row = db.session.execute(_READ, {"scope": scope}).first()
    return (row.number, row.changed_at) if row else (0, None)


def here(scope: str) -> tuple[int, str]:
    """The scope's number and moment as the running transaction sees them, by the bare driver: for what is made of
    the data that the same transaction reads. (0, "") before the first change."""
    session = db.session()
    # Asked once in each transaction: data that are newer than their number only make a page be made again.
    transaction, known = session.info.get("stamps", (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        session.connection()  # begins one
        transaction, known = session.get_transaction(), {}
        session.info["stamps"] = transaction, known
    if scope not in known:
        known[scope] = _fetch(session.connection().connection, db.engine, scope)
    stamp: tuple[int, str] = known[scope]
    return stamp


class Watch:
    """Reads stamps for caches, which ask at every request: on a connection of its own for each thread, in one
    round trip."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own = threading.local()

    def peek(self, scope: str) -> tuple[int, str] | None:
        """The scope's number and moment just now. None when the database does not answer; then it is asked anew
        the next time."""
        try:
            return _fetch(self._connection(), self._engine, scope)
        except (sa.exc.DBAPIError, self._engine.dialect.loaded_dbapi.Error):
            self._own.__dict__.clear()
            return None

    def _connection(self) -> Any:
        connection: Any = getattr(self._own, "connection", None)
        if connection is None:
            pooled = self._engine.raw_connection()
            connection = pooled.driver_connection
            pooled.detach()
            self._own.connection = connection
            if not is_sqlite(self._engine):  # there no transaction begins unless we say so
                connection.autocommit = True
        return connection


def _fetch(connection: Any, engine: Engine, scope: str) -> tuple[int, str]:
    # Seven times as fast as through the toolkit, and asked before each public page.
    mark = "?" if is_sqlite(engine) else "%s"
    cursor = connection.cursor()
    cursor.execute(f"SELECT number, changed_at FROM stamps WHERE scope = {mark}", (scope,))  # noqa: S608
    row = cursor.fetchone()
    cursor.close()
    return (int(row[0]), str(row[1])) if row else NEVER


class Kept(Generic[T]):
    """One value per scope, made from what the scope's changes are about, and made again when its stamp has moved.

    Each process keeps its own. The stamp is read in the transaction that reads the data, so nothing old is kept
    under a new number.
    """

    def __init__(self) -> None:
        self._values: dict[str, tuple[tuple[int, str], T]] = {}

    def get(self, scope: str, make: Callable[[], T]) -> T:
        stamp = here(scope)
        kept = self._values.get(scope)
        if kept is None or kept[0] != stamp:
            kept = self._values[scope] = (stamp, make())
        return kept[1]
