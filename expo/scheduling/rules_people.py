"""The rules of people who appear: one place at a time, time to get there, a pause, and not too much in a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from .board import Board, Placed, Span
from .rule import Found, Gap, Rule, Told, either, gaps, mine_first, minutes
from .rules_rooms import crowds
from .words import ClashRule, Level


class PersonRule(Rule):
    """Nobody is in two places at a time, in whatever role that counts, in whatever conferences."""

    key, usual, fixed = ClashRule.PERSON, Level.BLOCK, True

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for person in board.people_of(own):
            rows = board.by_person[person]
            if len(rows) > 1:
                yield from crowds(self, rows, 1, own, (person, board.names[person]))

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for person in row.people:
            busy = [
                (other.starts_at, other.ends_at)
                for other in board.by_person.get(person, ())
                if other.id != row.id
            ]
            for starts_at, ends_at in gaps(busy, span):
                yield None, starts_at, ends_at, _("%(who)s is elsewhere", who=board.names[person])

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        values = {
            "who": subject,
            "what": told.what,
            "day": told.day,
            "starts": told.starts,
            "ends": told.ends,
        }
        if not told.named:
            return _("%(who)s is in %(what)s then (%(day)s, %(starts)s to %(ends)s).", **values)
        return _(
            "%(who)s is in %(what)s then (%(day)s, %(starts)s to %(ends)s, %(room)s).", room=told.place, **values
        )  # fmt: skip


class AvailabilityRule(Rule):
    """Speakers appear when they said that they can."""

    key, usual, promised = ClashRule.AVAILABILITY, Level.RELEASE, False

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        if not board.away:
            return
        for person in board.people_of(own):
            for row in board.by_person[person] if person in board.away else ():
                if either(own, row) and any(gaps(board.away[person], (row.starts_at, row.ends_at))):
                    yield Found(self, row, None, person, board.names[person], earnest=row.confirmed)

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for person in row.people:
            for starts_at, ends_at in gaps(board.away.get(person, ()), span):
                yield None, starts_at, ends_at, _("%(who)s cannot", who=board.names[person])

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(who)s cannot come then (%(day)s, %(starts)s to %(ends)s).",
            who=subject, day=told.day, starts=told.starts, ends=told.ends,
        )  # fmt: skip


class TravelRule(Rule):
    """Whoever appears in two venues has the time to walk from one to the other."""

    key = ClashRule.TRAVEL

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for person in board.people_of(own):
            for one, other in pairwise(board.by_person[person]):
                if not either(own, one, other) or one.room_id == other.room_id:
                    continue
                gap = minutes(one.ends_at, other.starts_at)
                if not 0 <= gap < 180:
                    continue
                walk = _walk(board, one, other)
                if walk > gap:
                    yield Found(
                        self, *mine_first(own, one, other), person, board.names[person],
                        {"minutes": walk, "gap": gap}, one.confirmed and other.confirmed,
                    )  # fmt: skip

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        return (
            *super().facts(board, subject_id, one, other),
            one.room_id,
            other.room_id,
            _walk(board, one, other),
        )

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(who)s walks %(minutes)s minutes between this and %(what)s (%(starts)s to %(ends)s, %(room)s), and has %(gap)s.",
            who=subject, minutes=values["minutes"], gap=values["gap"], what=told.what, starts=told.starts,
            ends=told.ends, room=told.place,
        )  # fmt: skip


def _walk(board: Board, one: Placed, other: Placed) -> int:
    venues = board.places[one.room_id].venue, board.places[other.room_id].venue
    if venues[0].id == venues[1].id or venues[0].is_online or venues[1].is_online:
        return 0
    return board.ways.minutes(*venues) or 0


class BackToBackRule(Rule):
    """Whoever appears twice has a pause in between."""

    key, number, most = ClashRule.BACK_TO_BACK, 5, 240

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        wanted = self.numbers(board)
        longest = max(wanted.values(), default=0)
        for person in board.people_of(own):
            for one, other in pairwise(board.by_person[person]):
                gap = minutes(one.ends_at, other.starts_at)
                if not 0 <= gap < longest or not either(own, one, other) or _one_whole(one, other):
                    continue
                if gap < max(wanted[one.conference_id], wanted[other.conference_id]):
                    yield Found(
                        self, *mine_first(own, one, other), person, board.names[person], {"gap": gap},
                        one.confirmed and other.confirmed,
                    )  # fmt: skip

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return ngettext(
            "%(who)s has %(num)s minute between this and %(what)s (%(starts)s to %(ends)s).",
            "%(who)s has %(num)s minutes between this and %(what)s (%(starts)s to %(ends)s).",
            values["gap"], who=subject, what=told.what, starts=told.starts, ends=told.ends,
        )  # fmt: skip


def _one_whole(one: Placed, other: Placed) -> bool:
    """Two times of one session, or a session and its part: they go together."""
    return other.session_id in (one.session_id, one.parent_id) or one.session_id == other.parent_id


class PerDayRule(Rule):
    """Nobody appears more often in a day than they can bear."""

    key, number, least, most = ClashRule.PER_DAY, 4, 1, 24

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        most = self.numbers(board)
        least = min(most.values(), default=0)
        for person in board.people_of(own):
            rows = board.by_person[person]
            if len(rows) <= least:
                continue
            days: defaultdict[date, list[Placed]] = defaultdict(list)
            for row in rows:
                days[row.starts_at.astimezone(board.zone_of(row)).date()].append(row)
            for some in days.values():
                last = some[-1] if own is None else next((row for row in some if row.id in own), None)
                if last is not None and len(some) > most[last.conference_id]:
                    yield Found(
                        self, last, None, person, board.names[person], {"times": len(some)}, last.confirmed
                    )

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        zone = board.zone_of(one)
        day = one.starts_at.astimezone(zone).date()
        near = [
            row.id
            for row in board.by_person.get(subject_id, ())
            if abs(row.starts_at - one.starts_at) < timedelta(days=1)
            and row.starts_at.astimezone(zone).date() == day
        ]
        return day, *near

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return ngettext(
            "%(who)s appears %(num)s time that day (%(day)s).",
            "%(who)s appears %(num)s times that day (%(day)s).",
            values["times"], who=subject, day=told.day,
        )  # fmt: skip
