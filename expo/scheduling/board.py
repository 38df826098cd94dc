"""The whole draft of an expo in memory, as far as rules see it, and by what they look things up.

A process keeps it under the expo's draft stamp (boards.py). Who moved something lays the changed rows over it, so the
whole expo can be looked through after each move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations
from zoneinfo import ZoneInfo

from expo.programme.hours import Hours
from expo.programme.ways import Ways

from .levels import Levels
from .words import BlockKind


@dataclass(slots=True)
class Placed:
    """A time of a session that stands in a room and is not cancelled. Draft and listed are its session's."""

    id: int
    code: str
    title: str
    session_id: int
    parent_id: int | None
    instead_of_parent: bool
    type_id: int
    conference_id: int
    starts_at: datetime
    ends_at: datetime
    room_id: int
    seats: int | None
    confirmed: bool
    listed: bool
    interpreted: bool
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A venue, for the way on foot."""

    id: int
    name: str
    latitude: float | None
    longitude: float | None
    is_online: bool
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A room. `features` is None where nobody said anything of its accessibility; `zone` where it is online."""

    id: int
    slug: str
    name: str
    capacity: int
    limit: int
    features: frozenset[str] | None
    hours: Hours | None
    zone: str | None
    venue: Spot


@dataclass(frozen=True, slots=True)
class Held:
    """A time for which a room is held."""

    id: int
    room_id: int
    conference_id: int | None
    kind: BlockKind
    starts_at: datetime
    ends_at: datetime
    note: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that sessions leave free: those of a conference, or of all. In these rooms; in all, where none is named."""

    id: int
    conference_id: int | None
    area_id: int | None
    rooms: frozenset[int]
    title: str
    starts_at: datetime
    ends_at: datetime

    def meets(self, row: Placed) -> bool:
        """Whether it is somebody's of whom the row is, at the same time."""
        return (
            self.conference_id in (None, row.conference_id)
            and self.starts_at < row.ends_at
            and self.ends_at > row.starts_at
        )

    def holds_in(self, place: Place) -> bool:
        """Whether it holds in this room. What happens in the city does not happen online."""
        if self.rooms:
            return place.id in self.rooms
        if self.conference_id is not None:
            return True
        return not place.venue.is_online and self.area_id in (None, place.venue.area_id)


@dataclass(frozen=True, slots=True)
class Needs:
    """What time and room of a session must offer."""

    expected: int = 0
    step_free: bool = False
    is_plenary: bool = False
    audience: str = ""


Span = tuple[datetime, datetime]
_NONE = Needs()


@dataclass
class Board:
    """Everything that stands somewhere, by its id, and what the rules ask beside it."""

    expo_id: int
    stamp: tuple[int, str]  # under which it was read
    rows: dict[int, Placed]
    places: Mapping[int, Place]
    conferences: Mapping[int, tuple[str, str]]  # title and zone
    names: Mapping[int, str]  # of who appears
    away: Mapping[int, list[Span]]  # when whoever appears cannot
    held: Mapping[int, list[Held]]  # by room
    needs: Mapping[int, Needs]  # by session
    before: Mapping[int, list[int]]  # sessions that come first, by the one that follows
    ways: Ways
    levels: Levels
    pauses: Mapping[int | None, list[Pause]] = field(default_factory=dict)  # by conference; None: everybody's
    # How many want to come, and how many of them without steps, by occurrence: see demand.py.
    demand: Mapping[int, int] = field(default_factory=dict)
    step_free: Mapping[int, int] = field(default_factory=dict)

    def with_rows(self, gone: Iterable[int], new: Iterable[Placed]) -> Board:
        """The same with other rows in the place of these."""
        rows = dict(self.rows)
        for row_id in gone:
            rows.pop(row_id, None)
        rows.update((row.id, row) for row in new)
        return replace(self, rows=rows)

    def pause(self, pause_id: int) -> Pause | None:
        """One of them."""
        return next((each for some in self.pauses.values() for each in some if each.id == pause_id), None)

    def zone_of(self, row: Placed) -> ZoneInfo:
        """What the clocks on site show."""
        return ZoneInfo(self.places[row.room_id].zone or self.conferences[row.conference_id][1])

    def needs_of(self, row: Placed) -> Needs:
        return self.needs.get(row.session_id, _NONE)

    @cached_property
    def in_order(self) -> list[Placed]:
        return sorted(self.rows.values(), key=_begins)

    @cached_property
    def by_room(self) -> dict[int, list[Placed]]:
        """What stands in each room, by start."""
        found: defaultdict[int, list[Placed]] = defaultdict(list)
        for row in self.in_order:
            found[row.room_id].append(row)
        return found

    @cached_property
    def by_person(self) -> dict[int, list[Placed]]:
        """Where each who appears is, by start."""
        found: defaultdict[int, list[Placed]] = defaultdict(list)
        for row in self.in_order:
            for person in row.people:
                found[person].append(row)
        return found

    @cached_property
    def by_session(self) -> dict[int, list[Placed]]:
        """The times of each session, by start."""
        found: defaultdict[int, list[Placed]] = defaultdict(list)
        for row in self.in_order:
            found[row.session_id].append(row)
        return found

    @cached_property
    def longest_walk(self) -> int:
        """Minutes between the two venues that are farthest apart."""
        venues = {place.venue.id: place.venue for place in self.places.values() if not place.venue.is_online}
        return max((self.ways.minutes(*pair) or 0 for pair in combinations(venues.values(), 2)), default=0)

    def rooms_of(self, own: Collection[int] | None) -> Iterable[int]:
        """The rooms in which any of these stands; all of them, where none are named."""
        return self.by_room if own is None else {self.rows[one].room_id for one in own if one in self.rows}

    def people_of(self, own: Collection[int] | None) -> Iterable[int]:
        """Who appears in any of these."""
        if own is None:
            return self.by_person
        return {person for one in own if one in self.rows for person in self.rows[one].people}

    def some(self, own: Collection[int] | None) -> Iterable[Placed]:
        """These rows, by start."""
        if own is None:
            return self.in_order
        return sorted((self.rows[one] for one in own if one in self.rows), key=_begins)


def _begins(row: Placed) -> tuple[datetime, int]:
    return row.starts_at, row.id
