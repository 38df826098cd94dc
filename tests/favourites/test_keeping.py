"""Favourites as rows, and as a list inside an address."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from expo.core.db import db
from expo.expos.models import Expo
from expo.favourites import actions, queries, sharing
from expo.favourites.models import Favourite
from expo.favourites.refusals import NoSuchList, TooManyKept
from expo.programme.words import Visibility
from tests import factories as a

pytestmark = pytest.mark.feature("F13")

HARBOUR = Expo(id=7)


def test_keeping_and_dropping_may_come_twice(app):
    conference = a.a_conference()
    grace, talk = a.a_person(conference.expo), a.a_session(conference)

    for _time in range(2):
        actions.keep(person=grace, occurrence_ids=[talk.id])
        assert queries.kept_by(grace.id) == {talk.id}
    for _time in range(2):
        actions.drop(person=grace, occurrence_id=talk.id)
        assert queries.kept_by(grace.id) == frozenset()
    actions.keep(person=grace, occurrence_ids=[talk.id])

    assert queries.kept_by(grace.id) == {talk.id}
    assert db.session.query(Favourite).count() == 1


def test_what_nobody_may_know_of_and_what_is_elsewhere_is_not_kept(app):
    conference = a.a_conference()
    grace = a.a_person(conference.expo)
    secrets = [
        a.a_session(conference, visibility=visibility).id
        for visibility in (Visibility.HIDDEN, Visibility.INVITATION)
    ]
    draft = a.a_session(conference, published=False).id
    elsewhere = a.a_session().id

    actions.keep(person=grace, occurrence_ids=[*secrets, draft, elsewhere, 2**31 - 1])

    assert queries.kept_by(grace.id) == frozenset()


def test_a_list_beyond_all_measure_is_refused_whole(app, monkeypatch):
    conference = a.a_conference()
    grace = a.a_person(conference.expo)
    times = [a.a_session(conference, published=number == 2).id for number in range(3)]
    monkeypatch.setattr(actions, "MOST", 2)
    actions.keep(person=grace, occurrence_ids=times[:1])

    with pytest.raises(TooManyKept):
        actions.keep(person=grace, occurrence_ids=times)

    assert queries.kept_by(grace.id) == set(times[:1])


@given(some.sets(some.integers(1, 2**31 - 1), min_size=1, max_size=sharing.MOST))
@settings(deadline=None, max_examples=60)
def test_every_list_comes_back_out_of_its_address(numbers):
    word = sharing.written(HARBOUR, numbers)
    assert sharing.read(HARBOUR, word) == sorted(numbers)
    assert len(word) < sharing._LONGEST


def test_a_dozen_sessions_make_a_short_address():
    assert len(sharing.written(HARBOUR, [200 * number for number in range(1, 13)])) < 40


WHOLE = sharing.written(HARBOUR, [3, 700, 701])
LONG = sharing.VERSION + base64.urlsafe_b64encode(b"\xff" * 1500).decode().rstrip("=")


@pytest.mark.parametrize(
    "word",
    ["", "1", "0", WHOLE[:-1], WHOLE + "A", WHOLE.swapcase(), "2" + WHOLE[1:], WHOLE + "=", "1" + "é" * 8, "1!!!!",
     LONG, "1" * 9000, sharing.written(HARBOUR, range(1, 302)), sharing.written(HARBOUR, [2**40]),
     sharing.written(HARBOUR, []), sharing.written(Expo(id=8), [3, 700, 701])],
)  # fmt: skip
def test_an_address_that_is_not_whole_opens_nothing(word, app):
    with pytest.raises(NoSuchList):
        sharing.read(HARBOUR, word)
