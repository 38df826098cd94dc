"""Open pages that renew themselves: what 200 of them, each asking every five seconds, cost a server of two workers.

    python -m tests.bench.live [--database sqlite|postgresql] [--pages 200] [--every 5] [--seconds 30] [--occurrences 3000]

Half are dashboards of ten signed-in organisers, half the seats of sessions. Meanwhile somebody books a seat each
second. Prints how long answers took, how many were "not modified", and the processor time of the whole server.
"""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

from flask import Flask

from expo.accounts.models import Account
from expo.booking.actions import book_seat
from expo.core.db import db
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from tests import factories as a
from tests.bench import house
from tests.client import Client

WORKERS, THREADS, ORGANISERS = 2, 8, 10


def main() -> None:
    asked = house.arguments(__doc__, occurrences=3000, pages=200, every=5.0, seconds=30.0)
    with house.opened(asked.database) as (app, url):
        expo = house.large(asked.occurrences)
        people = [a.a_person(expo, email=None) for _number in range(int(asked.seconds) + 5)]
        items = [
            one
            for one in publishing.items(expo.id)
            if one.admission is Admission.SEAT and one.seats and not one.closed and (one.seats_left or 0) > 1
        ]
        cookies = [cookie_of(app, a.an_organiser(expo)) for _number in range(ORGANISERS)]
        pages = [
            ("/large/organise/live/now", cookies[number % ORGANISERS])
            if number % 2
            else (f"/large/sessions/{items[number % len(items)].code}/seats", "")
            for number in range(asked.pages)
        ]
        db.session.commit()
        with house.serving(url, workers=WORKERS, threads=THREADS) as port:
            before, began = processor(), time.monotonic()
            taken, answers = poll(port, pages, asked.every, asked.seconds, lambda n: book(people, items, n))
            used, wall = processor() - before, time.monotonic() - began
    taken.sort()
    print(
        f"{asked.pages} pages, every {asked.every:g} s, {asked.database}: {len(taken) / wall:.1f} requests/s, "
        f"p50 {taken[len(taken) // 2] * 1000:.1f} ms, p99 {taken[int(len(taken) * 0.99)] * 1000:.1f} ms, "
        f"{dict(answers)}; the server took {used / wall:.1%} of a core"
    )


def cookie_of(app: Flask, account: Account) -> str:
    """What the browser of somebody signed in sends."""
    client = Client(app, account).client
    return "; ".join(f"{one.key}={one.value}" for one in client._cookies.values())


def book(people: list[object], items: list[object], number: int) -> None:
    person, item = people[number % len(people)], items[number % len(items)]
    try:
        book_seat(person=person, occurrence_id=item.occurrence_id)  # type: ignore[attr-defined,arg-type]
    except Exception as no:
        db.session.rollback()
        if number == 0:
            print(f"(no booking: {type(no).__name__})")


def poll(port, pages, every, seconds, meanwhile):  # type: ignore[no-untyped-def]
    """All pages, each in a thread, begun at some moment of the first interval. Returns times and statuses."""
    taken: list[float] = []
    answers: Counter[int] = Counter()
    lock, until = threading.Lock(), time.monotonic() + seconds

    def one(path: str, cookie: str) -> None:
        chance, tag = random.Random(path + cookie), ""
        time.sleep(chance.uniform(0, every))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while time.monotonic() < until:
            headers = {"Accept-Language": "en", "Accept-Encoding": "gzip"}
            headers |= {"Cookie": cookie} if cookie else {}
            headers |= {"If-None-Match": tag} if tag else {}
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            with lock:
                taken.append(time.perf_counter() - began)
                answers[answer.status] += 1
            tag = answer.headers.get("ETag") or tag
            time.sleep(every * chance.uniform(0.8, 1.2))

    threads = [threading.Thread(target=one, args=page, daemon=True) for page in pages]
    for thread in threads:
        thread.start()
    number = 0
    while time.monotonic() < until:
        meanwhile(number)
        number += 1
        time.sleep(1)
    for thread in threads:
        thread.join(30)
    return taken, answers


def processor() -> float:
    """Seconds that this process's children, and theirs, have taken so far."""
    ticks, parents, times = os.sysconf("SC_CLK_TCK"), {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.parent.name)
        parents[pid], times[pid] = int(words[1]), (int(words[11]) + int(words[12])) / ticks
    return sum(taken for pid, taken in times.items() if pid != os.getpid() and _below(pid, parents))


def _below(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid == os.getpid():
            return True
        pid = parents[pid]
    return False


if __name__ == "__main__":
    main()
