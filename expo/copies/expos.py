"""A whole expo once more: the next edition, or another city like it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from expo.accounts.models import Account
from expo.core import audit
from expo.core.db import db, transaction
from expo.expos import actions as expos
from expo.expos.models import Expo
from expo.programme import naming, places, teams
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import Role

from . import conferences
from .conferences import Part


@dataclass(slots=True)
class CopiedExpo:
    """What became of it."""

    expo: Expo
    conferences: int = 0
    rooms: int = 0
    left_out: list[str] = field(default_factory=list)


def copy(
    *,
    source: Expo,
    slug: str,
    name: str,
    starts_on: date,
    parts: Collection[Part],
    owner: Account | None = None,
) -> CopiedExpo:
    """Make an expo like that one: areas, venues, rooms, types and roles, and its conferences with what was chosen of
    them. All of it or nothing. Raises BadInput."""
    days = starts_on - source.starts_on
    with transaction():
        made = expos.create_expo(
            slug=slug, name=name, city=source.city, starts_on=starts_on, ends_on=source.ends_on + days,
            time_zone=source.time_zone, description=source.description,
        )  # fmt: skip
        made.languages, made.colour = source.languages, source.colour
        copied = CopiedExpo(made)
        areas, rooms = _places(source, made)
        copied.rooms = len(rooms)
        if Part.SESSIONS in parts:
            conferences.breaks_of(source.id, None, made, None, days, rooms, areas)
        _names(source, made)
        if owner is not None:
            teams.join(expo_id=made.id, account=owner, role=Role.OWNER)
        db.session.flush()
        new: dict[int, Conference] = {}
        for conference in _parents_first(programme.conferences(source.id)):
            draft = conferences.draft_like(
                conference, title=conference.title, starts_on=conference.starts_on + days
            )
            draft = replace(
                draft,
                is_open_programme=conference.is_open_programme,
                series_number=conference.series_number,
                other_names=tuple(conference.other_names),
            )
            one = conferences.copy(
                source=conference, expo=made, draft=draft, parts=parts, rooms=rooms, slug=conference.slug,
                parent=new.get(conference.parent_id or 0),
            )  # fmt: skip
            new[conference.id] = one.conference
            copied.left_out += [f"{conference.title}: {kind}" for kind in one.left_out]
        copied.conferences = len(new)
        audit.record("expo_cloned", "expo", made.id, expo_id=made.id, after={"from": source.slug})
    return copied


def _places(source: Expo, made: Expo) -> tuple[dict[int, int], dict[int, int]]:
    """Areas, venues and rooms; which area and which room became which."""
    areas = {
        area.id: places.find_or_create_area(made, area.name, dict(area.names)).id
        for area in programme.areas(source.id)
    }
    venues = {}
    for venue in programme.venues(source.id):
        draft = replace(places.draft_of_venue(venue), area_id=areas.get(venue.area_id or 0))
        venues[venue.id] = places.save_venue(expo=made, draft=draft)[0]
    rooms = {
        room.id: places.save_room(venue=venues[room.venue_id], draft=places.draft_of_room(room))[0].id
        for room in programme.rooms(source.id)
    }
    return areas, rooms


def _names(source: Expo, made: Expo) -> None:
    for type_ in programme.session_types(source.id):
        new_type = places.find_or_create_type(made, type_.name)
        naming.rename(new_type, name=type_.name, names=dict(type_.names))
    for role in programme.roles(source.id):
        new_role = places.find_or_create_role(made, role.name)
        new_role.counts = role.counts
        naming.rename(new_role, name=role.name, names=dict(role.names))


def _parents_first(found: list[Conference]) -> list[Conference]:
    def depth(conference: Conference) -> int:
        above, deep = conference.parent, 0
        while above is not None and deep < 20:
            above, deep = above.parent, deep + 1
        return deep

    return sorted(found, key=depth)
