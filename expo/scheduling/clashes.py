"""Clashes: what breaks a rule of the timetable, how strictly, and what of it a named organiser keeps with a reason.

Only confirmed sessions clash in earnest: what touches a draft is a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.expos.models import Expo
from expo.programme.models import Session
from expo.programme.refusals import Clashes
from expo.programme.teams import Rights
from expo.programme.words import Deed

from . import boards, rules
from .board import Board, Placed
from .models import KeptClash
from .refusals import CannotBeKept, NotToBePublished
from .rule import Found, Rule, Told
from .words import STRICTNESS, ClashRule, Level


@dataclass(frozen=True, slots=True)
class Clash:
    """What breaks a rule. `other` is None where one time does so alone; `subject` is the room or the person;
    `reason` is why it is kept."""

    rule: ClashRule
    level: Level
    own: Placed
    other: Placed | None
    subject_id: int
    subject: str
    reason: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    board: Board | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """By which a form names it."""
        return f"{self.rule}-{self.subject_id}-{self.own.id}-{(self.other or self.own).id}"

    @property
    def open(self) -> bool:
        """Whether nobody keeps it."""
        return self.reason is None

    @property
    def keepable(self) -> bool:
        return rules.BY_KEY[self.rule].keepable


class Kept:
    """What organisers kept and what is still as it was then. Read when it is first asked for. One query."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._rows: dict[tuple[ClashRule, int, int, int], tuple[str, str]] | None = None

    def reason(self, rule: Rule, subject_id: int, one: Placed, other: Placed) -> str | None:
        """Why these two are kept; None where nobody keeps them, or the facts are other ones now."""
        first, second = sorted((one.id, other.id))
        found = self._read().get((rule.key, subject_id, first, second))
        if found is None or found[0] != rule.digest(self._board, subject_id, one, other):
            return None
        return found[1]

    def excuse(self, found: Found) -> str | None:
        """Why it may be after all: of a crowd, if enough of them were kept beside all the others."""
        if found.crowd is None or (found.limit == 1 and len(found.crowd) == 2):
            return self.reason(found.rule, found.subject_id, found.own, found.other or found.own)
        left, why = list(found.crowd), None
        while len(left) > found.limit:
            for one in left:
                reasons = [
                    self.reason(found.rule, found.subject_id, one, other)
                    for other in left
                    if other is not one
                ]
                if reasons and None not in reasons:
                    left.remove(one)
                    why = reasons[0]
                    break
            else:
                return None
        return why

    def _read(self) -> dict[tuple[ClashRule, int, int, int], tuple[str, str]]:
        if self._rows is None:
            rows = db.session.execute(
                sa.select(
                    KeptClash.rule, KeptClash.subject_id, KeptClash.one_id, KeptClash.other_id,
                    KeptClash.facts, KeptClash.reason,
                ).where(KeptClash.expo_id == self._board.expo_id)
            )  # fmt: skip
            self._rows = {(row[0], row[1], row[2], row[3]): (row[4], row[5]) for row in rows}
        return self._rows


def find(
    board: Board,
    own: Collection[int] | None = None,
    *,
    strictly: bool = False,
    by: Iterable[Rule] = rules.ALL,
) -> list[Clash]:
    """What clashes: of these rows, or in the whole expo; kept ones too, by time. `strictly`: only what blocks a
    change, because whoever changes waits for the answer."""
    kept = Kept(board)
    found: dict[tuple[ClashRule, int, frozenset[int]], Clash] = {}
    for rule in by:
        if rule.is_off(board) or (strictly and not rule.may_block(board)):
            continue
        for each in rule.find(board, own):
            level = rule.level(board, each.own, each.other)
            if not each.earnest:
                level = min(level, Level.WARN, key=STRICTNESS.__getitem__)
            if level is Level.OFF or (strictly and level is not Level.BLOCK):
                continue
            pair = rule.key, each.subject_id, frozenset((each.own.id, (each.other or each.own).id))
            known = found.get(pair)
            if known is not None and (known.level is not level or known.open):
                continue
            reason = kept.excuse(each)
            if known is None or reason is None:
                found[pair] = Clash(
                    rule.key, level, each.own, each.other, each.subject_id, each.subject, reason, each.values, board
                )  # fmt: skip
    return sorted(found.values(), key=lambda clash: (clash.own.starts_at, clash.own.id, clash.key))


def of_session(session: Session) -> list[Clash]:
    """The clashes of a session's times as drafted, kept ones and warnings too, by time."""
    board = boards.with_demand(session.expo_id)
    return find(board, [row.id for row in board.by_session.get(session.id, ())])


def of_conferences(expo_id: int, conference_ids: Collection[int]) -> list[Clash]:
    """The clashes of all that is drafted in these conferences, with whatever it clashes with, by time."""
    return of_teams(find(boards.with_demand(expo_id)), conference_ids)


def of_teams(clashes: Iterable[Clash], conference_ids: Collection[int]) -> list[Clash]:
    """Those in which one of these conferences has part, its own session first."""
    found = []
    for clash in clashes:
        if clash.own.conference_id in conference_ids:
            found.append(clash)
        elif clash.other is not None and clash.other.conference_id in conference_ids:
            found.append(replace(clash, own=clash.other, other=clash.own))
    return found


def sentence(clash: Clash, reader: Rights) -> str:
    """The clash for whoever reads it. What another team keeps to itself is not named."""
    board, there = clash.board, clash.other or clash.own
    assert board is not None
    named = there.listed or reader.may(Deed.READ, there.conference_id)
    zone = board.zone_of(there)
    starts, ends = there.starts_at.astimezone(zone), there.ends_at.astimezone(zone)
    what = _("%(code)s “%(title)s”", code=there.code, title=there.title)
    told = Told(
        what if named else _("a session of another conference"),
        named,
        format_date(starts, "d MMM", locale=get_locale() or "en"),
        f"{starts:%H:%M}",
        f"{ends:%H:%M}",
        board.places[there.room_id].name,
    )
    return rules.BY_KEY[clash.rule].said(clash.subject, clash.own, clash.values, told)


def check(expo_id: int, session_ids: Collection[int], *, keep: str = "") -> None:
    """Called inside the transaction that changed these sessions, their times or people: refuse what clashes.

    With a reason in `keep` the clashes stay, and stand in the audit with whoever acts. Raises Clashes.
    """
    board = boards.in_change(expo_id)
    own = [row.id for session_id in session_ids for row in board.by_session.get(session_id, ())]
    found = [clash for clash in find(board, own, strictly=True) if clash.open]
    if not found:
        return
    if not keep.strip() or not all(clash.keepable for clash in found):
        raise Clashes(_refused(found), clashes=found)
    _keep(board, found, keep.strip())


def check_breaks(expo_id: int, break_ids: Collection[int], *, keep: str = "") -> None:
    """The same, called inside the transaction that made or changed these breaks: of what stands in them."""
    board = boards.in_change(expo_id)
    pauses = [each for some in board.pauses.values() for each in some if each.id in break_ids]
    own = [row.id for row in board.in_order if any(each.meets(row) for each in pauses)]
    by = [rules.BY_KEY[key] for key in (ClashRule.BREAK, ClashRule.BLOCKER)]
    found = [
        clash
        for clash in find(board, own, strictly=True, by=by)
        if clash.open and clash.subject_id in break_ids
    ]
    if found and not keep.strip():
        raise Clashes(_("Sessions stand in that time. Move them, or say why they stay."), clashes=found)
    _keep(board, found, keep.strip())


def _refused(found: list[Clash]) -> str:
    if all(clash.keepable for clash in found):
        return _("Something stands in the way. Move it, or say why it shall stay.")
    return _("The room is held for something else then. Move it, or ask those who hold the room.")


def settle(expo_id: int, reason: str) -> None:
    """After rules or rooms changed, inside that transaction: what is against them now stays, in the name of whoever
    changed them, until it is moved."""
    board = boards.in_change(expo_id)
    found = [clash for clash in find(board, strictly=True) if clash.open and clash.keepable]
    _keep(board, found, reason)


def acknowledge(*, expo: Expo, key: str, conference_ids: Collection[int], reason: str) -> Clash:
    """A clash of these conferences shall stay, for this reason, while its facts are what they are.
    Raises CannotBeKept."""
    with transaction():
        boards.hold(expo.id)
        board = boards.with_demand(expo.id)
        found = next((clash for clash in of_teams(find(board), conference_ids) if clash.key == key), None)
        if found is None or not found.keepable:
            raise CannotBeKept(_("This clash is none any more, or no reason can make it stay."))
        _keep(board, [found], reason)
    return found


def stops_release(expo_id: int, session_ids: Collection[int]) -> list[Clash]:
    """What keeps these sessions from being published, by time."""
    board = boards.with_demand(expo_id)
    own = [row.id for session_id in session_ids for row in board.by_session.get(session_id, ())]
    return [
        clash
        for clash in find(board, own)
        if clash.open and STRICTNESS[clash.level] >= STRICTNESS[Level.RELEASE]
    ]


def before_release(expo_id: int, session_ids: Collection[int]) -> None:
    """Called inside the transaction that publishes these sessions. Raises NotToBePublished."""
    found = stops_release(expo_id, session_ids)
    if found:
        raise NotToBePublished(
            _("This is not published while something stands in the way: settle it, or say why it stays."),
            clashes=found,
        )


def _keep(board: Board, found: list[Clash], reason: str) -> None:
    for clash in found:
        one, other = sorted((clash.own, clash.other or clash.own), key=lambda row: row.id)
        which = {"rule": clash.rule, "subject_id": clash.subject_id, "one_id": one.id, "other_id": other.id}
        db.session.execute(sa.delete(KeptClash).filter_by(**which))
        db.session.add(
            KeptClash(
                expo_id=board.expo_id, facts=rules.BY_KEY[clash.rule].digest(board, clash.subject_id, one, other),
                reason=reason, kept_by=audit.actor(), kept_at=clock.now(), **which,
            )
        )  # fmt: skip
        audit.record(
            "clash_kept", "occurrence", clash.own.id, expo_id=board.expo_id, why=reason,
            after={
                "rule": clash.rule.value, "subject": clash.subject_id,
                "beside": clash.other.code if clash.other else None,
            },
        )  # fmt: skip
    db.session.flush()
