"""Promoting from the waiting list: in the order in which people came, but for those who could not come.

Whatever frees a seat promotes the next inside its own transaction, at its end: a seat taken at once, or an offer that
holds it. What holds a pool must not wait for a person whom somebody else holds (they may be waiting for the pool), so
then a job tries again a moment later; nobody behind them is served before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.capacity import pools
from expo.capacity.models import Pool
from expo.capacity.news import PlacesFreed
from expo.core import clock, jobs, news
from expo.core.db import before_commit, db, is_sqlite, transaction
from expo.core.stamps import StampRaised
from expo.programme.models import Occurrence
from expo.registration import validity
from expo.registration.models import Registration, RegistrationState
from expo.registration.news import TicketOpensAnew

from . import clashes, letters, records, rights, slots, waiting
from .models import Booking, BookingState
from .news import SeatsEnded
from .slots import Seat, Slot

AT_ONCE_UNTIL = timedelta(hours=2)  # before it begins; who waits then is asked first
SHORTEST_OFFER = timedelta(minutes=15)
AGAIN_AFTER = timedelta(seconds=1)
_WAITING, _OFFERED = (BookingState.WAITING,), (BookingState.OFFERED,)


def listen() -> None:
    news.listen(PlacesFreed, _of_pools)
    news.listen(SeatsEnded, _of_person)
    news.listen(StampRaised, _of_expo)
    news.listen(TicketOpensAnew, _of_conference)


def _of_pools(freed: PlacesFreed) -> None:
    for pool_id in freed.pool_ids:
        before_commit(f"waiting:pool:{pool_id}", partial(_promote_where, Occurrence.pool_id == pool_id))


def _of_person(ended: SeatsEnded) -> None:
    """Whoever gave a seat back may be able to come to what they wait for."""
    waits = sa.select(Booking.occurrence_id).where(
        Booking.person_id == ended.person_id, Booking.state == BookingState.WAITING
    )
    before_commit(f"waiting:person:{ended.person_id}", partial(_promote_where, Occurrence.id.in_(waits)))


def _of_expo(raised: StampRaised) -> None:
    """A release, a way on foot or the terms have changed: others may be able to come."""
    of, _colon, expo_id = raised.scope.partition(":")
    if of == "programme":
        before_commit(f"waiting:expo:{expo_id}", partial(_promote_where, Occurrence.expo_id == int(expo_id)))


def _of_conference(anew: TicketOpensAnew) -> None:
    under = (
        sa.select(Booking.occurrence_id)
        .join(Registration)
        .where(Registration.conference_id == anew.conference_id, Booking.state == BookingState.WAITING)
    )
    before_commit(
        f"waiting:conference:{anew.conference_id}", partial(_promote_where, Occurrence.id.in_(under))
    )


def _promote_where(which: sa.ColumnElement[bool]) -> None:
    waited_for = (
        sa.select(Occurrence.id, Occurrence.expo_id)
        .join(Pool, Occurrence.pool_id == Pool.id)
        .where(
            which,
            sa.or_(Pool.capacity.is_(None), Pool.taken < Pool.capacity + Pool.over),
            sa.exists().where(Booking.occurrence_id == Occurrence.id, Booking.state == BookingState.WAITING),
        )
        .order_by(Occurrence.pool_id)
    )
    for occurrence_id, expo_id in db.session.execute(waited_for).all():
        promote(expo_id, occurrence_id)


def promote(expo_id: int, occurrence_id: int, attempt: int = 0) -> None:
    """Give what is free to those who wait: whoever came first, could come, and whose party fits."""
    slot = slots.one(expo_id, occurrence_id)
    if slot is None or not waiting.takes_waiting(slot) or slot.free == 0:
        return
    if not is_sqlite() and not _hold_pool(slot.pool_id):
        _try_again(slot, attempt)
        return
    entries = waiting.line(occurrence_id)
    agendas = slots.of_people([entry.person_id for entry in entries])
    opened = opened_by([entry.registration_id for entry in entries], slot)
    free = pools.left([slot.pool_id])[slot.pool_id]
    for entry in entries:
        wanted = fitting(entry, free)
        if wanted == 0:
            continue
        why = why_not(entry, slot, agendas[entry.person_id], opened)
        if why is None and not rights.hold_if_free(entry.person_id, entry.registration_id):
            _try_again(slot, attempt)
            return
        if why is None and not is_sqlite():  # as it is, now that nobody changes it
            opened |= opened_by([entry.registration_id], slot)
            why = why_not(entry, slot, slots.of_person(entry.person_id), opened)
        if why is None:
            _serve(entry, slot, wanted)
            free = pools.left([slot.pool_id])[slot.pool_id]
        elif entry.passed_over_at is None:
            entry.passed_over_at = clock.now()
            with force_locale(entry.person.language):
                why = why_not(entry, slot, agendas[entry.person_id], opened)
            letters.write("seat_passed_over", entry.person, slot, why=why, secret=waiting.secret_of(entry))
        if free == 0:
            return


def fitting(entry: Booking, free: int | None) -> int:
    """How many seats of what is free this entry would take: its party, or fewer where it may be parted."""
    if free is None or entry.seats <= free:
        return entry.seats
    return 0 if entry.keep_together else free


def opened_by(registration_ids: Collection[int], slot: Slot) -> set[int]:
    """Those of these registrations that open the occurrence. One query."""
    rows = db.session.scalars(
        sa.select(Registration.id).where(
            Registration.id.in_(list(registration_ids)),
            Registration.state == RegistrationState.CONFIRMED,
            validity.condition(
                sa.literal_column("registrations.ticket_type_id", sa.Integer),
                sa.literal(slot.occurrence_id),
                sa.literal(slot.starts_at, Booking.booked_at.type),
            ),
        )
    )
    return set(rows)


def why_not(entry: Booking, slot: Slot, agenda: Collection[Seat], opened: Collection[int]) -> str | None:
    """Why somebody who waits could not come, in words; None where they could."""
    if entry.registration_id not in opened:
        return _("Your ticket does not open this time any more.")
    found = clashes.with_seats(slot, [seat for seat in agenda if seat.booking_id != entry.swap_for_id])
    against = [clash for clash in found if not clashes.allowed(clash, accepted=entry.accepts_clash)]
    return against[0].said() if against else None


def _serve(entry: Booking, slot: Slot, seats: int) -> None:
    """Seats for one who waits: theirs at once, or held until they have answered."""
    pools.take([slot.pool_id], seats)
    at_once = entry.takes_at_once and clock.now() <= slot.starts_at - AT_ONCE_UNTIL
    until = offer_ends(slot.starts_at)
    if not records.step(entry, BookingState.OFFERED, _WAITING, seats=seats, until=until, passed_over_at=None):
        pools.give_back([slot.pool_id], seats)
        return
    if at_once:
        agenda = [seat for seat in slots.of_person(entry.person_id) if seat.booking_id != entry.swap_for_id]
        waiting.take(entry, slot, clashes.with_seats(slot, agenda), letter="seat_from_waiting")
        return
    letters.write("seat_offer", entry.person, slot, seats=seats, until=until, secret=waiting.secret_of(entry))
    jobs.add("seat_offer_over", {"booking": entry.id}, at=until, key=f"seat_offer:{entry.id}")


def offer_ends(starts_at: datetime) -> datetime:
    """Until when an offer holds its seats: a day, but not more than a third of the time that is left, and never
    past the beginning."""
    now, longest = clock.now(), timedelta(hours=current_app.config["EXPO"].offer_hours)
    return min(starts_at, now + max(SHORTEST_OFFER, min(longest, (starts_at - now) / 3)))


def _hold_pool(pool_id: int) -> bool:
    wanted = sa.select(Pool.id).where(Pool.id == pool_id)
    return db.session.scalar(wanted.with_for_update(key_share=True, skip_locked=True)) is not None


def _try_again(slot: Slot, attempt: int) -> None:
    jobs.add(
        "seats_promote",
        {"expo": slot.expo_id, "occurrence": slot.occurrence_id, "attempt": attempt + 1},
        at=clock.now() + AGAIN_AFTER,
        key=f"seats_promote:{slot.occurrence_id}:{attempt + 1}",
    )


@jobs.handler("seats_promote")
def _promote_again(payload: dict[str, Any]) -> None:
    with transaction():
        promote(payload["expo"], payload["occurrence"], payload["attempt"])


@jobs.handler("seats_begun")
def _when_begun(payload: dict[str, Any]) -> None:
    """Nobody waits by letter any more for what has begun; if it was moved, they wait on."""
    for entry in waiting.line(payload["occurrence"]):
        with transaction():
            rights.hold(entry.person_id)
            slot = slots.one(payload["expo"], payload["occurrence"])
            if slot is not None and not slot.cancelled and slot.starts_at > clock.now():
                waiting.lapse_later(slot)
                return
            records.end(entry, BookingState.LAPSED, "begun", _WAITING)


@jobs.handler("seat_offer_over")
def _when_over(payload: dict[str, Any]) -> None:
    with transaction():
        entry = db.session.get_one(Booking, payload["booking"])
        rights.hold(entry.person_id)
        records.read_again(entry)
        if entry.until is None or entry.until > clock.now():
            return
        slot = slots.one(entry.expo_id, entry.occurrence_id)
        if records.end(entry, BookingState.LAPSED, "not answered", _OFFERED) and slot is not None:
            letters.write("seat_offer_lapsed", entry.person, slot)
