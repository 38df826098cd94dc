"""The queue at the door of a full session: numbers, and the seats of who did not come, which go to them in order.

As many numbers are called as there are seats, those that are kept for who comes without one too. Minutes after the
beginning, as its door was told, the seats of everybody who was not scanned are given up, once, and are there for
numbers. Who does not come within a few minutes has lapsed, and the next is called. A called number lets in like a seat:
the door books one for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.badge import code as badge_code
from expo.badge.models import Badge, BadgeState
from expo.badge.refusals import BadCode
from expo.booking import walk_ups
from expo.capacity import pools
from expo.core import audit, clock, jobs
from expo.core.db import add_unless_there, db, lock, transaction
from expo.core.refusals import Refusal
from expo.programme.models import Occurrence
from expo.publishing.models import OccurrenceVersion

from . import queries
from .crew_models import DoorPolicy, DoorRelease, StandbyNumber
from .models import Device, Gate, Scan
from .refusals import NothingOn, UnknownBadge
from .verdicts import DOORS_OPEN

CALLED_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Queue:
    """What the screen at a door shows."""

    called: list[int]
    waiting: list[int]


def join(*, device: Device, gate: Gate, code: str) -> StandbyNumber:
    """A number in the queue for what is on behind this door. Who has one keeps it, unless it lapsed: then a new one
    at the end. It is called at once where a seat is there for it. Raises UnknownBadge, NothingOn."""
    running = queries.on_at(gate)
    if running is None:
        raise NothingOn(_("Nothing is on behind this door now."))
    with transaction():
        badge = _badge(device, code)
        known = db.session.scalar(
            sa.select(StandbyNumber).where(
                StandbyNumber.occurrence_id == running.occurrence_id, StandbyNumber.badge_id == badge.id
            )
        )
        if known is not None and known.lapsed_at is None:
            return known
        lock(
            db.session.get_one(Occurrence, running.occurrence_id)
        )  # who draws a number at the same moment waits
        last = db.session.scalar(
            sa.select(sa.func.max(StandbyNumber.number)).where(
                StandbyNumber.occurrence_id == running.occurrence_id
            )
        )
        if known is not None:
            known.number, known.given_at = (last or 0) + 1, clock.now()
            known.called_at = known.lapsed_at = None
            db.session.flush()
            call(running.occurrence_id)
            return known
        made = StandbyNumber(
            expo_id=device.expo_id,
            occurrence_id=running.occurrence_id,
            badge_id=badge.id,
            number=(last or 0) + 1,
            given_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
        call(running.occurrence_id)
    return made


def queue(occurrence_id: int) -> Queue:
    """Who is called and who waits, in order."""
    rows = db.session.execute(
        sa.select(StandbyNumber.number, StandbyNumber.called_at.is_not(None))
        .where(_live(occurrence_id))
        .order_by(StandbyNumber.number)
    ).all()
    return Queue(
        [number for number, called in rows if called], [number for number, called in rows if not called]
    )


def seat(*, person: Person, occurrence_id: int) -> bool:
    """Book a seat for who stands at the door. False where there is none, or no ticket for it."""
    try:
        walk_ups.take_walk_up_seat(person=person, occurrence_id=occurrence_id)
    except Refusal:
        return False
    with transaction():
        db.session.execute(
            sa.update(StandbyNumber)
            .where(
                StandbyNumber.occurrence_id == occurrence_id,
                StandbyNumber.seated_at.is_(None),
                StandbyNumber.badge_id.in_(sa.select(Badge.id).where(Badge.person_id == person.id)),
            )
            .values(seated_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    return True


@jobs.every("release_no_shows", timedelta(minutes=1))
def release_due() -> None:
    """Seats of who did not come, and those that are kept, go to standby numbers."""
    now = clock.now()
    due = db.session.execute(
        sa.select(OccurrenceVersion.occurrence_id, OccurrenceVersion.starts_at, DoorPolicy.release_after)
        .join(DoorPolicy, DoorPolicy.session_id == OccurrenceVersion.session_id)
        .where(
            DoorPolicy.release_after.is_not(None),
            OccurrenceVersion.until_release_id.is_(None),
            sa.not_(OccurrenceVersion.cancelled),
            OccurrenceVersion.starts_at <= now,
            OccurrenceVersion.ends_at > now,
        )
    ).all()
    for occurrence_id, starts_at, minutes in due:
        if starts_at + timedelta(minutes=minutes or 0) <= now:
            release(occurrence_id)
    for occurrence_id in _with_a_queue():
        call(occurrence_id)


def _with_a_queue() -> list[int]:
    """What has its doors open, or is on, with people at its door who have a number."""
    now = clock.now()
    return list(
        db.session.scalars(
            sa.select(OccurrenceVersion.occurrence_id)
            .where(
                OccurrenceVersion.occurrence_id.in_(
                    sa.select(StandbyNumber.occurrence_id).where(
                        StandbyNumber.lapsed_at.is_(None), StandbyNumber.seated_at.is_(None)
                    )
                ),
                OccurrenceVersion.until_release_id.is_(None),
                sa.not_(OccurrenceVersion.cancelled),
                OccurrenceVersion.starts_at <= now + DOORS_OPEN,
                OccurrenceVersion.ends_at > now,
            )
            .order_by(OccurrenceVersion.occurrence_id)
        )
    )


def release(occurrence_id: int) -> int:
    """Give up the seats of everybody who was not let in, once. Returns how many that freed."""
    with transaction():
        occurrence = db.session.get_one(Occurrence, occurrence_id)
        made = DoorRelease(
            occurrence_id=occurrence_id, expo_id=occurrence.expo_id, released_at=clock.now(), seats=0
        )
        if not add_unless_there(made):
            return 0
        present = db.session.scalars(
            sa.select(Badge.person_id)
            .join(Scan, Scan.badge_id == Badge.id)
            .where(
                Scan.occurrence_id == occurrence_id,
                Scan.moved > 0,
                queries.counts(),
                Badge.person_id.is_not(None),
            )
        )
        made.seats = walk_ups.release_no_shows(
            occurrence_id=occurrence_id, present={person for person in present if person is not None}
        )
        audit.record(
            "no_shows_released",
            "occurrence",
            occurrence_id,
            expo_id=occurrence.expo_id,
            after={"seats": made.seats},
        )
        return made.seats


def call(occurrence_id: int) -> list[int]:
    """Call as many numbers as there are free seats that nobody was called for. Returns the numbers called now."""
    now = clock.now()
    with transaction():
        db.session.execute(
            sa.update(StandbyNumber)
            .where(_live(occurrence_id), StandbyNumber.called_at < now - CALLED_FOR)
            .values(lapsed_at=now)
            .execution_options(synchronize_session=False)
        )
        pool_id = db.session.scalar(sa.select(Occurrence.pool_id).where(Occurrence.id == occurrence_id))
        free = pools.left([pool_id])[pool_id] if pool_id is not None else 0
        if free is not None:  # those kept for who walks up stand beside
            free += walk_ups.left([occurrence_id]).get(occurrence_id, 0)
        waiting = db.session.scalars(
            sa.select(StandbyNumber).where(_live(occurrence_id)).order_by(StandbyNumber.number)
        ).all()
        called = sum(one.called_at is not None for one in waiting)
        ahead = [one for one in waiting if one.called_at is None]
        next_ones = ahead if free is None else ahead[: max(0, free - called)]
        for one in next_ones:
            one.called_at = now
        return [one.number for one in next_ones]


def _live(occurrence_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        StandbyNumber.occurrence_id == occurrence_id,
        StandbyNumber.lapsed_at.is_(None),
        StandbyNumber.seated_at.is_(None),
    )


def _badge(device: Device, code: str) -> Badge:
    try:
        read = badge_code.parse(code)
    except BadCode as bad:
        raise UnknownBadge(bad.message) from bad
    badge = db.session.scalar(
        sa.select(Badge).where(
            Badge.id == read.number, Badge.expo_id == device.expo_id, Badge.state == BadgeState.ACTIVE
        )
    )
    if badge is None or badge.random != read.random:
        raise UnknownBadge(_("This badge opens nothing any more. The desk can help."))
    return badge
