"""What has gone on at the demo's doors this morning: notes, things lent, a queue, badges that two scanners disagree on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from expo.accounts.models import Person
from expo.badge import queries as badges
from expo.checkin import attentions, devices, health, scans, standby
from expo.checkin import queries as doors
from expo.checkin.models import Device, Direction, Gate
from expo.checkin.scans import Sent
from expo.core import clock
from expo.core.db import transaction
from expo.expos.models import Expo
from expo.loans import actions as loans
from expo.programme import queries as programme
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from expo.registration import queries as tickets
from expo.registration.models import RegistrationState

SESSION = "h22-50-session"
# What the door must know, and whether it keeps the person out.
NOTES = (
    ("Comes with an assistance dog. Use the side door, no step.", False),
    ("Minister: call the protocol desk, radio channel 3.", False),
    ("Badge reported lost. Ask for an identity card, then send to the desk.", True),
)
# What can be borrowed: how many there are, for how many hours, and how many are out.
THINGS = (("Headset for interpretation", 300, 10, 5), ("Wheelchair", 6, 4, 2), ("Locker", 80, 14, 3))
QUEUE = 6


def happen(expo: Expo, begins: datetime) -> None:
    """After the first delegates are in. Scans are transactions of their own; all else is one."""
    session = programme.conference(expo.id, SESSION)
    gate = doors.gate(expo.id, "sea-u-gate")
    assert session is not None
    assert gate is not None
    guests = [one.person for one in tickets.desk([session.id], state=RegistrationState.CONFIRMED)]
    with clock.at(begins - timedelta(minutes=4)), transaction():
        right, token = devices.create_paired_device(
            expo_id=expo.id, name="Sea U, right reader", gate_ids=[gate.id]
        )
        _report(expo, right)
        for person, (text, blocks) in zip(guests[20:], NOTES, strict=False):
            attentions.put(person=person, text=text, blocks=blocks)
    with clock.at(begins - timedelta(minutes=3)):
        # The right reader was without network and let in three whom the left one had let in already.
        scans.record_all(token=token, sent=[_alone(gate, person, begins) for person in guests[1:4]])
    _lend(expo, guests, begins)
    _queue(expo, right, guests, begins)


def _alone(gate: Gate, person: Person, begins: datetime) -> Sent:
    badge = badges.active_badge(gate.expo_id, person.id)
    assert badge is not None
    return Sent(
        id=str(uuid4()), code=badges.code_of(badge), gate_id=gate.id, direction=Direction.IN,
        scanned_at=begins - timedelta(minutes=4), offline=True,
        local={"verdict": "admitted", "reason": "", "pack": ""},
    )  # fmt: skip


def _report(expo: Expo, right: Device) -> None:
    """The left reader is well; the right one has an old list, a queue, a wrong clock and little charge."""
    now = clock.real_now()
    for device in doors.devices(expo.id):
        ill = device.id == right.id
        health.report(
            device=device, pack_made_at=now - timedelta(minutes=34 if ill else 1), waiting=7 if ill else 0,
            clock_error=-95 if ill else 0, version="door-3", battery=18 if ill else 81,
        )  # fmt: skip


def _lend(expo: Expo, guests: list[Person], begins: datetime) -> None:
    """Some of it since yesterday, and overdue."""
    turn = iter(guests)
    for name, total, hours, out in THINGS:
        with clock.at(begins - timedelta(hours=hours + 1)), transaction():
            kind = loans.save_kind(expo=expo, conference=None, name=name, total=total, hours=hours)
        for number in range(out):
            badge = badges.active_badge(expo.id, next(turn).id)
            if badge is not None:
                at = begins - timedelta(hours=hours + 1) if number == 0 else begins - timedelta(minutes=20)
                with clock.at(at):
                    loans.lend(kind=kind, badge=badge, label=f"{name[0]}{number + 1:02}")


def _queue(expo: Expo, device: Device, guests: list[Person], begins: datetime) -> None:
    """Who has no seat will wait at the door of a session that is full: there when the demo's clock comes to it."""
    for door in doors.gates(expo.id):
        if door.room_id is None:
            continue
        for running in publishing.in_room(door.room_id, begins, begins + timedelta(hours=12)):
            if running.admission is not Admission.SEAT:
                continue
            with clock.at(running.starts_at - timedelta(minutes=10)):
                for person in guests[30 : 30 + QUEUE]:
                    badge = badges.active_badge(expo.id, person.id)
                    if badge is not None:
                        standby.join(device=device, gate=door, code=badges.code_of(badge))
            return
