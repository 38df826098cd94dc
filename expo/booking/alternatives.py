"""What somebody could book instead: other times of the same session, then sessions like it, with seats, at which
nothing that they have already keeps them away."""

from __future__ import annotations

from collections.abc import Collection

from expo.core import clock
from expo.publishing import shelf, similar
from expo.publishing.items import Item

from . import clashes, slots
from .slots import Seat


def of(
    expo_id: int,
    occurrence_id: int,
    *,
    person_id: int | None = None,
    tickets: Collection[int] = (),
    without: Collection[int] = (),
    most: int = 3,
) -> list[Item]:
    """At most so many, other times first, then the most alike. `without` are occurrences that the person would give
    back for it; their own seats elsewhere must not clash with it."""
    found = shelf.by_ids(expo_id, [occurrence_id], tickets)
    if not found:
        return []
    item, now = found[0], clock.now()
    times, alike = shelf.with_seats(
        shelf.of_session(expo_id, item.session_id, tickets),
        [] if item.closed else similar.candidates(item, tickets, now),
    )
    others = [time for time in times if time.occurrence_id != occurrence_id and time.starts_at > now]
    others.sort(key=lambda time: abs(time.starts_at - item.starts_at))
    wanted = [
        each
        for each in [*others, *similar.similar(item, alike, tickets, most=4 * most)]
        if each.takes_bookings(now) and each.seats_left != 0 and not each.closed
    ][: 6 * most]
    seats: list[Seat] = slots.of_person(person_id) if person_id is not None else []
    apart = {occurrence_id, *without}
    mine = {seat.slot.occurrence_id for seat in seats}
    left = [seat for seat in seats if seat.slot.occurrence_id not in apart]
    known = slots.of(each.occurrence_id for each in wanted) if seats else {}
    return (
        [
            each
            for each in wanted
            if each.occurrence_id not in mine
            and not any(
                clash.rule is not None for clash in clashes.with_seats(known[each.occurrence_id], left)
            )
        ][:most]
        if seats
        else wanted[:most]
    )
