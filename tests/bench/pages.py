"""The page figures of SPEC 7: the programme of a day, made anew and from memory; pages a second from two workers.

    python -m tests.bench.pages [--database sqlite|postgresql] [--occurrences 3000] [--rounds 100] [--seconds 4]

The first part calls the application as a server does, in this process and without a network; the second asks a
server with two workers over the loopback, with a client that shares its cores. Prints wall and processor time;
passes or fails nothing. `healthz` is there to compare machines: it answers without looking at anything.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from flask import Flask

from expo.core.db import db
from expo.publishing import queries as publishing
from tests.bench import house, scan_load
from tests.counting import statements

WORKERS, THREADS, CLIENTS = 2, 4, 16
FAVOURITES = 300
ZIPPED = {"Accept-Encoding": "gzip", "Accept-Language": "en"}
PLAIN = {**ZIPPED, "Accept-Encoding": ""}


def main() -> None:
    asked = house.arguments(__doc__, occurrences=3000, rounds=100, seconds=4.0)
    with house.opened(asked.database) as (app, url):
        paths = _fill(asked.occurrences)
        db.session.remove()
        print(f"{asked.occurrences} occurrences, {house.ROOMS} rooms, {house.DAYS} days, {asked.database}")
        _measure(app, {**paths, "healthz": "/healthz"}, asked.rounds)
        db.engine.dispose()
        _serve(url, paths["a day"], asked.seconds)


def _fill(occurrences: int) -> dict[str, str]:
    """A made-up programme of that size. Returns pages by name."""
    expo = house.large(occurrences)
    day = expo.starts_on + timedelta(days=7)
    items = publishing.items(expo.id)
    tours = Counter(item.session_code for item in items)
    kept = [item.code for item in items[:: max(1, len(items) // FAVOURITES)]][:FAVOURITES]
    return {
        "a day": f"/large/programme?day={day}",
        "a day, in English": f"/large/programme?day={day}&language=en",
        "a day as a grid": f"/large/programme?day={day}&view=grid",
        "a weekend": f"/large/programme?from={day}&to={day + timedelta(days=1)}",
        "a month": f"/large/programme?month={day:%Y-%m}",
        "search": "/large/search?q=biogas+harbour",
        "home": "/large/",
        "a conference": "/large/conferences/conference-1",
        "a tour": f"/large/sessions/{tours.most_common(1)[0][0]}",
        "a track": f"/large/tracks/{items[0].track_slug}",
        "a goal": "/large/sdgs/11",
        "speakers": "/large/speakers",
        "all speakers": "/large/speakers?letter=all",
        "a speaker": "/large/speakers/person-7",
        "300 favourites": f"/large/favourites?codes={','.join(kept)}",
    }


def _measure(app: Flask, paths: dict[str, str], rounds: int) -> None:
    print(
        f"{'':20}{'cold p50':>10}{'cpu':>8}{'warm p50':>10}{'cpu':>8}{'304':>8}  ms{'gzipped':>10}{'plain':>10}  queries"
    )
    for name, path in paths.items():
        forget = app.extensions["pages"].forget
        first = house.ask(app, path, ZIPPED)
        plain = house.ask(app, path, PLAIN)
        cold = house.timed(app, path, ZIPPED, rounds, before=forget)
        warm = house.timed(app, path, ZIPPED, rounds * 5)
        same = house.timed(
            app, path, {**ZIPPED, "If-None-Match": first.tag}, rounds * 5, status=304 if first.tag else 200
        )
        forget()
        with statements() as seen:
            house.ask(app, path, ZIPPED)
        # Those of the bare driver (the stamp) are not among them.
        queries = sum(statement != "BEGIN" for statement in seen)
        print(
            f"{name:20}{cold[0]:10.2f}{cold[1]:8.2f}{warm[0]:10.3f}{warm[1]:8.3f}{same[0]:8.3f}    "
            f"{len(first.body):10,}{len(plain.body):10,}  {queries}"
        )


def _serve(url: str, path: str, seconds: float) -> None:
    """Warm pages a second from a server with two workers."""
    with house.serving(url, workers=WORKERS, threads=THREADS) as port:
        request = house.request(port, path)
        scan_load.run(port, [request] * 2000, clients=CLIENTS)
        pace = scan_load.run(port, [request] * 2000, clients=CLIENTS).per_second
        result = scan_load.run(port, [request] * int(pace * seconds), clients=CLIENTS)
        print(
            f"{WORKERS} workers, {CLIENTS} clients: {result.per_second:,.0f} pages/s, "
            f"p50 {result.percentile(0.5) * 1000:.2f} ms, p99 {result.percentile(0.99) * 1000:.2f} ms, "
            f"{json.dumps(result.answers)}; the client took {result.own_cpu / result.seconds:.0%} of a core"
        )


if __name__ == "__main__":
    main()
