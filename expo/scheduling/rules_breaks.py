"""The rules of time that is left free: a conference's breaks, and what stops the city."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from flask_babel import gettext as _

from .board import Board, Pause, Placed, Span
from .rule import Found, Gap, Rule, Told, gaps
from .words import ClashRule, Level

LONGEST = timedelta(days=7)  # that a break lasts


class _PauseRule(Rule):
    """No session stands in a time that is left free."""

    usual = Level.BLOCK
    of_all: ClassVar[bool]  # whose breaks: everybody's, or each conference's own

    def _pauses(self, board: Board, row: Placed) -> list[Pause]:
        return board.pauses.get(None if self.of_all else row.conference_id, [])

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        if not board.pauses:
            return
        for row in board.some(own):
            pauses, place = self._pauses(board, row), board.places[row.room_id]
            for pause in pauses[bisect_left(pauses, row.starts_at - LONGEST, key=_starts) :]:
                if pause.starts_at >= row.ends_at:
                    break
                if pause.ends_at > row.starts_at and pause.holds_in(place):
                    zone = board.zone_of(row)
                    told = {
                        "starts": f"{pause.starts_at.astimezone(zone):%H:%M}",
                        "ends": f"{pause.ends_at.astimezone(zone):%H:%M}",
                    }
                    yield Found(self, row, None, pause.id, pause.title, told, earnest=row.confirmed)

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for pause in self._pauses(board, row):
            for starts_at, ends_at in gaps([(pause.starts_at, pause.ends_at)], span):
                if not self.of_all and not pause.rooms:
                    yield None, starts_at, ends_at, pause.title
                    continue
                for place in board.places.values():
                    if pause.holds_in(place):
                        yield place.id, starts_at, ends_at, pause.title

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        pause = board.pause(subject_id)
        moments = (one.starts_at, one.ends_at, *((pause.starts_at, pause.ends_at) if pause else ()))
        return tuple(int(moment.timestamp()) for moment in moments)


class BreakRule(_PauseRule):
    """A conference's sessions leave its breaks free."""

    key, of_all = ClashRule.BREAK, False

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "The conference has a break then: %(what)s, %(starts)s to %(ends)s.",
            what=subject, starts=values["starts"], ends=values["ends"],
        )  # fmt: skip


class BlockerRule(_PauseRule):
    """What stops the city, or a part of it, stops every conference there. None can set this rule aside."""

    key, of_all, fixed = ClashRule.BLOCKER, True, True

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "Nothing takes place here then: %(what)s, %(starts)s to %(ends)s.",
            what=subject, starts=values["starts"], ends=values["ends"],
        )  # fmt: skip


def _starts(pause: Pause) -> Any:
    return pause.starts_at
