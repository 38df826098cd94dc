"""Badges to PDF (SPEC 7): 1,000 in 4 s, 25,000 in 90 s, with less than 300 MB.

    python -m tests.bench.badges [--database sqlite|postgresql] [--badges 25000] [--paper a6|a4|label]

Delegates with the names of tests/data/people.csv, again and again, so every script is there. The whole way is timed:
the rows are read, drawn and written to a file, and the log is kept. Memory is that of the process that draws.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge import code
from expo.badge.models import Badge, BadgeState
from expo.core import clock
from expo.core.db import db, transaction
from expo.core.text import folded
from expo.printing import actions
from expo.printing.models import Paper
from expo.printing.queries import Batch
from expo.programme.models import Conference
from expo.registration.models import Registration, RegistrationState
from tests import factories as a

from . import house

PEOPLE = Path(__file__).parent.parent / "data" / "people.csv"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--badges", type=int, default=25_000)
    parser.add_argument("--paper", choices=[*Paper], default=Paper.A6)
    asked = parser.parse_args()
    with house.opened(asked.database) as (_app, _url), tempfile.TemporaryDirectory() as folder:
        for many in (1000, asked.badges):
            conference = _fill(many)
            file = Path(folder) / "badges.pdf"
            began, used = time.perf_counter(), time.process_time()
            with file.open("wb") as out:
                actions.print_to(
                    out,
                    batch=Batch(conference.expo_id, conference.id),
                    paper=Paper(asked.paper),
                    language="en",
                )
            wall, cpu = time.perf_counter() - began, time.process_time() - used
            print(
                f"{many:6,} badges on {asked.paper}: {wall:6.2f} s ({cpu:.2f} s of one processor), "
                f"{file.stat().st_size / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}"
            )
        top = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"most memory of the process, with all it did: {top:.0f} MB (reach: 300 MB)")


def _fill(many: int) -> Conference:
    conference = a.a_conference()
    kind = a.a_ticket_type(conference)
    with PEOPLE.open(encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    now, expo_id = clock.now(), conference.expo_id
    with transaction():
        start = (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0) + 1
        for first in range(0, many, 5000):
            numbers = range(first, min(first + 5000, many))
            told = [(number, people[number % len(people)]) for number in numbers]
            db.session.execute(
                sa.insert(Person),
                [
                    {"id": start + number, "expo_id": expo_id, "name": f"{one['name']} {number}",
                     "folded_name": folded(f"{one['name']} {number}"), "organisation": one["organisation"],
                     "city": one["city"], "country": one["country_code"], "language": "en", "created_at": now}
                    for number, one in told
                ],
            )  # fmt: skip
            db.session.execute(
                sa.insert(Registration),
                [
                    {"expo_id": expo_id, "conference_id": conference.id, "ticket_type_id": kind.id,
                     "person_id": start + number, "code": f"R{start + number}", "state": RegistrationState.CONFIRMED,
                     "state_since": now, "submitted_at": now}
                    for number in numbers
                ],
            )  # fmt: skip
            badges = [(start + number, code.new_random()) for number in numbers]
            db.session.execute(
                sa.insert(Badge),
                [
                    {"expo_id": expo_id, "person_id": person_id, "random": random, "state": BadgeState.ACTIVE,
                     "spoken_digest": code.spoken_digest(code.spoken(random)), "issued_at": now}
                    for person_id, random in badges
                ],
            )  # fmt: skip
    return conference


if __name__ == "__main__":
    main()
