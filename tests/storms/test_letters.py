"""Workers that are killed around the hand-over lose no letter, and send none twice but the one in their hands."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from threading import Lock, Timer

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core.db import db, transaction
from expo.mail import outbox
from expo.mail.models import Letter, LetterState
from tests.mail.server import Box, free_port, listening

FULL = os.environ.get("EXPO_STORM") == "full"
# Each time both workers are killed, for either may hold the letter: a hundred kills in full size.
LETTERS, PEOPLE, TIMES = (1000, 120, 50) if FULL else (40, 10, 4)


class Killer:
    """Kills one of two workers while the server has a letter in its hands: before it has said so, or just after."""

    def __init__(self, notes: list[Path], seed: int) -> None:
        self.notes, self.chance, self.lock = notes, random.Random(seed), Lock()
        self.kills = 0
        self.at = set(self.chance.sample(range(2, LETTERS - 2), TIMES))
        self.seen = 0

    def answer(self, _letter: EmailMessage) -> str:
        with self.lock:
            self.seen += 1
            now = self.seen in self.at
        if now:
            if self.chance.random() < 0.5:
                self.kill()
            else:
                Timer(self.chance.uniform(0, 0.004), self.kill).start()
        return "250 taken"

    def kill(self) -> None:
        # Either may hold the letter: kill both, so that one of them surely does.
        for note in self.notes:
            with suppress(OSError, ValueError):
                os.kill(int(note.read_text()), signal.SIGKILL)
                with self.lock:
                    self.kills += 1


@pytest.mark.storm
def test_killed_workers_lose_no_letter_and_repeat_at_most_what_they_held(
    app: Flask, database_url: str, tmp_path: Path
):
    """Seen red where a letter is noted as sent before the hand-over: then it is lost. That two workers never hold one
    letter, nor two of one person's, is shown in tests/mail/test_outbox.py."""
    written: dict[str, list[str]] = {}
    with transaction():
        for number in range(LETTERS):
            to = f"p{number % PEOPLE}@example.org"
            letter = outbox.queue("sign_in_link", to=to, language="en", name=f"n{number}", token="t")
            written.setdefault(to, []).append(letter.message_id)
    db.session.remove()

    box, notes = Box(), [tmp_path / "one", tmp_path / "two"]
    killer = Killer(notes, seed=9)
    box.answer = killer.answer
    with listening(box, free_port()) as url:
        command = [sys.executable, "-m", "tests.storms.letter_worker", database_url, url]
        workers = [subprocess.Popen([*command, str(note)], start_new_session=True) for note in notes]
        try:
            until = time.monotonic() + (600 if FULL else 90)
            while waiting() and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            for worker in workers:
                with suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()

    arrived: dict[str, list[str]] = {}
    for one in box.letters:
        arrived.setdefault(str(one["To"]), []).append(str(one["Message-ID"]))
    times = Counter(message_id for ids in arrived.values() for message_id in ids)
    assert waiting() == 0
    assert {to: list(dict.fromkeys(ids)) for to, ids in arrived.items()} == written
    assert killer.kills >= TIMES
    assert sum(times.values()) - LETTERS <= killer.kills


def waiting() -> int:
    db.session.rollback()
    return (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Letter).where(Letter.state != LetterState.SENT)
        )
        or 0
    )
