"""What releases changed, as feeds; the venues, as a map. Strangers learn nothing that was not for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as xml

import pytest

from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import places
from expo.programme.drafts import OccurrenceDraft, VenueDraft
from expo.programme.models import Occurrence
from expo.programme.values import draft_of_session
from expo.programme.words import Visibility
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("I3")
Open = Callable[..., Client]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def expo(app) -> Expo:
    made = a.an_expo(slug="h22", name="H22 City Expo")
    a.a_session(a.a_conference(made, slug="first"), title="The first release is no news")
    return made


def items(browser: Open) -> list[dict[str, Any]]:
    answer = browser().get("/h22/feeds/changes.json?lang=en")
    assert answer.content_type == "application/feed+json"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/h22/feeds/changes.json"
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return feed["items"]


def move(occurrence: Occurrence, *, hours: int = 0, room_id: int | None = None) -> None:
    known = OccurrenceDraft(occurrence.starts_at, occurrence.ends_at, occurrence.room_id, occurrence.seats)
    by = timedelta(hours=hours)
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=replace(
            known,
            starts_at=known.starts_at + by,
            ends_at=known.ends_at + by,
            room_id=room_id or known.room_id,
        ),
    )
    a.publish(occurrence.session.conference.expo)


def show(occurrence: Occurrence, visibility: Visibility) -> None:
    session = occurrence.session
    draft = replace(draft_of_session(session), visibility=visibility)
    programme.edit_session(session=session, draft=draft)
    a.publish(session.conference.expo)


def test_new_moved_and_cancelled_are_told_newest_first_under_ids_that_stay(expo: Expo, browser: Open):
    talk = a.a_session(a.a_conference(expo), title="<Rain> & gardens", code="T-1")
    first = items(browser)
    move(talk, hours=1)
    programme.cancel_occurrence(occurrence=talk, why="Storm")
    a.publish(expo)

    told = items(browser)

    assert [item["title"] for item in told] == [
        f"{word}: <Rain> & gardens" for word in ("Cancelled", "Moved", "New")
    ]
    assert told[2] == first[0]
    assert told[0]["url"] == "http://localhost/h22/sessions/T-1"


def test_atom_tells_the_same_as_json_and_can_be_read(expo: Expo, browser: Open):
    move(a.a_session(a.a_conference(expo), title="Nul\x0b & ]]> <b>", code="T-1"), hours=2)
    answer = browser().get("/h22/feeds/changes.atom")
    feed = xml.fromstring(answer.data)

    assert answer.content_type == "application/atom+xml"
    assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == [
        item["id"] for item in items(browser)
    ]
    for part in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):  # RFC 4287, 4.1.1 and 4.1.2
            assert len(part.findall(f"{ATOM}{name}")) == 1, name
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None


@pytest.mark.parametrize("visibility", [Visibility.INVITATION, Visibility.HIDDEN])
def test_what_nobody_may_know_is_not_told_neither_now_nor_once_it_is_hidden(
    expo: Expo, browser: Open, visibility: Visibility
):
    conference = a.a_conference(expo)
    secret = a.a_session(conference, title="Secret", visibility=visibility)
    assert items(browser) == []

    public = a.a_session(conference, title="Soon secret")
    assert len(items(browser)) == 1
    show(public, visibility)
    assert items(browser) == []

    # Shown at last: what was told while it was hidden stays untold.
    move(secret, hours=1)
    show(secret, Visibility.PUBLIC)
    assert all("from" not in item["content_text"] for item in items(browser))


def test_of_a_session_for_ticket_holders_the_room_is_not_told(expo: Expo, browser: Open):
    blue = a.a_room(expo, "Blue Chamber")
    talk = a.a_session(a.a_conference(expo), title="Members", room=blue, visibility=Visibility.REGISTERED)
    move(talk, hours=1)
    move(talk, room_id=a.a_room(expo, "Red Chamber").id)

    told = items(browser)

    assert [item["title"] for item in told] == ["Moved: Members", "New: Members"]
    assert "Chamber" not in json.dumps(told)


def test_who_asks_again_is_told_that_nothing_changed_and_it_costs_as_much_for_many(expo: Expo, browser: Open):
    conference = a.a_conference(expo)
    a.a_session(conference)
    with statements() as few:
        first = browser().get("/h22/feeds/changes.atom")
    again = browser().get("/h22/feeds/changes.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304

    for _number in range(4):
        a.a_session(conference)
    with statements() as many:
        second = browser().get("/h22/feeds/changes.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert len(many) == len(few)


def test_venues_stand_on_a_map_with_longitude_first(expo: Expo, browser: Open):
    sea, _new = places.save_venue(
        expo=expo, draft=VenueDraft("Sea U & co", city="Helsingborg", latitude=56.04, longitude=12.69)
    )
    places.save_venue(expo=expo, draft=VenueDraft("Nobody comes here", latitude=1, longitude=2))
    room = places.save_room(venue=sea, draft=a.RoomDraft("Hall", 50))[0]
    a.a_session(a.a_conference(expo), room=room)
    answer = browser().get("/h22/feeds/venues.geojson")
    found = {one["properties"]["name"]: one for one in json.loads(answer.data)["features"]}

    assert answer.content_type == "application/geo+json"
    assert found["Sea U & co"]["geometry"] == {"type": "Point", "coordinates": [12.69, 56.04]}
    assert found["Sea U"]["geometry"] is None
    assert "Nobody comes here" not in found
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
