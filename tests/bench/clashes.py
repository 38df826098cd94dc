"""The whole expo looked through after one move: python -m tests.bench.clashes [--database postgresql]

What is measured is what a scheduler waits for: the rows of the moved session read again, laid over the board that the
process keeps, and all rules over all of it. Beside it the same in a process that has to read everything first, and the
move itself, committed, with its answer over HTTP left out.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from expo.core.db import db, transaction
from expo.programme import actions
from expo.programme.models import Occurrence
from expo.programme.values import draft_of_occurrence
from expo.scheduling import boards, clashes
from tests.bench import house


def main() -> None:
    said = house.arguments(__doc__, occurrences=3000, rounds=15)
    with house.opened(said.database) as (_app, _url):
        expo = house.large(said.occurrences)
        expo_id = expo.id
        board = boards.of(expo_id)
        print(f"{len(board.rows)} occurrences, {len(board.places)} rooms, {len(board.names)} speakers")
        print(f"{len(clashes.find(board))} clashes and warnings in all")
        numbers = list(board.rows)[:: max(1, len(board.rows) // said.rounds)][: said.rounds]
        moves, checks = [], []
        for number in numbers:
            moves.append(_timed(lambda number=number: _move(number)))
            checks.append(_timed(lambda: clashes.find(boards.with_demand(expo_id))))
        cold = [
            _timed(lambda: (boards.forget(), clashes.find(boards.with_demand(expo_id)))) for _each in range(5)
        ]
        _tell("move, checked against the whole expo, committed", moves)
        _tell("whole expo looked through after it, all rules", checks)
        _tell("the same where nothing is kept yet", cold)


def _move(number: int) -> None:
    """Five minutes later, whatever stands in the way."""
    with transaction():
        row = db.session.get_one(Occurrence, number)
        draft = draft_of_occurrence(row)
        assert draft.starts_at is not None
        assert draft.ends_at is not None
        later = timedelta(minutes=5)
        moved = type(draft)(draft.starts_at + later, draft.ends_at + later, draft.room_id, draft.seats)
        actions.edit_occurrence(occurrence=row, draft=moved, keep="measured")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    took = (time.perf_counter() - begun) * 1000
    db.session.rollback()
    return took


def _tell(what: str, took: list[float]) -> None:
    print(f"{what}: p50 {statistics.median(took):.1f} ms, most {max(took):.1f} ms")


if __name__ == "__main__":
    main()
