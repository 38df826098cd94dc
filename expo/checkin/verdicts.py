"""What a door says. A zone's gate asks what the badge opens now; a session door asks the schedule.

Everything here runs inside the scan's transaction. Going in and out are single conditional statements, so the
verdict and the count of who is inside are one thing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from expo.badge.models import BadgeState
from expo.core.db import db
from expo.core.money import Money
from expo.programme import ways
from expo.programme.models import Room, Venue
from expo.publishing import queries as publishing
from expo.publishing.queries import Running

from . import messages, policies, statements
from .crew_models import Policy
from .models import Direction, Verdict
from .prepared import Writing

DOORS_OPEN = timedelta(minutes=30)  # before a session begins
JUST_NOW = timedelta(seconds=10)  # a badge that stays in front of the reader is read again
NIGHT_ENDS = time(4)  # city time; whoever comes later comes on the new day
EXPECTED_SOON = timedelta(hours=1)
LONGEST_STAY = timedelta(hours=24)

Says = Callable[[], str]

_zone = lru_cache(maxsize=64)(ZoneInfo)
# What no supervisor lifts: it is said of the badge before any door is asked.
FINAL = frozenset({"unknown_code", "replaced", "revoked", "more_than_badge"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason (a word for programs) and what it `says` to people, in whatever language is asked.

    `moved` is what it changed in the zone within `period`; see `models.Scan`.
    """

    verdict: Verdict
    reason: str | None = None
    says: Says | None = None
    moved: int = 0
    period: str = ""
    occurrence_id: int | None = None


class SeatWanted(Exception):
    """There may be a seat for this person. Taking it is another transaction, after which the door judges again."""

    def __init__(self, person_id: int, occurrence_id: int) -> None:
        super().__init__(person_id, occurrence_id)
        self.person_id = person_id
        self.occurrence_id = occurrence_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What a door is asked: this badge at this gate, this way, so many people, at this moment of the expo.

    `by_hand` is a steward's decision where the door could only ask, or a supervisor's where it said no.
    """

    writing: Writing
    found: Any
    direction: Direction
    people: int
    moment: datetime
    occurrence_id: int | None = None
    by_hand: bool = False
    supervisor: str | None = None
    # Whether the door may still book a seat for the person: raises SeatWanted, to be judged again after.
    may_book: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return _zone(self.found.time_zone)

    @property
    def day(self) -> str:
        return city_day(self.moment, self.zone).isoformat()


def city_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day somebody comes on; it ends when the night does."""
    return (moment.astimezone(zone) - timedelta(hours=NIGHT_ENDS.hour)).date()


def plainly_open(found: Any, sent: Any, random: bytes) -> bool:
    """Whether a scan that was looked up goes in at a zone's gate without a word or a question."""
    return (
        found.entitled
        and found.state is BadgeState.ACTIVE
        and found.room_id is None
        and found.gate_id is not None
        and not found.revoked
        and found.attention is None
        and found.told_fingerprint is None
        and sent.direction is Direction.IN
        and sent.count == found.size == 1  # a group is told how many are in
        and not (sent.fault or sent.occurrence or sent.override)
        and hmac.compare_digest(found.random, random)
    )


def way(asked: Asked, random: bytes | None) -> Judgement:
    """How it stands with a badge whose code was genuine (`random` is its random part), or None for any other.

    ADMITTED says that the way is open: `entry` is what to count, `entered` the verdict that comes of it. So
    the entries of a whole batch can travel to the database together.
    """
    found = asked.found
    if found.badge_id is None or random is None or not hmac.compare_digest(found.random, random):
        return Judgement(Verdict.REFUSED, "unknown_code", messages.unknown_code, period=asked.day)
    if asked.direction is Direction.OUT:
        return _leave(asked)
    if found.state is not BadgeState.ACTIVE:
        sentence = messages.replaced if found.state is BadgeState.REPLACED else messages.revoked
        return Judgement(Verdict.REFUSED, str(found.state), sentence, period=asked.day)
    if asked.people > found.size:
        says = partial(messages.too_many, found.size)
        return Judgement(Verdict.REFUSED, "more_than_badge", says, period=asked.day)
    open_ = _zone_gate(asked) if found.room_id is None else _session_door(asked)
    if found.blocked:
        open_ = replace(open_, verdict=Verdict.REFUSED, reason="blocked", says=messages.blocked)
    return _by_hand(asked, open_) if asked.by_hand else open_


def _by_hand(asked: Asked, judged: Judgement) -> Judgement:
    """A steward decides where the door could only ask; a supervisor, whose name is known, where it said no."""
    period = f"o{judged.occurrence_id}" if judged.occurrence_id else judged.period
    if judged.verdict is Verdict.ASK:
        return Judgement(Verdict.ADMITTED, "let_in", period=period, occurrence_id=judged.occurrence_id)
    if judged.verdict is Verdict.REFUSED and asked.supervisor:
        return Judgement(Verdict.ADMITTED, "override", period=period, occurrence_id=judged.occurrence_id)
    return judged


def entry(asked: Asked, way: Judgement) -> dict[str, Any]:
    """What the statement ENTER is given."""
    found = asked.found
    return {
        "expo_id": found.expo_id,
        "badge_id": found.badge_id,
        "zone_id": found.zone_id,
        "period": way.period,
        "inside": asked.people,
        "gate_id": found.gate_id,
        "entered_at": asked.moment,
        "size": found.size,
    }


def entered(asked: Asked, way: Judgement, counted: Any) -> Judgement:
    """The verdict after ENTER: `counted` is its row, None when the badge had no room left."""
    found = asked.found
    if counted is not None:
        says = partial(messages.some_in, counted.inside, found.size) if found.size > 1 else way.says
        return Judgement(Verdict.ADMITTED, way.reason, says, asked.people, way.period, way.occurrence_id)
    inside = asked.writing.first(
        statements.INSIDE, badge=found.badge_id, zone=found.zone_id, period=way.period
    )
    here = inside.gate_id == found.gate_id
    if here and found.size == 1 and abs(asked.moment - inside.entered_at) <= JUST_NOW:
        return Judgement(Verdict.ADMITTED, "just_now", None, 0, way.period, way.occurrence_id)
    if found.size == 1 and _came_from_elsewhere(asked, inside.entered_at, way.period):
        return Judgement(Verdict.ADMITTED, "came_back", way.says, 0, way.period, way.occurrence_id)
    if found.size == 1:
        sentence = partial(messages.already_in, inside.name, inside.entered_at, asked.zone)
    else:
        sentence = partial(messages.some_in, inside.inside, found.size)
    return Judgement(Verdict.ALREADY_IN, "already_in", sentence, 0, way.period, way.occurrence_id)


def _came_from_elsewhere(asked: Asked, entered_at: datetime, period: str) -> bool:
    """Entering a zone leaves the one before: who has since gone into another, that neither holds this one nor lies
    in it, comes back. One conditional statement makes it so."""
    zones = {row.id: row.parent_id for row in asked.writing.all(statements.ZONES, expo=asked.found.expo_id)}
    facts = {"badge": asked.found.badge_id, "entered": entered_at}
    since = {row.zone_id for row in asked.writing.all(statements.ENTERED_SINCE, **facts)}
    if since <= kin(zones, asked.found.zone_id):
        return False
    back = {
        **facts, "zone": asked.found.zone_id, "period": period, "gate": asked.found.gate_id, "moment": asked.moment
    }  # fmt: skip
    return asked.writing.first(statements.COME_BACK, **back) is not None


def above(parents: Mapping[int, int | None], zone_id: int) -> set[int]:
    """A zone and those that hold it."""
    found: set[int] = set()
    one: int | None = zone_id
    while one is not None and one in parents and one not in found:
        found.add(one)
        one = parents[one]
    return found


def kin(parents: Mapping[int, int | None], zone_id: int) -> set[int]:
    """A zone, those that hold it, and those that lie in it."""
    return above(parents, zone_id) | {other for other in parents if zone_id in above(parents, other)}


def _zone_gate(asked: Asked) -> Judgement:
    if asked.found.entitled:
        return Judgement(Verdict.ADMITTED, period=asked.day)
    spans = asked.writing.all(
        statements.OPENINGS_OF,
        person=asked.found.person_id,
        registration=asked.found.registration_id,
        zone=asked.found.zone_id,
    )
    coming = [span.opens_at for span in spans if span.opens_at > asked.moment]
    if coming:
        says = partial(messages.not_yet, coming[0], asked.moment, asked.zone)
        return Judgement(Verdict.REFUSED, "not_yet", says, period=asked.day)
    if spans:
        says = partial(messages.expired, spans[-1].closes_at, asked.zone)
        return Judgement(Verdict.REFUSED, "expired", says, period=asked.day)
    unpaid = asked.writing.first(
        statements.UNPAID_FOR_ZONE, person=asked.found.person_id, zone=asked.found.zone_id
    )
    rows = asked.writing.all(
        statements.TICKETS_FOR_ZONE, zone=asked.found.zone_id, today=city_day(asked.moment, asked.zone)
    )
    reason, no_ticket = _no_ticket(unpaid, [row.title for row in rows])
    return Judgement(Verdict.REFUSED, reason, no_ticket, period=asked.day)


def _no_ticket(unpaid: Any, titles: list[str]) -> tuple[str, Says]:
    if unpaid is not None:
        amount = Money(unpaid.price_minor, unpaid.currency)
        return "to_pay", partial(messages.to_pay, amount, unpaid.title)
    return "no_ticket", partial(messages.no_ticket, titles)


def _session_door(asked: Asked) -> Judgement:
    """The schedule decides: what is on, or has its doors open, in this room. Where two sessions meet, the one
    that the person has the better claim to counts, then the one whose beginning is nearer."""
    room, moment = asked.found.room_id, asked.moment
    on = publishing.in_room(room, moment, moment + DOORS_OPEN)
    if asked.occurrence_id is not None:
        on = [running for running in on if running.occurrence_id == asked.occurrence_id]
    if not on:
        ahead = publishing.in_room(room, moment, _end_of_day(asked))
        title, starts_at = (ahead[0].title, ahead[0].starts_at) if ahead else (None, None)
        sentence = partial(messages.nothing_on, title, starts_at, asked.zone)
        return Judgement(Verdict.ASK, "nothing_on", sentence, period=asked.day)
    on.sort(key=lambda running: abs(running.starts_at - moment))
    rules = policies.of(on)
    claims = [_claim(asked, running, rules[running.session_id]) for running in on]
    best = max(claims)
    chosen = on[claims.index(best)]
    policy, period = rules[chosen.session_id], f"o{chosen.occurrence_id}"
    if best:
        return Judgement(Verdict.ADMITTED, period=period, occurrence_id=chosen.occurrence_id)
    if policy is Policy.ASK:
        ask = partial(messages.ask_them, chosen.title)
        return Judgement(Verdict.ASK, "ask", ask, period=asked.day, occurrence_id=chosen.occurrence_id)
    if asked.may_book and _may_have_a_seat(asked, chosen, policy):
        raise SeatWanted(asked.found.person_id, chosen.occurrence_id)
    reason, says = _why_not(asked, chosen, policy)
    return Judgement(Verdict.REFUSED, reason, says, period=asked.day, occurrence_id=chosen.occurrence_id)


def _claim(asked: Asked, running: Running, policy: Policy) -> int:
    """How well the person may go in: 3 by a seat or an invitation, 2 by a ticket, 1 as anybody, 0 not."""
    if policy is Policy.OPEN:
        return 1
    if policy is Policy.TICKET:
        return 2 if _has_ticket(asked, running) else 0
    # A seat, or an invitation: the list of the invited is its bookings.
    facts = {"person": asked.found.person_id, "occurrence": running.occurrence_id}
    return 3 if asked.writing.first(statements.HAS_SEAT, **facts) else 0


def _has_ticket(asked: Asked, running: Running) -> bool:
    facts = {
        "person": asked.found.person_id,
        "registration": asked.found.registration_id,
        "conference": running.conference_id,
        "occurrence": running.occurrence_id,
        "at": max(asked.moment, running.starts_at),
    }
    return asked.writing.first(statements.HAS_TICKET, **facts) is not None


def _may_have_a_seat(asked: Asked, running: Running, policy: Policy) -> bool:
    """At a door that books, and for a standby number that was called."""
    if asked.found.person_id is None:
        return False
    if policy is Policy.BOOK:
        return True
    facts = {"badge": asked.found.badge_id, "occurrence": running.occurrence_id}
    return policy is Policy.SEAT and asked.writing.first(statements.WAS_CALLED, **facts) is not None


def _why_not(asked: Asked, running: Running, policy: Policy) -> tuple[str, Says]:
    person = asked.found.person_id
    elsewhere = asked.writing.first(
        statements.BOOKED_NEXT,
        person=person,
        room=asked.found.room_id,
        now=asked.moment,
        latest=asked.moment + EXPECTED_SOON,
    )
    if elsewhere is not None:
        minutes = _minutes(asked, elsewhere.venue_id)
        starts_at = elsewhere.starts_at
        return "other_room", partial(
            messages.booked_elsewhere, elsewhere.room, elsewhere.venue, minutes, starts_at, asked.moment, asked.zone
        )  # fmt: skip
    if policy is Policy.TICKET:
        conference = running.conference_id
        unpaid = asked.writing.first(statements.UNPAID_FOR_CONFERENCE, person=person, conference=conference)
        rows = asked.writing.all(statements.CONFERENCE, conference=conference)
        return _no_ticket(unpaid, [row.title for row in rows])
    if policy is Policy.BOOK:
        return "full", partial(messages.full, running.title)
    if policy is Policy.INVITATION:
        return "not_invited", partial(messages.not_invited, running.title)
    return "no_seat", partial(messages.no_seat, running.title)


def _minutes(asked: Asked, venue_id: int) -> int | None:
    """On foot from this door to that venue."""
    here, there = db.session.get(Room, asked.found.room_id), db.session.get(Venue, venue_id)
    return ways.of(asked.found.expo_id).minutes(here.venue, there) if here and there else None


def _leave(asked: Asked) -> Judgement:
    left = asked.writing.first(
        statements.LEAVE,
        badge=asked.found.badge_id,
        zone=asked.found.zone_id,
        people=asked.people,
        since=asked.moment - LONGEST_STAY,
    )
    if left is None:
        return Judgement(Verdict.LEFT, "not_in", messages.not_in, period=asked.day)
    return Judgement(Verdict.LEFT, moved=-asked.people, period=left.period)


def _end_of_day(asked: Asked) -> datetime:
    tomorrow = city_day(asked.moment, asked.zone) + timedelta(days=1)
    return datetime.combine(tomorrow, NIGHT_ENDS, asked.zone)
