"""One migrated database per worker, emptied after each test; time that stands still only where a test says so."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from alembic import command
from flask import Flask

from expo import config
from expo.accounts.models import Account, Person
from expo.app import create_app
from expo.core import audit, clock, readiness
from expo.core.db import Base, db, is_sqlite
from expo.scheduling import boards
from tests.client import Client

SETTINGS = {
    "secret_key": "a key for tests, which protects nobody at all",
    "base_url": "http://localhost",
    "mail_url": "smtp://127.0.0.1:1",
    "mail_from": "Expo <expo@example.org>",
}


# Thousands of short tests make little rubbish in circles and many objects that stay: to look for it less often saves
# a tenth of the whole run.
gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def application(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The platform in production mode on an empty, migrated database, with a folder of its own for uploads."""
    var = str(tmp_path_factory.mktemp("var"))
    application = create_app(config.load({}, database_url=database_url, var=var, **SETTINGS))
    application.testing = False  # errors become pages, as they do for people
    with application.app_context():
        command.upgrade(readiness.migrations(), "head")
    return application


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application with a context pushed; whatever the test wrote is gone afterwards."""
    with application.app_context():
        audit.set_actor("test")
        application.extensions["pages"].forget()
        boards.forget()
        yield application
        db.session.rollback()
        empty_tables()
        clock._offset = clock.timedelta(0)


def empty_tables() -> None:
    """Delete all rows, children first, in one go. Faster than rebuilding a hundred tables, and than asking each."""
    db.session.remove()
    deletes = ";".join(f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables))
    connection = db.engine.raw_connection()
    try:
        # Cached plans and sequences stay; ids only ever grow, as in life.
        if is_sqlite():
            connection.cursor().executescript(f"BEGIN IMMEDIATE;{deletes};COMMIT")
        else:
            connection.cursor().execute(deletes)
            connection.commit()
    finally:
        connection.close()


@pytest.fixture
def browser(app: Flask) -> Callable[..., Client]:
    """A browser, signed in as an account or as a guest if one is given."""

    def open_(who: Account | Person | None = None, **headers: str) -> Client:
        return Client(app, who, headers)

    return open_


@pytest.fixture
def demo_app(database_url: str) -> Iterator[Flask]:
    """The platform in demo mode: its clock can be set."""
    demo = create_app(config.load({}, mode="demo", database_url=database_url))
    with demo.app_context():
        command.upgrade(readiness.migrations(), "head")
        yield demo
        db.session.rollback()
        empty_tables()
        clock._offset = clock.timedelta(0)
