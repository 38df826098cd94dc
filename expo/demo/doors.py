"""The demo's zones, gates, and what opens them."""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.checkin import actions, crew, occupancy, policies
from expo.checkin import queries as queries_of_doors
from expo.checkin.crew_models import CrewRole, Policy
from expo.checkin.models import Zone
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import queries
from expo.programme.models import Session
from expo.programme.words import Admission
from expo.publishing import queries as publishing
from expo.publishing.queries import Running

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


PIN = "220531"
PLACES = {"sea-u": 25, "hamntorget": 800, "oceanhamnen": 600}  # Sea U is busy from the first morning


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


def staff(expo: Expo, begins: datetime) -> None:
    """A supervisor with a PIN that everybody knows, how many fit where, a session whose door books, and a note."""
    crew.add_member(
        expo_id=expo.id, name="Sofia Berg", role=CrewRole.SUPERVISOR, pin=PIN,
        starts_at=begins - timedelta(days=2), ends_at=begins + timedelta(days=40),
    )  # fmt: skip
    for zone in queries_of_doors.zones(expo.id):
        if zone.slug in PLACES:
            occupancy.set_places(zone=zone, places=PLACES[zone.slug])
    for index, running in enumerate(_behind_doors(expo, begins)):
        policies.tell(
            session=db.session.get_one(Session, running.session_id),
            policy=Policy.BOOK if index == 0 else None,
            release_after=5,
        )


def _behind_doors(expo: Expo, begins: datetime) -> list[Running]:
    """The booked sessions of the first day that have a door."""
    found = []
    for gate in queries_of_doors.gates(expo.id):
        if gate.room_id is not None:
            day = publishing.in_room(gate.room_id, begins, begins + timedelta(hours=12))
            found += [running for running in day if running.admission is Admission.SEAT]
    return found[:6]
