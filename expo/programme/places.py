"""Actions on venues, rooms, and the expo's lists of types and roles."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, news, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import free_slug, one_line, slug
from expo.expos.models import Expo

from . import hours, naming
from .drafts import RoomDraft, VenueDraft
from .fitting import LONGEST_TEXT, MOST_SEATS, fits, time_zones
from .models import AppearanceRole, Area, Conference, Room, SessionType, Track, Venue
from .news import PlacesChanged
from .texts import check_bodies

MOST_PARALLEL = 100
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


def save_venue(
    *, expo: Expo, draft: VenueDraft, venue: Venue | None = None, version: int | None = None
) -> tuple[Venue, bool]:
    """Make a venue, or change this one; its slug is made once and kept. Returns it and whether anything changed.
    Shown at once.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    _check_venue(draft)
    values = _values_of(draft)
    area = db.session.get(Area, draft.area_id) if draft.area_id is not None else None
    if draft.area_id is not None and (area is None or area.expo_id != expo.id):
        raise BadInput(_("There is no such area in this expo."), field="area")
    with transaction():
        if venue is None:
            _one_by_one(expo.id)
            taken = set(db.session.scalars(sa.select(Venue.slug).where(Venue.expo_id == expo.id)))
            venue = Venue(expo_id=expo.id, slug=free_slug(draft.name, taken), version=1, **values)
            db.session.add(venue)
            db.session.flush()
            audit.record("venue_created", "venue", venue.id, expo_id=expo.id, after=values)
            return venue, True
        return venue, _save("venue", venue, values, version)


def _values_of(draft: VenueDraft) -> dict[str, Any]:
    values = {**asdict(draft), "name": one_line(draft.name), "opening_hours": hours.written(draft.hours)}
    del values["hours"]
    for column, field in (("access_texts", "access_notes"), ("route_texts", "step_free_route")):
        values[column] = check_bodies(draft.text_language, values[column], most=LONGEST_TEXT, field=field)
    return values


def _one_by_one(expo_id: int) -> None:
    """Names and addresses are given to one place at a time."""
    lock(db.session.get_one(Expo, expo_id))


def _save(subject: str, place: Venue | Room, values: dict[str, Any], version: int | None) -> bool:
    """Write what differs, and raise the stamp: places are shown as they are saved. Returns whether anything does."""
    lock(place)
    if version is not None and version != place.version:
        raise ChangedMeanwhile(
            _("Somebody else changed this while you were writing. Look at their version, then save again.")
        )
    before = {key: getattr(place, key) for key in values}
    if before == values:
        return False
    for key, value in values.items():
        setattr(place, key, value)
    place.version += 1
    changed = [key for key in values if before[key] != values[key]]
    audit.record(
        f"{subject}_changed",
        subject,
        place.id,
        expo_id=place.expo_id,
        before={key: before[key] for key in changed},
        after={key: values[key] for key in changed},
    )
    stamps.raise_stamp(f"programme:{place.expo_id}")
    news.tell(PlacesChanged(place.expo_id))
    return True


def _check_venue(draft: VenueDraft) -> None:
    name = one_line(draft.name)
    if not name or len(name) > 120:
        raise BadInput(_("A venue has a name of 1 to 120 letters."), field="name")
    fits(draft, address=200, city=120, access_notes=LONGEST_TEXT, step_free_route=LONGEST_TEXT)
    hours.check(draft.hours)
    if draft.time_zone is not None and draft.time_zone not in time_zones():
        raise BadInput(_("“%(zone)s” is not a time zone.", zone=draft.time_zone), field="time_zone")
    if draft.is_online and draft.time_zone is not None:
        raise BadInput(_("What is online has no time zone: its conference's holds."), field="time_zone")
    if (draft.latitude is None) != (draft.longitude is None):
        raise BadInput(_("A position has a latitude and a longitude."), field="position")
    if draft.latitude is None or draft.longitude is None:
        return
    if draft.is_online:
        raise BadInput(_("What is online has no position."), field="position")
    if not (-90 <= draft.latitude <= 90 and -180 <= draft.longitude <= 180):
        raise BadInput(
            _("Latitudes go from -90 to 90 and longitudes from -180 to 180, such as 56.04, 12.69."),
            field="position",
        )


def find_or_create_area(expo: Expo, name: str, names: dict[str, str] | None = None) -> Area:
    """The area that has this name, which stays as it is; else a new one, also named so in more languages. Its slug is
    made once and kept. Raises BadInput."""
    name = naming.check_name(Area, name)
    with transaction():
        _one_by_one(expo.id)
        areas = list(db.session.scalars(sa.select(Area).where(Area.expo_id == expo.id)))
        known = naming.called(areas, name)
        if known:
            return known
        area = Area(expo_id=expo.id, slug=free_slug(name, {area.slug for area in areas}), name=name, names={})
        db.session.add(area)
        db.session.flush()
        audit.record("area_created", "area", area.id, expo_id=expo.id, after={"name": name})
        if names:
            naming.rename(area, name=name, names=names)
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


def save_room(
    *, venue: Venue, draft: RoomDraft, room: Room | None = None, version: int | None = None
) -> tuple[Room, bool]:
    """Make a room, or change this one; its slug is made once and kept. Returns it and whether anything changed.
    Shown at once.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    _check_room(draft)
    named = known_features(draft.accessibility_text)
    values = {
        "name": one_line(draft.name),
        "capacity": draft.capacity,
        "position": draft.position,
        "parallel_items": draft.parallel_items,
        "accessibility_text": draft.accessibility_text,
        "text_language": draft.text_language,
        "accessibility_texts": check_bodies(
            draft.text_language, draft.accessibility_texts, most=LONGEST_TEXT, field="accessibility_text"
        ),
        "opening_hours": hours.written(draft.hours),
        "accessibility": [
            name for name in KNOWN_FEATURES.values() if name in named or name in draft.features
        ],
    }
    with transaction():
        if room is None:
            _one_by_one(venue.expo_id)
            taken = set(db.session.scalars(sa.select(Room.slug).where(Room.expo_id == venue.expo_id)))
            room = Room(
                expo_id=venue.expo_id,
                venue_id=venue.id,
                slug=free_slug(draft.name, taken),
                version=1,
                **values,
            )
            db.session.add(room)
            db.session.flush()
            audit.record("room_created", "room", room.id, expo_id=venue.expo_id, after=values)
            return room, True
        return room, _save("room", room, values, version)


def _check_room(draft: RoomDraft) -> None:
    name = one_line(draft.name)
    if not name or len(name) > 120:
        raise BadInput(_("A room has a name of 1 to 120 letters."), field="name")
    fits(draft, accessibility_text=LONGEST_TEXT)
    hours.check(draft.hours)
    for field, least, most in (
        ("capacity", 0, MOST_SEATS),
        ("parallel_items", 1, MOST_PARALLEL),
        ("position", 0, MOST_SEATS),
    ):
        if not least <= getattr(draft, field) <= most:
            raise BadInput(
                _("A whole number from %(min)s to %(max)s, please.", min=least, max=most), field=field
            )
    if not set(draft.features).issubset(KNOWN_FEATURES.values()):
        raise BadInput(_("That is not a feature we know."), field="features")


def draft_of_venue(venue: Venue) -> VenueDraft:
    """A venue as its draft would say it."""
    same = {name: getattr(venue, name) for name in VenueDraft.__slots__ if name != "hours"}
    return VenueDraft(**same, hours=hours.read(venue.opening_hours))


def draft_of_room(room: Room) -> RoomDraft:
    """A room as its draft would say it."""
    named = known_features(room.accessibility_text)
    return RoomDraft(
        name=room.name,
        capacity=room.capacity,
        accessibility_text=room.accessibility_text,
        position=room.position,
        parallel_items=room.parallel_items,
        features=tuple(feature for feature in room.accessibility if feature not in named),
        text_language=room.text_language,
        accessibility_texts=dict(room.accessibility_texts),
        hours=hours.read(room.opening_hours),
    )


def hours_of(room: Room) -> hours.Hours | None:
    """When a room is open: its own hours, else its venue's; None where nobody said."""
    return hours.read(room.venue.opening_hours if room.opening_hours is None else room.opening_hours)


def known_features(text: str) -> list[str]:
    """The features named in an access note, e.g. "step-free; 12 wheelchair places" → two of them."""
    return [name for words, name in KNOWN_FEATURES.items() if words in text.casefold()]


def find_or_create_type(expo: Expo, name: str) -> SessionType:
    with transaction():
        types = db.session.scalars(sa.select(SessionType).where(SessionType.expo_id == expo.id))
        known = naming.meant(types, name)
        if known:
            return known
        type_ = SessionType(expo_id=expo.id, slug=slug(name), name=one_line(name).capitalize(), names={})
        db.session.add(type_)
        db.session.flush()
    return type_


def find_or_create_role(expo: Expo, name: str) -> AppearanceRole:
    with transaction():
        roles = list(db.session.scalars(sa.select(AppearanceRole).where(AppearanceRole.expo_id == expo.id)))
        known = naming.meant(roles, name)
        if known:
            return known
        role = AppearanceRole(
            expo_id=expo.id,
            slug=slug(name),
            name=one_line(name).capitalize(),
            names={},
            counts=True,
            position=max((role.position for role in roles), default=0) + 1,
        )
        db.session.add(role)
        db.session.flush()
    return role


def find_or_create_track(conference: Conference, name: str) -> Track:
    with transaction():
        tracks = db.session.scalars(sa.select(Track).where(Track.conference_id == conference.id))
        known = naming.meant(tracks, name)
        if known:
            return known
        track = Track(
            expo_id=conference.expo_id,
            conference_id=conference.id,
            slug=slug(name),
            name=one_line(name),
            names={},
        )
        db.session.add(track)
        db.session.flush()
    return track
