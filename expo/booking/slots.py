"""An occurrence as booking needs it: what is released of it, how it is booked, and what is left. One row of one
query, because many people take the last seats at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core.db import Base, db
from expo.programme.models import Conference, Occurrence, Room, Venue
from expo.programme.terms import FIELDS, Terms, resolved
from expo.programme.terms_models import BookingTerms
from expo.programme.texts import told
from expo.programme.words import LISTED, Admission, Visibility, stricter
from expo.publishing.models import OccurrenceVersion, SessionVersion

from .models import COUNTING, LIVE, Booking, BookingState


@dataclass(frozen=True, slots=True)
class Place:
    """A venue with its position, for the way on foot."""

    id: int
    name: str
    latitude: float | None
    longitude: float | None
    is_online: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A released occurrence. `seats` and `free` are what its pool holds and leaves, None without limit."""

    expo_id: int
    occurrence_id: int
    session_id: int
    parent_id: int | None
    instead_of_parent: bool
    conference_id: int
    pool_id: int
    code: str
    title: str
    text_language: str
    titles: dict[str, str]
    conference_title: str
    open_programme: bool
    visibility: Visibility
    admission: Admission
    starts_at: datetime
    ends_at: datetime
    tentative: bool
    cancelled: bool
    seats: int | None
    free: int | None
    time_zone: str
    room_name: str
    meeting_point: str
    venue: Place
    terms: Terms

    @property
    def is_listed(self) -> bool:
        return self.visibility in LISTED

    @property
    def takes_place(self) -> bool:
        """Whether its time counts: it is neither cancelled nor uncertain."""
        return not (self.cancelled or self.tentative)

    def title_in(self, language: str) -> str:
        return told(self.title, self.text_language, self.titles, language)[0]


@dataclass(frozen=True, slots=True)
class Seat:
    """A live booking of a person, with its slot."""

    booking_id: int
    person_id: int
    state: BookingState
    seats: int
    slot: Slot

    @property
    def counts(self) -> bool:
        """Whether the person means to be there: offers and places in line count for nothing yet."""
        return self.state in COUNTING and self.slot.takes_place


def _table(model: type[Base], name: str | None = None) -> Any:
    table = sa.inspect(model).local_table
    return table.alias(name) if name else table


_ov, _sv, _o = _table(OccurrenceVersion), _table(SessionVersion), _table(Occurrence)
_conferences, _rooms, _venues, _pools = _table(Conference), _table(Room), _table(Venue), _table(Pool)
_own, _kind = _table(BookingTerms, "own_terms"), _table(BookingTerms, "kind_terms")
_bookings = _table(Booking)

_COLUMNS = (
    _o.c.expo_id, _o.c.id, _ov.c.session_id, _sv.c.parent_id, _sv.c.instead_of_parent,
    _sv.c.conference_id, _o.c.pool_id, _o.c.code,
    _sv.c.title, _sv.c.text_language, _sv.c.titles, _conferences.c.title, _conferences.c.is_open_programme,
    _conferences.c.visibility, _sv.c.visibility, _sv.c.admission, _ov.c.starts_at, _ov.c.ends_at,
    _ov.c.tentative, _ov.c.cancelled, _pools.c.capacity, _pools.c.over, _pools.c.taken,
    sa.func.coalesce(_venues.c.time_zone, _conferences.c.time_zone), _rooms.c.name,
    _o.c.meeting_point, _o.c.booking_opens_at, _o.c.booking_closes_at,
    _venues.c.id, _venues.c.name, _venues.c.latitude, _venues.c.longitude, _venues.c.is_online,
)  # fmt: skip
_TERMS = tuple(table.c[name] for table in (_own, _kind) for name in FIELDS)
_RELEASED = sa.and_(_ov.c.until_release_id.is_(None), _sv.c.until_release_id.is_(None))
_FROM = (
    _o.join(_ov, _ov.c.occurrence_id == _o.c.id)
    .join(_sv, _sv.c.session_id == _ov.c.session_id)
    .join(_conferences, _conferences.c.id == _sv.c.conference_id)
    .join(_rooms, _rooms.c.id == _ov.c.room_id)
    .join(_venues, _venues.c.id == _rooms.c.venue_id)
    .join(_pools, _pools.c.id == _o.c.pool_id)
    .outerjoin(_own, _own.c.occurrence_id == _o.c.id)
    .outerjoin(_kind, _kind.c.type_id == _sv.c.type_id)
)
_SLOTS = sa.select(*_COLUMNS, *_TERMS).select_from(_FROM).where(_RELEASED)
_ONE = _SLOTS.where(_o.c.id == sa.bindparam("occurrence"), _o.c.expo_id == sa.bindparam("expo"))
_SOME = _SLOTS.where(_o.c.id.in_(sa.bindparam("occurrences", expanding=True)))
_SEATS = (
    sa.select(
        _bookings.c.id, _bookings.c.person_id, _bookings.c.state, _bookings.c.seats, *_COLUMNS, *_TERMS
    )
    .select_from(_bookings.join(_FROM, _o.c.id == _bookings.c.occurrence_id))
    .where(
        _RELEASED, _bookings.c.person_id.in_(sa.bindparam("people", expanding=True)), _bookings.c.state.in_(LIVE)
    )
    .order_by(_ov.c.starts_at, _bookings.c.id)
)  # fmt: skip


def one(expo_id: int, occurrence_id: int) -> Slot | None:
    """One released occurrence, whatever its visibility: the caller has decided who asks."""
    values = {"expo": expo_id, "occurrence": occurrence_id}
    row = db.session.connection().execute(_ONE, values).first()
    return None if row is None else _slot(tuple(row))


def of(occurrence_ids: Iterable[int]) -> dict[int, Slot]:
    """These occurrences as released. One query."""
    wanted = sorted(set(occurrence_ids))
    rows = db.session.connection().execute(_SOME, {"occurrences": wanted}) if wanted else ()
    return {slot.occurrence_id: slot for slot in (_slot(tuple(row)) for row in rows)}


def of_people(person_ids: Collection[int]) -> defaultdict[int, list[Seat]]:
    """What each of these people has booked, is offered or waits for, over all conferences, by start. One query."""
    found: defaultdict[int, list[Seat]] = defaultdict(list)
    if person_ids:
        for row in db.session.connection().execute(_SEATS, {"people": sorted(set(person_ids))}):
            booking_id, person_id, state, seats, *rest = row
            found[person_id].append(Seat(booking_id, person_id, state, seats, _slot(tuple(rest))))
    return found


def of_person(person_id: int) -> list[Seat]:
    """The same of one person."""
    return of_people([person_id])[person_id]


def _slot(row: tuple[Any, ...]) -> Slot:
    of_conference, own, starts_at = row[13], row[14], row[16]
    capacity, over, taken = row[20:23]
    values = (
        *row[:13],
        stricter(of_conference, own),
        *row[15:20],
        capacity,
        None if capacity is None else max(0, capacity + over - taken),
        *row[23:26],
        Place(*row[28:33]),
        resolved(
            row[33:40], row[40:47], starts_at, opens_at=row[26], closes_at=row[27], open_programme=row[12]
        ),
    )
    return Slot(*values)
