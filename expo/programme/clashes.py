"""Clashes: a room that holds more than it may, a person in two places. Saving one is refused, unless a named
organiser keeps it with a reason; that lapses when one of the two is moved.

Only confirmed sessions clash in earnest: what touches a draft is a warning.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from expo.core import audit, clock
from expo.core.db import db
from expo.expos.models import Expo
from expo.speakers.models import Speaker

from .clash_models import KeptClash
from .models import Appearance, AppearanceRole, Conference, Occurrence, Room, Session, Venue
from .refusals import Clashes
from .teams import Rights
from .words import LISTED, AppearanceState, ClashRule, Deed, Placement, SessionState


class Level(enum.StrEnum):
    """What a clash does when somebody saves it."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Placed:
    """An occurrence as far as clashes see it. `limit` is how many the room holds at a time."""

    id: int
    code: str
    title: str
    conference_id: int
    starts_at: datetime
    ends_at: datetime
    room_id: int
    room: str
    limit: int
    confirmed: bool
    listed: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two occurrences that cannot both be. `subject` is the room or the person, `reason` why it is kept."""

    rule: ClashRule
    level: Level
    own: Placed
    other: Placed
    subject_id: int
    subject: str
    reason: str | None = None


Pair = tuple[ClashRule, int, frozenset[int]]


def crowded(rows: Iterable[Placed], limit: int) -> Iterator[list[Placed]]:
    """What runs together, each time that one begins while too many run. One that ends when another begins is
    over."""
    running: list[Placed] = []
    for row in sorted(rows, key=lambda row: (row.starts_at, row.id)):
        running = [other for other in running if other.ends_at > row.starts_at] + [row]
        if len(running) > limit:
            yield running


def excuse(
    running: list[Placed], limit: int, rule: ClashRule, subject_id: int, kept: Mapping[Pair, str]
) -> str | None:
    """Why these may run together after all, if enough of them were kept beside all the others."""
    left, reason = list(running), None
    while len(left) > limit:
        for one in left:
            pairs = [(rule, subject_id, frozenset((one.id, other.id))) for other in left if other is not one]
            if pairs and all(pair in kept for pair in pairs):
                left.remove(one)
                reason = kept[pairs[0]]
                break
        else:
            return None
    return reason


def of_session(session: Session) -> list[Clash]:
    """The clashes of a session's occurrences as drafted, kept ones and warnings too, by time."""
    own = {row.id: row for row in placed(Occurrence.session_id == session.id)}
    return _find(session.expo_id, own) if own else []


def of_conferences(expo_id: int, conference_ids: Collection[int]) -> list[Clash]:
    """The clashes of all that is drafted in these conferences, with whatever it clashes with, by time."""
    own = {row.id: row for row in placed(Session.conference_id.in_(conference_ids))} if conference_ids else {}
    return _find(expo_id, own) if own else []


def check(session: Session, *, keep: str = "") -> None:
    """Called inside the transaction that changed a session, its times or its people: refuse what clashes.

    With a reason in `keep` the clashes stay, and stand in the audit with whoever acts. Raises Clashes.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(session.id)
        return
    _lock(session.expo_id)
    _refuse(session.expo_id, of_session(session), keep)


# The sessions that changed since `together` began; None outside it.
_waiting: ContextVar[set[int] | None] = ContextVar("waiting", default=None)


@contextmanager
def together(expo_id: int) -> Iterator[None]:
    """Many changes as one, inside a transaction: what clashes is looked for once, when everything stands in its
    new place. So two sessions can change rooms, and an import is quick. Raises Clashes at the end."""
    _lock(expo_id)
    token = _waiting.set(set())
    try:
        yield
        changed = _waiting.get()
    finally:
        _waiting.reset(token)
    db.session.flush()
    own = {row.id: row for row in placed(Occurrence.session_id.in_(changed or ()))}
    if own:
        _refuse(expo_id, _find(expo_id, own), "")


def _lock(expo_id: int) -> None:
    # Of two organisers who place at the same moment the second waits, and sees what the first has placed.
    # Bookings and scans, whose rows point at the expo too, do not wait for this kind of lock.
    db.session.execute(sa.select(Expo.id).where(Expo.id == expo_id).with_for_update(key_share=True))
    db.session.flush()


def _refuse(expo_id: int, clashes: list[Clash], keep: str) -> None:
    found = [clash for clash in clashes if clash.level is Level.BLOCK and clash.reason is None]
    if not found:
        return
    if not keep.strip():
        raise Clashes(
            _("This would be two things at once. Move it, or say why it shall stay."), clashes=found
        )
    for clash in found:
        _keep(expo_id, clash, keep.strip())


def _keep(expo_id: int, clash: Clash, reason: str) -> None:
    one, other = sorted((clash.own, clash.other), key=lambda row: row.id)
    which = {"rule": clash.rule, "subject_id": clash.subject_id, "one_id": one.id, "other_id": other.id}
    db.session.execute(sa.delete(KeptClash).filter_by(**which))
    db.session.add(
        KeptClash(
            expo_id=expo_id, one_starts_at=one.starts_at, one_ends_at=one.ends_at,
            other_starts_at=other.starts_at, other_ends_at=other.ends_at, reason=reason,
            kept_by=audit.actor(), kept_at=clock.now(), **which,
        )
    )  # fmt: skip
    audit.record(
        "clash_kept", "occurrence", clash.own.id, expo_id=expo_id, why=reason,
        after={"rule": clash.rule.value, "subject": clash.subject_id, "beside": clash.other.code},
    )  # fmt: skip


def kept(*conditions: sa.ColumnElement[bool]) -> dict[Pair, str]:
    """Clashes that were kept on purpose and whose times are still the same, with the reason. One query."""
    one, other = aliased(Occurrence), aliased(Occurrence)
    rows = db.session.execute(
        sa.select(
            KeptClash.rule, KeptClash.subject_id, KeptClash.one_id, KeptClash.other_id, KeptClash.reason
        )
        .join(one, KeptClash.one_id == one.id)
        .join(other, KeptClash.other_id == other.id)
        .where(
            KeptClash.one_starts_at == one.starts_at,
            KeptClash.one_ends_at == one.ends_at,
            KeptClash.other_starts_at == other.starts_at,
            KeptClash.other_ends_at == other.ends_at,
            *conditions,
        )
    )
    return {(row.rule, row.subject_id, frozenset((row.one_id, row.other_id))): row.reason for row in rows}


def _find(expo_id: int, own: dict[int, Placed]) -> list[Clash]:
    first, last = min(row.starts_at for row in own.values()), max(row.ends_at for row in own.values())
    near = (Occurrence.expo_id == expo_id, Occurrence.starts_at < last, Occurrence.ends_at > first)
    rows = {row.id: row for row in placed(*near)}
    rooms: dict[int, list[Placed]] = defaultdict(list)
    for row in rows.values():
        rooms[row.room_id].append(row)
    people: dict[int, list[Placed]] = defaultdict(list)
    for speaker_id, occurrence_id in appearing(*near):
        people[speaker_id].append(rows[occurrence_id])
    reasons = kept(KeptClash.expo_id == expo_id)
    found: dict[Pair, Clash] = {}
    for room_id in {row.room_id for row in own.values()}:
        here = rooms[room_id]
        _pairs(found, ClashRule.ROOM, (room_id, here[0].room), here, here[0].limit, own, reasons)
    mine = {speaker_id for speaker_id, there in people.items() if any(row.id in own for row in there)}
    for speaker_id, name in _names(mine).items():
        _pairs(found, ClashRule.PERSON, (speaker_id, name), people[speaker_id], 1, own, reasons)
    return sorted(
        found.values(),
        key=lambda clash: (
            clash.own.starts_at,
            clash.own.id,
            clash.rule,
            clash.other.starts_at,
            clash.other.id,
        ),
    )


def _pairs(
    found: dict[Pair, Clash],
    rule: ClashRule,
    subject: tuple[int, str],
    rows: list[Placed],
    limit: int,
    own: Collection[int],
    reasons: Mapping[Pair, str],
) -> None:
    """Note every pair of one's own and another that run together too many: in earnest first, then with drafts."""
    for level, some in ((Level.BLOCK, [row for row in rows if row.confirmed]), (Level.WARN, rows)):
        for running in crowded(some, limit):
            reason = excuse(running, limit, rule, subject[0], reasons)
            for one in (row for row in running if row.id in own):
                for other in (row for row in running if row is not one):
                    pair = (rule, subject[0], frozenset((one.id, other.id)))
                    known = found.get(pair)
                    if known is None or (known.level is level and known.reason and reason is None):
                        found[pair] = Clash(rule, level, one, other, *subject, reason)


_STANDS = sa.and_(
    Occurrence.placement != Placement.UNPLACED,
    Occurrence.cancelled_at.is_(None),
    Session.state != SessionState.CANCELLED,
)


def placed(*conditions: sa.ColumnElement[bool]) -> list[Placed]:
    """Everything that stands in a room at a time and is not cancelled, drafts too. One query."""
    rows = db.session.execute(
        sa.select(
            Occurrence.id, Occurrence.code, Session.title, Session.conference_id, Occurrence.starts_at,
            Occurrence.ends_at, Room.id, Room.name, Room.parallel_items,
            Session.state == SessionState.CONFIRMED,
            sa.and_(Conference.visibility.in_(LISTED), Session.visibility.in_(LISTED)),
            sa.func.coalesce(Venue.time_zone, Conference.time_zone),
        )
        .join(Session, Occurrence.session_id == Session.id)
        .join(Conference, Session.conference_id == Conference.id)
        .join(Room, Occurrence.room_id == Room.id)
        .join(Venue, Room.venue_id == Venue.id)
        .where(_STANDS, *conditions)
    )  # fmt: skip
    return [Placed(*tuple(row)) for row in rows]


def appearing(*conditions: sa.ColumnElement[bool]) -> list[tuple[int, int]]:
    """Who appears where in a role that counts, as pairs of speaker and occurrence. One query."""
    wanted = (
        sa.select(Appearance.speaker_id, Occurrence.id)
        .join(AppearanceRole, Appearance.role_id == AppearanceRole.id)
        .join(Session, Appearance.session_id == Session.id)
        .join(
            Occurrence,
            sa.and_(
                Occurrence.session_id == Session.id,
                sa.or_(Appearance.occurrence_id.is_(None), Appearance.occurrence_id == Occurrence.id),
            ),
        )
        .where(_STANDS, AppearanceRole.counts, Appearance.state != AppearanceState.DECLINED, *conditions)
        .distinct()
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted)]


def _names(speaker_ids: Collection[int]) -> dict[int, str]:
    if not speaker_ids:
        return {}
    rows = db.session.execute(sa.select(Speaker.id, Speaker.name).where(Speaker.id.in_(speaker_ids)))
    return {row[0]: row[1] for row in rows}


def sentence(clash: Clash, reader: Rights) -> str:
    """The clash for whoever reads it. What another team keeps to itself is not named."""
    other, zone = clash.other, ZoneInfo(clash.other.time_zone)
    named = other.listed or reader.may(Deed.READ, other.conference_id)
    values = {
        "who": clash.subject,
        "what": _("%(code)s “%(title)s”", code=other.code, title=other.title)
        if named
        else _("a session of another conference"),
        "day": format_date(other.starts_at.astimezone(zone), "d MMM", locale=get_locale() or "en"),
        "starts": f"{other.starts_at.astimezone(zone):%H:%M}",
        "ends": f"{other.ends_at.astimezone(zone):%H:%M}",
        "room": other.room,
    }
    if clash.rule is ClashRule.ROOM:
        return _("%(who)s holds %(what)s then (%(day)s, %(starts)s to %(ends)s).", **values)
    if not named:
        return _("%(who)s is in %(what)s then (%(day)s, %(starts)s to %(ends)s).", **values)
    return _("%(who)s is in %(what)s then (%(day)s, %(starts)s to %(ends)s, %(room)s).", **values)
