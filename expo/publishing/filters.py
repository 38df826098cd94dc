"""The wishes of F4: the same ones on pages, feeds and the API."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from expo.programme.models import Conference, Room, SessionType, Track, Venue
from expo.programme.words import Admission

from . import search
from .items import Item
from .models import OccurrenceVersion, SessionVersion
from .queries import items, on_day

Test = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody wants to see. Several values of one wish are alternatives; all wishes must hold.

    Slugs for places and sorts, codes for languages, numbers 1 to 17 for Global Goals. Of `offers`, which are
    features of rooms, all must be there: they are needs. Tickets are known in other rooms of this house, so
    whoever asks by price or audience names `within`, the conferences with such a ticket; and whoever asks what
    is open to somebody, `mine`, the conferences of their tickets.
    """

    day: date | None = None
    span: tuple[date, date] | None = None  # the first and the last of several days
    conferences: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    words: str = ""
    seats: bool = False
    step_free: bool = False
    times: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    price: str = ""
    audiences: tuple[str, ...] = ()
    within: tuple[int, ...] | None = None
    mine: tuple[int, ...] | None = None

    def wants(self, item: Item) -> bool:
        """Whether an item (as its viewer may see it) meets every wish but days and words."""
        return all(test(item) for _wish, test in self.tests())

    def tests(self) -> list[tuple[str, Test]]:
        """What an item must pass, one test for each wish, by the wish's name: a programme has thousands of items, an
        asker two wishes."""
        of_all: dict[str, tuple[object, Test]] = {
            "conferences": (self.conferences, self._of_conference),
            "tracks": (self.tracks, lambda item: item.track_slug in self.tracks),
            "venues": (self.venues, lambda item: item.venue_slug in self.venues),
            "rooms": (self.rooms, lambda item: item.room_slug in self.rooms),
            "types": (self.types, lambda item: item.type_slug in self.types),
            "languages": (self.languages, lambda item: not set(self.languages).isdisjoint(item.understood)),
            "sdgs": (self.sdgs, lambda item: not set(self.sdgs).isdisjoint(item.sdgs)),
            "tags": (self.tags, lambda item: not set(self.tags).isdisjoint(item.tags)),
            "seats": (self.seats, lambda item: not item.cancelled and bool(item.seats_left)),
            "step_free": (self.step_free, lambda item: item.step_free),
            "times": (self.times, lambda item: item.part_of_day in self.times),
            "offers": (self.offers, lambda item: set(self.offers).issubset(item.room_features)),
            "within": (self.within is not None, self._admits),
            "mine": (self.mine is not None, lambda item: _open_to(item, self.mine or ())),
        }
        return [(name, test) for name, (wished, test) in of_all.items() if wished]

    def _of_conference(self, item: Item) -> bool:
        """Its own sessions, and those that are its guests."""
        return item.conference_slug in self.conferences or not set(self.conferences).isdisjoint(item.also_in)

    def _admits(self, item: Item) -> bool:
        if item.open_to_all:
            return self.price != PAID
        return item.conference_id in (self.within or ())


FREE, PAID = "free", "paid"


def _open_to(item: Item, tickets: Collection[int]) -> bool:
    """Whether somebody with these tickets may come, as far as one can know before the door. The open
    programme's pass makes itself."""
    if item.cancelled or item.admission is Admission.INVITATION:
        return False
    if item.open_to_all:
        return True
    if item.conference_id not in tickets and not item.open_programme:
        return False
    return item.admission is not Admission.SEAT or item.seats_left != 0


def find(expo_id: int, wish: Filter, tickets: Collection[int] = ()) -> list[Item]:
    """Released items that meet the wish, as somebody with tickets of these conferences may see them, by start.

    One query; one more for words. A filter by room, language or goal cannot find what hides these.
    """
    if wish.day is not None and wish == Filter(day=wish.day):
        return [item.seen_with(tickets) for item in on_day(expo_id, wish.day)]
    conditions = _narrow(wish)
    if wish.words:
        conditions.append(SessionVersion.session_id.in_(search.sessions(expo_id, wish.words, tickets)))
    seen = (item.seen_with(tickets) for item in items(expo_id, *conditions))
    return [item for item in seen if wish.wants(item)]


def _narrow(wish: Filter) -> list[sa.ColumnElement[bool]]:
    """What the database can leave out already."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wish.day is not None:
        conditions.append(OccurrenceVersion.day == wish.day)
    if wish.span is not None:
        conditions.append(OccurrenceVersion.day.between(*wish.span))
    if wish.conferences:
        conditions.append(of_conferences(wish.conferences))
    slugs = (
        (Track.slug, wish.tracks),
        (Venue.slug, wish.venues),
        (Room.slug, wish.rooms),
        (SessionType.slug, wish.types),
    )
    conditions += [column.in_(wanted) for column, wanted in slugs if wanted]
    if wish.sdgs:
        goals = sa.cast(SessionVersion.sdgs, sa.Text)
        conditions.append(sa.or_(*(goals.like(f"%{number}%") for number in wish.sdgs)))
    return conditions


def of_conferences(slugs: Collection[str]) -> sa.ColumnElement[bool]:
    """What belongs to one of these conferences, or is its guest; over the conference and the session's version."""
    guests = sa.cast(SessionVersion.also_in, sa.Text)
    return sa.or_(
        Conference.slug.in_(list(slugs)), *(guests.contains(f'"{slug}"', autoescape=True) for slug in slugs)
    )
