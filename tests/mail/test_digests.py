"""What happens within minutes is told in one letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import clock, jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job
from expo.expos.models import Expo
from expo.mail import digests, outbox
from expo.mail.models import DigestEntry
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")

TEMPLATE = "News\n\n{% for facts, first in entries %}\n- {{ first.room }} to {{ facts.room }}\n{% endfor %}\n"


@pytest.fixture(autouse=True)
def template(app: Flask, tmp_path: Path) -> Iterator[None]:
    """A letter of its own for these tests, beside the real ones."""
    from jinja2 import ChoiceLoader, DictLoader

    before = app.jinja_env.loader
    assert before is not None
    app.jinja_env.loader = ChoiceLoader([DictLoader({"mail/moved.txt": TEMPLATE}), before])
    yield
    app.jinja_env.loader = before


def moved(expo: Expo, about: str, room: str, to: str = "ada@example.org", **more: Any) -> None:
    with transaction():
        digests.add(
            "moved", expo_id=expo.id, to=to, language="en", name="Ada", about=about,
            facts={"room": room, **more},
        )  # fmt: skip


def wait_is_over() -> None:
    with transaction():
        db.session.execute(sa.update(Job).values(run_at=clock.now() - timedelta(seconds=1)))
    jobs.run_due()


def test_three_moves_of_one_and_one_of_another_are_one_letter_with_two_lines():
    expo = a.an_expo()
    for room in ("Hall A", "Hall B", "Hall C"):
        moved(expo, "occurrence:1", room)
    moved(expo, "occurrence:2", "Dunkers")

    assert outbox.waiting() == []
    wait_is_over()

    (letter,) = outbox.waiting()
    assert letter.subject == "News"
    assert "- Hall A to Hall C" in letter.body
    assert "- Dunkers to Dunkers" in letter.body
    assert db.session.scalars(sa.select(DigestEntry)).all() == []


def test_each_reader_has_their_own():
    expo = a.an_expo()
    moved(expo, "occurrence:1", "Hall A")
    moved(expo, "occurrence:1", "Hall A", to="grace@example.org")

    wait_is_over()

    assert {letter.recipient for letter in outbox.waiting()} == {"ada@example.org", "grace@example.org"}


def test_what_was_moved_back_is_not_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(digests._freshen, "moved", lambda facts, first: None if facts == first else facts)
    expo = a.an_expo()
    moved(expo, "occurrence:1", "Hall A")
    moved(expo, "occurrence:1", "Hall B")
    moved(expo, "occurrence:1", "Hall A")

    wait_is_over()

    assert outbox.waiting() == []
    assert db.session.scalars(sa.select(DigestEntry)).all() == []


def test_what_happens_while_the_letter_is_written_comes_in_the_next_one(monkeypatch: pytest.MonkeyPatch):
    expo = a.an_expo()
    moved(expo, "occurrence:1", "Hall A")
    claimed = jobs._claim
    with transaction():
        db.session.execute(sa.update(Job).values(run_at=clock.now()))
    job = claimed()
    assert job is not None

    moved(expo, "occurrence:2", "Dunkers")
    jobs._run(job)
    moved(expo, "occurrence:3", "Sea U")
    wait_is_over()

    told = "".join(letter.body for letter in outbox.waiting())
    assert all(word in told for word in ("Hall A", "Dunkers", "Sea U"))


def test_a_letter_of_one_thing_brings_its_item_for_the_calendar():
    expo = a.an_expo()
    moved(expo, "occurrence:1", "Hall A", calendar={"method": "REQUEST", "content": "BEGIN:VCALENDAR"})

    wait_is_over()

    (letter,) = outbox.waiting()
    assert (letter.calendar_method, letter.calendar) == ("REQUEST", "BEGIN:VCALENDAR")
