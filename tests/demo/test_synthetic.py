from __future__ import annotations

from datetime import date

import pytest

from expo.core import checks
from expo.core.refusals import BadInput
from expo.demo import synthetic
from expo.publishing import queries as publishing
from tests import factories as a

SMALL = synthetic.Size(occurrences=60, rooms=5, days=4, speakers=12, conferences=3)


def silent(_line: str) -> None:
    """Nobody waits for it."""


def test_it_is_as_large_as_asked_for_without_a_clash_and_the_same_again(app):
    first, second = (
        synthetic.make(slug, SMALL, starts_on=date(2031, 6, 1), seed=7, say=silent) for slug in ("one", "two")
    )
    one, two = (publishing.items(expo.id, hidden_too=True) for expo in (first, second))

    assert len(one) == 60
    assert [(item.title, item.starts_at, item.room_name) for item in one] == [
        (item.title, item.starts_at, item.room_name) for item in two
    ]
    assert {item.day for item in one} <= {date(2031, 6, day) for day in range(1, 5)}
    assert list(checks.broken()) == []


def test_what_cannot_be_is_refused_and_nothing_is_left_behind(app):
    with pytest.raises(BadInput):
        synthetic.make(
            "full", synthetic.Size(occurrences=5000, rooms=2, days=3), starts_on=date(2031, 6, 1), say=silent
        )
    a.an_expo(slug="there")
    with pytest.raises(BadInput):
        synthetic.make("there", SMALL, starts_on=date(2031, 6, 1), say=silent)
