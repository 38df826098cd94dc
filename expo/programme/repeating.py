"""Times that repeat: made by a rule with exceptions, then each a time of its own; changed and cancelled alone, with
all that follow, or all together."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import rrule
from flask_babel import gettext as _

from expo.core.db import db, transaction
from expo.core.refusals import BadInput

from . import actions, queries
from .drafts import OccurrenceDraft
from .models import Occurrence
from .values import draft_of_occurrence

MOST = 400  # times that one rule makes


class Every(enum.StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_FREQUENCIES = {Every.DAY: rrule.DAILY, Every.WEEK: rrule.WEEKLY, Every.MONTH: rrule.MONTHLY}


class Reach(enum.StrEnum):
    """Which of a session's times a change is meant for."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Rule:
    """Each day, week or month, or each second and so on; until a day, or so many times in all, the first included.
    `weekdays` are 0 (Monday) to 6. What falls on a day in `without` is left out."""

    every: Every
    step: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None
    without: tuple[date, ...] = ()


def further(rule: Rule, first: datetime, zone: ZoneInfo) -> list[datetime]:
    """When it repeats after the first time, always at the same time of the clock. Raises BadInput where it would
    never end, or where the clocks skip that time."""
    if rule.until is None and rule.count is None:
        raise BadInput(_("Say until which day, or how many times."), field="until")
    if not 1 <= rule.step <= 52:
        raise BadInput(_("A whole number from %(min)s to %(max)s, please.", min=1, max=52), field="step")
    local = first.astimezone(zone).replace(tzinfo=None)
    ends = datetime.combine(rule.until, local.time()) if rule.until else None
    repeated = rrule.rrule(
        _FREQUENCIES[rule.every], dtstart=local, interval=rule.step, until=ends,
        count=None if ends else rule.count, byweekday=rule.weekdays or None,
    )  # fmt: skip
    walls = [wall for wall in islice(repeated, MOST + 2) if wall != local]
    if rule.count is not None:
        walls = walls[: rule.count - 1]
    if len(walls) > MOST:
        raise BadInput(_("At most %(most)s times at once.", most=MOST), field="until")
    return [_moment(wall, zone) for wall in walls if wall.date() not in rule.without]


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise BadInput(
            _(
                "The clocks skip %(time)s on %(day)s. Leave that day out.",
                time=f"{wall:%H:%M}",
                day=wall.date(),
            ),
            field="without",
        )
    return moment


def repeat(*, occurrence: Occurrence, rule: Rule, keep: str = "") -> list[Occurrence]:
    """Add further times like this one. Those that are there already are not added twice. Raises BadInput, Clashes."""
    with transaction():
        draft = draft_of_occurrence(occurrence)
        if draft.starts_at is None or draft.ends_at is None:
            raise BadInput(_("Give it a time first."), field="until")
        length = draft.ends_at - draft.starts_at
        there = {
            time.starts_at for time in queries.occurrences(occurrence.session_id) if time.cancelled_at is None
        }
        return [
            actions.create_occurrence(
                session=occurrence.session, draft=replace(draft, starts_at=at, ends_at=at + length), keep=keep
            )
            for at in further(rule, draft.starts_at, zone_of(occurrence))
            if at not in there
        ]


def zone_of(occurrence: Occurrence) -> ZoneInfo:
    """On whose clocks it repeats: the venue's, online the conference's."""
    own = occurrence.room.venue.time_zone if occurrence.room else None
    return ZoneInfo(own or occurrence.session.conference.time_zone)


def change(
    *,
    occurrence: Occurrence,
    draft: OccurrenceDraft,
    reach: Reach,
    version: int | None = None,
    keep: str = "",
) -> int:
    """Change one time, and others of its session in the same way: moved by as much, and what else changed. Returns
    how many changed. All or nothing. Raises ChangedMeanwhile, Clashes, BadPlacement."""
    with transaction():
        others = _reached(occurrence, reach)
        before, zone = draft_of_occurrence(occurrence), zone_of(occurrence)
        drafts = [(other, _alike(draft_of_occurrence(other), before, draft, zone)) for other in others]
        count = int(actions.edit_occurrence(occurrence=occurrence, draft=draft, version=version, keep=keep))
        for other, after in drafts:
            count += actions.edit_occurrence(occurrence=other, draft=after, keep=keep)
    return count


def cancel(*, occurrence: Occurrence, reach: Reach, why: str) -> int:
    """Cancel one time, or more of its session. Returns how many."""
    with transaction():
        every = [occurrence, *_reached(occurrence, reach)]
        for one in every:
            actions.cancel_occurrence(occurrence=one, why=why)
    return len(every)


def siblings(occurrence: Occurrence) -> list[Occurrence]:
    """The other times of its session that take place."""
    db.session.flush()
    found = queries.occurrences(occurrence.session_id)
    return [one for one in found if one.id != occurrence.id and one.cancelled_at is None]


def _reached(occurrence: Occurrence, reach: Reach) -> list[Occurrence]:
    if reach is Reach.THIS:
        return []
    others, begins = siblings(occurrence), occurrence.starts_at
    if reach is Reach.ALL or begins is None:
        return others
    return [other for other in others if other.starts_at is not None and other.starts_at >= begins]


def _alike(
    other: OccurrenceDraft, before: OccurrenceDraft, after: OccurrenceDraft, zone: ZoneInfo
) -> OccurrenceDraft:
    """The other time changed as the one was: by as much on the clock, and in what else became different."""
    for name in ("room_id", "seats", "placement", "languages", "abstract", "abstracts"):
        if getattr(before, name) != getattr(after, name):
            other = replace(other, **{name: getattr(after, name)})
    for name in ("starts_at", "ends_at"):
        was, now, own = getattr(before, name), getattr(after, name), getattr(other, name)
        if was is not None and now is not None and own is not None:
            to: dict[str, Any] = {name: moved_alike(own, was, now, zone)}
            other = replace(other, **to)
    return other


def moved_alike(own: datetime, was: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """A moment moved as another one was, by as much on the clock."""
    if was == now:
        return own
    by: timedelta = _wall(now, zone) - _wall(was, zone)
    return (_wall(own, zone) + by).replace(tzinfo=zone).astimezone(UTC)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
