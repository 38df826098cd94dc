"""Doors in a storm: networks that drop, clocks that are wrong, badges that end meanwhile, servers that are killed.

Whatever happens, each scan that a device was told is stored is there once, and who is inside is what was told.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from expo.badge import actions as badge_actions
from expo.badge import queries as badges
from expo.checkin import conflicts, occupancy, scans
from expo.checkin.models import QuarantinedScan, Scan, Verdict
from expo.checkin.scans import Answer, Sent
from expo.core.db import db
from tests import factories as a
from tests.checkin import doors
from tests.checkin.doors import at_noon
from tests.mail.server import free_port
from tests.storms.race import size

__all__ = ["at_noon"]
pytestmark = [pytest.mark.storm, pytest.mark.feature("D3", "D4", "D9")]

DEVICES = 5
SCANS, SEED = size(2000, 60, 41)
KILLS, KILLED = size(1000, 6, 9)
CHUNK = 40
CUT = 0.3  # of all connections, either way
EPOCH, LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)


class Device:
    """A scanner that was offline: each of its scans let somebody in by its own list, and waits to be told."""

    def __init__(self, door: doors.Door, codes: list[str], chance: random.Random) -> None:
        self.door, self.chance = door, chance
        self.waiting = [self.scan(code) for code in codes]
        self.told: dict[str, list[Answer]] = {}
        self.sent: dict[str, Sent] = {}

    def scan(self, code: str) -> Sent:
        clock = EPOCH + (LATE - EPOCH) * self.chance.random()
        return self.door.sent(
            code, scanned_at=clock, offline=True, local={"verdict": "admitted", "reason": "", "pack": "old"}
        )

    def send(self) -> None:
        """Until everything was told: chunks in any order, some twice, and a third of the connections cut."""
        while self.waiting:
            self.chance.shuffle(self.waiting)
            chunk = self.waiting[:CHUNK]
            if self.told and self.chance.random() < 0.2:  # a repeat of what was told already
                chunk = [*chunk[1:], self.sent[self.chance.choice(list(self.told))]]
            fate = self.chance.random()
            if fate < CUT / 2:
                continue  # cut on the way there
            answers = scans.record_all(token=self.door.token, sent=chunk)
            if fate < CUT:
                continue  # cut on the way back: stored, and nobody was told
            for sent, answer in zip(chunk, answers, strict=True):
                assert sent.id == answer.id
                self.told.setdefault(sent.id, []).append(answer)
                self.sent[sent.id] = sent
            gone = {sent.id for sent in chunk}
            self.waiting = [sent for sent in self.waiting if sent.id not in gone]


def test_every_scan_of_a_storm_is_stored_once_and_the_count_is_what_was_told(app: Flask):
    """Seen red where a repeat is judged anew instead of looked up first (its id is refused by the database), and where a
    wrong clock drops a scan."""
    chance = random.Random(SEED)
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    people = [doors.a_delegate(conference) for _person in range(max(20, SCANS // 2))]
    codes = [doors.code_of(person) for person in people]
    devices = []
    for number in range(DEVICES):
        # The first two were offline at the same time and saw the same badges; the others saw some of them.
        own = [chance.choice(codes) for _scan in range(SCANS)] if number > 1 else (codes * 3)[:SCANS]
        devices.append(Device(doors.a_door(zone, name=f"Gate {number}"), own, random.Random(SEED + number)))
    everything = {sent.id: sent for device in devices for sent in device.waiting}
    ended = people[: len(people) // 10]

    with_badges = [badges.active_badge(person.expo_id, person.id) for person in ended]
    for badge in with_badges:  # while the devices still have the old list
        assert badge is not None
        badge_actions.revoke(badge=badge, reason="storm")
    _at_once(app, devices)

    told = {scan_id: answers for device in devices for scan_id, answers in device.told.items()}
    assert set(told) == set(everything)
    assert all(len(set(answers)) == 1 for answers in told.values()), "the same id had two answers"
    stored = Counter(db.session.scalars(sa.select(Scan.id)))
    assert stored == Counter(dict.fromkeys(everything, 1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(QuarantinedScan)) == 0
    inside = {
        everything[scan_id].code
        for scan_id, [answer, *_repeats] in told.items()
        if answer.verdict is Verdict.ADMITTED
    }
    assert inside == set(codes) - set(codes[: len(ended)])
    [place] = [each for each in occupancy.places(conference.expo) if each.zone.id == zone.id]
    assert place.people == len(inside)
    disputed = sum(answers[0].verdict is Verdict.CONFLICT for answers in told.values())
    assert disputed == conflicts.count(conference.expo_id, {zone.id})
    doors.nothing_is_broken()


def _at_once(app: Flask, devices: list[Device]) -> None:
    faults: list[BaseException] = []

    def run(device: Device) -> None:
        with app.app_context():
            try:
                device.send()
            except BaseException as fault:
                faults.append(fault)

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


class Uploads:
    """A scanner over HTTP that sends chunk after chunk and notes what it was told is stored."""

    def __init__(self, port: int, token: str, gate_id: int, codes: list[str]) -> None:
        self.port, self.token, self.gate_id, self.codes = port, token, gate_id, codes
        self.acknowledged: set[str] = set()
        self.unsure: list[dict[str, object]] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            chunk = self.unsure or [self.scan(code) for code in random.sample(self.codes, 5)]
            self.unsure = chunk
            with suppress(OSError, http.client.HTTPException, ValueError):
                self.acknowledged |= self.post(chunk)
                self.unsure = []

    def scan(self, code: str) -> dict[str, object]:
        now = datetime.now(UTC).isoformat()
        return {"id": str(uuid.uuid4()), "code": code, "gate": str(self.gate_id), "scanned_at": now}

    def post(self, chunk: list[dict[str, object]]) -> set[str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        single = len(chunk) == 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Host": "localhost",
        }
        body = orjson.dumps(chunk[0] if single else {"scans": chunk})
        connection.request("POST", "/api/v1/door/scans", body, headers)
        answer = connection.getresponse()
        told = orjson.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise OSError(answer.status)
        return {result["id"] for result in ([told] if single else told["results"]) if result["stored"]}


def test_a_server_killed_during_uploads_loses_nothing_that_it_acknowledged(
    app: Flask, database_url: str, tmp_path: Path
):
    """Seen red where something is acknowledged that was not committed."""
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    codes = [doors.code_of(doors.a_delegate(conference)) for _person in range(40)]
    gates = [doors.a_door(zone) for _gate in range(3)]
    db.session.remove()
    port, note, chance = free_port(), tmp_path / "server", random.Random(KILLED)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.storms.door_server", database_url, str(port), str(note)],
        start_new_session=True,
    )
    uploads = [Uploads(port, door.token, door.gate_id, codes) for door in gates]
    threads = [threading.Thread(target=each.run) for each in uploads]
    try:
        _kill_again_and_again(note, chance, threads, uploads)
    finally:
        for each in uploads:
            each.done.set()
        for thread in threads:
            thread.join(20)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)

    acknowledged = set().union(*(each.acknowledged for each in uploads))
    assert len(acknowledged) > KILLS
    stored = Counter(db.session.scalars(sa.select(Scan.id)))
    assert acknowledged - set(stored) == set(), "acknowledged and lost"
    assert set(stored.values()) == {1}
    doors.nothing_is_broken()


def _kill_again_and_again(
    note: Path, chance: random.Random, threads: list[threading.Thread], uploads: list[Uploads]
) -> None:
    before = ""
    for kill in range(KILLS):
        until = time.monotonic() + 60
        while not note.exists() or note.read_text() in ("", before):
            assert time.monotonic() < until, "no server took its place"
            time.sleep(0.005)
        before = note.read_text()
        if kill == 0:
            for thread in threads:
                thread.start()
        count = sum(len(each.acknowledged) for each in uploads)
        while sum(len(each.acknowledged) for each in uploads) == count:  # it has stored something
            assert time.monotonic() < until, "the server stores nothing"
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.03))
        os.kill(int(before), signal.SIGKILL)
