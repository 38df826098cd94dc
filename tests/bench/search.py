"""The search figure of SPEC 7: ranked search over HTTP at 3,000 occurrences and 1,500 speakers.

    python -m tests.bench.search [--database sqlite|postgresql] [--sessions 1500] [--speakers 1500] [--rounds 200]

One server with one worker, asked over the loopback for another thing each time, so that no page is given from
memory; one question is on its way at a time. Prints wall time in milliseconds; passes or fails nothing. The
programme's words are drawn as in real texts: few words often, most of them rarely.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import quote

from alembic import command

from expo import config
from expo.app import create_app
from expo.core import audit, readiness
from expo.core.db import db, learn, transaction
from expo.programme import actions as programme
from expo.programme import clashes
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.publishing import search_index
from expo.speakers import actions as speakers
from tests import conftest, databases
from tests import factories as a
from tests.bench import pages, scan_load

ROOMS, DAYS, CONFERENCES = 60, 35, 12
SYLLABLES = [
    "an",
    "be",
    "da",
    "el",
    "fö",
    "gu",
    "ha",
    "il",
    "jo",
    "ka",
    "lå",
    "mi",
    "no",
    "os",
    "på",
    "ra",
    "sö",
    "ta",
    "un",
    "va",
    "yr",
    "ål",
    "är",
    "öd",
    "sk",
    "str",
    "nd",
    "rm",
]


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
            filled = Programme(asked.sessions, asked.speakers)
            print(f"{asked.sessions} sessions at two times each, {asked.speakers} speakers, {asked.database}")
            _index(filled)
            db.session.remove()
            db.engine.dispose()
        _serve(url, filled, asked.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--sessions", type=int, default=1500)
    parser.add_argument("--speakers", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=200)
    return parser.parse_args()


class Programme:
    """A released programme of that size, and questions that people may ask of it."""

    def __init__(self, sessions: int, people: int) -> None:
        self._random = Random(7)
        self._words = [self._word() for _number in range(4000)]
        self._often = [1 / (place + 3) for place in range(len(self._words))]
        self.names = [
            f"{self._word().capitalize()} {self._word().capitalize()}son" for _number in range(people)
        ]
        self.titles = [" ".join(self._text(5)).capitalize() for _number in range(sessions)]
        with transaction():
            self.expo = expo = a.an_expo(slug="large")
            conferences = [a.a_conference(expo, slug=f"conference-{n}") for n in range(CONFERENCES)]
            rooms = [a.a_room(expo, venue=f"Venue {n % 12}") for n in range(ROOMS)]
            bodies = [" ".join(self._text(2)).title() for _number in range(200)]
            billed = [
                speakers.create_speaker(
                    expo=expo, profile=speakers.Profile(name, organisation=bodies[number % len(bodies)])
                ).id
                for number, name in enumerate(self.names)
            ]
            with clashes.together(expo.id):
                for number, title in enumerate(self.titles):
                    self._session(conferences[number % CONFERENCES], rooms, title, number, billed)
            a.publish(expo)
        learn()

    def _word(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.randint(2, 4)))

    def _text(self, words: int) -> list[str]:
        return self._random.choices(self._words, self._often, k=words)

    def _session(
        self, conference: a.Conference, rooms: list[a.Room], title: str, number: int, billed: list[int]
    ) -> None:
        first, second = (self._slot(rooms, number * 2 + turn) for turn in (0, 1))
        assert first.starts_at is not None
        session = a.a_session(
            conference,
            published=False,
            room=next(room for room in rooms if room.id == first.room_id),
            starts_at=first.starts_at,
            minutes=50,
            title=title,
            code=f"S-{number}",
            track=f"Track {number % 9}",
            abstract=" ".join(self._text(60)),
        )
        programme.create_occurrence(session=session.session, draft=second)
        guide = Billing(billed[number % len(billed)], "guide", confirmed=True)
        programme.bill(session=session.session, billings=[guide], keep="A bench")

    def _slot(self, rooms: list[a.Room], place: int) -> OccurrenceDraft:
        start = a.tomorrow_at(6) + timedelta(days=place % DAYS, hours=place // (DAYS * ROOMS))
        return OccurrenceDraft(start, start + timedelta(minutes=50), rooms[place // DAYS % ROOMS].id, 40)

    def questions(self) -> dict[str, Iterator[str]]:
        """Of each sort as many as are wanted, hardly any twice."""
        pick = self._random.choice

        def slip(name: str) -> str:
            place = self._random.randrange(2, len(name) - 1)
            return name[:place] + name[place + 1 :]

        return {
            "a word of a title": (pick(pick(self.titles).split()) for _ in iter(int, 1)),
            "two words of a text": (" ".join(self._text(2)) for _ in iter(int, 1)),
            "half a word, still typing": (pick(self._words)[:3] for _ in iter(int, 1)),
            "a person": (pick(self.names) for _ in iter(int, 1)),
            "a name with a slip": (slip(pick(self.names).split()[1]) for _ in iter(int, 1)),
            "a place and a sort": (
                f"venue {pick(range(12))} workshop {pick(self._words)[:2]}" for _ in iter(int, 1)
            ),
            "nothing there": (f"zzz{number} {pick(self._words)}" for number in range(10**6)),
        }


def _index(filled: Programme) -> None:
    """What keeping the index costs those who change the programme."""
    began = time.perf_counter()
    with transaction():
        search_index.refresh(filled.expo.id)
    looked = time.perf_counter()
    entries = search_index.rebuild()
    print(
        f"index: {(looked - began) * 1000:.0f} ms to see that nothing changed, "
        f"{(time.perf_counter() - looked) * 1000:.0f} ms to write its {entries} entries anew"
    )


def _serve(url: str, filled: Programme, rounds: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {f"EXPO_{name.upper()}": str(value) for name, value in conftest.SETTINGS.items()}
    settings |= {"EXPO_DATABASE_URL": url, "EXPO_BASE_URL": f"http://127.0.0.1:{port}"}
    server = subprocess.Popen(
        [sys.executable, "-c", pages.SERVER, str(port), "1", "2"], env={**os.environ, **settings}
    )
    try:
        pages._wait_for(port)
        first = filled.titles[0].split()[0]
        cold = scan_load.run(port, [_request(port, first)], clients=1)
        print(f"the first question of a new process: {cold.times[0] * 1000:.1f} ms")
        print(f"{'':28}{'p50':>8}{'p95':>8}{'worst':>8}  ms")
        every: list[float] = []
        for sort, questions in filled.questions().items():
            result = scan_load.run(port, [_request(port, q) for q in islice(questions, rounds)], clients=1)
            assert set(result.answers) == {"200"}, result.answers
            every += result.times
            _tell(sort, result)
        _tell("all of them", scan_load.Result(times=every))
        _tell("the same again (kept page)", scan_load.run(port, [_request(port, first)] * rounds, clients=1))
    finally:
        server.terminate()
        server.wait(20)


def _request(port: int, q: str) -> bytes:
    return (
        f"GET /large/search?q={quote(q)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        "Accept-Language: en\r\n\r\n"
    ).encode()


def _tell(name: str, result: scan_load.Result) -> None:
    figures = "".join(f"{result.percentile(share) * 1000:8.1f}" for share in (0.5, 0.95, 1))
    print(f"{name:28}{figures}")


if __name__ == "__main__":
    main()
