"""How full it is, in words, for whoever thinks of going there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from expo.checkin import occupancy
from expo.checkin import queries as checkin
from expo.checkin.occupancy import Fullness
from expo.core import clock
from expo.core.db import transaction
from tests import factories as a
from tests.checkin import doors
from tests.client import Client

pytestmark = [pytest.mark.feature("F12", "D8"), pytest.mark.usefixtures("app")]

Open = Callable[..., Client]


@pytest.mark.once
@pytest.mark.parametrize(
    ("people", "word"),
    [(0, Fullness.CALM), (59, Fullness.CALM), (60, Fullness.BUSY), (94, Fullness.BUSY), (95, Fullness.FULL)],
)
def test_calm_busy_full(people: int, word: Fullness):
    assert occupancy.word(people, 100) is word


def test_session_venue_page_and_feed_say_how_full_it_is(browser: Open):
    conference = a.a_conference()
    expo = conference.expo
    room = a.a_room(expo, "Blue Room")
    talk = a.a_session(conference, room=room, starts_at=clock.now() - timedelta(minutes=5), seats=20)
    venue_zone = doors.a_zone(expo, conference)
    room_zone = doors.a_zone(expo, conference, inside=venue_zone)
    hidden = doors.a_zone(expo, conference)
    with transaction():
        venue_zone.venue_id, room_zone.room_id = room.venue_id, room.id
        room_zone.places, venue_zone.places = 10, 100
        hidden.room_id = a.a_room(expo, "Secret Room").id
    gate = doors.a_gate(room_zone)
    device, _token = doors.a_device(gate)
    occupancy.count_by_hand(
        device=device,
        gate=checkin.gates_of_device(device)[0],
        count_id=str(uuid.uuid4()),
        people=10,
        counted_at=clock.now(),
    )
    reader = browser()

    assert "Full just now" in reader.get(f"/{expo.slug}/sessions/{talk.code}").text
    assert "Calm" in reader.get(f"/{expo.slug}/venues/{room.venue.slug}").text
    assert "Full just now" in reader.get(f"/{expo.slug}/now").text
    page = reader.get(f"/{expo.slug}/occupancy").text
    assert "Full just now" in page
    assert "10 people in" in page
    feed = reader.get(f"/{expo.slug}/occupancy.json").json["zones"]
    told = {zone["zone"]: (zone["people"], zone["places"], zone["fullness"]) for zone in feed}
    assert told[room_zone.slug] == (10, 10, "full")
    assert told[venue_zone.slug] == (10, 100, "calm")
    assert hidden.slug not in told
    # As apps that know FOSDEM read it: rooms alone.
    assert reader.get(f"/{expo.slug}/feeds/rooms.json").json == [{"roomname": room.name, "state": "1"}]
