"""The feed figures of SPEC 7: 304 on any feed; a feed of 1,000 events kept whole, joined, and all written anew.

    python -m tests.bench.feeds [--database sqlite|postgresql] [--events 1000] [--rounds 200]

Calls the application as a server does, in this process and without a network. Prints medians of wall time and
means of processor time, in milliseconds; passes or fails nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic import command
from flask import Flask
from werkzeug.test import EnvironBuilder

from expo import config
from expo.accounts import actions as accounts
from expo.app import create_app
from expo.booking.actions import book_seat
from expo.calendar import feeds, kept
from expo.core import audit, readiness
from expo.core.db import db, transaction
from expo.programme import actions as programme
from expo.programme.drafts import Billing
from tests import conftest, databases
from tests import factories as a

ROOMS = 40
BOOKED = 12
ABSTRACT = (
    "Följ tre flöden från en lägenhet till gödsel, biogas och rent vatten, och fråga den som byggde det. " * 3
)
Headers = dict[str, str]


def main() -> None:
    asked = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.fresh_database(asked.database, "bench", Path(folder)) as url,
    ):
        app = create_app(config.load({}, database_url=url, **conftest.SETTINGS))
        with app.app_context():
            audit.set_actor("bench")
            command.upgrade(readiness.migrations(), "head")
            conference, mine = _fill(asked.events)
            db.session.remove()
            db.engine.dispose()
        _measure(app, conference, mine, asked.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=200)
    return parser.parse_args()


def _fill(events: int) -> tuple[str, str]:
    """A conference with that many events, and a delegate who booked some. Returns their paths."""
    with transaction():
        expo = a.an_expo()
        conference = a.a_conference(expo, slug="large")
        rooms = [a.a_room(expo, venue=f"Venue {number % 8}") for number in range(ROOMS)]
        speakers = [a.a_speaker(expo).id for _number in range(2 * events)]
        made = []
        for number in range(events):
            start = a.tomorrow_at(7) + timedelta(hours=number // ROOMS % 10, days=number // ROOMS // 10)
            made.append(
                a.a_session(
                    conference,
                    published=False,
                    starts_at=start,
                    room=rooms[number % ROOMS],
                    track=f"Track {number % 9}",
                    abstract=ABSTRACT,
                    languages=("sv", "en"),
                    sdgs=(11, 13),
                )
            )
            programme.bill(
                session=made[-1].session,
                billings=[
                    Billing(speakers[2 * number], "speaker"),
                    Billing(speakers[2 * number + 1], "chair"),
                ],
            )
        a.publish(expo)
    person = a.a_person(expo)
    a.a_registration(person, conference)
    for occurrence in made[:: ROOMS * 2][:BOOKED]:
        book_seat(person=person, occurrence_id=occurrence.id)
    token = accounts.new_calendar_address(person)
    return f"/{expo.slug}/feeds/conferences/large.ics", f"/{expo.slug}/feeds/my/{token}.ics"


def _measure(app: Flask, conference: str, mine: str, rounds: int) -> None:
    def forget_feeds() -> None:
        feeds.clear()

    def forget_all() -> None:
        feeds.clear()
        kept.clear()

    zipped = {"Accept-Encoding": "gzip"}
    _status, tags, body = _ask(app, conference, {})
    _status, zipped_tags, packed = _ask(app, conference, zipped)
    _status, my_tags, my_body = _ask(app, mine, {})
    print(f"{body.count(b'BEGIN:VEVENT')} events, {len(body):,} bytes, {len(packed):,} gzipped; "
          f"{my_body.count(b'BEGIN:VEVENT')} in a personal feed")  # fmt: skip
    few = max(5, rounds // 20)
    rows: list[tuple[str, str, Headers, int, int, Callable[[], None] | None]] = [
        ("304, public feed", conference, {"If-None-Match": tags}, 304, rounds * 5, None),
        (
            "304, public feed, gzip",
            conference,
            {**zipped, "If-None-Match": zipped_tags},
            304,
            rounds * 5,
            None,
        ),
        ("304, personal feed", mine, {"If-None-Match": my_tags}, 304, rounds * 5, None),
        ("personal feed", mine, {}, 200, rounds, None),
        ("kept whole", conference, {}, 200, rounds, None),
        ("kept whole, gzip", conference, zipped, 200, rounds, None),
        ("joined from kept events", conference, {}, 200, few * 2, forget_feeds),
        ("joined from kept events, gzip", conference, zipped, 200, few * 2, forget_feeds),
        ("all events written anew", conference, {}, 200, few, forget_all),
    ]
    for name, path, headers, status, times, before in rows:
        wall, processor = _timed(app, path, headers, status, times, before)
        print(f"{name:32} {wall:8.2f} ms   processor {processor:8.2f} ms")


def _timed(
    app: Flask,
    path: str,
    headers: Headers,
    status: int,
    times: int,
    before: Callable[[], None] | None,
) -> tuple[float, float]:
    walls, processor = [], 0.0
    for _round in range(times):
        if before:
            before()
        environ = _environ(path, headers)
        cpu, wall = time.process_time(), time.perf_counter()
        answered = _call(app, environ)[0]
        walls.append(time.perf_counter() - wall)
        processor += time.process_time() - cpu
        assert answered == status, answered
    return statistics.median(walls) * 1000, processor / times * 1000


def _ask(app: Flask, path: str, headers: Headers) -> tuple[int, str, bytes]:
    return _call(app, _environ(path, headers))


def _environ(path: str, headers: Headers) -> dict[str, Any]:
    return EnvironBuilder(path, base_url="http://localhost", headers=headers).get_environ()


def _call(app: Flask, environ: dict[str, Any]) -> tuple[int, str, bytes]:
    """Status, tag and body of one request."""
    answered: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> Callable[[bytes], object]:
        answered.extend((int(status.split()[0]), dict(headers).get("ETag", "")))
        return lambda _data: None

    parts = app.wsgi_app(environ, start)
    body = b"".join(parts)
    close = getattr(parts, "close", None)
    if close:
        close()
    return answered[0], answered[1], body


if __name__ == "__main__":
    main()
