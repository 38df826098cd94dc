"""Moving times of sessions about the draft: several as one, taken back, and told of whoever moved them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from expo.core import audit
from expo.core.audit import AuditEntry
from expo.core.db import lock, transaction
from expo.core.refusals import ChangedMeanwhile
from expo.expos.models import Expo
from expo.programme import actions, queries, removing
from expo.programme import clashes as programme
from expo.programme.drafts import OccurrenceDraft
from expo.programme.models import Occurrence, Session
from expo.programme.values import draft_of_occurrence
from expo.programme.words import Placement

from . import clashes, rows
from .board import Board, Placed, Span
from .refusals import NothingToUndo
from .rule import Shut
from .rules import ALL
from .words import Level

_PLACING = ("starts_at", "ends_at", "room_id", "placement")


@dataclass(frozen=True, slots=True)
class Move:
    """Where a time of a session goes; without a room it is taken out of the timetable. A session goes there with a
    new time. `version` is the one that the organiser saw, None to move it whoever has moved it meanwhile."""

    what: Occurrence | Session
    starts_at: datetime | None
    ends_at: datetime | None
    room_id: int | None
    version: int | None = None


class MovedMeanwhile(ChangedMeanwhile):
    """Somebody else moved it first. `facts` say who, when, where to and which version that made."""

    code = "moved_meanwhile"


def move(*, expo: Expo, moves: Iterable[Move], keep: str = "") -> int:
    """Make all these moves, or none. So two sessions can change rooms. Returns how many became other.

    Raises MovedMeanwhile; Clashes when `keep` gives no reason for them; BadPlacement.
    """
    changed = 0
    with transaction(), programme.together(expo.id, keep=keep):
        for each in moves:
            if isinstance(each.what, Session):
                _without_times(each.what)
                fresh = OccurrenceDraft(each.starts_at, each.ends_at, each.room_id)
                actions.create_occurrence(session=each.what, draft=fresh)
                changed += 1
                continue
            _same_version(each.what, each.version)
            before = draft_of_occurrence(each.what)
            if each.room_id is None:
                wanted = replace(before, placement=Placement.UNPLACED)
            else:
                placement = before.placement
                wanted = replace(
                    before, starts_at=each.starts_at, ends_at=each.ends_at, room_id=each.room_id,
                    placement=Placement.FIRM if placement is Placement.UNPLACED else placement,
                )  # fmt: skip
            changed += actions.edit_occurrence(occurrence=each.what, draft=wanted)
    return changed


def undo(*, expo: Expo, moved: Iterable[tuple[Occurrence, int | None]], keep: str = "") -> int:
    """Take the last move of each of these back, all or none; undoing it once more moves it again. A time that the
    move made is taken away.

    Raises MovedMeanwhile, NothingToUndo, Clashes; InUse where a new time was published already.
    """
    changed = 0
    with transaction(), programme.together(expo.id, keep=keep):
        for occurrence, version in moved:
            _same_version(occurrence, version)
            if is_new(occurrence):
                removing.remove_occurrence(occurrence=occurrence)
                changed += 1
                continue
            entry = last_move(occurrence)
            if entry is None:
                raise NothingToUndo(_("The last change of %(code)s was no move.", code=occurrence.code))
            wanted = replace(draft_of_occurrence(occurrence), **_read(entry.before))
            changed += actions.edit_occurrence(occurrence=occurrence, draft=wanted)
    return changed


def is_new(occurrence: Occurrence) -> bool:
    """Whether nobody has touched the time since it was made."""
    entry = next(iter(audit.history("occurrence", occurrence.id)), None)
    return occurrence.version == 1 and entry is not None and entry.action == "occurrence_created"


def can_undo(occurrence: Occurrence) -> bool:
    """Whether there is a move that could be taken back."""
    return is_new(occurrence) or last_move(occurrence) is not None


def last_move(occurrence: Occurrence) -> AuditEntry | None:
    """The last change of the time as drafted, if that was a move."""
    for entry in audit.history("occurrence", occurrence.id):
        if entry.action == "occurrence_changed":
            return entry if any(name in (entry.before or {}) for name in _PLACING) else None
        if entry.action in ("occurrence_cancelled", "occurrence_restored"):
            return None
    return None


def _read(said: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("starts_at", "ends_at"):
        if name in said:
            found[name] = datetime.fromisoformat(said[name]) if said[name] else None
    if "room_id" in said:
        found["room_id"] = said["room_id"]
    if "placement" in said:
        found["placement"] = Placement(said["placement"])
    return found


def _without_times(session: Session) -> None:
    """It was picked up because it had no time. Of two who give it one, the second is told."""
    first = next((one for one in queries.occurrences(session.id) if one.cancelled_at is None), None)
    if first is not None:
        _same_version(first, 0)


def _same_version(occurrence: Occurrence, version: int | None) -> None:
    lock(occurrence)
    if version is None or occurrence.version == version:
        return
    entry = next(iter(audit.history("occurrence", occurrence.id)), None)
    raise MovedMeanwhile(
        _("%(code)s was moved or changed meanwhile.", code=occurrence.code),
        code=occurrence.code,
        version=occurrence.version,
        actor=entry.actor if entry else "",
        at=entry.at if entry else None,
        room=occurrence.room.name if occurrence.room else "",
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        zone=(occurrence.room and occurrence.room.venue.time_zone) or occurrence.session.conference.time_zone,
    )


def row_of(board: Board, what: Occurrence | Session, span: Span, room_id: int) -> Placed:
    """The time as it would stand there, whether or not it stands anywhere yet."""
    known = _row(board, what)
    return replace(known, starts_at=span[0], ends_at=span[1], room_id=room_id)


def what_if(board: Board, placed: Collection[Placed]) -> list[clashes.Clash]:
    """What would clash if these stood there: beside what clashes already, in earnest or not."""
    own = [row.id for row in placed]
    after = board.with_rows(own, placed)
    return clashes.find(after, own)


def at(row: Placed, starts_at: datetime, ends_at: datetime) -> Placed:
    """The same at another time."""
    return replace(row, starts_at=starts_at, ends_at=ends_at)


def _row(board: Board, what: Occurrence | Session) -> Placed:
    if isinstance(what, Occurrence):
        return board.rows.get(what.id) or rows.unplaced(what, what.session)
    return rows.unplaced(None, what)


def shut(board: Board, what: Occurrence | Session, span: Span, room_ids: Collection[int]) -> list[Shut]:
    """Where and when within the span this time cannot be, or only with a warning: in these rooms, or in all."""
    row = _row(board, what)
    found = []
    for rule in ALL:
        level = rule.level(board, row)
        if level is Level.OFF:
            continue
        for room_id, starts_at, ends_at, why in rule.shut(board, row, span):
            if starts_at < ends_at and (room_id is None or room_id in room_ids):
                found.append(Shut(rule.key, level, room_id, starts_at, ends_at, why))
    for room_id in room_ids:
        holds = board.places[room_id].capacity
        if row.seats is not None and row.seats > holds:
            why = _("Holds %(holds)s, and this has %(seats)s seats", holds=holds, seats=row.seats)
            found.append(Shut(ALL[0].key, Level.BLOCK, room_id, *span, why))
    return found
