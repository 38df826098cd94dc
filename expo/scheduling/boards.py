"""Boards, as each process keeps them: one per expo, under the stamp of its draft.

Whoever changes something that rules look at raises the stamp, by whatever way the row is written: an event of the
session does it. It also notes which sessions changed, so that a move makes a new board of the old one and of the
rows of these.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session as DatabaseSession

from expo.core import clock, stamps
from expo.core.db import after_commit, db, in_transaction
from expo.core.stamps import Stamp
from expo.expos.models import Expo
from expo.programme.models import (
    Appearance,
    AppearanceRole,
    Conference,
    Occurrence,
    Room,
    Session,
    Venue,
    Walk,
)
from expo.speakers.models import Availability, Speaker

from . import demand, rows
from .board import Board
from .models import Break, RoomBlock, RuleLevel, SessionNeeds, SessionOrder

_OTHERS = (
    AppearanceRole, Availability, Conference, Room, Venue, Walk, Speaker, Break, RoomBlock, RuleLevel, SessionNeeds, SessionOrder,
)  # fmt: skip
_FRESH = 10.0  # seconds for which what people want counts as it was
_kept: dict[int, Board] = {}
_wanted: dict[int, tuple[float, demand.Wanted]] = {}


Stamped = tuple[int, str]  # the stamp's number, and when it was raised


@dataclass(slots=True)
class _Change:
    """What the running transaction changes of an expo's draft."""

    before: Stamped
    after: Stamped
    sessions: set[int] = field(default_factory=set)
    others: bool = False
    writes: int = 0
    # What it looks like, and after how many writes it did.
    board: Board | None = None
    seen: int = -1


def scope(expo_id: int) -> str:
    """The name of the stamp of an expo's draft."""
    return f"draft:{expo_id}"


def of(expo_id: int) -> Board:
    """The expo's draft as the running transaction sees it; read anew where its stamp has moved."""
    if in_transaction():
        if expo_id in _changes():
            return in_change(expo_id)  # what is not committed is not kept
        stamps.forget_read()  # it may have waited for others since
    stamp = stamps.here(scope(expo_id))
    board = _kept.get(expo_id)
    if board is None or board.stamp != stamp:
        board = _kept[expo_id] = rows.load(expo_id, stamp)
    return board


def in_change(expo_id: int) -> Board:
    """The draft with what the running transaction has changed of it, which holds the expo (see `hold`)."""
    db.session.flush()
    change = _changes().get(expo_id)
    if change is None:
        return of(expo_id)
    if change.board is not None and change.seen == change.writes:
        return change.board
    before = _kept.get(expo_id)
    if before is None or before.stamp != change.before or change.others:
        board = rows.load(expo_id, change.after)
    else:
        gone = [row.id for session_id in change.sessions for row in before.by_session.get(session_id, ())]
        board = replace(before.with_rows(gone, rows.of_sessions(change.sessions)), stamp=change.after)
    if change.board is None:
        after_commit(lambda: _keep(change))
    change.board, change.seen = board, change.writes
    return board


def _keep(change: _Change) -> None:
    """What the transaction has written is what is there under its number, if the board was made after all of it."""
    board = change.board
    if board is None or change.seen != change.writes:
        return
    known = _kept.get(board.expo_id)
    if known is None or known.stamp[0] < board.stamp[0]:
        _kept[board.expo_id] = board


def with_demand(expo_id: int) -> Board:
    """The draft, with what people want; that may be a few seconds old."""
    known = _wanted.get(expo_id)
    if known is None or time.monotonic() - known[0] > _FRESH:
        known = _wanted[expo_id] = time.monotonic(), demand.of(expo_id)
    board = of(expo_id)
    return replace(board, demand=known[1].people, step_free=known[1].step_free)


def forget() -> None:
    """Keep nothing: for tests, which write behind our back."""
    _kept.clear()
    _wanted.clear()


def hold(expo_id: int) -> None:
    """Of two who schedule at the same moment the second waits, and sees what the first has done.

    Bookings and scans, whose rows point at the expo too, do not wait for this kind of lock. Who changes a time takes
    it before any other row, so that nobody waits crosswise.
    """
    db.session.execute(sa.select(Expo.id).where(Expo.id == expo_id).with_for_update(key_share=True))


def touch(expo_id: int) -> None:
    """Rows are written past the session: its events say nothing of them."""
    changes = _changes()
    if expo_id not in changes:
        changes[expo_id] = _Change(*_raise(db.session(), expo_id))
    changes[expo_id].others = True
    changes[expo_id].writes += 1


def _changes() -> dict[int, _Change]:
    """By expo; of the running transaction alone."""
    session = db.session()
    known = session.info.get("drafts")
    if known is None or known[0] is not session.get_transaction():
        known = session.info["drafts"] = session.get_transaction(), {}
    changes: dict[int, _Change] = known[1]
    return changes


def listen() -> None:
    """Hear of each row that is written."""
    if not event.contains(DatabaseSession, "after_flush", _note):
        event.listen(DatabaseSession, "after_flush", _note)


def _note(session: DatabaseSession, _flushed: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Occurrence | Appearance):
            session_id: int | None = row.session_id
        elif isinstance(row, Session):
            session_id = row.id
        elif isinstance(row, _OTHERS):
            session_id = None
        else:
            continue
        if row in session.dirty and not session.is_modified(row):
            continue
        change = _changes().get(row.expo_id)
        if change is None:
            change = _changes()[row.expo_id] = _Change(*_raise(session, row.expo_id))
        change.writes += 1
        if session_id is None:
            change.others = True
        else:
            change.sessions.add(session_id)


def _raise(session: DatabaseSession, expo_id: int) -> tuple[Stamped, Stamped]:
    """Raise the draft's number; what it was, and is. Not by stamps.raise_stamp, which would flush while the session
    is flushing."""
    connection = session.connection()
    connection.execute(sa.select(Expo.id).where(Expo.id == expo_id).with_for_update(key_share=True))
    stamps.forget_read()
    before = stamps.here(scope(expo_id))
    values = {"number": Stamp.number + 1, "changed_at": clock.now()}
    raised = connection.execute(sa.update(Stamp).where(Stamp.scope == scope(expo_id)).values(values))
    if not raised.rowcount:
        connection.execute(sa.insert(Stamp).values(scope=scope(expo_id), number=1, changed_at=clock.now()))
    stamps.forget_read()
    return before, stamps.here(scope(expo_id))
