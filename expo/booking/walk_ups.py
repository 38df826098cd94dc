"""Seats for those who come without one: kept back beforehand, and, once it has begun, those of who did not come.

They stand in a pool of their own beside the occurrence's, whose places were taken out of it, so what is kept can be
booked by nobody else, and all of it counts against the seats of the room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.capacity import pools
from expo.capacity.models import Pool
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.core.refusals import NotFound
from expo.programme import terms
from expo.programme.models import Occurrence
from expo.programme.news import TermsChanged
from expo.programme.terms_models import BookingTerms
from expo.programme.words import Admission
from expo.publishing.items import Item
from expo.publishing.models import OccurrenceVersion, SessionVersion

from . import clashes, invited, records, rights, slots
from .models import COUNTING, LIVE, Booking, BookingState
from .refusals import BookingClosed, InvitationOnly, SeatsTaken, SessionFull
from .slots import Slot


@dataclass(frozen=True, slots=True)
class Kept:
    """So many seats are kept for those who walk up, and so many of them nobody has taken yet."""

    seats: int
    left: int


def kept(occurrence_ids: Collection[int]) -> dict[int, Kept]:
    """What is kept in each of these times, where anything is. One query."""
    rows = db.session.execute(
        sa.select(BookingTerms.occurrence_id, Pool.capacity, Pool.taken)
        .join(Pool, BookingTerms.reserve_id == Pool.id)
        .where(BookingTerms.occurrence_id.in_(list(occurrence_ids)), Pool.capacity > 0)
    )
    return {row[0] or 0: Kept(row[1] or 0, (row[1] or 0) - row[2]) for row in rows}


def left(occurrence_ids: Collection[int]) -> dict[int, int]:
    """How many seats are kept for those who walk up and still free, where any are kept. One query."""
    return {occurrence_id: found.left for occurrence_id, found in kept(occurrence_ids).items()}


def booked(items: Iterable[Item]) -> dict[int, int]:
    """How many seats of each are somebody's: of what is taken, all but those that are kept and free. One query."""
    found = list(items)
    free = left([item.occurrence_id for item in found])
    return {item.occurrence_id: item.taken - free.get(item.occurrence_id, 0) for item in found}


def let_go(*, occurrence: Occurrence) -> int:
    """Keep no seats of this time any more: those that nobody took can be booked by anybody. Returns how many that
    gives. Twice is once."""
    with transaction():
        free = left([occurrence.id]).get(occurrence.id, 0)
        said = terms.draft_of(terms.of_occurrence(occurrence.id))
        terms.say(of=occurrence, draft=replace(said, walk_ups=0, walk_up_percent=None))
        reserve_id = _reserve_of(occurrence.id)
        if reserve_id is not None:  # once it has begun the terms alone change nothing
            pools.dissolve(reserve_id)
        if free:
            audit.record(
                "kept_seats_let_go", "occurrence", occurrence.id, expo_id=occurrence.expo_id,
                after={"seats": free},
            )  # fmt: skip
    return free


def take_walk_up_seat(*, person: Person, occurrence_id: int) -> Booking:
    """A seat for somebody who stands at the door without one: of those kept back first, else any that is free.
    Clashes do not count: they are here. Whoever waited for it by letter waits no more.

    Raises SessionFull, NoTicket, BookingClosed, InvitationOnly, NotFound; a person who has a seat already has it: it is returned.
    """
    with transaction():
        rights.hold(person.id)
        slot = _at_door(person.expo_id, occurrence_id)
        here = db.session.scalar(
            sa.select(Booking).where(
                Booking.occurrence_id == occurrence_id,
                Booking.person_id == person.id,
                Booking.state.in_(LIVE),
            )
        )
        if here is not None and here.state in COUNTING:
            return here
        invitation_id = _invitation(person, slot)
        had = slots.of_person(person.id)
        registration = rights.registration_for(person, slot)
        if here is not None:
            records.end(here, BookingState.CANCELLED, "walked up")
        pool_id = _take_one(slot)
        booking = records.write(
            person, registration, slot, 1, pool_id=pool_id, reason="walked up",
            accepts_clash=True, invitation_id=invitation_id,
        )  # fmt: skip
        clashes.note(booking, clashes.with_seats(slot, had))
    return booking


def _invitation(person: Person, slot: Slot) -> int | None:
    """The invitation that lets them in, where the session is not for everybody: its door is no way around it."""
    found = invited.way_in(
        person,
        session_id=slot.session_id,
        occurrence_id=slot.occurrence_id,
        visibility=slot.visibility,
        admission=slot.admission,
        seats=1,
    )
    if found is None and not slot.is_listed:
        raise InvitationOnly(_("Seats in %(title)s are given by its hosts.", title=slot.title))
    return found


def release_no_shows(*, occurrence_id: int, present: Collection[int]) -> int:
    """Once it has begun: the seats of everybody who has not come are given up, and are there for those who walk up,
    in one transaction. `present` are the persons who were let in. Returns how many seats that gives.

    Raises BookingClosed before it begins, NotFound.
    """
    with transaction():
        expo_id = db.session.scalar(sa.select(Occurrence.expo_id).where(Occurrence.id == occurrence_id)) or 0
        slot = _at_door(expo_id, occurrence_id)
        if slot.starts_at > clock.now():
            raise BookingClosed(_("%(title)s has not begun: people may still come.", title=slot.title))
        absent = db.session.scalars(
            sa.select(Booking)
            .where(
                Booking.occurrence_id == occurrence_id,
                Booking.state.in_(COUNTING),
                Booking.person_id.not_in(list(present)),
            )
            .order_by(Booking.pool_id, Booking.id)
            .with_for_update()  # all rows before the pool: who gives one back at this moment does it in this order
        ).all()
        freed = sum(one.seats for one in absent if records.end(one, BookingState.GIVEN_UP, "did not come"))
        if freed and slot.free is not None:
            _keep(slot, freed)
        return freed


def _at_door(expo_id: int, occurrence_id: int) -> Slot:
    slot = slots.one(expo_id, occurrence_id)
    if slot is None or slot.admission is not Admission.SEAT:
        raise NotFound(_("Seats are booked for no such session."))
    if slot.cancelled:
        raise BookingClosed(_("%(title)s is cancelled.", title=slot.title))
    return slot


def _take_one(slot: Slot) -> int:
    reserve_id = _reserve_of(slot.occurrence_id)
    for pool_id in (reserve_id, slot.pool_id):
        if pool_id is None:
            continue
        try:
            with db.session.begin_nested():
                pools.take([pool_id])
        except PoolFull:
            continue
        return pool_id
    raise SessionFull(_("%(title)s is full.", title=slot.title), left=0)


def _reserve_of(occurrence_id: int) -> int | None:
    return db.session.scalar(
        sa.select(BookingTerms.reserve_id).where(BookingTerms.occurrence_id == occurrence_id)
    )


def _keep(slot: Slot, places: int) -> None:
    """Take so many free seats, or as many as there are, and set them aside for those who walk up."""
    free = pools.left([slot.pool_id])[slot.pool_id]
    places = places if free is None else min(places, free)
    if places <= 0:
        return
    reserve_id = _reserve_of(slot.occurrence_id)
    if reserve_id is None:
        terms.set_aside(
            occurrence=db.session.get_one(Occurrence, slot.occurrence_id),
            reserve=pools.carve(slot.pool_id, places),
        )
    else:
        pools.carve_more(reserve_id, places)
    audit.record(
        "seats_kept", "occurrence", slot.occurrence_id, expo_id=slot.expo_id, after={"walk_ups": places}
    )


# ---- how many are kept follows the terms and the released seats ----


def terms_changed(changed: TermsChanged) -> None:
    """More or fewer seats are kept at once. Raises SeatsTaken where an occurrence's own terms want more than is free;
    those of a kind keep what they can."""
    if changed.occurrence_id is not None:
        adjust([changed.occurrence_id], strict=True)
        return
    of_kind = db.session.scalars(
        sa.select(OccurrenceVersion.occurrence_id)
        .join(SessionVersion, SessionVersion.session_id == OccurrenceVersion.session_id)
        .where(
            SessionVersion.type_id == changed.type_id,
            SessionVersion.until_release_id.is_(None),
            OccurrenceVersion.until_release_id.is_(None),
        )
    )
    adjust(of_kind.all())


def adjust(occurrence_ids: Collection[int], *, strict: bool = False) -> None:
    """Bring what is kept to what the terms say, as far as free seats go; `strict` refuses where they do not."""
    reserves = _reserves(occurrence_ids)
    for slot in sorted(slots.of(occurrence_ids).values(), key=lambda slot: slot.pool_id):
        if slot.admission is not Admission.SEAT or slot.starts_at <= clock.now():
            continue  # once it has begun, what those left who did not come is kept, too
        reserve_id, kept = reserves.get(slot.occurrence_id, (None, 0))
        wanted = 0 if slot.cancelled else slot.terms.kept_of(slot.seats)
        if wanted > kept:
            if strict and slot.free is not None and slot.free < wanted - kept:
                raise SeatsTaken(
                    _(
                        "%(title)s has %(free)s free seats: no more can be kept, the others are booked.",
                        title=slot.title,
                        free=slot.free,
                    )
                )
            _keep(slot, wanted - kept)
        elif wanted < kept and reserve_id is not None:
            pools.put_back(reserve_id, kept - wanted)


def _reserves(occurrence_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """The pool of what is kept, and its size."""
    rows = db.session.execute(
        sa.select(BookingTerms.occurrence_id, Pool.id, Pool.capacity)
        .join(Pool, BookingTerms.reserve_id == Pool.id)
        .where(BookingTerms.occurrence_id.in_(list(occurrence_ids)))
    )
    return {row[0] or 0: (row[1], row[2] or 0) for row in rows}
