"""Two doors at the same moment. Real threads, each with a connection of its own, on a real database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from flask import Flask

from expo.badge import actions as badges
from expo.badge import queries as badge_queries
from expo.badge.models import Badge
from expo.checkin import queries, scans
from expo.checkin.models import Verdict
from expo.core.db import db
from tests import factories as a
from tests.checkin import doors

pytestmark = [pytest.mark.feature("D4"), pytest.mark.storm]

T = TypeVar("T")
ROUNDS = 12


def at_once(app: Flask, *acts: Callable[[], T]) -> list[T]:
    """Run each in a thread of its own, all released by one barrier."""
    barrier = threading.Barrier(len(acts))
    results: dict[int, T] = {}
    faults: list[BaseException] = []

    def run(index: int, act: Callable[[], T]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[index] = act()
            except BaseException as fault:
                faults.append(fault)

    db.session.rollback()
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return [results[index] for index in range(len(acts))]


def test_two_gates_at_once_admit_exactly_one(app: Flask):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gates = [doors.a_door(zone, name=f"Gate {number}") for number in range(8)]

    for _round in range(ROUNDS):
        code = doors.code_of(doors.a_delegate(conference))
        answers = at_once(app, *[partial(gate.scan, code) for gate in gates])
        verdicts = Counter(answer.verdict for answer in answers)
        assert verdicts == {Verdict.ADMITTED: 1, Verdict.ALREADY_IN: len(gates) - 1}

    assert queries.inside_by_zone(conference.expo) == {zone.id: ROUNDS}
    doors.nothing_is_broken()


def test_a_group_of_five_never_becomes_six(app: Flask):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gates = [doors.a_door(zone) for _gate in range(8)]
    person = doors.a_delegate(conference)
    badge = badge_queries.active_badge(person.expo_id, person.id)
    assert badge is not None
    doors.resize(badge, 5)
    code = badge_queries.code_of(badge)

    answers = at_once(app, *[partial(gate.scan, code) for gate in gates])

    assert Counter(answer.verdict for answer in answers)[Verdict.ADMITTED] == 5
    doors.nothing_is_broken()


def test_the_same_id_from_two_workers_at_once_is_stored_once_and_answered_alike(app: Flask):
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference))

    for _round in range(ROUNDS):
        sent = door.sent(doors.code_of(doors.a_delegate(conference)))

        first, *others = at_once(app, *[partial(scans.record, token=door.token, sent=sent)] * 6)
        assert first.verdict is Verdict.ADMITTED
        assert [other == first for other in others] == [True] * 5

    doors.nothing_is_broken()


def test_two_batches_with_the_same_badges_do_not_wait_for_each_other_for_ever(app: Flask):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    one, two = doors.a_door(zone), doors.a_door(zone)
    codes = [doors.code_of(doors.a_delegate(conference)) for _person in range(12)]
    batches = [[one.sent(code) for code in codes], [two.sent(code) for code in reversed(codes)]]

    first, second = at_once(
        app,
        lambda: scans.record_all(token=one.token, sent=batches[0]),
        lambda: scans.record_all(token=two.token, sent=batches[1]),
    )

    admitted = Counter(answer.verdict for answer in [*first, *second])
    assert admitted == {Verdict.ADMITTED: 12, Verdict.ALREADY_IN: 12}
    doors.nothing_is_broken()


@pytest.mark.feature("Q1")
def test_one_person_confirmed_twice_at_once_has_one_badge(app: Flask):
    expo = a.an_expo()

    for _round in range(ROUNDS):
        issue = partial(badges.issue, expo_id=expo.id, person_id=a.a_person(expo).id)

        def number(issue: Callable[[], Badge] = issue) -> int:
            return issue().id

        numbers = at_once(app, *[number] * 6)
        assert len(set(numbers)) == 1

    doors.nothing_is_broken()
