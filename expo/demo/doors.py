"""The demo's zones, gates, and what opens them."""

from __future__ import annotations

from expo.checkin import actions
from expo.checkin.models import Zone
from expo.expos.models import Expo
from expo.programme import queries

OPEN = ("h22-city-expo", "urban-brilliance", "our-future-city", "h22-arena")
CONGRESS = (
    *("h22-50-session", "dialogue-eminent-experts", "urban-future-2022", "icapital-alumni-relaunch"),
    "transition-lab-forum-9",
)
# Slug, name, venue's name, what tickets open it, its gate, and the rooms in it that have a door of their own.
VENUES = (
    (
        *("sea-u", "Sea U", "Clarion Hotel & Congress Sea U", CONGRESS, "Sea U entrance"),
        ("Kongressalen", "Junior Ballroom", "Sundet 1", "Sundet 2", "Kattegatt"),
    ),
    ("hamntorget", "Hamntorget", "Hamntorget", OPEN + CONGRESS, "Gate 1 Hamntorget", ()),
    (
        *("oceanhamnen", "Oceanhamnen", "Oceanhamnen", OPEN + CONGRESS, "Gate 2 Oceanhamnen"),
        ("RecoLab besöksrum", "Magasin 405 plan 2", "Havoteket"),
    ),
    (
        *("sundstorget", "Sundstorget", "Sundstorget", OPEN + CONGRESS, "Gate 3 Sundstorget"),
        ("Space to Innovate",),
    ),
    ("drottninghog", "Drottninghög", "Drottninghög", OPEN, "Gate 4 Drottninghög", ("Lägenhet 1972",)),
)


def create(expo: Expo) -> None:
    """Expo › venues › rooms, a gate for each venue, a door for each of the rooms."""
    conferences = {conference.slug: conference for conference in queries.conferences(expo.id)}
    venues = {venue.name: venue for venue in queries.venues(expo.id)}
    rooms = {room.name: room for room in queries.rooms(expo.id)}
    whole = actions.create_zone(expo_id=expo.id, slug="expo", name=expo.name)
    for slug, name, venue, opened_by, gate, doors in VENUES:
        zone = actions.create_zone(
            expo_id=expo.id, slug=slug, name=name, parent=whole, venue_id=venues[venue].id
        )
        actions.create_gate(expo_id=expo.id, slug=f"{slug}-gate", name=gate, zone=zone)
        for conference in opened_by:
            actions.open_zone(zone=zone, conference=conferences[conference])
        for door in doors:
            _door(expo, zone, rooms[door].slug, door, rooms[door].id)


def _door(expo: Expo, parent: Zone, slug: str, name: str, room_id: int) -> None:
    zone = actions.create_zone(expo_id=expo.id, slug=slug, name=name, parent=parent, room_id=room_id)
    actions.create_gate(
        expo_id=expo.id, slug=f"{slug}-door", name=f"{name}, door", zone=zone, room_id=room_id
    )
