"""What somebody could book instead: other times of the same session, then sessions like it, with seats, at which
nothing that they have already keeps them away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import db
from expo.guests import queries as guests
from expo.programme import ways
from expo.programme.words import Visibility
from expo.publishing import queries as publishing
from expo.publishing import shelf, similar
from expo.publishing.items import Item

from . import clashes, slots


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
    back for it; their own seats elsewhere must not clash with it. Of what is not for everybody only its own times,
    and only for who is invited."""
    now = clock.now()
    found = shelf.by_ids(expo_id, [occurrence_id], tickets)
    item = found[0] if found else publishing.item(expo_id, occurrence_id)
    if item is None:
        return []
    times = [
        time
        for time in _times(item, person_id, tickets, listed=bool(found))
        if time.occurrence_id != occurrence_id and time.starts_at > now
    ]
    alike = similar.candidates(item, tickets, now) if found and not item.closed else []
    times, alike = shelf.with_seats(times, alike)
    times.sort(key=lambda time: abs(time.starts_at - item.starts_at))
    wanted = [
        each
        for each in [*times, *similar.similar(item, alike, tickets, most=4 * most)]
        if _can_be_had(each, now)
    ][: 6 * most]
    return _fitting(wanted, person_id, {occurrence_id, *without}, most)


def _times(item: Item, person_id: int | None, tickets: Collection[int], *, listed: bool) -> list[Item]:
    """The times of its session, as the person may see them."""
    person = db.session.get(Person, person_id) if person_id is not None else None
    if (
        person is not None
        and item.visibility is not Visibility.HIDDEN
        and guests.to_session(person, item.session_id)
    ):
        all_times = publishing.of_session(item.expo_id, item.session_id, hidden_too=True)
        return [time.for_guest() for time in all_times]
    return shelf.of_session(item.expo_id, item.session_id, tickets) if listed else []


def _can_be_had(item: Item, now: datetime) -> bool:
    return item.takes_bookings(now) and item.seats_left != 0 and not item.closed


def _fitting(wanted: list[Item], person_id: int | None, apart: set[int], most: int) -> list[Item]:
    """Those beside which the person can use all seats that they keep. At most three queries."""
    seats = slots.of_person(person_id) if person_id is not None and wanted else []
    if not seats:
        return wanted[:most]
    mine = {seat.slot.occurrence_id for seat in seats}
    left = [seat for seat in seats if seat.slot.occurrence_id not in apart]
    known, on_foot = slots.of(each.occurrence_id for each in wanted), ways.of(wanted[0].expo_id)
    fits: list[Item] = []
    for each in wanted:
        against = clashes.with_seats(known[each.occurrence_id], left, on_foot)
        if each.occurrence_id not in mine and all(clash.rule is None for clash in against):
            fits.append(each)
            if len(fits) == most:
                break
    return fits
