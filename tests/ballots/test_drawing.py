"""The lot itself: fair, repeatable, never more than there is. Nothing here needs a database."""

from __future__ import annotations

import hashlib
import random
from collections import Counter

import pytest

from expo.ballots import drawing

pytestmark = [pytest.mark.feature("B5"), pytest.mark.once]


def a_ballot(luck: random.Random):
    codes = [f"S-{number}" for number in range(luck.randint(1, 5))]
    seats = {code: luck.choice([None, 0, 1, 2, 5]) for code in codes}
    tickets = [
        {
            "ticket": number,
            "seats": luck.randint(1, 4),
            "wishes": luck.sample(codes, luck.randint(0, len(codes))),
            "could_not": luck.sample(codes, luck.randint(0, 1)),
        }
        for number in range(1, luck.randint(2, 30))
    ]
    return luck.randbytes(32).hex(), tickets, seats


@pytest.mark.parametrize("number", range(40))
def test_whatever_is_wished_nobody_gets_what_is_not_there(number):
    luck = random.Random(number)
    seed, tickets, seats = a_ballot(luck)

    result = drawing.draw(seed, tickets, seats)

    assert (
        drawing.draw(seed, luck.sample(tickets, len(tickets)), seats) == result
    )  # whatever order they came in
    assert sorted(line["ticket"] for line in result) == [one["ticket"] for one in tickets]
    known, given = {one["ticket"]: one for one in tickets}, Counter()
    for line in result:
        one = known[line["ticket"]]
        got = line["got"]
        if got:
            assert got in one["wishes"]
            assert got not in one["could_not"]
            given[got] += one["seats"]
        # Each better wish was full for the party when it was their turn, or could not be.
        better = one["wishes"][: one["wishes"].index(got)] if got else one["wishes"]
        for code in better:
            assert code in one["could_not"] or (
                seats[code] is not None and seats[code] - _before(result, line, code, known) < one["seats"]
            )
        assert line["waits_for"] in (None, *one["wishes"][:1])
    for code, count in given.items():
        assert seats[code] is None or count <= seats[code]


def _before(result, line, code, known):
    earlier = result[: result.index(line)]
    return sum(known[each["ticket"]]["seats"] for each in earlier if each["got"] == code)


def test_the_order_is_that_of_the_hashes():
    by_hand = sorted(range(1, 50), key=lambda n: hashlib.sha256(f"seed:{n}".encode()).hexdigest())
    assert [
        one["ticket"] for one in drawing.in_order("seed", [{"ticket": n} for n in range(1, 50)])
    ] == by_hand


def test_each_ticket_is_first_about_as_often():
    """4,000 seeds, 4 tickets: each first 1,000 times, give or take six standard deviations (27 each)."""
    tickets = [{"ticket": number} for number in range(1, 5)]
    first = Counter(drawing.in_order(str(seed), tickets)[0]["ticket"] for seed in range(4000))
    assert all(840 < first[number] < 1160 for number in range(1, 5))
