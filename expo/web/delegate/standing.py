"""Where a person stands: offers, places in line, and seats that clash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from expo.accounts.models import Person
from expo.booking import alternatives, clashes, slots, waiting
from expo.booking.models import Booking, BookingClash, BookingState
from expo.publishing.items import Item
from expo.web.public.viewer import viewer


@dataclass(frozen=True, slots=True)
class Wait:
    """A place in line, or an offer, with its position."""

    booking: Booking
    item: Item
    position: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two seats of mine that clash, in words, with what I could book instead of the second."""

    fact: BookingClash
    sentence: str
    one: Item
    other: Item
    instead: list[Item]


def waits_of(live: Iterable[Booking], items: dict[int, Item]) -> list[Wait]:
    """Where the person waits, and what is held for them. One query."""
    open_ = [one for one in live if one.state in (BookingState.WAITING, BookingState.OFFERED)]
    positions = waiting.positions(open_) if open_ else {}
    return [
        Wait(one, items[one.occurrence_id], positions.get(one.id, 1))
        for one in open_
        if one.occurrence_id in items
    ]


def conflicts_of(person: Person, items: dict[int, Item]) -> list[Conflict]:
    """Clashes that are kept of the person's seats, in words. One query where there is none."""
    facts = clashes.of_person(person.id)
    if not facts:
        return []
    seats = {seat.booking_id: seat for seat in slots.of_person(person.id)}
    tickets, found = viewer().tickets, []
    for fact in facts:
        one, other = items.get(fact.one.occurrence_id), items.get(fact.other.occurrence_id)
        if one is None or other is None or {fact.one_id, fact.other_id} - set(seats):
            continue
        now = clashes.with_seats(seats[fact.other_id].slot, [seats[fact.one_id]])
        if not now:
            continue
        instead = alternatives.of(person.expo_id, other.occurrence_id, person_id=person.id, tickets=tickets)
        found.append(Conflict(fact, now[0].said(), one, other, instead))
    return found
