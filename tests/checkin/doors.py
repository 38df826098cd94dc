"""Zones, gates and scanners for tests, made by the real actions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from expo.accounts.models import Person
from expo.badge import queries as badges
from expo.badge.models import Badge
from expo.checkin import actions, devices, scans
from expo.checkin.models import Device, Direction, Gate, Zone
from expo.checkin.scans import Answer, Sent
from expo.core import checks, clock
from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.programme.models import Conference, Room
from tests import factories as a

_number = count(1)


@dataclass(frozen=True)
class Door:
    """A gate with a scanner at it, as plain values: a test may use it in threads."""

    gate_id: int
    token: str

    def scan(self, code: str, **changes: Any) -> Answer:
        return scans.record(token=self.token, sent=self.sent(code, **changes))

    def sent(self, code: str, **changes: Any) -> Sent:
        values: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "code": code,
            "gate_id": self.gate_id,
            "direction": Direction.IN,
            "scanned_at": clock.real_now(),
        }
        return Sent(**{**values, **changes})


def a_zone(expo: Expo, *conferences: Conference, inside: Zone | None = None) -> Zone:
    """A zone that tickets of these conferences open."""
    zone = actions.create_zone(
        expo_id=expo.id, slug=f"zone-{next(_number)}", name=f"Zone {next(_number)}", parent=inside
    )
    for conference in conferences:
        actions.open_zone(zone=zone, conference=conference)
    return zone


def a_gate(zone: Zone, *, name: str = "Gate 1", room: Room | None = None) -> Gate:
    return actions.create_gate(
        expo_id=zone.expo_id,
        slug=f"gate-{next(_number)}",
        name=name,
        zone=zone,
        room_id=room.id if room else None,
    )


def a_door(zone: Zone, *, name: str = "Gate 1", room: Room | None = None) -> Door:
    gate = a_gate(zone, name=name, room=room)
    _device, token = a_device(gate)
    return Door(gate.id, token)


def a_device(*gates: Gate) -> tuple[Device, str]:
    return devices.create_paired_device(
        expo_id=gates[0].expo_id, name="Scanner", gate_ids=[gate.id for gate in gates]
    )


def a_delegate(conference: Conference, name: str | None = None) -> Person:
    """Somebody with a confirmed registration, and therefore a badge."""
    person = a.a_person(conference.expo, name)
    a.a_registration(person, conference)
    return person


def code_of(person: Person) -> str:
    badge = badges.active_badge(person.expo_id, person.id)
    assert badge is not None
    return badges.code_of(badge)


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that reach the database within the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@contextmanager
def the_time_is(moment: datetime) -> Iterator[None]:
    """Move the expo's clock for a block."""
    before = clock._offset
    clock._offset = moment - clock.real_now()
    try:
        yield
    finally:
        clock._offset = before


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """The doors' day ends at four in the morning: a test that runs then must not see two."""
    with the_time_is(clock.real_now().replace(hour=12, minute=0)):
        yield


def later(**span: float) -> Any:
    return the_time_is(clock.now() + timedelta(**span))


def resize(badge: Badge, size: int) -> None:
    """Make it a group's badge."""
    with transaction():
        badge.size = size
