"""When two seats of one person cannot both be used, over all conferences of the expo, and what of it is kept.

The way on foot is an estimate, or what somebody says who walked it (programme/ways.py). A part of a session never
clashes with the whole unless it is held instead of it; parts of one session at one time exclude one another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

import sqlalchemy as sa
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import clock
from expo.core.db import db, execute, insert_unless_there
from expo.programme import ways
from expo.programme.ways import Ways
from expo.programme.words import OverlapRule

from . import slots
from .models import COUNTING, Booking, BookingClash, ClashKind
from .refusals import Overlap
from .slots import Seat, Slot

_STRICTNESS = list(OverlapRule)


@dataclass(frozen=True, slots=True)
class Clash:
    """A seat that the person has, and why another one cannot be used beside it.

    `rule` is the stricter of both sessions' kinds; None where it is only told, because the few minutes that they
    would be late are let pass. `late` is in minutes; `after` says that the other session comes first.
    """

    kind: ClashKind
    seat: Seat
    rule: OverlapRule | None
    late: int = 0
    after: bool = False

    def said(self) -> str:
        """In words, for the person who reads."""
        other = self.seat.slot
        title = other.title_in(str(get_locale() or "en"))
        if self.kind is not ClashKind.LATE:
            return _("You have a seat in %(title)s at that time.", title=title)
        if self.after:
            return ngettext(
                "You will be %(num)s minute late from %(place)s, where you are in %(title)s before (estimate).",
                "You will be %(num)s minutes late from %(place)s, where you are in %(title)s before (estimate).",
                self.late, place=other.venue.name, title=title,
            )  # fmt: skip
        return ngettext(
            "You will be %(num)s minute late at %(title)s in %(place)s afterwards (estimate).",
            "You will be %(num)s minutes late at %(title)s in %(place)s afterwards (estimate).",
            self.late, place=other.venue.name, title=title,
        )  # fmt: skip


def with_seats(slot: Slot, seats: Iterable[Seat], known: Ways | None = None) -> list[Clash]:
    """Which of these seats clash with this occurrence. At most one query, where there is a way to walk."""
    found = []
    for seat in seats:
        if not seat.counts or seat.slot.occurrence_id == slot.occurrence_id or not slot.takes_place:
            continue
        if _near(slot, seat.slot) and known is None:
            known = ways.of(slot.expo_id)
        clash = between(slot, seat, known)
        if clash is not None:
            found.append(clash)
    return found


class Timed(Protocol):
    """What takes place at a time and in a place."""

    @property
    def session_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def instead_of_parent(self) -> bool: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def venue(self) -> Venue: ...


class Venue(ways.Spot, Protocol):
    @property
    def is_online(self) -> bool: ...


def apart(one: Timed, other: Timed, known: Ways | None) -> tuple[ClashKind, int, bool] | None:
    """Why nobody can be at both: the kind, the minutes that they would be late, and whether the other comes first."""
    if _whole_and_part(one, other) or _whole_and_part(other, one):
        return None
    if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
        siblings = one.parent_id is not None and one.parent_id == other.parent_id
        return ClashKind.SIBLINGS if siblings else ClashKind.OVERLAP, 0, False
    after = other.ends_at <= one.starts_at
    first, second = (other, one) if after else (one, other)
    late = _late(first, second, known)
    return (ClashKind.LATE, late, after) if late > 0 else None


def between(slot: Slot, seat: Seat, known: Ways | None) -> Clash | None:
    """Why this seat cannot be used beside that occurrence, if so."""
    other = seat.slot
    found = apart(slot, other, known)
    if found is None:
        return None
    kind, late, after = found
    rule = max(slot.terms.overlap, other.terms.overlap, key=_STRICTNESS.index)
    if kind is ClashKind.SIBLINGS:
        rule = max(rule, OverlapRule.SWAP, key=_STRICTNESS.index)
    if kind is not ClashKind.LATE:
        return Clash(kind, seat, rule)
    told_only = late <= (slot if after else other).terms.late_minutes
    return Clash(ClashKind.LATE, seat, None if told_only else rule, late, after)


def _whole_and_part(whole: Timed, part: Timed) -> bool:
    return part.parent_id == whole.session_id and not part.instead_of_parent


def _near(one: Slot, other: Slot) -> bool:
    """Whether the way between them may be too long: different places, and less than the longest way in between."""
    gap = max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)
    return one.venue.id != other.venue.id and timedelta() <= gap < timedelta(minutes=ways.LONGEST)


def _late(first: Timed, second: Timed, known: Ways | None) -> int:
    if first.venue.is_online or second.venue.is_online or first.venue.id == second.venue.id or known is None:
        return 0
    walk = known.minutes(first.venue, second.venue) or 0
    return ceil(walk - (second.starts_at - first.ends_at).total_seconds() / 60)


def refuse(clashes: Collection[Clash], *, accepted: bool, instead_of: int | None = None) -> list[Clash]:
    """Raise Overlap for what is against the rules: not what the person accepts where it may be accepted, nor the
    booking that is given back for it. Returns the clashes that stay, for `note`."""
    left = [clash for clash in clashes if clash.seat.booking_id != instead_of]
    against = [clash for clash in left if not allowed(clash, accepted=accepted)]
    if against:
        raise Overlap(" ".join(clash.said() for clash in against), against)
    return left


def allowed(clash: Clash, *, accepted: bool) -> bool:
    """Whether both seats may be had: nothing but a few minutes, or a clash that the person knows and may accept."""
    return clash.rule is None or (accepted and clash.rule is OverlapRule.WARN)


def note(booking: Booking, clashes: Iterable[Clash]) -> None:
    """Keep as facts what clashes with a booking that the person wants nevertheless."""
    for clash in clashes:
        if clash.rule is not None:
            one, other = sorted((booking.id, clash.seat.booking_id))
            _keep(booking.expo_id, booking.person_id, one, other, clash, None)


def _keep(
    expo_id: int, person_id: int, one: int, other: int, clash: Clash, release_id: int | None
) -> int | None:
    """Write one fact down; None where it is known."""
    return insert_unless_there(
        BookingClash,
        expo_id=expo_id,
        person_id=person_id,
        one_id=one,
        other_id=other,
        kind=clash.kind,
        late=clash.late,
        release_id=release_id,
        found_at=clock.now(),
    )


def end_of(booking_id: int) -> None:
    """A seat that ends clashes with nothing any more."""
    execute(
        sa.update(BookingClash)
        .where(
            sa.or_(BookingClash.one_id == booking_id, BookingClash.other_id == booking_id),
            BookingClash.over_at.is_(None),
        )
        .values(over_at=clock.now())
    )


def of_person(person_id: int) -> list[BookingClash]:
    """The clashes that the person has now, with both bookings."""
    return list(
        db.session.scalars(
            sa.select(BookingClash)
            .where(BookingClash.person_id == person_id, BookingClash.over_at.is_(None))
            .options(joinedload(BookingClash.one), joinedload(BookingClash.other))
            .order_by(BookingClash.id)
        )
    )


def find_anew(expo_id: int, occurrence_ids: Collection[int], release_id: int) -> list[int]:
    """After a release: what clashes now for everybody who has a seat in one of these occurrences, and what does not
    any more. Returns the ids of the facts that are new. Three queries, and one for each new fact."""
    people = set(
        db.session.scalars(
            sa.select(Booking.person_id).where(
                Booking.occurrence_id.in_(list(occurrence_ids)), Booking.state.in_(COUNTING)
            )
        )
    )
    if not people:
        return []
    touched, known = set(occurrence_ids), ways.of(expo_id)
    live = {
        (fact.one_id, fact.other_id): fact
        for fact in db.session.scalars(
            sa.select(BookingClash).where(BookingClash.person_id.in_(people), BookingClash.over_at.is_(None))
        )
    }
    found: list[int] = []
    for person_id, seats in slots.of_people(people).items():
        found += _of_one(expo_id, person_id, seats, touched, known, live, release_id)
    return found


def _of_one(
    expo_id: int,
    person_id: int,
    seats: list[Seat],
    touched: set[int],
    known: Ways,
    live: dict[tuple[int, int], BookingClash],
    release_id: int,
) -> list[int]:
    found: list[int | None] = []
    for seat in seats:
        if seat.slot.occurrence_id not in touched or not seat.counts:
            continue
        now = {clash.seat.booking_id: clash for clash in with_seats(seat.slot, seats, known)}
        for pair, fact in live.items():
            if seat.booking_id in pair and fact.over_at is None:
                other = pair[0] if pair[1] == seat.booking_id else pair[1]
                if other not in now:
                    fact.over_at = clock.now()
                else:
                    fact.kind, fact.late = now[other].kind, now[other].late
        for booking_id, clash in now.items():
            one, other = sorted((seat.booking_id, booking_id))
            if (one, other) in live or clash.rule is None:
                continue
            found.append(_keep(expo_id, person_id, one, other, clash, release_id))
    return [clash_id for clash_id in found if clash_id is not None]
