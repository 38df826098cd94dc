"""The door pack: all that a scanner needs to judge badges by itself, and nothing about whom they belong to.

    4 bytes   length of the head, big-endian
    head      JSON: clock, gates, what is on behind session doors, and the classes
    n × 10    badges, sorted: 8 bytes that name a badge, 2 bytes that number its class
    m × 8     for each list of the head ("roster") in its order, sorted: the badges with a seat

A badge is named by the beginning of a hash over what its code says without the tag, so a pack makes nobody able
to print a badge. A class is what a badge opens at this device's gates. A delta holds the badges whose class may
have changed, with classes of its own; gates, and what is on behind them within WINDOW, are always whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from expo.badge.models import Badge, BadgeState
from expo.booking.models import Booking, BookingState
from expo.core import clock
from expo.core.db import db
from expo.programme.models import Occurrence
from expo.publishing import queries as publishing
from expo.publishing.queries import Running
from expo.registration.models import Registration, RegistrationState

from . import policies, queries
from .crew_models import Attention, Policy
from .models import BadgeChange, Device, Entitlement, Gate
from .verdicts import DOORS_OPEN, JUST_NOW, NIGHT_ENDS, kin

FORMAT = 1
WINDOW = timedelta(hours=36)
OLDEST_DELTA = timedelta(hours=12)
# A change is written at the beginning of its transaction and seen at its end: no transaction takes so long.
SLOWEST_CHANGE = timedelta(minutes=2)
NAME_BYTES = 8
MOST_CLASSES = 2**16


def name_of(number: int, random: bytes) -> bytes:
    """By which a pack names a badge: 8 bytes of SHA-256 over issue number and random part."""
    return hashlib.sha256(number.to_bytes(4, "big") + random).digest()[:NAME_BYTES]


@dataclass(frozen=True, slots=True)
class Door:
    """One session behind a session door; with a list where only that lets in."""

    uid: str
    running: Running
    policy: Policy
    roster: list[bytes] | None


def build(device: Device, since: datetime | None = None) -> bytes:
    """The pack of this device; with `since` (the stamp of an earlier one, world's time) what changed after it.

    A stamp that is too old, or not ours, gives a whole pack.
    """
    now, real_now = clock.now(), clock.real_now()
    if since is not None and not real_now - OLDEST_DELTA <= since <= real_now:
        since = None
    gates = queries.gates_of_device(device)
    parents = {zone.id: zone.parent_id for zone in queries.zones(device.expo_id)}
    doors = {gate.id: _doors(gate, now) for gate in gates if gate.room_id is not None}
    badges = _Badges()
    conferences = {
        door.running.conference_id
        for behind in doors.values()
        for door in behind
        if door.policy is Policy.TICKET
    }
    badges.read(device.expo_id, {gate.zone_id for gate in gates}, conferences, since)
    rosters = [door.roster for gate in gates for door in doors.get(gate.id, ()) if door.roster is not None]
    head = {
        "format": FORMAT,
        "expo": device.expo.slug,
        "stamp": real_now.isoformat(),
        "delta": since is not None,
        "now": _seconds(now),
        "real_now": _seconds(real_now),
        "until": _seconds(now + WINDOW),
        "high_water": badges.highest,
        "count": len(badges.entries),
        "time_zone": device.expo.time_zone,
        "night_ends": NIGHT_ENDS.hour,
        "doors_open": round(DOORS_OPEN.total_seconds()),
        "just_now": round(JUST_NOW.total_seconds()),
        "gates": [_gate(gate, doors.get(gate.id), kin(parents, gate.zone_id)) for gate in gates],
        "classes": badges.classes,
    }
    body = orjson.dumps(head)
    parts = [len(body).to_bytes(4, "big"), body, *sorted(badges.entries)]
    parts += [name for roster in rosters for name in roster]
    return b"".join(parts)


def stamp_of(pack: bytes) -> str:
    """The stamp in a pack's head."""
    length = int.from_bytes(pack[:4], "big")
    stamp: str = orjson.loads(pack[4 : 4 + length])["stamp"]
    return stamp


def tag_of(pack: bytes) -> str:
    """The same for the same content, whenever it was made."""
    length = int.from_bytes(pack[:4], "big")
    head: dict[str, Any] = orjson.loads(pack[4 : 4 + length])
    for name in ("stamp", "now", "real_now", "until"):
        del head[name]
    whole = hashlib.blake2b(orjson.dumps(head), digest_size=16)
    whole.update(pack[4 + length :])
    return whole.hexdigest()


class _Badges:
    """Badges as (name, number of a class), and the classes that they have."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.classes: list[dict[str, Any]] = []
        self.highest = 0
        self._numbers: dict[tuple[Any, ...], bytes] = {}

    def read(self, expo_id: int, zones: set[int], conferences: set[int], since: datetime | None) -> None:
        """All badges of the expo, or those that changed. Three queries."""
        only = None if since is None else _changed(expo_id, since)
        # Below the session, whose care for each row would cost more than all the rest.
        rows = db.session.connection().execute(_badges(expo_id, zones, conferences, only))
        for number, random, *opened in rows:
            self.entries.append(name_of(number, random) + self._class(*opened))
        highest = sa.select(sa.func.max(Badge.id)).where(Badge.expo_id == expo_id)
        self.highest = int(db.session.scalar(highest) or 0)

    def _class(
        self, state: str, size: int, blocked: bool | None, opens: str | None, tickets: str | None
    ) -> bytes:
        # Thousands of badges have the same texts, so these are read once.
        key = (state, size, blocked, opens, tickets)
        number = self._numbers.get(key)
        if number is None:
            made: dict[str, Any] = {"state": state}
            if state == BadgeState.ACTIVE:
                made |= {"size": size, "opens": _spans(opens), "tickets": _ids(tickets)}
                if blocked is not None:  # a note of which the pack says only that it is there
                    made["blocked" if blocked else "noted"] = True
            if made in self.classes:
                index = self.classes.index(made)
            else:
                index = len(self.classes)
                self.classes.append(made)
            if index >= MOST_CLASSES:
                raise RuntimeError("more ways of opening doors than a pack can number")
            number = self._numbers[key] = index.to_bytes(2, "big")
        return number


_badge, _entitlement, _registration, _attention = (
    model.__table__.c for model in (Badge, Entitlement, Registration, Attention)
)


def _holder(person: Any, registration: Any) -> sa.ColumnElement[int]:
    """Who opens doors by what: a person, or, for a badge without one, its registration as a negative number."""
    return sa.func.coalesce(person, -registration)


def _changed(expo_id: int, since: datetime) -> dict[int, int | None]:
    """The badges that changed after an earlier pack, with their persons."""
    rows = db.session.execute(
        sa.select(Badge.id, _holder(Badge.person_id, Badge.registration_id))
        .join(BadgeChange, BadgeChange.badge_id == Badge.id)
        .where(BadgeChange.expo_id == expo_id, BadgeChange.changed_at > since - SLOWEST_CHANGE)
    )
    return {row[0]: row[1] for row in rows}


def _badges(
    expo_id: int,
    zones: set[int],
    conferences: set[int],
    only: dict[int, int | None] | None,
) -> sa.Select[Any]:
    of = [_badge.expo_id == expo_id]
    if only is not None:
        of.append(_badge.id.in_(list(only)))

    def few(column: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        return sa.true() if only is None else column.in_([person for person in only.values() if person])

    holds = _holder(_entitlement.person_id, _entitlement.registration_id)
    registered = _holder(_registration.person_id, _registration.id)
    parts = (_entitlement.zone_id, _entitlement.opens_at, _entitlement.closes_at)
    zone, from_, until = (sa.cast(part, sa.String) for part in parts)
    span = zone + "|" + from_ + "|" + until
    opens = (
        sa.select(holds.label("holder"), sa.func.aggregate_strings(span, ";").label("opens"))
        .where(
            _entitlement.expo_id == expo_id,
            _entitlement.zone_id.in_(zones),
            few(holds),
        )
        .group_by(holds)
        .subquery()
    )
    conference = sa.cast(_registration.conference_id, sa.String)
    tickets = (
        sa.select(registered.label("holder"), sa.func.aggregate_strings(conference, ";").label("tickets"))
        .where(
            _registration.conference_id.in_(conferences),
            _registration.state == RegistrationState.CONFIRMED,
            few(registered),
        )
        .group_by(registered)
        .subquery()
    )
    state = sa.type_coerce(_badge.state, sa.String)
    return (
        sa.select(
            _badge.id, _badge.random, state, _badge.size, _attention.blocks, opens.c.opens, tickets.c.tickets
        )
        .outerjoin(opens, opens.c.holder == _holder(_badge.person_id, _badge.registration_id))
        .outerjoin(tickets, tickets.c.holder == _holder(_badge.person_id, _badge.registration_id))
        .outerjoin(
            Attention.__table__,
            sa.and_(_attention.person_id == _badge.person_id, _attention.ended_at.is_(None)),
        )
        .where(*of)
    )


def _spans(opens: str | None) -> list[list[int]]:
    """[zone, from, until] in the expo's seconds, in order."""
    found = (text.split("|") for text in (opens or "").split(";") if text)
    return sorted([int(zone), _moment(from_), _moment(until)] for zone, from_, until in found)


def _ids(texts: str | None) -> list[int]:
    return sorted({int(text) for text in (texts or "").split(";") if text})


def _moment(text: str) -> int:
    """Seconds of a moment as the database writes it: SQLite without the UTC that it is in."""
    moment = datetime.fromisoformat(text)
    return _seconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _seconds(moment: datetime) -> int:
    return round(moment.timestamp())


_UNLISTED = (Policy.OPEN, Policy.TICKET)


def _doors(gate: Gate, now: datetime) -> list[Door]:
    assert gate.room_id is not None
    on = publishing.in_room(gate.room_id, now, now + WINDOW)
    ids = [running.occurrence_id for running in on]
    rows = db.session.execute(sa.select(Occurrence.id, Occurrence.uid).where(Occurrence.id.in_(ids)))
    uids: dict[int, str] = {row[0]: row[1] for row in rows}
    rules = policies.of(on)
    rosters = _rosters(each.occurrence_id for each in on if rules[each.session_id] not in _UNLISTED)
    return [
        Door(uids[each.occurrence_id], each, rules[each.session_id], rosters.get(each.occurrence_id))
        for each in on
    ]


def _rosters(occurrence_ids: Iterable[int]) -> dict[int, list[bytes]]:
    """The badges with a seat in each occurrence, sorted. One query."""
    found: dict[int, list[bytes]] = {occurrence_id: [] for occurrence_id in occurrence_ids}
    rows = db.session.execute(
        sa.select(Booking.occurrence_id, Badge.id, Badge.random)
        .join(Badge, Badge.person_id == Booking.person_id)
        .where(
            Booking.occurrence_id.in_(list(found)),
            Booking.state == BookingState.BOOKED,
            Badge.expo_id == Booking.expo_id,
            Badge.state == BadgeState.ACTIVE,
        )
    )
    for occurrence_id, number, random in rows:
        found[occurrence_id].append(name_of(number, random))
    return {occurrence_id: sorted(names) for occurrence_id, names in found.items()}


def _gate(gate: Gate, doors: list[Door] | None, near: set[int]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(gate.id), "name": gate.name, "zone": gate.zone_id, "kin": sorted(near)}
    if doors is not None:
        told["doors"] = [
            {
                "uid": door.uid,
                "occurrence": door.running.occurrence_id,
                "title": door.running.title,
                "starts": _seconds(door.running.starts_at),
                "ends": _seconds(door.running.ends_at),
                "admission": str(door.policy),
                "conference": door.running.conference_id,
                "roster": None if door.roster is None else len(door.roster),
            }
            for door in doors
        ]
    return told
