from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.booking import actions, queries
from expo.booking.models import Booking
from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import checks
from expo.core.db import db, transaction
from expo.programme.models import Occurrence
from tests import factories as a
from tests.bench import house, scan_load
from tests.client import Client
from tests.storms.race import race, size

CLIENTS = 64
ROUNDS, _SEED = size(1000, 3)
FULL = "EXPO_STORM" in os.environ

pytestmark = [pytest.mark.feature("B1"), pytest.mark.storm]


@pytest.fixture
def crowd(app: Flask) -> tuple[list[Client], a.Conference]:
    """People with tickets of one conference, each at a browser of their own."""
    conference = a.a_conference(slug="race")
    people = [a.a_person(conference.expo, email=None) for _number in range(CLIENTS)]
    for person in people:
        a.a_registration(person, conference)
    return [Client(app, person) for person in people], conference


All = Callable[[Sequence[Client], str, dict[str, str]], Counter[int]]


@pytest.fixture
def all_post(app: Flask, database_url: str) -> Iterator[All]:
    """How all post at once. Returns how often each status was answered.

    Each in a thread of this process; in a storm that was asked for over HTTP, at a server of two processes.
    """
    if not FULL:
        yield lambda clients, path, data: race(app, clients, lambda client: client.post(path, data))
        return
    with house.serving(database_url, workers=2, threads=4) as port:

        def over_http(clients: Sequence[Client], path: str, data: dict[str, str]) -> Counter[int]:
            sent = [scan_load.posted(port, path, urlencode(data), client.cookie()) for client in clients]
            answers = scan_load.run(port, sent, clients=len(sent)).answers
            return Counter({int(status): count for status, count in answers.items()})

        yield over_http


def one_race(clients: list[Client], workshop: Occurrence, all_post: All) -> tuple[Counter[int], int, int]:
    """Statuses, live bookings and what the pool says, after all have tried for the same workshop."""
    path, data = f"/{workshop.session.conference.expo.slug}/bookings", {"occurrence": workshop.code}
    occurrence_id, pool_id = workshop.id, workshop.pool_id
    db.session.rollback()
    statuses = all_post(clients, path, data)
    db.session.rollback()
    booked = len(queries.of_occurrence(occurrence_id))
    taken = db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id))
    return statuses, booked, int(taken or 0)


def clear(workshop: Occurrence) -> None:
    """Nobody has a seat any more, and the next round may begin."""
    with transaction():
        db.session.execute(sa.delete(Booking).where(Booking.occurrence_id == workshop.id))
        db.session.execute(sa.update(Pool).where(Pool.id == workshop.pool_id).values(taken=0))


@pytest.mark.parametrize("capacity", [1, 2, 50])
def test_exactly_as_many_get_a_seat_as_there_are(crowd, capacity, all_post):
    clients, conference = crowd
    workshop = a.a_session(conference, seats=capacity)
    for _round in range(ROUNDS):
        statuses, booked, taken = one_race(clients, workshop, all_post)

        assert statuses == {303: capacity, 409: CLIENTS - capacity}
        assert (booked, taken) == (capacity, capacity)
        clear(workshop)
    assert [found for _promise, found in checks.broken()] == []


def test_one_person_who_taps_in_many_windows_gets_one_seat(app, all_post):
    conference = a.a_conference()
    ada = a.a_person(conference.expo, email=None)
    a.a_registration(ada, conference)
    workshop = a.a_session(conference, seats=50)

    statuses, booked, taken = one_race([Client(app, ada) for _window in range(16)], workshop, all_post)

    assert statuses == {303: 1, 409: 15}
    assert (booked, taken) == (1, 1)


def test_the_race_sees_a_seat_that_is_read_before_it_is_taken(app, crowd, monkeypatch):
    """The proof that the race can fail: with seats counted first and written later, it does."""
    seen = threading.local()

    def count_first(*, person, occurrence_id, **options):
        with db.engine.connect() as apart:
            seen.taken, seen.capacity = apart.execute(
                sa.select(Pool.taken, Pool.capacity)
                .join(Occurrence, Occurrence.pool_id == Pool.id)
                .where(Occurrence.id == occurrence_id)
            ).one()
        return book_seat(person=person, occurrence_id=occurrence_id, **options)

    def write_later(pool_ids, places=1):
        if seen.taken + places > seen.capacity:
            raise pools.PoolFull("full")
        db.session.execute(
            sa.update(Pool).where(Pool.id.in_(list(pool_ids))).values(taken=seen.taken + places)
        )

    book_seat = actions.book_seat

    def in_threads(clients, path, data):
        return race(app, clients, lambda client: client.post(path, data))

    clients, conference = crowd
    workshop = a.a_session(conference, seats=10)
    monkeypatch.setattr(actions, "book_seat", count_first)
    monkeypatch.setattr(pools, "take", write_later)

    statuses, booked, taken = one_race(clients[:16], workshop, in_threads)  # each takes two connections

    assert (statuses.get(303), booked, taken) != (10, 10, 10)
