"""The rules between sessions: what comes first, what has the stage alone, and what the same people want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from .board import Board, Placed, Span
from .rule import Found, Gap, Rule, Told, either, gaps, mine_first, overlapping
from .words import ClashRule, Level


class OrderRule(Rule):
    """What builds on another session comes after it: after one of its times, where it has several."""

    key, usual = ClashRule.ORDER, Level.RELEASE

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for then, firsts in board.before.items():
            for first in firsts:
                earlier = board.by_session.get(first)
                if not earlier:
                    continue
                first_end = min(earlier, key=lambda row: row.ends_at)
                for row in board.by_session.get(then, ()):
                    if row.starts_at < first_end.ends_at and either(own, row, *earlier):
                        yield Found(
                            self, *mine_first(own, row, first_end), first, "", {"then": row.code},
                            row.confirmed and first_end.confirmed,
                        )  # fmt: skip

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for first in board.before.get(row.session_id, ()):
            earlier = board.by_session.get(first)
            if earlier:
                ends = min(other.ends_at for other in earlier)
                for starts_at, ends_at in gaps([(span[0], ends)], span):
                    yield None, starts_at, ends_at, _("Before %(code)s", code=earlier[0].code)
        for then, firsts in board.before.items():
            for other in board.by_session.get(then, ()) if row.session_id in firsts else ():
                for starts_at, ends_at in gaps([(other.starts_at, span[1])], span):
                    yield None, starts_at, ends_at, _("After %(code)s", code=other.code)

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        if values["then"] == own.code:
            return _(
                "This builds on %(what)s, which is not over then (%(day)s, %(starts)s to %(ends)s).",
                what=told.what, day=told.day, starts=told.starts, ends=told.ends,
            )  # fmt: skip
        return _(
            "%(what)s builds on this, and begins before it is over (%(day)s, %(starts)s to %(ends)s).",
            what=told.what, day=told.day, starts=told.starts, ends=told.ends,
        )  # fmt: skip


class PlenaryRule(Rule):
    """While a plenary runs, its conference has nothing else, but its own parts."""

    key = ClashRule.PLENARY

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        plenaries = {session for session, needs in board.needs.items() if needs.is_plenary}
        conferences = {
            row.conference_id for session in plenaries for row in board.by_session.get(session, ())
        }
        if not conferences:
            return
        of: defaultdict[int, list[Placed]] = defaultdict(list)
        for row in board.in_order:
            if row.conference_id in conferences:
                of[row.conference_id].append(row)
        for rows in of.values():
            for one, other in overlapping(rows):
                for_all = one.session_id in plenaries or other.session_id in plenaries
                if for_all and _apart(one, other) and either(own, one, other):
                    earnest = one.confirmed and other.confirmed
                    yield Found(self, *mine_first(own, one, other), earnest=earnest)

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(what)s runs then (%(day)s, %(starts)s to %(ends)s); one of the two is a plenary, for all.",
            what=told.what, day=told.day, starts=told.starts, ends=told.ends,
        )  # fmt: skip


class AudienceRule(Rule):
    """What the same people want to hear is not at the same time, in whatever conferences."""

    key = ClashRule.AUDIENCE

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        of: defaultdict[str, list[Placed]] = defaultdict(list)
        for session, needs in board.needs.items():
            if needs.audience:
                of[needs.audience] += board.by_session.get(session, [])
        for audience, rows in of.items():
            for one, other in overlapping(sorted(rows, key=lambda row: (row.starts_at, row.id))):
                if _apart(one, other) and either(own, one, other):
                    yield Found(
                        self, *mine_first(own, one, other), 0, audience,
                        earnest=one.confirmed and other.confirmed,
                    )  # fmt: skip

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(what)s is for the same people (%(audience)s) at that time (%(day)s, %(starts)s to %(ends)s).",
            what=told.what, audience=subject, day=told.day, starts=told.starts, ends=told.ends,
        )  # fmt: skip


def _apart(one: Placed, other: Placed) -> bool:
    """Whether neither is the other, nor a part of it, nor beside it in the same whole."""
    return (
        one.session_id != other.session_id
        and one.session_id != other.parent_id
        and other.session_id != one.parent_id
        and (one.parent_id is None or one.parent_id != other.parent_id)
    )
