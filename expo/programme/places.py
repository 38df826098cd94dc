"""Actions on venues, rooms, and the expo's lists of types and roles."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import free_slug, one_line, slug
from expo.expos.models import Expo

from .drafts import RoomDraft, VenueDraft
from .models import AppearanceRole, Area, Conference, Room, SessionType, Track, Venue

# Words in an access note that we know by a fixed name, so that people can filter by them.
KNOWN_FEATURES = {
    "step-free": "step-free",
    "lift": "lift",
    "hearing loop": "hearing-loop",
    "wheelchair places": "wheelchair-places",
    "interpreter booths": "interpreter-booths",
    "seating on request": "seating",
    "accessible toilet": "accessible-toilet",
    "captions": "captions",
    "quiet room": "quiet-room",
}


def save_venue(*, expo: Expo, draft: VenueDraft, venue: Venue | None = None) -> tuple[Venue, bool]:
    """Make a venue, or change this one; its slug is made once and kept. Returns it and whether anything changed.

    Raises BadInput.
    """
    if not draft.name.strip():
        raise BadInput(_("A venue needs a name."), field="name")
    with transaction():
        values = {**asdict(draft), "name": one_line(draft.name)}
        if venue is None:
            taken = set(db.session.scalars(sa.select(Venue.slug).where(Venue.expo_id == expo.id)))
            venue = Venue(expo_id=expo.id, slug=free_slug(draft.name, taken), **values)
            db.session.add(venue)
            db.session.flush()
            audit.record("venue_created", "venue", venue.id, expo_id=expo.id, after=values)
            return venue, True
        before = {key: getattr(venue, key) for key in values}
        if before == values:
            return venue, False
        for key, value in values.items():
            setattr(venue, key, value)
        audit.record("venue_changed", "venue", venue.id, expo_id=expo.id, before=before, after=values)
        stamps.raise_stamp(f"programme:{expo.id}")
    return venue, True


def find_or_create_area(expo: Expo, name: str) -> Area:
    """The area of this name; its slug is made once and kept. Raises BadInput."""
    name = one_line(name)
    if not name or len(name) > 120:
        raise BadInput(_("An area has a name of 1 to 120 letters."), field="name")
    with transaction():
        areas = list(db.session.scalars(sa.select(Area).where(Area.expo_id == expo.id)))
        known = next((area for area in areas if area.name == name), None)
        if known:
            return known
        area = Area(expo_id=expo.id, slug=free_slug(name, {area.slug for area in areas}), name=name)
        db.session.add(area)
        db.session.flush()
        audit.record("area_created", "area", area.id, expo_id=expo.id, after={"name": name})
    return area


def put_into_area(*, venue: Venue, area: Area | None) -> None:
    """Say in which part of the city a venue lies; None takes it out. Shown at once. Raises BadInput."""
    if area is not None and area.expo_id != venue.expo_id:
        raise BadInput(_("There is no such area in this expo."), field="area")
    with transaction():
        before, after = {"area_id": venue.area_id}, {"area_id": area.id if area else None}
        if before == after:
            return
        venue.area_id = after["area_id"]
        audit.record("venue_changed", "venue", venue.id, expo_id=venue.expo_id, before=before, after=after)
        stamps.raise_stamp(f"programme:{venue.expo_id}")


def save_room(*, venue: Venue, draft: RoomDraft, room: Room | None = None) -> tuple[Room, bool]:
    """Make a room, or change this one. Returns it and whether anything changed."""
    with transaction():
        values = {
            "name": one_line(draft.name),
            "capacity": draft.capacity,
            "position": draft.position,
            "accessibility_text": draft.accessibility_text,
            "accessibility": known_features(draft.accessibility_text),
        }
        if room is None:
            taken = set(db.session.scalars(sa.select(Room.slug).where(Room.expo_id == venue.expo_id)))
            room = Room(
                expo_id=venue.expo_id,
                venue_id=venue.id,
                slug=free_slug(draft.name, taken),
                parallel_items=1,
                **values,
            )
            db.session.add(room)
            db.session.flush()
            audit.record("room_created", "room", room.id, expo_id=venue.expo_id, after=values)
            return room, True
        before = {key: getattr(room, key) for key in values}
        if before == values:
            return room, False
        for key, value in values.items():
            setattr(room, key, value)
        audit.record("room_changed", "room", room.id, expo_id=venue.expo_id, before=before, after=values)
        stamps.raise_stamp(f"programme:{venue.expo_id}")
    return room, True


def known_features(text: str) -> list[str]:
    """The features named in an access note, e.g. "step-free; 12 wheelchair places" → two of them."""
    return [name for words, name in KNOWN_FEATURES.items() if words in text.casefold()]


def find_or_create_type(expo: Expo, name: str) -> SessionType:
    with transaction():
        known = db.session.scalar(
            sa.select(SessionType).where(SessionType.expo_id == expo.id, SessionType.slug == slug(name))
        )
        if known:
            return known
        type_ = SessionType(expo_id=expo.id, slug=slug(name), name=one_line(name).capitalize())
        db.session.add(type_)
        db.session.flush()
    return type_


def find_or_create_role(expo: Expo, name: str) -> AppearanceRole:
    with transaction():
        known = db.session.scalar(
            sa.select(AppearanceRole).where(
                AppearanceRole.expo_id == expo.id, AppearanceRole.slug == slug(name)
            )
        )
        if known:
            return known
        last = db.session.scalar(
            sa.select(sa.func.max(AppearanceRole.position)).where(AppearanceRole.expo_id == expo.id)
        )
        role = AppearanceRole(
            expo_id=expo.id,
            slug=slug(name),
            name=one_line(name).capitalize(),
            counts=True,
            position=(last or 0) + 1,
        )
        db.session.add(role)
        db.session.flush()
    return role


def find_or_create_track(conference: Conference, name: str) -> Track:
    with transaction():
        known = db.session.scalar(
            sa.select(Track).where(Track.conference_id == conference.id, Track.slug == slug(name))
        )
        if known:
            return known
        track = Track(
            expo_id=conference.expo_id, conference_id=conference.id, slug=slug(name), name=one_line(name)
        )
        db.session.add(track)
        db.session.flush()
    return track
