"""Checks: what must be true of the data, written beside the room that promises it.

`expo verify` runs them all; the tests run them after every journey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from .db import Base, db

Check = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Promise:
    """One check: the number of its rule, what it promises, and the function that finds what is broken."""

    rule: str
    sentence: str
    check: Check


_promises: dict[str, Promise] = {}


def check(rule: str, sentence: str) -> Callable[[Check], Check]:
    """Mark a function that yields one sentence for each row that breaks the rule."""

    def keep(function: Check) -> Check:
        _promises[f"{function.__module__}.{function.__qualname__}"] = Promise(rule, sentence, function)
        return function

    return keep


def promises() -> list[Promise]:
    """All checks, in the order of their rules."""
    return sorted(_promises.values(), key=lambda promise: (len(promise.rule), promise.rule, promise.sentence))


def broken() -> Iterator[tuple[Promise, str]]:
    """Run every check; yields what is broken. Reads only."""
    for promise in promises():
        for found in promise.check():
            yield promise, found


@check("9", "a row and what it points to belong to the same expo")
def one_expo() -> Iterator[str]:
    """Every foreign key between two tables that both name their expo, asked in one statement."""
    for place, row in db.session.execute(_strays()):
        yield f"{place} of row {row} points into another expo"


@cache
def _strays() -> sa.CompoundSelect[str, str]:
    """(table.column, primary key of the row) of every row that points into another expo."""
    return sa.union_all(
        *(
            sa.select(sa.literal(f"{table.name}.{key.parent.name}"), sa.cast(_key(table), sa.String))
            .join(other, key.parent == other.c[key.column.name])
            .where(table.c.expo_id != other.c.expo_id)
            for table in Base.metadata.sorted_tables
            for key in table.foreign_keys
            if "expo_id" in table.c and "expo_id" in key.column.table.c and key.parent.name != "expo_id"
            for other in (key.column.table.alias(),)
        )
    )


def _key(table: sa.Table) -> sa.ColumnElement[object]:
    return next(iter(table.primary_key.columns))
