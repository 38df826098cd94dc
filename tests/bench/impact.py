"""What a move does to people, said before it is made: python -m tests.bench.impact [--database postgresql]

25,000 delegates with 12 bookings each; one move of a time that 1,000 have booked, and a whole day moved to the next.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.booking.models import Booking, BookingState
from expo.core import clock
from expo.core.db import db, learn, transaction
from expo.expos.models import Expo
from expo.impact import queries
from expo.programme.models import Conference, Occurrence
from expo.registration.models import Registration, RegistrationState
from expo.scheduling import boards
from tests import factories as a
from tests.bench import house

ON_ONE = 1000
PART = 20_000  # rows at a time


def main() -> None:
    said = house.arguments(__doc__, occurrences=3000, delegates=25_000, bookings=12, rounds=9)
    with house.opened(said.database) as (_app, _url):
        expo = house.large(said.occurrences)
        popular = _fill(expo, said.delegates, said.bookings)
        board = boards.of(expo.id)
        row = board.rows[popular]
        two = timedelta(hours=2)
        one = [replace(row, starts_at=row.starts_at + two, ends_at=row.ends_at + two)]
        zone = board.zone_of(row)
        day = row.starts_at.astimezone(zone).date()
        late = timedelta(days=1, minutes=45)
        whole = [
            replace(each, starts_at=each.starts_at + late, ends_at=each.ends_at + late)
            for each in board.in_order
            if each.starts_at.astimezone(zone).date() == day
        ]
        for what, moved in (("one move", one), (f"a whole day, {len(whole)} times", whole)):
            found = queries.of(board, moved)
            print(f"{found.people} people, {found.clashes} get a clash, {found.freed} have one less")
            took = [
                _timed(lambda moved=moved: queries.of(boards.of(expo.id), moved)) for _n in range(said.rounds)
            ]
            print(f"{what}: p50 {statistics.median(took):.1f} ms, most {max(took):.1f} ms")


def _fill(expo: Expo, delegates: int, each: int) -> int:
    """Delegates and their bookings, written straight into the tables. Returns the time that 1,000 have booked."""
    dice = Random(1)
    ticket = a.a_ticket_type(
        db.session.scalars(sa.select(Conference).where(Conference.expo_id == expo.id)).first()
    )
    times = db.session.execute(
        sa.select(Occurrence.id, Occurrence.pool_id).where(Occurrence.expo_id == expo.id)
    ).all()
    popular, now = times[len(times) // 2], clock.now()
    with transaction():
        numbers = range(1, delegates + 1)
        _insert(Person, [
            {"id": n, "expo_id": expo.id, "name": f"P {n}", "folded_name": f"p {n}", "folded_words": "", "language": "en",
             "organisation": "", "city": "", "country": "", "created_at": now} for n in numbers
        ])  # fmt: skip
        _insert(Registration, [
            {"id": n, "expo_id": expo.id, "conference_id": ticket.conference_id, "ticket_type_id": ticket.id, "person_id": n,
             "code": f"R{n}", "state": RegistrationState.CONFIRMED, "state_since": now, "submitted_at": now, "reason": "",
             "holds_place": False, "price_minor": 0, "currency": "SEK"} for n in numbers
        ])  # fmt: skip
        bookings = []
        for n in numbers:
            chosen = dice.sample(times, each)
            if n <= ON_ONE:
                chosen = [popular, *(one for one in chosen if one != popular)][:each]
            bookings += [
                {"expo_id": expo.id, "occurrence_id": one.id, "person_id": n, "registration_id": n, "pool_id": one.pool_id,
                 "seats": 1, "state": BookingState.BOOKED, "booked_at": now, "reason": ""} for one in chosen
            ]  # fmt: skip
        _insert(Booking, bookings)
    learn()
    print(f"{delegates} delegates, {len(bookings)} bookings")
    return int(popular.id)


def _insert(table: type, rows: list[dict[str, object]]) -> None:
    for first in range(0, len(rows), PART):
        db.session.execute(sa.insert(sa.inspect(table).local_table), rows[first : first + PART])


def _timed(work: Callable[[], object]) -> float:
    db.session.rollback()
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
