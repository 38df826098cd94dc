"""Calendars that ask again: what 40 requests a second for personal feeds cost a server of two workers.

    python -m tests.bench.polling [--database sqlite|postgresql] [--calendars 200] [--every 5] [--seconds 30] [--occurrences 3000]

Each calendar asks with the tag it was given last. Meanwhile a seat is booked each second, so that some have changed.
Reach: less than half a core.
"""

from __future__ import annotations

import time

from expo.accounts import actions as accounts
from expo.booking.actions import book_seat
from expo.core.db import db
from expo.core.refusals import Refusal
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from tests import factories as a
from tests.bench import house, live

BOOKED = 12


def main() -> None:
    asked = house.arguments(__doc__, occurrences=3000, calendars=200, every=5.0, seconds=30.0)
    with house.opened(asked.database) as (_app, url):
        expo = house.large(asked.occurrences)
        items = [
            one
            for one in publishing.items(expo.id)
            if one.admission is Admission.SEAT and one.seats and not one.closed and (one.seats_left or 0) > 20
        ]
        people = [a.a_person(expo, email=None) for _number in range(asked.calendars)]

        def book(number: int) -> None:
            try:
                item = items[number * 7 % len(items)]
                book_seat(person=people[number % len(people)], occurrence_id=item.occurrence_id)
            except Refusal:
                db.session.rollback()

        for number in range(BOOKED * len(people)):
            book(number)
        feeds = [(f"/{expo.slug}/feeds/my/{accounts.new_calendar_address(one)}.ics", "") for one in people]
        db.session.commit()
        with house.serving(url, workers=live.WORKERS, threads=live.THREADS) as port:
            before, began = live.processor(), time.monotonic()
            taken, answers = live.poll(
                port, feeds, asked.every, asked.seconds, lambda number: book(number + BOOKED * len(people))
            )
            used, wall = live.processor() - before, time.monotonic() - began
    taken.sort()
    print(
        f"{asked.calendars} personal feeds, every {asked.every:g} s, {asked.database}: {len(taken) / wall:.1f} requests/s,"
        f" p50 {taken[len(taken) // 2] * 1000:.1f} ms, p99 {taken[int(len(taken) * 0.99)] * 1000:.1f} ms,"
        f" {dict(answers)}; the server took {used / wall:.1%} of a core"
    )


if __name__ == "__main__":
    main()
