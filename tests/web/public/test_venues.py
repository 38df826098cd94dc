"""A venue says how one gets there: address, steps, a map of our own, and minutes on foot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core import clock
from expo.core.db import transaction
from expo.programme import places
from expo.programme import queries as programme
from expo.programme.drafts import RoomDraft, VenueDraft
from expo.programme.hours import Hours
from expo.programme.words import Visibility
from tests import factories as a

pytestmark = pytest.mark.feature("F11")


@pytest.fixture
def city(app):
    """Three venues of Helsingborg, one of them without a position, and one in Geneva."""
    expo = a.an_expo(slug="h22", city="Helsingborg")
    conference = a.a_conference(expo)
    spots = {
        "Dunkers": (56.048, 12.689),
        "Station": (56.0437, 12.6945),
        "Barn": (None, None),
        "Palais": (46.2266, 6.1405),
    }
    for name, (latitude, longitude) in spots.items():
        draft = VenueDraft(name, "Helsingborg", latitude=latitude, longitude=longitude)
        venue = places.save_venue(expo=expo, draft=replace(draft, address=f"{name} street 1"))[0]
        access = "step-free; lift" if name == "Dunkers" else ""
        room = places.save_room(venue=venue, draft=RoomDraft(f"{name} hall", 70, access))[0]
        a.a_session(conference, title=f"At {name}", room=room, published=False)
    a.publish(expo)
    return expo


def test_a_venue_tells_its_address_steps_map_and_ways(city, browser):
    page = browser().get("/h22/venues/dunkers").text
    way = page.split('id="way"')[1]

    for words in (
        "Dunkers street 1, Helsingborg",
        "Step-free to every room.",
        "about 11 min",
        "200 m</text>",
    ):
        assert words in way, words
    assert 'href="geo:56.048,12.689"' in way
    assert "https://www.openstreetmap.org/?mlat=56.048&amp;mlon=12.689" in way
    assert way.count('class="other"') == 1  # Geneva is no neighbour
    assert way.count('class="here"') == 1
    assert "The position of 1 other place is not known." in way
    assert "Palais" not in way
    for sources in ("src=", "<image"):
        assert "openstreetmap" not in "".join(part.split(">")[0] for part in page.split(sources)[1:])


def test_a_venue_without_a_position_says_so(city, browser):
    page = browser().get("/h22/venues/barn").text

    assert "Its position on the map is not known" in page
    assert "<figure" not in page
    assert "about" not in page.split('id="way"')[1]
    assert "Whether one gets in without steps is not told." in page


def test_the_map_shows_no_venue_that_nobody_may_know_of(city, browser):
    draft = VenueDraft("Tower", "Helsingborg", latitude=56.047, longitude=12.69)
    tower = places.save_venue(expo=city, draft=draft)[0]
    room = places.save_room(venue=tower, draft=RoomDraft("Tower room", 70))[0]
    a.a_session(a.a_conference(city), title="Whisper", room=room, visibility=Visibility.HIDDEN)

    assert "Tower" not in browser().get("/h22/venues/dunkers").text


def test_notes_on_the_way_in_are_shown_and_stay_texts(city, browser):
    venue = programme.venue(city.id, "barn")
    with transaction():
        venue.access_notes = "Ring the bell.\n\n<script>alert(1)</script>"

    page = browser().get("/h22/venues/barn").text

    assert "<p>Ring the bell.</p>" in page
    assert "<script>alert" not in page


def test_a_venue_and_its_rooms_say_when_they_are_open(city, browser):
    office, late = ((480, 1080),), ((600, 1500),)
    (venue,) = [one for one in programme.venues(city.id) if one.name == "Dunkers"]
    (hall,) = [one for one in programme.rooms(city.id) if one.venue_id == venue.id]
    assert "Opening hours" not in browser().get("/h22/venues/dunkers").text

    day = city.local(clock.now()).date()
    said = Hours((office,) * 5 + ((),) * 2, {day + timedelta(days=3): (), day + timedelta(days=200): ()})
    places.save_venue(expo=city, draft=replace(places.draft_of_venue(venue), hours=said), venue=venue)

    page = browser().get("/h22/venues/dunkers").text.split('id="hours"')[1].split("</section>")[0]
    assert "<dt>Mon–Fri</dt><dd>" in page
    assert "08:00–18:00" in page
    assert "<dt>Sat–Sun</dt><dd>" in page
    assert page.count("closed") == 2  # at weekends, and in three days; who asks today about next year?
    assert page.count("Today") == 1
    assert "08:00–18:00" in browser().get("/h22/rooms/dunkers-hall").text

    own = replace(places.draft_of_room(hall), hours=Hours((late,) * 7))
    places.save_room(venue=venue, draft=own, room=hall)
    assert "10:00–01:00" in browser(**{"Accept-Language": "sv"}).get("/h22/rooms/dunkers-hall").text
    assert "10:00–01:00" in browser().get("/h22/venues/dunkers").text
    found = {
        one["id"]: one["properties"] for one in browser().get("/h22/feeds/venues.geojson").json["features"]
    }
    assert found["dunkers"]["opening_hours"].startswith("Mo-Fr 08:00-18:00; Sa-Su off; ")
    assert found["barn"]["opening_hours"] is None
