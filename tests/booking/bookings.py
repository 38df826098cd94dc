"""What the tests of booking have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from expo.accounts.models import Person
from expo.booking.models import BookingState
from expo.booking.queries import live_of_person
from expo.core import checks, clock
from expo.programme.models import Conference
from tests import factories as a


def people(conference: Conference, count: int, **changes) -> list[Person]:
    """So many with a ticket of the conference."""
    found = [a.a_person(conference.expo, **changes) for _number in range(count)]
    for person in found:
        a.a_registration(person, conference)
    return found


@contextmanager
def later(moment: datetime) -> Iterator[None]:
    """What is done inside is done at that moment; only tests may do so without being a demo."""
    before, clock._offset = clock._offset, moment - clock.real_now()
    try:
        yield
    finally:
        clock._offset = before


def has(person: Person, occurrence) -> BookingState | None:
    found = [each for each in live_of_person(person.id) if each.occurrence_id == occurrence.id]
    return found[0].state if found else None


def of(person: Person, occurrence):
    return next(each for each in live_of_person(person.id) if each.occurrence_id == occurrence.id)


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []
