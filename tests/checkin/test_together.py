"""Scans that come at the same moment share a transaction; each keeps its own answer."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import pytest
from flask import Flask

from expo.checkin import scans
from expo.checkin.models import Verdict
from expo.checkin.refusals import NotPaired
from expo.checkin.together import Together
from tests import factories as a
from tests.checkin import doors
from tests.checkin.test_races import at_once

pytestmark = pytest.mark.feature("D4")


@pytest.mark.once
def test_who_comes_while_one_is_served_is_served_together_next():
    """Red where the leader serves itself alone: six groups instead of two."""
    groups: list[list[int]] = []
    first_is_in, others_wait = threading.Event(), threading.Event()

    def serve(group: list[int]) -> None:
        groups.append(group)
        if len(groups) == 1:
            first_is_in.set()
            others_wait.wait(10)

    gathered = Together(serve, most=64)
    threads = [threading.Thread(target=gathered.join, args=(number,)) for number in range(6)]
    threads[0].start()
    first_is_in.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(gathered._waiting) < 5:
        pass
    others_wait.set()
    for thread in threads:
        thread.join(10)

    assert [sorted(group) for group in groups] == [[0], [1, 2, 3, 4, 5]]


@pytest.mark.once
def test_what_fails_for_one_group_leaves_the_next_to_come_as_it_was():
    served: list[int] = []

    def serve(group: list[int]) -> None:
        if 0 in group:
            raise LookupError
        served.extend(group)

    gathered = Together(serve, most=64)
    with pytest.raises(LookupError):
        gathered.join(0)
    gathered.join(1)

    assert served == [1]


@pytest.mark.storm
def test_a_bad_scan_among_good_ones_spoils_none_of_them(app: Flask):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    door = doors.a_door(zone)
    stranger = doors.Door(door.gate_id, "no token of ours")
    codes = [doors.code_of(doors.a_delegate(conference)) for _person in range(6)]

    def refused() -> str:
        with pytest.raises(NotPaired):
            stranger.scan(codes[0])
        return "not paired"

    good = [partial(door.scan, code) for code in codes]
    answers = at_once(app, *good, refused, partial(door.scan, "no code at all"), partial(door.scan, codes[0]))

    told = Counter(answer if isinstance(answer, str) else answer.verdict for answer in answers)
    # The badge that came twice within a moment was in already, or went in just now: both times by this gate.
    assert told == {Verdict.ADMITTED: 7, Verdict.REFUSED: 1, "not paired": 1}
    assert scans._together._waiting == []
    doors.nothing_is_broken()
