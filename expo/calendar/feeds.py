"""Feeds: which events a calendar carries today, the tag that says whether it changed, and its bytes.

Days turn at midnight in the city and nothing else depends on the clock, so the same data on the same day give
the same bytes in every process.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.accounts import following
from expo.booking.models import COUNTING, BookingState
from expo.core import clock, tokens
from expo.core.bounded import Shelf
from expo.expos.models import Expo

from . import agendas, events, kept, queries, scopes
from .entries import Audience
from .kept import Kept
from .queries import Line, Stamp
from .refusals import NoSuchCalendar
from .scopes import Scope

FORMAT = 1  # raise it when the same data are written in another way: every calendar then fetches anew
MOST_EVENTS = 1_000
MOST_BYTES = 880_000  # the frame and the zones come on top; together they stay below 900 kB
MOST_DAYS = 7  # to each side of today, in a calendar that is too large for all
CANCELLED_STAYS = timedelta(days=14)

# Public feeds as they were last sent, by tag and coding.
_whole: Shelf[tuple[str, bool], bytes] = Shelf(32_000_000, lambda body: len(body) + 200)


@dataclass(frozen=True, slots=True)
class State:
    """What a feed is now, known without building it. It has not changed since `changed_at`."""

    tag: str
    changed_at: datetime | None
    stamp: Stamp
    today: date


@dataclass(frozen=True, slots=True)
class Proof:
    """What a feed hung on when it was made: while it is the same, so is the feed."""

    expo_id: int
    zone: ZoneInfo
    today: date
    seen: object
    digest: bytes | None

    def holds(self) -> bool:
        """Whether all is as it was. One small query."""
        return _day(self.zone) == self.today and queries.glance(self.expo_id, self.digest) == self.seen

    def asked_for(self, user_agent: str) -> None:
        """Told of each answer: the owner of a personal calendar sees who follows it."""
        if self.digest is not None:
            following.followed(self.digest, user_agent)


def proof(expo: Expo, token: str | None = None) -> Proof:
    """To be had before the feed's state is read: a change in between makes it void."""
    digest = tokens.digest(token) if token is not None else None
    return Proof(expo.id, expo.zone, _day(expo.zone), queries.glance(expo.id, digest, within=True), digest)


def public_state(expo: Expo, scope: Scope, language: str, texts: str = "") -> State:
    """The state of a public feed: one query, whatever its size. The scope may turn out not to exist. Its own words
    are in `language`; titles and abstracts in `texts`, where they are given in it."""
    stamp, today = queries.stamp(expo.id), _day(expo.zone)
    if scope.wish.seats:
        # Seats are taken without a stamp, so what is found is part of the tag, and no moment can be named.
        found = [line.uid for line in queries.lines(expo.id, scope.wish)]
        return State(_tag(expo, scope, language, texts, stamp, today, found), None, stamp, today)
    return State(
        _tag(expo, scope, language, texts, stamp, today), _latest(expo, today, stamp[1]), stamp, today
    )


def public(expo: Expo, scope: Scope, language: str, state: State, *, texts: str = "", zipped: bool) -> bytes:
    """A public feed in the state it was asked for. Raises NoSuchCalendar."""
    key = (state.tag, zipped)
    body = _whole.get(key)
    if body is None:
        body = _public(expo, scope, language, state, texts)
        # No time inside, so that two processes pack alike.
        body = gzip.compress(body, 6, mtime=0) if zipped else body
        _whole.put(key, body)
    return body


def _public(expo: Expo, scope: Scope, language: str, state: State, texts: str) -> bytes:
    with force_locale(language):
        found = scopes.find(expo, scope, texts)
    every = [line for line in found.lines if _stays(expo, line, state.today)]
    shown = _near(every, Counter(line.day for line in every), MOST_EVENTS, state.today)[:MOST_EVENTS]
    made = _made(expo, shown, Audience.STRANGER, language, state.stamp, texts)
    shown = [line for line in shown if line.uid in made]
    weights: Counter[date] = Counter()
    for line in shown:
        weights[line.day] += len(made[line.uid].text)
    shown = list(_light(_near(shown, weights, MOST_BYTES, state.today), made))
    with force_locale(language):
        text = _only_some(shown) if len(shown) < len(every) else ""
    return _join(expo, found.title, text, [made[line.uid] for line in shown])


@dataclass(frozen=True, slots=True)
class Agenda:
    """One person's calendar and its state. The tag is that of its content: what others' sessions do leaves it."""

    tag: str
    changed_at: datetime | None
    _expo: Expo
    _title: str
    _events: list[Kept]

    def body(self) -> bytes:
        return _join(self._expo, self._title, "", self._events)


def personal(expo: Expo, token: str, language: str, texts: str = "") -> Agenda:
    """What the owner of this address has booked, with all details and when to leave for it; what they wait for; and
    what they keep in mind, marked as such. Raises NoSuchCalendar."""
    person = queries.owner(expo.id, token)
    if person is None:
        raise NoSuchCalendar(_("There is no such calendar."))
    stamp, today = queries.stamp(expo.id), _day(expo.zone)
    mine, bookings, booked_at = queries.agenda(person.id)
    kept, kept_at = queries.favourites(person)
    mine = [line for line in mine if _stays(expo, line, today)]
    # One UID, one event: a seat says more than a favourite.
    kept = [line for line in kept if line.occurrence_id not in bookings and _stays(expo, line, today)]
    booked = [line for line in mine if bookings[line.occurrence_id].state in COUNTING]
    waiting = [line for line in mine if bookings[line.occurrence_id].state not in COUNTING]
    with force_locale(language):
        title = _("%(expo)s: my agenda", expo=expo.name)
        hints = agendas.hints(expo, bookings)
    made = {
        **_made(expo, booked, Audience.BOOKED, language, stamp, texts, hints),
        **_made(expo, waiting, Audience.WAITING, language, stamp, texts, hints),
        **_made(expo, kept, Audience.KEPT, language, stamp, texts),
    }
    shown = [made[line.uid] for line in (*booked, *waiting, *kept) if line.uid in made]
    tag = _tag(expo, title, *(event.digest for event in shown))
    # No moment tells when a seat was offered.
    offered = any(booking.state is BookingState.OFFERED for booking in bookings.values())
    changed_at = None if offered else _latest(expo, today, stamp[1], booked_at, kept_at)
    return Agenda(tag, changed_at, expo, title, shown)


def _made(
    expo: Expo,
    lines: list[Line],
    audience: Audience,
    language: str,
    stamp: Stamp,
    texts: str,
    hints: Mapping[int, str] | None = None,
) -> Mapping[str, Kept]:
    return kept.of(
        expo,
        [(line.occurrence_id, line.uid) for line in lines],
        audience=audience,
        language=language,
        texts=texts,
        stamp=stamp,
        hints=hints,
    )


def _join(expo: Expo, title: str, text: str, shown: list[Kept]) -> bytes:
    # A calendar must hold something: an empty one holds the city's zone.
    zones = {event.zone for event in shown if event.zone} or {expo.time_zone}
    head = events.head(name=title, text=text, time_zone=expo.time_zone)
    return events.joined(head, zones, (event.text for event in shown))


def _stays(expo: Expo, line: Line, today: date) -> bool:
    """Cancelled events stay for two weeks after they would have been."""
    return not line.cancelled or expo.local(line.ends_at).date() + CANCELLED_STAYS >= today


def _near(lines: list[Line], weights: Mapping[date, int], most: int, today: date) -> list[Line]:
    """All lines; or, where they weigh too much, those of the days around today, as many as may be."""
    if sum(weights.values()) <= most:
        return lines
    centre = min(max(today, min(weights)), max(weights))
    chosen: set[date] = set()
    total = 0
    for day in sorted(weights, key=lambda day: (abs(day - centre), day < centre)):
        total += weights[day]
        if abs(day - centre).days > MOST_DAYS or (chosen and total > most):
            break
        chosen.add(day)
    return [line for line in lines if line.day in chosen]


def _light(lines: list[Line], made: Mapping[str, Kept]) -> Iterator[Line]:
    """The lines until they weigh too much: the last guard, for a single day beyond all measure."""
    total = 0
    for line in lines:
        total += len(made[line.uid].text)
        if total > MOST_BYTES:
            return
        yield line


def _only_some(shown: list[Line]) -> str:
    return _(
        "Too large for one calendar: this one carries %(first)s to %(last)s and moves on with the days. The calendars of single conferences, venues and days carry all of theirs.",
        first=min(line.day for line in shown).isoformat(),
        last=max(line.day for line in shown).isoformat(),
    )


def _day(zone: ZoneInfo) -> date:
    """The city's day."""
    return clock.now().astimezone(zone).date()


def _latest(expo: Expo, today: date, *moments: datetime | None) -> datetime | None:
    """The latest of what may have changed a feed, midnight included. None while that second is not over:
    what changes within it could not be told apart."""
    midnight = datetime.combine(today, time.min, expo.zone).astimezone(UTC)
    latest = max([midnight, *(moment for moment in moments if moment)])
    return latest if clock.now() - latest >= timedelta(seconds=1) else None


def _tag(expo: Expo, *parts: object) -> str:
    """A short name for one state of one feed."""
    base_url = current_app.config["EXPO"].base_url
    whole = repr((FORMAT, base_url, expo.slug, expo.name, expo.time_zone, parts))
    return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).hexdigest()


def clear() -> None:
    """Forget all feeds; for measurements and tests."""
    _whole.clear()
