"""Time that sessions leave free: a conference's breaks, and for the whole expo what stops the city.

The timetable's rules keep it at once; the public sees it with the next release.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme import repeating, texts, values
from expo.programme.models import Area, Conference, Room
from expo.programme.repeating import Every, Reach
from expo.programme.values import YEARS, plain

from . import boards, clashes
from .models import Break
from .rules_breaks import LONGEST

MOST_ROOMS = 100


@dataclass(frozen=True, slots=True)
class BreakDraft:
    """A break. Without `rooms` (ids) it holds in all of the conference's; where there is no conference, in an area or
    in the whole city. What is not listed is for schedulers alone."""

    title: str
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[int, ...] = ()
    area_id: int | None = None
    language: str = ""
    is_listed: bool = True


def add(
    *,
    expo: Expo,
    conference: Conference | None,
    draft: BreakDraft,
    until: date | None = None,
    without: Collection[date] = (),
    keep: str = "",
) -> list[Break]:
    """Make a break of a conference, or one of the whole expo; with `until`, one on each day up to that at the same time
    of the clock, but for closed days and those in `without`.

    Raises BadInput; Clashes where sessions stand in it and `keep` gives no reason.
    """
    (draft,) = _checked(expo.id, conference, [draft])
    starts, length = [draft.starts_at], draft.ends_at - draft.starts_at
    if until is not None:
        left_out = {*without, *_closed(conference)}
        rule = repeating.Rule(Every.DAY, until=until, without=tuple(sorted(left_out)))
        starts += repeating.further(rule, draft.starts_at, zone_of(conference, expo))
    days = [(replace(draft, starts_at=at, ends_at=at + length), "days") for at in starts]
    return _add(expo, conference, days, keep)


def add_all(
    *, expo: Expo, conference: Conference | None, drafts: Sequence[tuple[BreakDraft, str]], keep: str = ""
) -> list[Break]:
    """Make several breaks at once, each with a word that those of one series share. Raises BadInput, Clashes."""
    checked = _checked(expo.id, conference, [draft for draft, _word in drafts])
    words = [word for _draft, word in drafts]
    return _add(expo, conference, list(zip(checked, words, strict=True)), keep) if drafts else []


def _add(
    expo: Expo, conference: Conference | None, drafts: Sequence[tuple[BreakDraft, str]], keep: str
) -> list[Break]:
    together = Counter(word for _draft, word in drafts if word)
    series = {word: secrets.token_hex(8) for word, count in together.items() if count > 1}
    with transaction():
        boards.hold(expo.id)
        now = clock.now()
        made = [
            Break(
                expo_id=expo.id, conference_id=conference.id if conference else None, series=series.get(word, ""),
                version=1, created_at=now, changed_at=now, **_columns(draft),
            )
            for draft, word in drafts
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        for one in made:
            _record("break_made", one, after=_values(one))
        clashes.check_breaks(expo.id, {one.id for one in made}, keep=keep)
    return made


def change(
    *, pause: Break, draft: BreakDraft, reach: Reach = Reach.THIS, version: int | None = None, keep: str = ""
) -> int:
    """Change a break, and others of its series in the same way: moved by as much, and what else became different.
    Returns how many changed. Raises ChangedMeanwhile, BadInput, Clashes."""
    (draft,) = _checked(pause.expo_id, pause.conference, [draft])
    with transaction():
        boards.hold(pause.expo_id)
        lock(pause)
        if pause.removed_at is not None or (version is not None and pause.version != version):
            raise ChangedMeanwhile(
                _(
                    "Somebody else changed this while you were writing. Look at their version, then save again."
                )
            )
        before, zone = draft_of(pause), zone_of(pause.conference, db.session.get_one(Expo, pause.expo_id))
        wanted = [(one, _alike(draft_of(one), before, draft, zone)) for one in _reached(pause, reach)]
        wanted.append((pause, draft))
        if any(after.ends_at <= after.starts_at for _one, after in wanted):
            raise BadInput(_("Then another one of the series would end before it starts."), field="ends_at")
        changed = {one.id for one, after in wanted if _set(one, after)}
        if changed:
            db.session.flush()
            clashes.check_breaks(pause.expo_id, changed, keep=keep)
    return len(changed)


def remove(*, pause: Break, reach: Reach = Reach.THIS, version: int | None = None) -> int:
    """Take a break away, or more of its series; the public sees that with the next release. Returns how many.
    Raises ChangedMeanwhile."""
    with transaction():
        boards.hold(pause.expo_id)
        lock(pause)
        if version is not None and pause.version != version:
            raise ChangedMeanwhile(_("Somebody else changed this meanwhile. Look at their version first."))
        return _remove((pause, *_reached(pause, reach)))


def _remove(rows: Iterable[Break]) -> int:
    going = [one for one in rows if one.removed_at is None]
    now = clock.now()  # one moment for all: they come back together
    for one in going:
        one.removed_at, one.version = now, one.version + 1
        _record("break_removed", one, before=_values(one))
    return len(going)


def bring_back(*, pause: Break, keep: str = "") -> int:
    """Take a removal back, of all that were removed with it. Returns how many. Raises Clashes."""
    with transaction():
        boards.hold(pause.expo_id)
        lock(pause)
        if pause.removed_at is None:
            return 0
        same = sa.and_(Break.series == pause.series, Break.series != "", Break.removed_at == pause.removed_at)
        coming = db.session.scalars(
            sa.select(Break).where(Break.expo_id == pause.expo_id, sa.or_(Break.id == pause.id, same))
        ).all()
        for one in coming:
            one.removed_at, one.version = None, one.version + 1
            _record("break_brought_back", one, after=_values(one))
        db.session.flush()
        clashes.check_breaks(pause.expo_id, {one.id for one in coming}, keep=keep)
    return len(coming)


def follow(*, conference: Conference, day: date | None, days: int | None) -> set[int]:
    """After a conference, or a day of it, was moved as a whole by so many days, or cancelled (None), inside that
    transaction: its breaks do the same. Returns which."""
    expo = db.session.get_one(Expo, conference.expo_id)
    zone = zone_of(conference, expo)
    own = [one for one in of_conference(expo.id, conference.id) if day is None or day_of(one, expo) == day]
    ids = {one.id for one in own}
    if days is None:
        _remove(own)
        return ids
    by = timedelta(days=days)
    for one in own:
        draft = draft_of(one)
        starts_at, ends_at = (
            (moment.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone).astimezone(UTC)
            for moment in (draft.starts_at, draft.ends_at)
        )
        _set(one, replace(draft, starts_at=starts_at, ends_at=ends_at))
    db.session.flush()
    clashes.check_breaks(expo.id, ids, keep=_("All of it was moved together."))
    return ids


def every(expo_id: int, *, removed: bool = False) -> list[Break]:
    """All of an expo by start, or all that were removed, with conference and area."""
    return list(
        db.session.scalars(
            sa.select(Break)
            .where(
                Break.expo_id == expo_id,
                Break.removed_at.is_not(None) if removed else Break.removed_at.is_(None),
            )
            .options(joinedload(Break.conference), joinedload(Break.area))
            .order_by(Break.starts_at, Break.id)
        )
    )


def of_conference(expo_id: int, conference_id: int | None) -> list[Break]:
    """Those of a conference, or of the whole expo, by start."""
    whose = Break.conference_id.is_(None) if conference_id is None else Break.conference_id == conference_id
    return list(
        db.session.scalars(
            sa.select(Break)
            .where(Break.expo_id == expo_id, whose, Break.removed_at.is_(None))
            .order_by(Break.starts_at, Break.id)
        )
    )


def one(expo_id: int, break_id: int) -> Break | None:
    return db.session.scalar(sa.select(Break).where(Break.expo_id == expo_id, Break.id == break_id))


def draft_of(pause: Break) -> BreakDraft:
    """What is saved of it."""
    return BreakDraft(
        pause.title,
        pause.starts_at,
        pause.ends_at,
        tuple(pause.rooms),
        pause.area_id,
        pause.language,
        pause.is_listed,
    )


def zone_of(conference: Conference | None, expo: Expo) -> ZoneInfo:
    """On whose clocks it is told and repeats: the conference's, else the city's."""
    return conference.zone if conference else expo.zone


def day_of(pause: Break, expo: Expo) -> date:
    """The day that it belongs to, as sessions do: what a conference leaves free after midnight may be last night's."""
    conference = pause.conference
    zone, turns = (conference.time_zone, conference.day_change_hour) if conference else (expo.time_zone, 0)
    return values.day_of(pause.starts_at, zone, turns)


def _closed(conference: Conference | None) -> set[date]:
    return {date.fromisoformat(day) for day in conference.closed_dates} if conference else set()


def _reached(pause: Break, reach: Reach) -> list[Break]:
    """The others of its series that are meant."""
    if reach is Reach.THIS or not pause.series:
        return []
    wanted = sa.select(Break).where(
        Break.expo_id == pause.expo_id, Break.series == pause.series, Break.id != pause.id,
        Break.removed_at.is_(None),
    )  # fmt: skip
    if reach is Reach.FOLLOWING:
        wanted = wanted.where(Break.starts_at >= pause.starts_at)
    # Who came first may have changed them since they were read.
    return list(db.session.scalars(wanted.order_by(Break.id).execution_options(populate_existing=True)))


def _alike(other: BreakDraft, before: BreakDraft, after: BreakDraft, zone: ZoneInfo) -> BreakDraft:
    """The other changed as the one was: by as much on the clock, and in what else became different."""
    said: dict[str, Any] = {
        name: getattr(after, name)
        for name in ("title", "rooms", "area_id", "language", "is_listed")
        if getattr(before, name) != getattr(after, name)
    }
    for name in ("starts_at", "ends_at"):
        was, now = getattr(before, name), getattr(after, name)
        said[name] = repeating.moved_alike(getattr(other, name), was, now, zone)
    return replace(other, **said)


def _set(pause: Break, draft: BreakDraft) -> bool:
    before, wanted = _values(pause), _columns(draft)
    changed = [name for name, value in wanted.items() if getattr(pause, name) != value]
    for name in changed:
        setattr(pause, name, wanted[name])
    if changed:
        pause.version += 1
        pause.changed_at = clock.now()
        after = _values(pause)
        _record(
            "break_changed", pause, before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )  # fmt: skip
    return bool(changed)


def _columns(draft: BreakDraft) -> dict[str, Any]:
    return {**asdict(draft), "rooms": list(draft.rooms)}


def _values(pause: Break) -> dict[str, Any]:
    return {"conference": pause.conference_id, **_columns(draft_of(pause))}


def _checked(expo_id: int, conference: Conference | None, drafts: Sequence[BreakDraft]) -> list[BreakDraft]:
    """The drafts as they are saved. Raises BadInput."""
    found = [_fitting(draft) for draft in drafts]
    rooms = {room for draft in found for room in draft.rooms}
    areas = {draft.area_id for draft in found if draft.area_id is not None}
    if _count(Room, expo_id, rooms) != len(rooms):
        raise BadInput(_("There is no such room here."), field="rooms")
    if areas and (conference is not None or _count(Area, expo_id, areas) != len(areas)):
        raise BadInput(_("An area is chosen for the whole expo only."), field="area")
    return found


def _fitting(draft: BreakDraft) -> BreakDraft:
    title = one_line(draft.title)
    if not title:
        raise BadInput(_("Say what it is."), field="title")
    if len(title) > 120:
        raise BadInput(_("At most %(most)s letters, please.", most=120), field="title")
    if draft.ends_at <= draft.starts_at:
        raise BadInput(_("It ends before it starts."), field="ends_at")
    if draft.ends_at - draft.starts_at > LONGEST:
        raise BadInput(_("At most %(most)s days at a time.", most=LONGEST.days), field="ends_at")
    if draft.starts_at.year not in YEARS or draft.ends_at.year not in YEARS:
        raise BadInput(_("Check the year."), field="starts_at")
    if draft.language and not texts.LANGUAGE.fullmatch(draft.language):
        raise BadInput(
            _("“%(text)s” is not a language code such as sv.", text=draft.language[:20]), field="language"
        )
    rooms = tuple(sorted(set(draft.rooms)))
    if len(rooms) > MOST_ROOMS:
        raise BadInput(_("There is no such room here."), field="rooms")
    return replace(draft, title=title, rooms=rooms)


def _count(table: type[Room | Area], expo_id: int, ids: Iterable[int]) -> int:
    wanted = list(ids)
    if not wanted:
        return 0
    where = table.expo_id == expo_id, table.id.in_(wanted)
    return db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def _record(action: str, pause: Break, *, before: Any = None, after: Any = None) -> None:
    audit.record(
        action, "break", pause.id, expo_id=pause.expo_id, before=plain(before) if before else None,
        after=plain(after) if after else None,
    )  # fmt: skip
