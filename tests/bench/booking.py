"""The last seats: 500 people, each at a browser of their own, want one of 50 seats at one moment, over HTTP.

python -m tests.bench.booking [--database postgresql] [--people 500] [--seats 50] [--workers 2]
"""

from __future__ import annotations

import time
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from expo.booking import queries
from expo.capacity.models import Pool
from expo.core import checks
from expo.core.db import db
from tests import factories as a
from tests.client import Client

from . import house, scan_load


def main() -> None:
    asked = house.arguments(__doc__, people=500, seats=50, workers=2, rounds=5)
    with house.opened(asked.database) as (app, url):
        conference = a.a_conference(slug="race")
        cookies = [_cookie(app, conference) for _number in range(asked.people)]
        with house.serving(url, workers=asked.workers, threads=4) as port:
            for _round in range(asked.rounds):
                _race(port, conference, cookies, asked.seats)


def _cookie(app: Flask, conference: a.Conference) -> str:
    """A person with a ticket, signed in."""
    person = a.a_person(conference.expo, email=None)
    a.a_registration(person, conference)
    return Client(app, person).cookie()


def _race(port: int, conference: a.Conference, cookies: list[str], seats: int) -> None:
    workshop = a.a_session(conference, seats=seats, starts_at=_next_hour())
    path, occurrence, pool = f"/{conference.expo.slug}/bookings", workshop.id, workshop.pool_id
    body = urlencode({"occurrence": workshop.code})
    db.session.rollback()
    began = time.perf_counter()
    result = scan_load.run(
        port, [scan_load.posted(port, path, body, cookie) for cookie in cookies], clients=len(cookies)
    )
    took = time.perf_counter() - began
    booked = len(queries.of_occurrence(occurrence))
    taken = db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool))
    print(
        f"{len(cookies)} people, {seats} seats: {booked} booked, the pool says {taken}; answers {dict(result.answers)}; "
        f"the whole race {took:.2f} s, the slowest {result.percentile(1) * 1000:.0f} ms"
    )
    assert [found for _promise, found in checks.broken()] == []
    db.session.rollback()


_hours = iter(range(1, 500))


def _next_hour() -> a.datetime:
    """No two races at one time, so that nothing clashes."""
    return a.tomorrow_at(9) + a.timedelta(hours=2 * next(_hours))


if __name__ == "__main__":
    main()
