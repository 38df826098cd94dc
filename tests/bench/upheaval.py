"""A conference of thousands is cancelled at once: python -m tests.bench.upheaval [--database postgresql]

25,000 delegates with seats: what it touches in numbers, the draft, the release that says it, and the steps in which
places end and people are told. What counts is how long each holds up who wants to write meanwhile.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.booking.models import Booking
from expo.capacity.models import Pool
from expo.core import jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job, JobState
from expo.programme.models import Conference
from expo.upheavals import actions, numbers, touching
from expo.upheavals.models import Kind, Whole
from expo.upheavals.touching import Wish
from tests.bench import house, impact

T = TypeVar("T")


def main() -> None:
    said = house.arguments(__doc__, occurrences=1200, delegates=25_000, bookings=2, steps=12)
    with house.opened(said.database) as (_app, _url):
        expo = house.large(said.occurrences)
        impact._fill(expo, said.delegates, said.bookings)
        conference = db.session.scalars(sa.select(Conference).order_by(Conference.id)).first()
        assert conference is not None
        _as_if_booked()
        wish = Wish(expo.id, Kind.CANCEL, Whole.CONFERENCE, (conference.id,), conference=conference)
        times = _timed("which times", lambda: touching.times(wish))
        print(_timed("in numbers", lambda: numbers.count(wish, times)))
        db.session.rollback()
        upheaval = _timed("the draft", lambda: actions.draft(wish=wish, typed=wish.name, why="A storm"))
        _timed("the release", lambda: actions.publish(upheaval=upheaval))
        _steps(said.steps)


def _as_if_booked() -> None:
    """Seats are counted, and everybody has an address."""
    taken = (
        sa.select(sa.func.coalesce(sa.func.sum(Booking.seats), 0))
        .where(Booking.pool_id == Pool.id)
        .scalar_subquery()
    )
    booked = sa.select(Booking.pool_id)
    with transaction():
        missing = sa.case((taken > Pool.capacity, taken - Pool.capacity), else_=0)
        db.session.execute(sa.update(Pool).where(Pool.id.in_(booked)).values(taken=taken, over=missing))
        address = sa.literal("p").concat(sa.cast(Person.id, sa.String)).concat("@example.org")
        db.session.execute(sa.update(Person).values(email=address))


def _steps(each: int) -> None:
    """So many of each kind, and what all of them would take."""
    took: dict[str, list[float]] = defaultdict(list)
    while True:
        waiting = db.session.execute(
            sa.select(Job.id, Job.kind).where(Job.state == JobState.WAITING).order_by(Job.run_at, Job.id)
        ).first()
        db.session.rollback()
        if waiting is None or (len(took["upheaval_places"]) >= each and len(took["tell_people"]) >= each):
            break
        begun = time.perf_counter()
        jobs.run_due(1)
        took[waiting.kind].append(time.perf_counter() - begun)
    for kind, times in took.items():
        print(
            f"a step of {kind}: p50 {statistics.median(times) * 1000:.0f} ms, most {max(times) * 1000:.0f} ms"
        )


def _timed(what: str, act: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = act()
    print(
        f"{what}: {time.perf_counter() - wall:.2f} s, processor {time.process_time() - cpu:.2f} s", flush=True
    )
    return answer


if __name__ == "__main__":
    main()
