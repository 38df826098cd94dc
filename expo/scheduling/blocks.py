"""Rooms held for a time: by a conference for its own sessions, or for work in which none takes place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme.models import Conference, Room
from expo.programme.values import plain

from . import boards
from .models import RoomBlock
from .refusals import RoomTaken
from .words import FOR_NOBODY, BlockKind

LONGEST = 60  # days


@dataclass(frozen=True, slots=True)
class BlockDraft:
    """What somebody holds a room for. `capacity` is what it holds then, if it is furnished otherwise."""

    kind: BlockKind
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    capacity: int | None = None


def hold(*, expo: Expo, room: Room, conference: Conference | None, draft: BlockDraft) -> RoomBlock:
    """Hold a room for a conference; for the whole expo where none is named.

    Raises RoomTaken where somebody holds it already, or a session that may not be there stands in it; BadInput.
    """
    _check(conference, draft)
    with transaction():
        boards.hold(expo.id)
        taken = _in_the_way(expo, room, conference, draft)
        if taken:
            raise _taken(room, taken)
        block = RoomBlock(
            expo_id=expo.id, room_id=room.id, conference_id=conference.id if conference else None,
            made_at=clock.now(), made_by=audit.actor(), **{**asdict(draft), "note": one_line(draft.note)},
        )  # fmt: skip
        db.session.add(block)
        db.session.flush()
        audit.record(
            "room_held", "room", room.id, expo_id=expo.id,
            after=plain({**asdict(draft), "block": block.id, "conference": block.conference_id}),
        )  # fmt: skip
    return block


def change(*, block: RoomBlock, room: Room, conference: Conference | None, draft: BlockDraft) -> bool:
    """Hold it otherwise. Returns whether anything changed. Raises RoomTaken, BadInput; nothing changes then."""
    _check(conference, draft)
    with transaction():
        expo = db.session.get_one(Expo, block.expo_id)
        boards.hold(expo.id)
        lock(block)
        before = _values(block)
        taken = _in_the_way(expo, room, conference, draft, but=block.id)
        if taken:
            raise _taken(room, taken)
        block.room_id, block.conference_id = room.id, conference.id if conference else None
        for name, value in {**asdict(draft), "note": one_line(draft.note)}.items():
            setattr(block, name, value)
        db.session.flush()
        after = _values(block)
        if after != before:
            audit.record("room_held_otherwise", "room", room.id, expo_id=expo.id, before=before, after=after)
    return after != before


def _values(block: RoomBlock) -> dict[str, object]:
    names = ("room_id", "conference_id", "kind", "starts_at", "ends_at", "note", "capacity")
    return plain({name: getattr(block, name) for name in names} | {"block": block.id})


def _taken(room: Room, taken: list[str]) -> RoomTaken:
    what = ", ".join(taken[:5])
    return RoomTaken(_("%(room)s is not free then: %(what)s.", room=room.name, what=what), field="room")


def free(*, block: RoomBlock) -> None:
    """Give a room free. What stands in it stays."""
    with transaction():
        boards.hold(block.expo_id)
        audit.record(
            "room_freed", "room", block.room_id, expo_id=block.expo_id,
            before=plain({"kind": block.kind, "starts_at": block.starts_at, "ends_at": block.ends_at,
                          "note": block.note, "conference": block.conference_id}),
        )  # fmt: skip
        db.session.delete(block)


def every(expo_id: int, *, room_id: int | None = None, since: datetime | None = None) -> list[RoomBlock]:
    """Rooms that are held, by time, with room and conference."""
    wanted = (
        sa.select(RoomBlock)
        .where(RoomBlock.expo_id == expo_id)
        .options(joinedload(RoomBlock.room).joinedload(Room.venue), joinedload(RoomBlock.conference))
        .order_by(RoomBlock.starts_at, RoomBlock.id)
    )
    if room_id is not None:
        wanted = wanted.where(RoomBlock.room_id == room_id)
    if since is not None:
        wanted = wanted.where(RoomBlock.ends_at > since)
    return list(db.session.scalars(wanted))


def one(expo_id: int, block_id: int) -> RoomBlock | None:
    return db.session.scalar(
        sa.select(RoomBlock).where(RoomBlock.expo_id == expo_id, RoomBlock.id == block_id)
    )


def _check(conference: Conference | None, draft: BlockDraft) -> None:
    if draft.ends_at <= draft.starts_at:
        raise BadInput(_("It ends before it starts."), field="ends_at")
    if (draft.ends_at - draft.starts_at).days > LONGEST:
        raise BadInput(_("At most %(most)s days at a time.", most=LONGEST), field="ends_at")
    if draft.kind is BlockKind.RESERVED and conference is None:
        raise BadInput(_("Say for which conference."), field="conference")
    if len(draft.note) > 200:
        raise BadInput(_("At most %(most)s letters, please.", most=200), field="note")
    if draft.capacity is not None and not 0 <= draft.capacity <= 1_000_000:
        raise BadInput(_("Seats are not negative."), field="capacity")


def _in_the_way(
    expo: Expo, room: Room, conference: Conference | None, draft: BlockDraft, but: int = 0
) -> list[str]:
    """Who holds it already, and the sessions that may not be there: by name where they are everybody's to know."""
    board = boards.of(expo.id)
    found = []
    for held in board.held.get(room.id, ()):
        if held.id != but and held.starts_at < draft.ends_at and held.ends_at > draft.starts_at:
            whose = board.conferences.get(held.conference_id or 0, ("", ""))[0]
            found.append(_("held for %(whom)s", whom=whose) if whose else held.note or _("held"))
    for row in board.by_room.get(room.id, ()):
        mine = conference is not None and row.conference_id == conference.id
        may_stay = mine and draft.kind not in FOR_NOBODY
        if row.starts_at < draft.ends_at and row.ends_at > draft.starts_at and not may_stay:
            named = row.listed or mine
            found.append(f"{row.code} {row.title}" if named else _("a session of another conference"))
    return found
