"""Asking by letter: once a day, each person once about each thing they were at, all in one letter."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.checkin.models import Scan
from expo.checkin.queries import counts as scan_counts
from expo.core import clock, jobs
from expo.core.db import db, insert_unless_there, transaction
from expo.mail import outbox
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.publishing.models import OccurrenceVersion

from . import declining
from .models import Feedback, FeedbackRequest

EVENING = time(20, 0)
BACK = timedelta(days=3)  # so far, where the worker was away for an evening or two
AT_A_TIME = 100  # people in one transaction


@jobs.every("ask_feedback", EVENING, lease=timedelta(hours=1))
def ask() -> None:
    """Asks people by letter how what they attended today was."""
    for expo_id, occurrence_ids in _ended(clock.now()).items():
        items = {item.occurrence_id: item for item in publishing.of_occurrences(expo_id, occurrence_ids)}
        people = list(_who_was_there(list(items)).items())
        for first in range(0, len(people), AT_A_TIME):
            with transaction():
                for person_id, attended in people[first : first + AT_A_TIME]:
                    _write(person_id, [items[one] for one in attended])


def _ended(now: datetime) -> dict[int, list[int]]:
    """What has ended lately, by expo."""
    rows = db.session.execute(
        sa.select(OccurrenceVersion.expo_id, OccurrenceVersion.occurrence_id).where(
            OccurrenceVersion.until_release_id.is_(None),
            OccurrenceVersion.cancelled.is_(False),
            OccurrenceVersion.ends_at <= now,
            OccurrenceVersion.ends_at > now - BACK,
        )
    )
    found: dict[int, list[int]] = defaultdict(list)
    for expo_id, occurrence_id in rows:
        found[expo_id].append(occurrence_id)
    return found


def _who_was_there(occurrence_ids: list[int]) -> dict[int, list[int]]:
    """People with an address, and what they were at and have not been asked about: let in by its door; where no door
    counted, those who had a seat."""
    scanned = sa.exists().where(
        Scan.occurrence_id == OccurrenceVersion.occurrence_id, Scan.moved > 0, scan_counts()
    )
    was_asked = sa.exists().where(
        FeedbackRequest.person_id == Person.id,
        FeedbackRequest.occurrence_id == OccurrenceVersion.occurrence_id,
    )
    has_said = sa.exists().where(
        Feedback.person_id == Person.id, Feedback.occurrence_id == OccurrenceVersion.occurrence_id
    )
    common = (
        OccurrenceVersion.until_release_id.is_(None),
        OccurrenceVersion.occurrence_id.in_(occurrence_ids),
        Person.email.is_not(None),
        sa.not_(was_asked),
        sa.not_(declining.declined_by(Person.id)),
        sa.not_(has_said),
    )
    pair = (Person.id, OccurrenceVersion.occurrence_id, OccurrenceVersion.ends_at)
    let_in = (
        sa.select(*pair)
        .join(Badge, Badge.person_id == Person.id)
        .join(Scan, Scan.badge_id == Badge.id)
        .join(OccurrenceVersion, Scan.occurrence_id == OccurrenceVersion.occurrence_id)
        .where(Scan.moved > 0, scan_counts(), *common)
    )
    seated = (
        sa.select(*pair)
        .join(Booking, Booking.person_id == Person.id)
        .join(OccurrenceVersion, Booking.occurrence_id == OccurrenceVersion.occurrence_id)
        .where(Booking.state == BookingState.BOOKED, sa.not_(scanned), *common)
    )
    both = sa.union(let_in, seated).subquery()
    found: dict[int, list[int]] = defaultdict(list)
    for person_id, occurrence_id in db.session.execute(
        sa.select(both.c[0], both.c[1]).order_by(both.c[0], both.c[2], both.c[1])
    ):
        found[person_id].append(occurrence_id)
    return found


def _write(person_id: int, items: list[Item]) -> None:
    """One letter about what nobody else has asked about meanwhile."""
    person = db.session.get(Person, person_id)
    if person is None or not person.email:
        return
    new = [
        item
        for item in items
        if insert_unless_there(
            FeedbackRequest, expo_id=item.expo_id, person_id=person.id,
            occurrence_id=item.occurrence_id, asked_at=clock.now(),
        ) is not None
    ]  # fmt: skip
    if new:
        outbox.queue(
            "feedback_asked",
            to=person.email,
            language=person.language,
            expo_id=person.expo_id,
            unsubscribe=declining.address(person),
            name=person.name,
            asked=[{"title": item.title_in(person.language)[0], "code": item.code} for item in new],
        )
