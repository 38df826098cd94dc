"""The feed figures of SPEC 7: 304 on any feed; a feed of 1,000 events kept whole, joined, and all written anew.

    python -m tests.bench.feeds [--database sqlite|postgresql] [--events 1000] [--rounds 200]

Calls the application as a server does, in this process and without a network. Prints medians of wall time and
means of processor time, in milliseconds; passes or fails nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from expo.accounts import actions as accounts
from expo.booking.actions import book_seat
from expo.calendar import feeds, kept
from expo.core.db import db, transaction
from expo.programme import actions as programme
from expo.programme.drafts import Billing
from tests import factories as a
from tests.bench import house

ROOMS = 40
BOOKED = 12
ABSTRACT = (
    "Följ tre flöden från en lägenhet till gödsel, biogas och rent vatten, och fråga den som byggde det. " * 3
)


def main() -> None:
    asked = house.arguments(__doc__, events=1000, rounds=200)
    with house.opened(asked.database) as (app, _url):
        conference, mine = _fill(asked.events)
        db.session.remove()
        _measure(app, conference, mine, asked.rounds)


def _fill(events: int) -> tuple[str, str]:
    """A conference with that many events, and a delegate who booked some. Returns their paths.

    Not the made-up programme of the other figures: the reach is told for one feed of exactly 1,000 events, the most
    that a feed may hold, and no conference of that programme has as many.
    """
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
    whole, zipped_whole, own = (
        house.ask(app, conference, {}),
        house.ask(app, conference, zipped),
        house.ask(app, mine, {}),
    )
    print(f"{whole.body.count(b'BEGIN:VEVENT')} events, {len(whole.body):,} bytes, "
          f"{len(zipped_whole.body):,} gzipped; {own.body.count(b'BEGIN:VEVENT')} in a personal feed")  # fmt: skip
    few = max(5, rounds // 20)
    rows: list[tuple[str, str, house.Headers, int, int, Callable[[], None] | None]] = [
        ("304, public feed", conference, {"If-None-Match": whole.tag}, 304, rounds * 5, None),
        (
            "304, public feed, gzip",
            conference,
            {**zipped, "If-None-Match": zipped_whole.tag},
            304,
            rounds * 5,
            None,
        ),
        ("304, personal feed", mine, {"If-None-Match": own.tag}, 304, rounds * 5, None),
        ("personal feed", mine, {}, 200, rounds, None),
        ("kept whole", conference, {}, 200, rounds, None),
        ("kept whole, gzip", conference, zipped, 200, rounds, None),
        ("joined from kept events", conference, {}, 200, few * 2, forget_feeds),
        ("joined from kept events, gzip", conference, zipped, 200, few * 2, forget_feeds),
        ("all events written anew", conference, {}, 200, few, forget_all),
    ]
    for name, path, headers, status, times, before in rows:
        wall, processor = house.timed(app, path, headers, times, before=before, status=status)
        print(f"{name:32} {wall:8.2f} ms   processor {processor:8.2f} ms")


if __name__ == "__main__":
    main()
