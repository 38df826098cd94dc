"""Questions to what each process keeps of all that is released: pages of a day, of many days, of one session, and
the counts over all days are made of it, without asking the database for more than seats."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from expo.core import clock

from . import kept_items, search
from .facets import Facets, Sifted
from .filters import Filter, Test
from .items import Item
from .kept_items import ALL_DAY, is_long, with_seats

MOST_COUNTS = 256
_NEVER = datetime.max.replace(tzinfo=UTC)

__all__ = ["is_long", "with_seats"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip: how many sessions, and how many free seats in those that one books; None where nothing
    can be booked any more, or never could."""

    date: date
    count: int
    seats_left: int | None


Days = dict[date, Day]


def find(
    expo_id: int, first: date | None, last: date | None, wish: Filter, tickets: Collection[int] = ()
) -> list[Item]:
    """What meets the wish from the first to the last day, by start, as somebody with tickets of these conferences
    may see it. Both days None: on all days. The wish's own day counts for nothing."""
    kept = kept_items.of(expo_id)
    places: Iterable[int] = range(len(kept.whole))
    if first is not None and last is not None:
        of_day = kept.orders.of_day
        places = sorted(chain(*(of_day[day] for day in of_day if first <= day <= last)))
    return list(_meeting(expo_id, kept.among(places, tickets), wish, tickets))


def on_day(expo_id: int, day: date, tickets: Collection[int] = ()) -> list[Item]:
    """What begins on this day, or in the night after it where the conference says that it belongs here; with the
    seats as they are now."""
    kept = kept_items.of(expo_id)
    return with_seats(kept.among(kept.orders.of_day.get(day, ()), tickets))[0]


def _meeting(expo_id: int, found: Iterable[Item], wish: Filter, tickets: Collection[int]) -> Iterator[Item]:
    tests = [test for _wish, test in _tests(wish)]
    for item in _holding(expo_id, found, wish.words, tickets):
        if all(test(item) for test in tests):
            yield item


def _holding(expo_id: int, found: Iterable[Item], words: str, tickets: Collection[int]) -> Iterable[Item]:
    if not words:
        return found
    among = frozenset(search.sessions(expo_id, words, tickets))
    return (item for item in found if item.session_id in among)


def _tests(wish: Filter) -> list[tuple[str, Test]]:
    """The tests of a wish now: nobody finds a seat in what is over."""
    now = clock.now()

    def still(test: Test) -> Test:
        return lambda item: item.ends_at > now and test(item)

    return [(name, still(test) if name == "seats" else test) for name, test in wish.tests()]


def sift(expo_id: int, found: Iterable[Item], wish: Filter, tickets: Collection[int] = ()) -> Sifted:
    """These items, as the viewer may see them, by the wishes that they fail, without those that fail several or do
    not hold the words. The wish's day counts for nothing."""
    tests = _tests(wish)
    met: list[Item] = []
    but_one: dict[str, list[Item]] = {}
    for item in _holding(expo_id, found, wish.words, tickets):
        failed = [name for name, test in tests if not test(item)]
        if not failed:
            met.append(item)
        elif len(failed) == 1:
            but_one.setdefault(failed[0], []).append(item)
    return Sifted(met, but_one)


def session_named(expo_id: int, code: str) -> int | None:
    """The id of the session that answers to this code: its own, or that of one of its times."""
    return kept_items.of(expo_id).orders.session_of_code.get(code)


def of_session(expo_id: int, session_id: int, tickets: Collection[int] = ()) -> list[Item]:
    """All times of one session."""
    kept = kept_items.of(expo_id)
    return kept.among(kept.orders.of_session.get(session_id, ()), tickets)


def times_of(expo_id: int, session_ids: Iterable[int], tickets: Collection[int] = ()) -> list[list[Item]]:
    """All times of each of these sessions, in this order; without those of which nobody may know."""
    found = (of_session(expo_id, session_id, tickets) for session_id in session_ids)
    return [times for times in found if times]


def of_speaker(expo_id: int, speaker_id: int, tickets: Collection[int] = ()) -> list[Item]:
    """Where a speaker appears, as far as that may be told."""
    kept = kept_items.of(expo_id)
    return [
        item for item in kept.among(kept.orders.of_speaker.get(speaker_id, ()), tickets) if not item.closed
    ]


def by_ids(expo_id: int, occurrence_ids: Iterable[int], tickets: Collection[int] = ()) -> list[Item]:
    """Those of these occurrences that anybody may know of, by start."""
    kept = kept_items.of(expo_id)
    of_id = kept.orders.of_id
    return kept.among(sorted(of_id[each] for each in set(occurrence_ids) if each in of_id), tickets)


def by_codes(expo_id: int, codes: Iterable[str], tickets: Collection[int] = ()) -> list[Item]:
    """The occurrences with these codes, as far as anybody may know of them, by start."""
    kept = kept_items.of(expo_id)
    of_code = kept.orders.of_code
    return kept.among(sorted(of_code[each] for each in set(codes) if each in of_code), tickets)


def family(expo_id: int, session_id: int, parent_id: int | None, tickets: Collection[int] = ()) -> list[Item]:
    """The parent of a session, and the sessions that are part of it, by start."""
    kept = kept_items.of(expo_id)
    orders = kept.orders
    places = [*orders.of_parent.get(session_id, ()), *orders.of_session.get(parent_id or 0, ())]
    return kept.among(sorted(places), tickets)


def between(
    expo_id: int, earliest: datetime, latest: datetime, tickets: Collection[int] = ()
) -> Iterator[Item]:
    """What runs at some time within the span, by start."""
    kept = kept_items.of(expo_id)
    starts = kept.orders.starts
    first, end = bisect_left(starts, earliest - ALL_DAY), bisect_left(starts, latest)
    for place in chain((long for long in kept.orders.long if long < first), range(first, end)):
        if kept.whole[place].ends_at > earliest:
            yield kept.seen(place, tickets)


def neighbours(item: Item, tickets: Collection[int] = ()) -> list[Item]:
    """What runs at the same time, and what follows within a day in the same room or, but for the open programme,
    in the same conference; without the item's session."""
    found = between(item.expo_id, item.starts_at, item.ends_at + timedelta(hours=18), tickets)
    return [other for other in found if not other.cancelled and _near(item, other)]


def _near(item: Item, other: Item) -> bool:
    if other.session_id == item.session_id:
        return False
    if other.starts_at < item.ends_at:
        return True
    beside = other.room_id == item.room_id
    return beside or (not item.open_programme and other.conference_id == item.conference_id)


def facets(expo_id: int, first: date, last: date, tickets: Collection[int] = ()) -> Facets:
    """What these days can be filtered by, counted over all that a viewer may see of them."""
    kept = kept_items.of(expo_id)
    key = ("facets", first, last, frozenset(tickets))
    found = kept.sorted_.get(key)
    if not isinstance(found, Facets):
        found = Facets.of(find(expo_id, first, last, Filter(), tickets))
        _keep(kept.sorted_, key, found)
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """Days that were counted at one moment, and stay so until the next session ends."""

    days: Days
    since: datetime
    until: datetime


def days(expo_id: int, wish: Filter | None = None, tickets: Collection[int] = ()) -> Days:
    """Days that have something that meets the wish, each session counted once a day, without what is cancelled.
    Seats count where they can be booked still, and by nobody who may not know of them."""
    kept, now = kept_items.of(expo_id), clock.now()
    key = (replace(wish or Filter(), day=None), frozenset(tickets))
    known = kept.counted.get(key)
    if not isinstance(known, _Counted) or not known.since <= now < known.until:
        found = find(expo_id, None, None, *key)
        until = min((turn for item in found for turn in _turns(item) if turn > now), default=_NEVER)
        known = _Counted(counted(found), now, until)
        _keep(kept.counted, key, known)
    return known.days


def _turns(item: Item) -> Iterator[datetime]:
    """The moments at which its seats begin or cease to count."""
    yield item.ends_at
    if item.booking_opens_at is not None:
        yield item.booking_opens_at
    if item.booking_closes_at is not None:
        yield item.booking_closes_at


def _keep(where: dict[object, object], key: object, made: object) -> None:
    if len(where) >= MOST_COUNTS:
        where.clear()
    where[key] = made


def counted(found: Iterable[Item]) -> Days:
    """The days of these items."""
    sessions: dict[date, set[int]] = {}
    seats: dict[date, int] = {}
    now = clock.now()
    for item in found:
        if not item.cancelled:
            sessions.setdefault(item.day, set()).add(item.session_id)
            if item.takes_bookings(now) and item.seats_left is not None:
                seats[item.day] = seats.get(item.day, 0) + item.seats_left
    return {day: Day(day, len(sessions[day]), seats.get(day)) for day in sorted(sessions)}


def lasting(
    expo_id: int, days: Collection[date], wish: Filter, tickets: Collection[int] = ()
) -> dict[date, list[Item]]:
    """What meets the wish, lasts all day or over several days, and runs on each of these days. At most one query."""
    kept = kept_items.of(expo_id)
    long = [
        item for item in kept.among(kept.orders.long, tickets) if any(_runs_on(item, day) for day in days)
    ]
    found = list(_meeting(expo_id, long, wish, tickets)) if long else []
    return {day: [item for item in found if _runs_on(item, day)] for day in days}


def _runs_on(item: Item, day: date) -> bool:
    """Whether it began on this day, or before and goes on after the day's first minute."""
    return item.day == day or item.day < day <= (item.ends - timedelta(minutes=1)).date()
