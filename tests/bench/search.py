"""The search figure of SPEC 7: ranked search over HTTP at 3,000 occurrences and 1,500 speakers.

    python -m tests.bench.search [--database sqlite|postgresql] [--occurrences 3000] [--rounds 200]

One server with one worker, asked over the loopback; one question is on its way at a time, and each address is
another, so that no page is given from memory. Prints wall time in milliseconds, and before it the processor time of the same questions asked within
this process; passes or fails nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, islice
from random import Random
from urllib.parse import quote

from flask import Flask

from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.publishing import people, search_index
from expo.publishing import queries as publishing
from expo.publishing.search_words import written_words
from tests.bench import house, scan_load


def main() -> None:
    asked = house.arguments(__doc__, occurrences=3000, rounds=200)
    with house.opened(asked.database) as (app, url):
        expo = house.large(asked.occurrences)
        questions = Questions(expo)
        print(f"{asked.occurrences} occurrences, {len(questions.names)} speakers, {asked.database}")
        _index(expo)
        db.session.remove()
        _processor(app, questions, asked.rounds)
        db.engine.dispose()
        _serve(url, questions, asked.rounds)


class Questions:
    """What people may ask of this programme."""

    def __init__(self, expo: Expo) -> None:
        self._random = Random(7)
        items = publishing.items(expo.id)
        self._titles = sorted({item.title for item in items})
        abstracts = publishing.abstracts(item.occurrence_id for item in items)
        self._texts = [written_words(text) for text in sorted(set(abstracts.values())) if text]
        self._places = sorted({(item.venue_name, item.type_name) for item in items})
        self.names = [known.name for known in people.of_expo(expo.id).values()]

    def sorts(self) -> dict[str, Iterator[str]]:
        """Of each sort as many as are wanted."""
        pick, number = self._random.choice, count()
        return {
            "a word of a title": (self._word() for _ in count()),
            "two words of a text": (" ".join(self._random.sample(pick(self._texts), 2)) for _ in count()),
            "half a word, still typing": (self._word()[:3] for _ in count()),
            "a person": (pick(self.names) for _ in count()),
            "a name with a slip": (self._slip(max(pick(self.names).split(), key=len)) for _ in count()),
            "a place and a sort": (" ".join(pick(self._places)) for _ in count()),
            "nothing there": (f"zzz{next(number)} {self._word()}" for _ in count()),
        }

    def _word(self) -> str:
        return max(self._random.sample(written_words(self._random.choice(self._titles)), 2), key=len)

    def _slip(self, name: str) -> str:
        place = self._random.randrange(1, len(name) - 1)
        return name[:place] + name[place + 1 :]


def _index(expo: Expo) -> None:
    """What keeping the index costs those who change the programme."""
    began = time.perf_counter()
    with transaction():
        search_index.refresh(expo.id)
    looked = time.perf_counter()
    entries = search_index.rebuild()
    print(
        f"index: {(looked - began) * 1000:.0f} ms to see that nothing changed, "
        f"{(time.perf_counter() - looked) * 1000:.0f} ms to write its {entries} entries anew"
    )


def _processor(app: Flask, questions: Questions, rounds: int) -> None:
    """What a question takes of the processor, without the network and without what else the machine does; on
    PostgreSQL without the database's own share."""
    took, number = [], count()
    for asked in questions.sorts().values():
        for q in islice(asked, rounds):
            began = time.process_time()
            answer = house.ask(app, f"/large/search?q={quote(q)}&number={next(number)}", {})
            took.append(time.process_time() - began)
            assert answer.status == 200
    result = scan_load.Result(times=took)
    print("processor time of this process:")
    _tell("all of them", result)


def _serve(url: str, questions: Questions, rounds: int) -> None:
    with house.serving(url, workers=1, threads=2) as port:
        number = count()

        def page(q: str) -> bytes:
            return house.request(port, f"/large/search?q={quote(q)}&number={next(number)}")

        first = page("biogas")
        cold = scan_load.run(port, [first], clients=1)
        print(f"the first question of a new process: {cold.times[0] * 1000:.1f} ms")
        print(f"{'':28}{'p50':>8}{'p95':>8}{'worst':>8}  ms")
        every: list[float] = []
        for sort, asked in questions.sorts().items():
            result = scan_load.run(port, [page(q) for q in islice(asked, rounds)], clients=1)
            assert set(result.answers) == {"200"}, result.answers
            every += result.times
            _tell(sort, result)
        _tell("all of them", scan_load.Result(times=every))
        _tell("the same again (kept page)", scan_load.run(port, [first] * rounds, clients=1))


def _tell(name: str, result: scan_load.Result) -> None:
    figures = "".join(f"{result.percentile(share) * 1000:8.1f}" for share in (0.5, 0.95, 1))
    print(f"{name:28}{figures}")


if __name__ == "__main__":
    main()
