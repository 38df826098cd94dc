"""The database is locked or gone for a while: who reads goes on, who writes is told to come back, nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import sql
from sqlalchemy import make_url

from expo.booking.models import Booking
from expo.core import db as database
from expo.core.db import db
from tests import factories as a
from tests.client import Client
from tests.databases import Kind, server_url

pytestmark = pytest.mark.storm
FULL = os.environ.get("EXPO_STORM") == "full"
SECONDS = 30.0 if FULL else 4.0
WRITERS = 12


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody holds the only place for a writer."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def away(url: str) -> Iterator[None]:
    """As a restart looks from here: all connections end, and none is let in until it is over."""
    name = str(make_url(url).database)
    with psycopg.connect(server_url(), autocommit=True) as admin:
        opened = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        admin.execute(opened.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            admin.execute(opened.format(sql.Identifier(name), sql.SQL("true")))


def test_while_the_database_is_away_reading_goes_on_and_writing_comes_back_within_a_second(
    app: Flask, database_kind: Kind, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    """Meant to be red where kept pages are not given without the database (PostgreSQL), and where a lost connection is
    not noticed. How many writers may wait is not shown here: these clients have a thread each."""
    if not FULL:
        monkeypatch.setattr(database, "BUSY_FOR", 3_000)
    conference = a.a_conference()
    occurrence = a.a_session(conference, seats=WRITERS)
    slug, code = conference.expo.slug, occurrence.code
    people = [a.a_person(conference.expo) for _number in range(WRITERS)]
    for person in people:
        a.a_registration(person, conference)
    clients = [Client(app, person) for person in people]
    page = f"/{slug}/programme"
    assert Client(app).get(page).status_code == 200
    db.session.remove()

    def book(number: int) -> int:
        return clients[number].post(f"/{slug}/bookings", {"occurrence": code}).status_code

    def read(path: str, client: Client) -> tuple[int, float]:
        began = time.monotonic()
        return client.get(path).status_code, time.monotonic() - began

    weather = locked if database_kind == "sqlite" else away
    with ThreadPoolExecutor(WRITERS + 1) as threads, weather(database_url):
        began = time.monotonic()
        writing = [threads.submit(book, number) for number in range(WRITERS)]
        while time.monotonic() - began < SECONDS:
            for path, client in ((page, Client(app)), (f"/{slug}/my/agenda", clients[0])):
                if database_kind == "postgresql" and client is clients[0]:
                    continue  # nobody knows who asks while the database is away
                status, took = threads.submit(read, path, client).result(30)
                assert status == 200
                assert took < 1.5
        answers = [one.result(60) for one in writing]
    assert set(answers) == {503}
    assert booked() == 0

    began = time.monotonic()
    assert book(0) == 303
    assert time.monotonic() - began < 1.0
    assert [book(number) for number in range(1, WRITERS)] == [303] * (WRITERS - 1)
    assert booked() == WRITERS


def booked() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) or 0
