"""Twenty organisers move twenty sessions into one slot at one moment. Red where a process takes the board that it keeps
without holding its number against the stamp."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask

from expo.core import checks
from expo.core.db import db
from expo.programme.models import Occurrence
from expo.scheduling import moving
from expo.scheduling.moving import Move
from tests import factories as a

from .test_same_moment import at_once

pytestmark = [pytest.mark.storm, pytest.mark.feature("P3")]
MANY = 20


def test_of_twenty_who_want_one_slot_one_has_it_and_the_others_are_told(app: Flask):
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    expo = conference.expo
    rows = [a.a_session(conference, published=False) for _each in range(MANY)]
    moves = [Move(row, row.starts_at, row.ends_at, room.id, row.version) for row in rows]
    ids = [row.id for row in rows]

    def take(number: int) -> None:
        row = db.session.get_one(Occurrence, ids[number])
        moving.move(expo=db.session.merge(expo, load=False), moves=[replace(moves[number], what=row)])

    said = at_once(app, *[lambda number=number: take(number) for number in range(MANY)])  # type: ignore[misc]

    assert Counter(said) == {"clash": MANY - 1, "done": 1}
    assert [found for promise, found in checks.broken() if promise.rule == "4"] == []
