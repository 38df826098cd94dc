"""What a door says. A zone's gate asks what the badge opens now; a session door asks the schedule.

Everything here runs inside the scan's transaction. Going in and out are single conditional statements, so the
verdict and the count of who is inside are one thing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from expo.badge.models import BadgeState
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from expo.publishing.queries import Running

from . import messages, statements
from .models import Direction, Verdict
from .prepared import Writing

DOORS_OPEN = timedelta(minutes=30)  # before a session begins
JUST_NOW = timedelta(seconds=10)  # a badge that stays in front of the reader is read again
NIGHT_ENDS = time(4)  # city time; whoever comes later comes on the new day
EXPECTED_SOON = timedelta(hours=1)
LONGEST_STAY = timedelta(hours=24)

_zone = lru_cache(maxsize=64)(ZoneInfo)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason (a word for programs) and message (a sentence for people).

    `moved` is what it changed in the zone within `period`; see `models.Scan`.
    """

    verdict: Verdict
    reason: str | None = None
    message: str | None = None
    moved: int = 0
    period: str = ""
    occurrence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a door is asked: this badge at this gate, this way, so many people, at this moment of the expo.

    `by_hand` is a steward's decision where the door could only ask.
    """

    writing: Writing
    found: Any
    direction: Direction
    people: int
    moment: datetime
    occurrence_id: int | None = None
    by_hand: bool = False

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
        and found.told_fingerprint is None
        and sent.direction is Direction.IN
        and sent.count <= found.size
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
        return Judgement(Verdict.REFUSED, "unknown_code", messages.unknown_code(), period=asked.day)
    if asked.direction is Direction.OUT:
        return _leave(asked)
    if found.state is not BadgeState.ACTIVE:
        sentence = messages.replaced() if found.state is BadgeState.REPLACED else messages.revoked()
        return Judgement(Verdict.REFUSED, str(found.state), sentence, period=asked.day)
    if asked.people > found.size:
        return Judgement(Verdict.REFUSED, "more_than_badge", messages.too_many(found.size), period=asked.day)
    open_ = _zone_gate(asked) if found.room_id is None else _session_door(asked)
    if open_.verdict is Verdict.ASK and asked.by_hand:
        return Judgement(Verdict.ADMITTED, "let_in", period=asked.day)
    return open_


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
        return Judgement(
            Verdict.ADMITTED, way.reason, way.message, asked.people, way.period, way.occurrence_id
        )
    inside = asked.writing.first(
        statements.INSIDE, badge=found.badge_id, zone=found.zone_id, period=way.period
    )
    here = inside.gate_id == found.gate_id
    if here and found.size == 1 and abs(asked.moment - inside.entered_at) <= JUST_NOW:
        return Judgement(Verdict.ADMITTED, "just_now", None, 0, way.period, way.occurrence_id)
    if found.size == 1:
        sentence = messages.already_in(inside.name, inside.entered_at, asked.zone)
    else:
        sentence = messages.some_in(inside.inside, found.size)
    return Judgement(Verdict.ALREADY_IN, "already_in", sentence, 0, way.period, way.occurrence_id)


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
        reason, sentence = "not_yet", messages.not_yet(coming[0], asked.moment, asked.zone)
    elif spans:
        reason, sentence = "expired", messages.expired(spans[-1].closes_at, asked.zone)
    else:
        rows = asked.writing.all(
            statements.TICKETS_FOR_ZONE,
            zone=asked.found.zone_id,
            today=city_day(asked.moment, asked.zone),
        )
        reason, sentence = "no_ticket", messages.no_ticket([row.title for row in rows])
    return Judgement(Verdict.REFUSED, reason, sentence, period=asked.day)


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
        sentence = messages.nothing_on(title, starts_at, asked.zone)
        return Judgement(Verdict.ASK, "nothing_on", sentence, period=asked.day)
    on.sort(key=lambda running: abs(running.starts_at - moment))
    claims = [_claim(asked, running) for running in on]
    best = max(claims)
    chosen = on[claims.index(best)]
    if best:
        return Judgement(
            Verdict.ADMITTED, period=f"o{chosen.occurrence_id}", occurrence_id=chosen.occurrence_id
        )
    reason, sentence = _why_not(asked, chosen)
    return Judgement(Verdict.REFUSED, reason, sentence, period=asked.day, occurrence_id=chosen.occurrence_id)


def _claim(asked: Asked, running: Running) -> int:
    """How well the person may go in: 3 by a seat or an invitation, 2 by a ticket, 1 as anybody, 0 not."""
    if running.admission is Admission.OPEN:
        return 1
    if running.admission is Admission.TICKET:
        facts = {
            "person": asked.found.person_id,
            "registration": asked.found.registration_id,
            "conference": running.conference_id,
            "occurrence": running.occurrence_id,
            "at": max(asked.moment, running.starts_at),
        }
        return 2 if asked.writing.first(statements.HAS_TICKET, **facts) else 0
    # A seat, or an invitation: the list of the invited is its bookings.
    facts = {"person": asked.found.person_id, "occurrence": running.occurrence_id}
    return 3 if asked.writing.first(statements.HAS_SEAT, **facts) else 0


def _why_not(asked: Asked, running: Running) -> tuple[str, str]:
    elsewhere = asked.writing.first(
        statements.BOOKED_NEXT,
        person=asked.found.person_id,
        room=asked.found.room_id,
        now=asked.moment,
        latest=asked.moment + EXPECTED_SOON,
    )
    if elsewhere is not None:
        sentence = messages.booked_elsewhere(
            elsewhere.room, elsewhere.venue, elsewhere.starts_at, asked.moment, asked.zone
        )
        return "other_room", sentence
    if running.admission is Admission.TICKET:
        rows = asked.writing.all(statements.CONFERENCE, conference=running.conference_id)
        return "no_ticket", messages.no_ticket([row.title for row in rows])
    if running.admission is Admission.INVITATION:
        return "not_invited", messages.not_invited(running.title)
    return "no_seat", messages.no_seat(running.title)


def _leave(asked: Asked) -> Judgement:
    left = asked.writing.first(
        statements.LEAVE,
        badge=asked.found.badge_id,
        zone=asked.found.zone_id,
        people=asked.people,
        since=asked.moment - LONGEST_STAY,
    )
    if left is None:
        return Judgement(Verdict.LEFT, "not_in", messages.not_in(), period=asked.day)
    return Judgement(Verdict.LEFT, moved=-asked.people, period=left.period)


def _end_of_day(asked: Asked) -> datetime:
    tomorrow = city_day(asked.moment, asked.zone) + timedelta(days=1)
    return datetime.combine(tomorrow, NIGHT_ENDS, asked.zone)
