"""The real data set, whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import checks
from expo.core.db import db
from expo.demo.setup import H22
from expo.expos import queries as expos
from expo.imports.actions import import_h22
from expo.imports.tally import Tally
from expo.programme import queries
from expo.programme.models import Appearance, Occurrence, Session
from expo.publishing import queries as publishing
from tests.conftest import empty_tables

from .folders import read

pytestmark = pytest.mark.feature("P9")


@pytest.fixture(scope="module")
def tally(application: Flask) -> Iterator[Tally]:
    with application.app_context():
        yield import_h22(H22)
        db.session.rollback()
        empty_tables()


def count(what: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(what)) or 0


def test_all_of_it_is_there(tally):
    assert dict(tally.new) == {
        "expo": 1,
        "conferences": 21,
        "venues": 34,
        "rooms": 70,
        "speakers": 191,
        "sessions": 316,
        "occurrences": 468,
        "appearances": 753,
        "ticket types": 55,
        "provenances": 1605,
    }
    assert (count(Session), count(Occurrence), count(Appearance)) == (316, 468, 753)
    assert tally.release == 1


def test_seven_tours_have_a_hundred_and_fifty_nine_occurrences(tally):
    often = db.session.execute(
        sa.select(sa.func.count()).select_from(Occurrence).group_by(Occurrence.session_id)
    ).scalars()
    assert sorted(number for number in often if number > 1) == [10, 10, 10, 15, 15, 39, 60]


def test_conferences_stand_in_seven_time_zones(tally):
    expo = expos.by_slug("h22")
    assert len({each.time_zone for each in queries.conferences(expo.id)}) == 7


def test_what_is_hidden_or_by_invitation_is_in_no_list(tally):
    strict = {"invitation", "hidden"}
    closed = {row["slug"] for row in read(H22, "conferences.csv") if row["visibility"] in strict}
    rows = read(H22, "sessions.csv")
    listed = {
        row["code"] for row in rows if row["visibility"] not in strict and row["conference"] not in closed
    }
    assert len(listed) == 434
    assert {item.code for item in publishing.items(expos.by_slug("h22").id)} == listed


def test_no_promise_is_broken(tally):
    assert list(checks.broken()) == []


def test_the_same_files_again_change_nothing(tally):
    again = import_h22(H22)

    assert not again.anything
    assert again.release is None
