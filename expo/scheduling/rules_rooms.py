"""The rules of rooms: what they hold, when they are open, for whom they are kept, and what they offer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme import hours

from .board import Board, Held, Place, Placed, Span
from .rule import Found, Gap, Rule, Told, crowded, either, gaps, mine_first, minutes
from .words import FOR_NOBODY, BlockKind, ClashRule, Level


def crowds(
    rule: Rule,
    rows: list[Placed],
    limit: int,
    own: Collection[int] | None,
    subject: tuple[int, str],
) -> Iterator[Found]:
    """Every pair that runs together too many: in earnest first, then with drafts."""
    drafts = not all(row.confirmed for row in rows)
    for earnest in (True, False) if drafts else (True,):
        some = [row for row in rows if row.confirmed] if earnest and drafts else rows
        for running in crowded(some, limit):
            for number, one in enumerate(running):
                for other in running[number + 1 :]:
                    if either(own, one, other):
                        yield Found(
                            rule, *mine_first(own, one, other), *subject, {}, earnest, running, limit
                        )  # fmt: skip


class RoomRule(Rule):
    """A room holds so many things at a time."""

    key, usual, fixed = ClashRule.ROOM, Level.BLOCK, True

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for room_id in board.rooms_of(own):
            place = board.places[room_id]
            yield from crowds(self, board.by_room[room_id], place.limit, own, (room_id, place.name))

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for room_id, rows in board.by_room.items():
            others = [other for other in rows if other.id != row.id]
            limit = board.places[room_id].limit
            for running in crowded(others, limit - 1) if limit > 1 else ([other] for other in others):
                first = max(other.starts_at for other in running)
                last = min(other.ends_at for other in running)
                for starts_at, ends_at in gaps([(first, last)], span):
                    yield room_id, starts_at, ends_at, _("Taken")

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(who)s holds %(what)s then (%(day)s, %(starts)s to %(ends)s).",
            who=subject, what=told.what, day=told.day, starts=told.starts, ends=told.ends,
        )  # fmt: skip


class ReservedRule(Rule):
    """What is held for a conference takes only its own; what is held for work takes none. No reason breaks it: who
    holds the room gives it free."""

    key, usual, fixed, keepable = ClashRule.RESERVED, Level.BLOCK, True, False

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for room_id in board.rooms_of(own):
            for held in board.held.get(room_id, ()):
                for row in board.by_room[room_id]:
                    if row.starts_at >= held.ends_at:
                        break
                    if row.ends_at > held.starts_at and either(own, row) and not _lets_in(held, row):
                        yield Found(
                            self, row, None, held.id, board.places[room_id].name,
                            {"held": held_for(board, held)}, earnest=row.confirmed,
                        )  # fmt: skip

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for room_id, blocks in board.held.items():
            for held in blocks:
                if not _lets_in(held, row):
                    for starts_at, ends_at in gaps([(held.starts_at, held.ends_at)], span):
                        yield room_id, starts_at, ends_at, held_for(board, held)

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _("%(room)s then: %(held)s. Whoever holds it can free it.", room=subject, held=values["held"])


def _lets_in(held: Held, row: Placed) -> bool:
    return held.kind not in FOR_NOBODY and held.conference_id == row.conference_id


def held_for(board: Board, held: Held) -> str:
    """Held for Urban Future: rehearsal."""
    if held.kind is BlockKind.RESERVED and held.conference_id is not None:
        what = _("Held for %(conference)s", conference=board.conferences[held.conference_id][0])
    else:
        what = {
            BlockKind.SET_UP: _("Set-up"),
            BlockKind.DELIVERY: _("Delivery"),
            BlockKind.CLOSED: _("Closed"),
        }[held.kind]
    return f"{what}: {held.note}" if held.note else what


class HoursRule(Rule):
    """A room is used while it is open."""

    key, usual = ClashRule.HOURS, Level.BLOCK

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for row in board.some(own):
            place = board.places[row.room_id]
            if place.hours is None:
                continue
            zone = board.zone_of(row)
            starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
            if not place.hours.cover(starts, ends):
                open_ = hours.told(place.hours.on(starts.date()))
                yield Found(self, row, None, place.id, place.name, {"open": open_}, earnest=row.confirmed)

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for place in board.places.values():
            zone = ZoneInfo(place.zone or board.conferences[row.conference_id][1])
            for starts_at, ends_at, why in closed(place, span, zone):
                yield place.id, starts_at, ends_at, why

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        place = board.places[one.room_id]
        day = one.starts_at.astimezone(board.zone_of(one)).date()
        return (int(one.starts_at.timestamp()), int(one.ends_at.timestamp()), place.id,
                place.hours.on(day) if place.hours else None)  # fmt: skip

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        if not values["open"]:
            return _("%(room)s is closed that day (%(day)s).", room=subject, day=told.day)
        return _(
            "%(room)s is open %(hours)s that day, and this is %(starts)s to %(ends)s.",
            room=subject, hours=values["open"], starts=told.starts, ends=told.ends,
        )  # fmt: skip


def closed(place: Place, span: Span, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, str]]:
    """When a room is not open within the span, and when it is."""
    if place.hours is None:
        return
    until = span[0]
    for opens, closes in _open(place.hours, span, zone):
        if opens > until and until < span[1]:
            yield until, min(opens, span[1]), _closed(place.hours, until, zone)
        until = max(until, closes)
    if until < span[1]:
        yield until, span[1], _closed(place.hours, until, zone)


def _open(said: hours.Hours, span: Span, zone: ZoneInfo) -> Iterator[Span]:
    """When it is open within the span, by start."""
    day = span[0].astimezone(zone).date() - timedelta(days=1)
    while day <= span[1].astimezone(zone).date():
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for opens, closes in said.on(day):
            # Wall clock, not elapsed time: on the nights on which the clocks change the hours stand as written.
            yield tuple((midnight + timedelta(minutes=at)).astimezone(UTC) for at in (opens, closes))  # type: ignore[misc]
        day += timedelta(days=1)


def _closed(said: hours.Hours, moment: datetime, zone: ZoneInfo) -> str:
    told = hours.told(said.on(moment.astimezone(zone).date()))
    return _("Open %(hours)s", hours=told) if told else _("Closed")


class TurnaroundRule(Rule):
    """Between two things a room is left so many minutes to be made ready."""

    key, usual, number, most = ClashRule.TURNAROUND, Level.BLOCK, 0, 240

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        numbers = self.numbers(board)
        longest = max(numbers.values(), default=0)
        for room_id in board.rooms_of(own) if longest else ():
            place = board.places[room_id]
            if place.limit > 1 or place.venue.is_online:
                continue
            for one, other in pairwise(board.by_room[room_id]):
                gap = minutes(one.ends_at, other.starts_at)
                if not 0 <= gap < longest or not either(own, one, other):
                    continue
                wanted = max(numbers[one.conference_id], numbers[other.conference_id])
                if gap < wanted:
                    yield Found(
                        self, *mine_first(own, one, other), room_id, place.name,
                        {"minutes": wanted, "gap": gap}, one.confirmed and other.confirmed,
                    )  # fmt: skip

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        numbers = self.numbers(board)
        for room_id, rows in board.by_room.items() if any(numbers.values()) else ():
            if board.places[room_id].limit > 1 or board.places[room_id].venue.is_online:
                continue
            for other in rows:
                wanted = max(numbers[row.conference_id], numbers[other.conference_id])
                around = timedelta(minutes=wanted)
                if wanted and other.id != row.id:
                    sides = [
                        (other.starts_at - around, other.starts_at),
                        (other.ends_at, other.ends_at + around),
                    ]
                    for starts_at, ends_at in gaps(sides, span):
                        yield room_id, starts_at, ends_at, _("Turnaround")

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _(
            "%(room)s needs %(minutes)s minutes between two sessions, and has %(gap)s to %(what)s (%(starts)s to %(ends)s).",
            room=subject, minutes=values["minutes"], gap=values["gap"], what=told.what, starts=told.starts, ends=told.ends,
        )  # fmt: skip


class CapacityRule(Rule):
    """A room is large enough for all who want to come: expected, booked and waiting, or kept in mind."""

    key = ClashRule.CAPACITY

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for row in board.some(own):
            wanted, place = wanting(board, row), board.places[row.room_id]
            if wanted > place.capacity or board.held.get(row.room_id):
                holds = capacity(board, row)
                if wanted > holds and not place.venue.is_online:
                    yield Found(
                        self, row, None, place.id, place.name, {"wanted": wanted, "holds": holds},
                        earnest=row.confirmed,
                    )  # fmt: skip

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        wanted = wanting(board, row)
        for place in board.places.values():
            if wanted > place.capacity and not place.venue.is_online:
                yield place.id, *span, _("Too small: %(seats)s", seats=place.capacity)

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        # It holds until ten more want to come.
        return one.room_id, capacity(board, one), wanting(board, one) // 10

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return ngettext(
            "%(num)s person wants to come, and %(room)s holds %(holds)s.",
            "%(num)s people want to come, and %(room)s holds %(holds)s.",
            values["wanted"], room=subject, holds=values["holds"],
        )  # fmt: skip


def wanting(board: Board, row: Placed) -> int:
    """How many want to come."""
    return max(board.needs_of(row).expected, board.demand.get(row.id, 0))


def capacity(board: Board, row: Placed) -> int:
    """What the room holds then, as it is furnished."""
    for held in board.held.get(row.room_id, ()):
        if held.capacity is not None and held.starts_at < row.ends_at and held.ends_at > row.starts_at:
            return held.capacity
    return board.places[row.room_id].capacity


class StepFreeRule(Rule):
    """Who needs a way without steps finds one."""

    key = ClashRule.STEP_FREE

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for row in board.some(own):
            place = board.places[row.room_id]
            if without_steps(place.features) or place.venue.is_online:
                continue
            people = board.step_free.get(row.id, 0)
            if people or board.needs_of(row).step_free:
                yield Found(self, row, None, place.id, place.name, {"people": people}, earnest=row.confirmed)

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        if not (board.step_free.get(row.id, 0) or board.needs_of(row).step_free):
            return
        for place in board.places.values():
            if not without_steps(place.features) and not place.venue.is_online:
                yield place.id, *span, _("Not step-free")

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        return one.room_id, board.step_free.get(one.id, 0)

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        if not values["people"]:
            return _("This session needs a room without steps; %(room)s is not known to be.", room=subject)
        return ngettext(
            "%(num)s person who has a seat needs a way without steps; %(room)s is not known to have one.",
            "%(num)s people who have a seat need a way without steps; %(room)s is not known to have one.",
            values["people"], room=subject,
        )  # fmt: skip


def without_steps(features: frozenset[str] | None) -> bool:
    return features is not None and not features.isdisjoint({"step-free", "lift"})


class LanguageRule(Rule):
    """What is interpreted needs booths, where anything is known of the room."""

    key = ClashRule.LANGUAGE

    def find(self, board: Board, own: Collection[int] | None) -> Iterator[Found]:
        for row in board.some(own):
            place = board.places[row.room_id]
            if row.interpreted and place.features is not None and "interpreter-booths" not in place.features:
                yield Found(self, row, None, place.id, place.name, earnest=row.confirmed)

    def shut(self, board: Board, row: Placed, span: Span) -> Iterable[Gap]:
        for place in board.places.values() if row.interpreted else ():
            if place.features is not None and "interpreter-booths" not in place.features:
                yield place.id, *span, _("No interpreter booths")

    def facts(self, board: Board, subject_id: int, one: Placed, other: Placed) -> tuple[Any, ...]:
        return (one.room_id,)

    def said(self, subject: str, own: Placed, values: dict[str, Any], told: Told) -> str:
        return _("This session is interpreted, and %(room)s has no interpreter booths.", room=subject)
