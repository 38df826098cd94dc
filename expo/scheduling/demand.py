"""What people want. Rooms above, which know who books and what is needed, say once how to count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# How many want to be there, by occurrence.
Count = Callable[[int], Mapping[int, int]]

_seats: list[Count] = []
_minds: list[Count] = []
_step_free: list[Count] = []


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many want to come to each time, and how many of those who have a seat need a way without steps."""

    people: Mapping[int, int]
    step_free: Mapping[int, int]


def seats(function: Count) -> Count:
    """Mark a function that counts seats: booked ones, and those that people wait for. They are added up."""
    return _mark(_seats, function)


def minds(function: Count) -> Count:
    """Mark a function that counts who keeps it in mind: whoever has booked may be among them, so the larger number
    is what counts."""
    return _mark(_minds, function)


def needs_no_steps(function: Count) -> Count:
    """Mark a function that counts who has a seat and needs a way without steps."""
    return _mark(_step_free, function)


def _mark(known: list[Count], function: Count) -> Count:
    if function not in known:
        known.append(function)
    return function


def of(expo_id: int) -> Wanted:
    """What people want just now. A query for each that counts."""
    people: Counter[int] = Counter()
    for count in _seats:
        people.update(count(expo_id))
    for count in _minds:
        for occurrence_id, number in count(expo_id).items():
            people[occurrence_id] = max(people[occurrence_id], number)
    step_free: Counter[int] = Counter()
    for count in _step_free:
        step_free.update(count(expo_id))
    return Wanted(people, step_free)
