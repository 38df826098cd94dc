"""Breaks as a release shows them: what one would change of them, doing it, and what everybody sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core import stamps
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import LISTED, Visibility
from expo.scheduling import breaks
from expo.scheduling.models import Break

from .models import BreakVersion, Release

_FIELDS = ("conference_id", "area_id", "rooms", "title", "language", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class BreakDifference:
    """What a release would change of a break: None among the values where it is shown no more."""

    pause: Break
    values: dict[str, Any] | None
    current: BreakVersion | None

    @property
    def kind(self) -> str:
        """new, cancelled, moved or changed."""
        if self.current is None:
            return "new"
        if self.values is None:
            return "cancelled"
        moved = any(
            self.values[name] != getattr(self.current, name) for name in ("starts_at", "ends_at", "rooms")
        )
        return "moved" if moved else "changed"


def differences(
    expo_id: int, conference_ids: Collection[int] | None = None, day: date | None = None
) -> list[BreakDifference]:
    """All differences of breaks in the expo or in these conferences; of what is on one day, was there, or comes
    there. Two queries."""
    wanted = sa.select(Break).where(Break.expo_id == expo_id).options(joinedload(Break.conference))
    if conference_ids is not None:
        wanted = wanted.where(Break.conference_id.in_(conference_ids))
    known = {
        version.break_id: version
        for version in db.session.scalars(
            sa.select(BreakVersion).where(
                BreakVersion.expo_id == expo_id, BreakVersion.until_release_id.is_(None)
            )
        )
    }
    expo = db.session.get_one(Expo, expo_id)
    found = []
    for pause in db.session.scalars(wanted.order_by(Break.starts_at, Break.id)):
        values, current = _values(pause, expo), known.get(pause.id)
        if _same(values, current):
            continue
        days = {each for each in (values and values["day"], current and current.day) if each}
        if day is None or day in days:
            found.append(BreakDifference(pause, values, current))
    return found


def _values(pause: Break, expo: Expo) -> dict[str, Any] | None:
    """The break as a release would say it; None where it would not."""
    if pause.removed_at is not None or not pause.is_listed:
        return None
    return {name: getattr(pause, name) for name in _FIELDS} | {"day": breaks.day_of(pause, expo)}


def _same(values: dict[str, Any] | None, current: BreakVersion | None) -> bool:
    if values is None or current is None:
        return values is None and current is None
    return all(getattr(current, name) == value for name, value in values.items())


def publish(found: list[BreakDifference], release: Release) -> None:
    """Called inside the transaction of the release."""
    if not found:
        return
    for each in found:
        if each.current is not None:
            each.current.until_release_id = release.id
    db.session.flush()
    for each in found:
        if each.values is not None:
            db.session.add(
                BreakVersion(
                    expo_id=release.expo_id, break_id=each.pause.id, release_id=release.id, **each.values
                )
            )
    db.session.flush()
    stamps.raise_stamp(_ever(release.expo_id))


def _ever(expo_id: int) -> str:
    """The stamp that tells whether an expo has released breaks at all."""
    return f"breaks:{expo_id}"


def told(found: list[BreakDifference]) -> list[dict[str, Any]]:
    """The changes as the list of a release keeps them; see changes.told."""
    if not found:
        return []
    expo = db.session.get_one(Expo, found[0].pause.expo_id)
    rooms = {room.id: room.name for room in programme.rooms(expo.id)}

    def placing(pause: Break, values: Any) -> dict[str, Any]:
        zone = pause.conference.zone if pause.conference else expo.zone
        names = [rooms[room_id] for room_id in values["rooms"] if room_id in rooms]
        return {
            **{name: values[name].astimezone(zone).isoformat() for name in ("starts_at", "ends_at")},
            "room_name": ", ".join(names),
        }

    changes = []
    for each in found:
        conference, current = each.pause.conference, each.current
        before = {name: getattr(current, name) for name in _FIELDS} if current else None
        change: dict[str, Any] = {
            "break": each.pause.id,
            "title": (each.values or before or {})["title"],
            "conference": conference.slug if conference else None,
            "kind": each.kind,
            "after": placing(each.pause, each.values or before),
        }
        if before is not None:
            change["before"] = placing(each.pause, before)
        if each.values is not None and before is not None:
            change["fields"] = [name for name in _FIELDS if each.values[name] != before[name]]
        changes.append(change)
    return changes


def digest(found: list[BreakDifference]) -> list[Any]:
    """What tells these differences from others, for differences.digest."""
    return [(each.pause.id, each.values) for each in found]


@dataclass(frozen=True, slots=True)
class Pause:
    """A released break. What a conference does only for its guests tells no rooms; `rooms` are ids, none means all."""

    id: int
    conference_id: int | None
    conference_slug: str
    area_id: int | None
    area_slug: str
    area_name: str
    colour: int
    title: str
    language: str
    day: date
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    rooms: tuple[int, ...]
    changed_at: datetime  # when it was released like this

    @property
    def starts(self) -> datetime:
        """As the clocks there show it."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def ends(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))


_kept: stamps.Kept[tuple[Pause, ...]] = stamps.Kept()


def listed(expo: Expo) -> tuple[Pause, ...]:
    """All that everybody may see, by start. One query after each release, none in between, nor where there never
    were any."""
    return _kept.get(f"programme:{expo.id}", lambda: _read(expo))


def on_day(expo: Expo, day: date) -> list[Pause]:
    """Those of one day."""
    return [pause for pause in listed(expo) if pause.day == day]


def _read(expo: Expo) -> tuple[Pause, ...]:
    if stamps.here(_ever(expo.id)) == stamps.NEVER:
        return ()
    versions = db.session.execute(
        sa.select(BreakVersion, Release.published_at)
        .join(Release, BreakVersion.release_id == Release.id)
        .outerjoin(Conference, BreakVersion.conference_id == Conference.id)
        .where(
            BreakVersion.expo_id == expo.id,
            BreakVersion.until_release_id.is_(None),
            sa.or_(
                BreakVersion.conference_id.is_(None),
                sa.and_(Conference.visibility.in_(list(LISTED)), Conference.cancelled_at.is_(None)),
            ),
        )
        .options(joinedload(BreakVersion.conference), joinedload(BreakVersion.area))
        .order_by(BreakVersion.starts_at, BreakVersion.id)
    )
    return tuple(_pause(version, expo, released_at) for version, released_at in versions)


def _pause(version: BreakVersion, expo: Expo, released_at: datetime) -> Pause:
    conference, area = version.conference, version.area
    open_ = conference is None or conference.visibility is Visibility.PUBLIC
    return Pause(
        version.break_id, version.conference_id, conference.slug if conference else "", area.id if area else None,
        area.slug if area else "", area.name if area else "", conference.colour if conference else 0, version.title, version.language,
        version.day, version.starts_at, version.ends_at, conference.time_zone if conference else expo.time_zone,
        tuple(version.rooms) if open_ else (), released_at,
    )  # fmt: skip
