"""The two databases the suite runs on. A pytest plugin, named in pyproject.toml.

EXPO_TEST_DATABASE=sqlite (default) or postgresql chooses. PostgreSQL is the server of TEST_POSTGRES_URL,
else one that is started for this run and shared by all xdist workers; each worker has its own database.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

Kind = Literal["sqlite", "postgresql"]

_server = pytest.StashKey[AbstractContextManager[str]]()


def kind() -> Kind:
    """The database this run is about."""
    asked = os.environ.get("EXPO_TEST_DATABASE") or "sqlite"
    if asked not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"EXPO_TEST_DATABASE is sqlite or postgresql, not {asked!r}")
    return "sqlite" if asked == "sqlite" else "postgresql"


@contextmanager
def fresh_database(kind: Kind, worker_id: str, tmp: Path) -> Iterator[str]:
    """Give the URL of an empty database (in SQLAlchemy's form), and remove it afterwards."""
    if kind == "sqlite":
        file = tmp / f"expo-{worker_id}-{secrets.token_hex(3)}.sqlite3"
        try:
            yield f"sqlite:///{file}"
        finally:
            for part in tmp.glob(file.name + "*"):  # the file, its log and its index
                part.unlink(missing_ok=True)
        return
    # Not `expo_…`: a run that is pointed at somebody's server should be recognised at once.
    name = f"test_expo_{worker_id}_{secrets.token_hex(4)}"
    url = server_url()
    _execute(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _with_database(url, name)
    finally:
        _execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def server_url() -> str:
    """Where the PostgreSQL of this run listens, without SQLAlchemy's driver name."""
    url = os.environ.get("TEST_POSTGRES_URL", "")
    if not url:
        raise RuntimeError("No PostgreSQL in this run: set EXPO_TEST_DATABASE=postgresql.")
    return "postgresql://" + url.partition("://")[2]


@pytest.fixture(scope="session")
def database_kind() -> Kind:
    return kind()


@pytest.fixture(scope="session")
def database_url(
    database_kind: Kind, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One empty database per worker, for the whole run."""
    with fresh_database(database_kind, worker_id, _memory() or tmp_path_factory.mktemp("database")) as url:
        yield url


def _memory() -> Path | None:
    """A folder in memory, where the machine has one with room: tests need no disk to be sure of what they wrote.
    The PostgreSQL of the tests does not wait for one either."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 2**30:
        return None
    return memory


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Somebody who keeps their own database in the environment must not lose it to the tests.
    for name in ("DATABASE_URL", "EXPO_DATABASE_URL"):
        os.environ.pop(name, None)
    # Workers find the URL in the environment they inherit.
    is_worker = hasattr(config, "workerinput")
    if kind() == "sqlite" or is_worker or config.option.collectonly:
        return
    server: AbstractContextManager[str] = _with_postgres().server()
    given = os.environ.get("TEST_POSTGRES_URL")
    os.environ["TEST_POSTGRES_URL"] = server.__enter__()
    if not given:
        config.stash[_server] = server


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what never asks a database, and what SQLite's run has answered for both."""
    if kind() == "sqlite":
        return
    of_databases = {"database_kind", "database_url"}
    left_out = [
        item
        for item in items
        if item.get_closest_marker("once") or not of_databases & set(getattr(item, "fixturenames", ()))
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_server, None)
    if server is not None:
        os.environ.pop("TEST_POSTGRES_URL", None)
        server.__exit__(None, None, None)


def pytest_report_header(config: pytest.Config) -> str:
    if kind() == "sqlite":
        return f"database: SQLite {sqlite3.sqlite_version}"
    if config.option.collectonly:
        return "database: PostgreSQL"
    with psycopg.connect(server_url()) as connection:
        return f"database: PostgreSQL {connection.info.server_version // 10000}"


def _with_postgres() -> Any:
    # A script that stands alone, so it is loaded by its path.
    path = Path(__file__).parent.parent / "tools" / "with_postgres.py"
    spec = importlib.util.spec_from_file_location("with_postgres", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _with_database(url: str, name: str) -> str:
    parts = make_url(url).set(drivername="postgresql+psycopg", database=name)
    return parts.render_as_string(hide_password=False)
