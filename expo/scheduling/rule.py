"""What every rule of a timetable has: how strict it is, what breaks it, where it leaves no place, and a sentence."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from .board import Board, Placed, Span
from .words import STRICTNESS, ClashRule, Level


@dataclass(slots=True)
class Found:
    """Something that breaks a rule. `earnest` is false where a draft has part in it; `crowd` is all that runs
    together, where more than one may."""

    rule: Rule
    own: Placed
    other: Placed | None
    subject_id: int = 0
    subject: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    earnest: bool = True
    crowd: list[Placed] | None = None
    limit: int = 1


@dataclass(frozen=True, slots=True)
class Shut:
    """A time in which a session cannot be put into a room; into any, where none is named."""

    rule: ClashRule
    level: Level
    room_id: int | None
    starts_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence may say of the other session of a clash: not its name, where the reader may not know it."""

    what: str
    named: bool
    day: str
    starts: str
    ends: str
    place: str


Gap = tuple[int | None, datetime, datetime, str]  # a room or all of them, from, until, why


class Rule(ABC):
    """One rule. `usual` is its level where nobody said another; `number` its own number, if it has any."""

    key: ClassVar[ClashRule]
    usual: ClassVar[Level] = Level.WARN
    # Holds everywhere, whatever anybody says; and cannot even be broken with a reason.
    fixed: ClassVar[bool] = False
    keepable: ClassVar[bool] = True
    # Others say at any time what breaks it, and are not refused: then it is found, and no promise of the data.
    promised: ClassVar[bool] = True
    number: ClassVar[int | None] = None
    least: ClassVar[int] = 0
    most: ClassVar[int] = 600

    @abstractmethod
    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        """What breaks it: in the whole expo, or where one of these has part in it. Each pair once."""

    def shut(self, _board: Board, _row: Placed, _span: Span) -> Iterable[Gap]:
        """Where and when within the span this row would break it."""
        return ()

    def facts(self, _board: Board, _subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        """What makes it a clash. Whoever keeps it keeps it for as long as these are the same."""
        return times(one, other)

    @abstractmethod
    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        """The sentence."""

    def level(self, board: Board, *rows: Placed | None) -> Level:
        """How strict it is for these: as the stricter of their conferences says."""
        return max(
            (self.of(board, row.conference_id)[0] for row in rows if row is not None),
            key=STRICTNESS.__getitem__,
        )

    def numbers(self, board: Board) -> dict[int, int]:
        """Its number in each conference; 0 where it is off."""
        said = {conference_id: self.of(board, conference_id) for conference_id in board.conferences}
        return {key: 0 if level is Level.OFF else number for key, (level, number) in said.items()}

    def may_block(self, board: Board) -> bool:
        """Whether it keeps anybody from saving in any conference."""
        return any(self.of(board, key)[0] is Level.BLOCK for key in (None, *board.conferences))

    def is_off(self, board: Board) -> bool:
        """Whether no conference keeps it."""
        return all(self.of(board, key)[0] is Level.OFF for key in (None, *board.conferences))

    def of(self, board: Board, conference_id: int | None) -> tuple[Level, int]:
        """Level and number in a conference."""
        if self.fixed:
            return self.usual, self.number or 0
        level, number = board.levels.of(self.key, conference_id, (self.usual, self.number))
        return level, number or 0

    def digest(self, board: Board, subject_id: int, one: Placed, other: Placed) -> str:
        """The facts in short."""
        one, other = sorted((one, other), key=lambda row: row.id)
        text = "|".join(str(fact) for fact in self.facts(board, subject_id, one, other))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def times(one: Placed, other: Placed) -> tuple[int, ...]:
    """When both are, in seconds."""
    return tuple(
        int(moment.timestamp()) for moment in (one.starts_at, one.ends_at, other.starts_at, other.ends_at)
    )


def crowded(rows: Iterable[Placed], limit: int) -> Iterator[list[Placed]]:
    """Of rows by start: what runs together, each time that one begins while too many run. One that ends when another
    begins is over."""
    running: list[Placed] = []
    for row in rows:
        starts_at = row.starts_at
        if running:
            running = [other for other in running if other.ends_at > starts_at]
        running.append(row)
        if len(running) > limit:
            yield list(running)


def overlapping(rows: Iterable[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Of rows by start: each pair that runs together, the earlier one first."""
    for running in crowded(rows, 1):
        for other in running[:-1]:
            yield other, running[-1]


def gaps(busy: Iterable[Span], span: Span) -> Iterator[Span]:
    """What of these stretches lies within the span."""
    for starts_at, ends_at in busy:
        if starts_at < span[1] and ends_at > span[0]:
            yield max(starts_at, span[0]), min(ends_at, span[1])


def minutes(first: datetime, second: datetime) -> int:
    return int((second - first).total_seconds() // 60)


def either(own: Collection[int] | None, *rows: Placed) -> bool:
    """Whether one of these is meant."""
    return own is None or any(row.id in own for row in rows)


def mine_first(own: Collection[int] | None, one: Placed, other: Placed) -> tuple[Placed, Placed]:
    """The pair with one's own in front."""
    return (other, one) if own is not None and one.id not in own else (one, other)
