"""Areas, venues, rooms and the ways between them are kept by organisers, and shown as they are saved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from expo.programme import places, ways
from expo.programme import queries as programme
from expo.programme.drafts import RoomDraft, VenueDraft
from expo.programme.hours import Hours
from expo.programme.models import Venue
from expo.programme.words import Role
from tests import factories as a
from tests.counting import statements

from .conftest import Desk

pytestmark = pytest.mark.feature("F11")


def venue_form(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "Dunkers", "area": "", "address": "Kungsgatan 11", "city": "Helsingborg", "version": "1",
        "position": "56.048, 12.689", "step_free_route": "By the lift in the north.", "access_notes": "",
        "time_zone": "Europe/Stockholm",
    }  # fmt: skip
    return {**values, **changes}


def room_form(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "Kongressalen", "capacity": "300", "parallel_items": "2", "features": ["lift"],
        "accessibility_text": "step-free; two steps to the stage", "position": "3", "version": "1",
    }  # fmt: skip
    return {**values, **changes}


def a_venue(desk: Desk, name: str, latitude: float | None = None, longitude: float | None = None) -> Venue:
    draft = VenueDraft(name, desk.expo.city, latitude=latitude, longitude=longitude)
    return places.save_venue(expo=desk.expo, draft=draft)[0]


def test_area_venue_and_room_are_made_one_after_the_other(desk: Desk):
    page = desk.open_as(Role.SCHEDULER)

    assert page.post(f"{desk.path}/places/areas/new", {"name": "The harbour"}).status_code == 303
    made = page.post(f"{desk.path}/places/venues/new", venue_form(area="the-harbour"))
    assert made.location == f"{desk.path}/places/venues/dunkers/rooms/new"
    assert page.post(made.location, room_form()).status_code == 303

    (venue,) = programme.venues(desk.expo.id)
    assert (venue.name, venue.latitude, venue.longitude) == ("Dunkers", 56.048, 12.689)
    assert venue.area
    assert venue.area.name == "The harbour"
    (room,) = programme.rooms(desk.expo.id)
    assert (room.capacity, room.parallel_items, room.position) == (300, 2, 3)
    assert room.accessibility == ["step-free", "lift"]  # one is named by the text, the other ticked
    listed = page.get(f"{desk.path}/places").text
    for words in ("Dunkers", "The harbour", "Kongressalen", "Kungsgatan 11, Helsingborg"):
        assert words in listed


def test_what_is_saved_shows_at_once_and_renaming_keeps_every_address(desk: Desk):
    room = a.a_room(desk.expo, "Old hall", venue="Old house")
    places.put_into_area(venue=room.venue, area=places.find_or_create_area(desk.expo, "Old harbour"))
    a.a_session(desk.conference, title="Rain gardens", room=room)
    visitor, owner = desk.browser(), desk.open_as()
    public = f"/{desk.expo.slug}"
    before = visitor.get(f"{public}/venues/old-house")
    assert before.status_code == 200

    form = venue_form(name="New house", area="old-harbour", access_notes="Ring the bell.")
    assert owner.post(f"{desk.path}/places/venues/old-house", form).status_code == 303
    assert owner.post(f"{desk.path}/places/rooms/old-hall", room_form(name="New hall")).status_code == 303
    assert owner.post(f"{desk.path}/places/areas/old-harbour", {"name": "New harbour"}).status_code == 303

    again = visitor.get(f"{public}/venues/old-house", headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 200
    for words in ("New house", "New hall", "New harbour", "By the lift in the north.", "Ring the bell."):
        assert words in again.text, words
    assert "New hall" in visitor.get(f"{public}/rooms/old-hall").text
    assert "New house" in visitor.get(f"{public}/areas/old-harbour").text
    assert "Rain gardens" in visitor.get(f"{public}/search?q=new+hall").text


@pytest.mark.parametrize(
    "pasted", ["56.04, 12.69", " 56.04 12.69", "56,04; 12,69", "56,04 12,69", "geo:56.04,12.69?z=17"]
)
def test_a_position_is_read_as_maps_copy_it(desk: Desk, pasted: str):
    a_venue(desk, "Dunkers")

    desk.open_as().post(f"{desk.path}/places/venues/dunkers", venue_form(position=pasted))

    (venue,) = programme.venues(desk.expo.id)
    assert (venue.latitude, venue.longitude) == (56.04, 12.69)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 121), ("address", "x" * 201), ("area", "nowhere"),
        ("position", "by the sea"), ("position", "91, 12"), ("position", "56.04, 181"), ("position", "56.04"),
        ("position", "nan, 12"), ("time_zone", "Mars/Olympus"), ("access_notes", "x" * 20_001),
        ("step_free_route", "x" * 20_001),
    ],
)  # fmt: skip
def test_what_a_venue_cannot_mean_is_said_beside_its_field(desk: Desk, field: str, value: str):
    form = venue_form(**{field: value})
    back = desk.open_as().post(f"{desk.path}/places/venues/new", form)

    assert back.status_code == 422
    assert f'id="{field}-error"' in back.text
    assert field == "address" or 'value="Kungsgatan 11"' in back.text
    assert programme.venues(desk.expo.id) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("capacity", ""), ("capacity", "-1"), ("capacity", "many"), ("capacity", "9" * 12), ("parallel_items", "0"),
     ("features", "trampoline"), ("position", "-1")],
)  # fmt: skip
def test_what_a_room_cannot_mean_is_said_beside_its_field(desk: Desk, field: str, value: str):
    a_venue(desk, "Dunkers")
    form = room_form(**{field: value})
    back = desk.open_as().post(f"{desk.path}/places/venues/dunkers/rooms/new", form)

    assert back.status_code == 422
    assert f'id="{field}-error"' in back.text
    assert programme.rooms(desk.expo.id) == []


def test_what_is_online_has_neither_position_nor_zone(desk: Desk):
    page = desk.open_as()

    back = page.post(f"{desk.path}/places/venues/new", venue_form(name="Stream", is_online="y"))
    assert 'id="position-error"' in back.text
    page.post(f"{desk.path}/places/venues/new", venue_form(name="Stream", is_online="y", position=""))

    (venue,) = programme.venues(desk.expo.id)
    assert (venue.is_online, venue.time_zone, venue.latitude) == (True, None, None)


def test_who_saves_second_sees_both_texts_and_loses_nothing(desk: Desk):
    room = a.a_room(desk.expo, "Hall", venue="Dunkers")
    page = desk.open_as()
    for path, form in (("venues/dunkers", venue_form), (f"rooms/{room.slug}", room_form)):
        page.post(f"{desk.path}/places/{path}", form(name="Theirs"))

        back = page.post(f"{desk.path}/places/{path}", form(name="Mine"))

        assert back.status_code == 409
        assert re.search(r"<dt>Name</dt><dd[^>]*>Theirs</dd>", back.text)
        assert 'value="Mine"' in back.text
        assert page.post(f"{desk.path}/places/{path}", form(name="Mine", version="2")).status_code == 303


def test_walking_minutes_are_estimated_until_somebody_says_better(desk: Desk):
    dunkers, station = a_venue(desk, "Dunkers", 56.048, 12.689), a_venue(desk, "Station", 56.0437, 12.6945)
    barn = a_venue(desk, "Barn")
    for venue in (dunkers, station, barn):
        room = places.save_room(venue=venue, draft=RoomDraft(f"{venue.name} hall", 70))[0]
        a.a_session(desk.conference, title=f"At {venue.name}", room=room)
    page, visitor = desk.open_as(), desk.browser()
    public, path = f"/{desk.expo.slug}/venues", f"{desk.path}/places/venues/station/walks"
    form = page.get(path).text
    assert "11 min" in form
    assert "not known" in form
    assert "about 11 min" in visitor.get(f"{public}/dunkers").text

    assert page.post(path, {f"to_{dunkers.id}": "7", f"to_{barn.id}": "25"}).status_code == 303

    told = visitor.get(f"{public}/dunkers").text
    assert ">7 min<" in told
    assert "about" not in told.split('id="way"')[1]
    from_barn = visitor.get(f"{public}/barn").text
    assert ">25 min<" in from_barn  # what has no position can be walked to all the same
    assert 'value="7"' in page.get(f"{desk.path}/places/venues/dunkers/walks").text  # the same both ways
    page.post(path, {f"to_{dunkers.id}": "", f"to_{barn.id}": "25"})
    assert "about 11 min" in visitor.get(f"{public}/dunkers").text
    assert ways.of(desk.expo.id).walked == {(station.id, barn.id): 25}


@pytest.mark.parametrize("wrong", ["-1", "601", "far", "1e3"])
def test_minutes_that_cannot_be_meant_are_said_beside_their_field(desk: Desk, wrong: str):
    a_venue(desk, "Dunkers")
    other = a_venue(desk, "Station")

    back = desk.open_as().post(f"{desk.path}/places/venues/dunkers/walks", {f"to_{other.id}": wrong})

    assert back.status_code == 422
    assert f'id="to_{other.id}-error"' in back.text
    assert f'value="{wrong}"' in back.text
    assert ways.of(desk.expo.id).walked == {}


@pytest.mark.once
@pytest.mark.parametrize("role", [Role.OWNER, Role.SCHEDULER, Role.VIEWER, Role.DOOR_LEAD])
def test_places_belong_to_the_expo_so_only_those_of_all_of_it_change_them(desk: Desk, role: Role):
    a_venue(desk, "Dunkers")
    a_venue(desk, "Station")
    room = a.a_room(desk.expo, "Hall", venue="Dunkers")
    places.find_or_create_area(desk.expo, "Harbour")
    read = ("places", "places/venues/dunkers", f"places/rooms/{room.slug}", "places/areas/harbour",
            "places/venues/dunkers/walks")  # fmt: skip
    write = (*read[1:], "places/venues/new", "places/areas/new", "places/venues/dunkers/rooms/new")

    one = desk.open_as(role, desk.conference)
    for path in read:
        page = one.get(f"{desk.path}/{path}")
        assert page.status_code == 200
        assert ">Save<" not in page.text
        assert "New venue" not in page.text
    for path in write:
        assert one.post(f"{desk.path}/{path}", {"name": "Mine"}).status_code == 403
    assert programme.venue(desk.expo.id, "dunkers").name == "Dunkers"


def test_places_of_another_expo_are_not_found(desk: Desk):
    other = a.an_expo()
    room = a.a_room(other, "Their hall", venue="Their house")
    places.find_or_create_area(other, "Their harbour")
    their = places.save_venue(expo=other, draft=VenueDraft("Their barn"))[0]
    mine = a_venue(desk, "Mine")
    page = desk.open_as()

    for path in ("venues/their-house", f"rooms/{room.slug}", "areas/their-harbour", "venues/their-house/walks",
                 "venues/their-house/rooms/new"):  # fmt: skip
        assert page.get(f"{desk.path}/places/{path}").status_code == 404
        assert page.post(f"{desk.path}/places/{path}", {"name": "x"}).status_code == 404
    page.post(f"{desk.path}/places/venues/mine/walks", {f"to_{their.id}": "3"})
    assert ways.of(desk.expo.id).walked == {}
    assert mine.area is None


def test_hostile_names_stay_texts(desk: Desk):
    page, name = desk.open_as(), '"><img src=x onerror=alert(1)>'
    page.post(f"{desk.path}/places/areas/new", {"name": name})
    area = programme.areas(desk.expo.id)[0]
    form = venue_form(name=name, area=area.slug, step_free_route="</textarea><script>x</script>")
    made = page.post(f"{desk.path}/places/venues/new", form)
    page.post(made.location, room_form(name=name))
    (venue,), (room,) = programme.venues(desk.expo.id), programme.rooms(desk.expo.id)
    a_venue(desk, "Near", 56.0481, 12.6891)
    a.a_session(desk.conference, room=room)

    paths = ("places", f"places/venues/{venue.slug}", f"places/rooms/{room.slug}", f"places/areas/{area.slug}",
             "places/venues/near/walks")  # fmt: skip
    for path in (*(f"{desk.path}/{path}" for path in paths), f"/{desk.expo.slug}/venues/{venue.slug}"):
        text = page.get(path).text
        assert "<img src=x" not in text
        assert "<script>x" not in text


def test_the_list_of_places_costs_the_same_for_one_and_for_many(desk: Desk):
    page = desk.open_as()
    a.a_room(desk.expo, venue="One")
    page.get(f"{desk.path}/places")
    with statements() as one:
        page.get(f"{desk.path}/places")
    for number in range(5):
        room = a.a_room(desk.expo, venue=f"House {number}")
        area = places.find_or_create_area(desk.expo, f"Area {number}")
        places.put_into_area(venue=room.venue, area=area)
    with statements() as many:
        page.get(f"{desk.path}/places")

    assert len(many) == len(one)


def test_hours_and_notes_in_more_languages_are_typed_shown_and_kept(desk: Desk):
    page = desk.open_as()
    room = a.a_room(desk.expo, "Old hall", venue="Old house")
    a.a_session(desk.conference, room=room)
    hours = {f"opens_{day}": "8-18" for day in range(5)} | {
        "opens_5": "10–14, 18–01",
        "other_days": "2022-06-06",
    }
    notes = {"text_language": "en", "access_notes": "Ring the bell.", "access_notes_sv": "Ring på klockan."}

    form = venue_form(name="Old house", **hours, **notes)
    assert page.post(f"{desk.path}/places/venues/old-house", form).status_code == 303

    edit = page.get(f"{desk.path}/places/venues/old-house").text
    for typed in (
        'value="08:00–18:00"',
        'value="10:00–14:00, 18:00–01:00"',
        "\n2022-06-06</textarea>",
        "klockan.",
    ):
        assert typed in edit, typed
    (venue,) = programme.venues(desk.expo.id)
    assert venue.access_texts == {"sv": "Ring på klockan."}
    # What does not change any more changes nothing.
    assert page.post(f"{desk.path}/places/venues/old-house", form | {"version": "2"}).status_code == 303
    (venue,) = programme.venues(desk.expo.id)
    assert venue.version == 2


@pytest.mark.parametrize(
    ("field", "value"), [("opens_0", "always"), ("opens_6", "8-12, 11-13"), ("other_days", "midsummer")]
)
def test_hours_that_cannot_be_meant_are_said_beside_their_field(desk: Desk, field: str, value: str):
    a.a_session(desk.conference, room=a.a_room(desk.expo, "Old hall", venue="Old house"))

    answer = desk.open_as().post(f"{desk.path}/places/venues/old-house", venue_form(**{field: value}))

    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid|aria-invalid[^>]*id="{field}"', answer.text)
    assert value in answer.text


def test_a_time_outside_the_rooms_hours_is_kept_and_said(desk: Desk):
    room = a.a_room(desk.expo, "Old hall", venue="Old house")
    occurrence = a.a_session(desk.conference, room=room, code="RG-1")
    draft = replace(places.draft_of_room(room), hours=Hours((((480, 1080),),) * 7))
    places.save_room(venue=room.venue, draft=draft, room=room)
    page, room_id = desk.open_as(), room.id
    address = f"{desk.path}/sessions/RG-1/times/{occurrence.code}"

    late = {"starts_at": "2031-06-02T17:00", "ends_at": "2031-06-02T19:00"}
    assert page.post(address, desk.time_form(room_id, **late)).status_code == 409
    page.post(address, desk.time_form(room_id, keep="The house opens for us", **late))
    assert "Old hall is not open then: that day it is open 08:00–18:00." in page.get(address).text
    page.post(address, desk.time_form(room_id, version="2"))
    assert "is not open then" not in page.get(address).text
