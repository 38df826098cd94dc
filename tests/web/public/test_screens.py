"""What a place shows of itself: on a page, at its door, in its foyer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expo.programme.words import Admission, Role, Visibility
from tests import factories as a

MORNING = datetime(2022, 5, 31, 8, 40, tzinfo=UTC)

pytestmark = pytest.mark.feature("F7")


@pytest.fixture
def h22(app, at):
    at(MORNING)
    return a.an_expo(slug="h22", name="H22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))


def _talk(conference, title: str, hour: int, **changes):
    values = {
        "starts_at": datetime(2022, 5, 31, hour, tzinfo=UTC),
        "published": False,
        "seats": 12,
        **changes,
    }
    return a.a_session(conference, title=title, **values)


@pytest.fixture
def hall(h22):
    """A hall where something runs and something follows, and another room of the house."""
    conference = a.a_conference(h22)
    hall = a.a_room(h22, "Hall", venue="Sea U")
    _talk(conference, "Running", 8, room=hall, languages=("sv",))
    _talk(conference, "Coming", 10, room=hall)
    _talk(conference, "Beside", 8, room=a.a_room(h22, "Attic", venue="Sea U"))
    _talk(conference, "Far away", 8, room=a.a_room(h22, "Barn", venue="Park"))
    a.publish(h22)
    return hall


def test_what_is_on_now_can_be_asked_of_a_venue_and_of_a_room(hall, browser):
    venue, room = browser().get("/h22/now?venue=sea-u").text, browser().get("/h22/now?room=hall").text

    for title, at_venue, in_room in (
        ("Running", True, True),
        ("Coming", True, True),
        ("Beside", True, False),
        ("Far away", False, False),
    ):
        assert (title in venue) is at_venue, title
        assert (title in room) is in_room, title
    assert "On now at Sea U" in venue
    assert "On now at Hall" in room
    for odd in ("venue=none", "room=none", "room=" + "9" * 500):
        assert browser().get(f"/h22/now?{odd}").status_code == 404, odd


def test_the_door_of_a_room_says_what_runs_until_when_how_one_gets_in_and_what_comes(hall, browser):
    page = browser().get("/h22/screens/rooms/hall").text

    for words in ("Running", "until 11:00", "12 seats left", "Swedish", "10:40"):
        assert words in page.split("Next</p>")[0], words
    assert "Coming" in page.split("Next</p>")[1]
    assert "12:00 to 13:00" in page.split("Next</p>")[1]
    assert "Beside" not in page
    assert "<nav" not in page


def test_a_screen_renews_itself_with_and_without_a_script(hall, browser):
    page = browser().get("/h22/screens/rooms/hall").text

    assert '<meta http-equiv="refresh" content="30; url=/h22/screens/rooms/hall">' in page
    assert 'data-next="/h22/screens/rooms/hall" data-every="30"' in page
    assert "js/screens.js" in page
    assert "No network. This was right at {t}, {n} min ago." in page


def test_a_foyer_goes_through_its_rooms_page_by_page(h22, browser):
    conference = a.a_conference(h22)
    for number in range(12):
        _talk(conference, f"Talk {number:02}", 8, room=a.a_room(h22, f"Room {number:02}", venue="Sea U"))
    a.publish(h22)

    first, second = (browser().get(f"/h22/screens/expo?page={page}").text for page in (1, 2))

    assert [number for number in range(12) if f"Talk {number:02}" in first] == [0, 1, 2, 3, 4, 5]
    assert [number for number in range(12) if f"Talk {number:02}" in second] == [6, 7, 8, 9, 10, 11]
    assert "url=/h22/screens/expo?page=2" in first
    assert "url=/h22/screens/expo?page=1" in second
    assert "Page 2 of 2" in second
    for odd in ("0", "-1", "99", "x", "²", "9" * 99):
        assert "Talk" in browser().get(f"/h22/screens/venues/sea-u?page={odd}").text, odd


def test_an_empty_place_says_so_and_what_comes_there(hall, browser, at):
    at(datetime(2022, 5, 31, 9, 10, tzinfo=UTC))

    door = browser().get("/h22/screens/rooms/hall").text
    at(datetime(2022, 6, 20, 9, tzinfo=UTC))

    assert "Nothing is on just now." in door
    assert "Coming" in door
    assert "Nothing is on just now." in browser().get("/h22/screens/rooms/attic").text
    assert "Nothing is on just now." in browser().get("/h22/screens/expo").text
    assert "Nothing is on just now." in browser().get("/h22/screens/rooms/hall").text


def test_whoever_hangs_up_a_screen_finds_them_all(hall, browser):
    page = browser().get("/h22/screens/").text

    for path in ("expo", "venues/sea-u", "venues/park", "rooms/hall", "rooms/attic", "rooms/barn"):
        assert f'href="/h22/screens/{path}"' in page, path
    assert 'href="/h22/screens/"' in browser().get("/h22/now").text


@pytest.mark.parametrize("strict", [Visibility.INVITATION, Visibility.HIDDEN])
def test_private_sessions_are_on_no_screen_whoever_looks(h22, browser, strict):
    tower = a.a_room(h22, "Tower room", venue="Tower")
    _talk(a.a_conference(h22), "Whisper", 8, room=tower, visibility=strict)
    a.publish(h22)

    for someone in (browser(), browser(a.an_organiser(h22))):
        for path in ("screens/expo", "screens/", "now"):
            page = someone.get(f"/h22/{path}").text
            assert "Whisper" not in page, path
            assert "Tower" not in page, path
        for path in (
            "screens/rooms/tower-room",
            "screens/venues/tower",
            "now?venue=tower",
            "now?room=tower-room",
        ):
            assert someone.get(f"/h22/{path}").status_code == 404, path


def test_the_door_of_a_closed_congress_is_for_its_ticket_holders_and_its_team(h22, browser):
    congress = a.a_conference(h22, title="Congress", visibility=Visibility.REGISTERED)
    hall = a.a_room(h22, "Great hall", venue="Sea U")
    _talk(congress, "Plenary", 8, room=hall, admission=Admission.TICKET)
    a.publish(h22)
    ada = a.a_person(h22)
    a.a_registration(ada, congress)
    team = a.an_organiser(h22, Role.VIEWER, congress)
    others = a.an_organiser(h22, Role.OWNER, a.a_conference(h22))

    for someone, status in ((None, 404), (ada, 200), (team, 200), (others, 404)):
        door = browser(someone).get("/h22/screens/rooms/great-hall")
        foyer = browser(someone).get("/h22/screens/expo").text
        assert door.status_code == status, someone
        assert ("Plenary" in door.text) is (status == 200)
        assert "Plenary" in foyer  # title, time and venue are known to all
        assert ("Great hall" in foyer) is (status == 200), someone
        assert ("Great hall" in browser(someone).get("/h22/screens/").text) is (status == 200), someone


def test_screens_of_one_expo_are_not_in_another(hall, browser):
    a.an_expo(slug="there")

    for path in ("screens/rooms/hall", "screens/venues/sea-u", "now?venue=sea-u", "now?room=hall"):
        assert browser().get(f"/there/{path}").status_code == 404, path


@pytest.mark.parametrize("many", [1, 12])
def test_screens_ask_no_more_often_for_many_rooms(h22, browser, statements, many):
    conference = a.a_conference(h22)
    for number in range(many):
        _talk(conference, f"Talk {number}", 8, room=a.a_room(h22, f"Room {number}", venue="Sea U"))
    a.publish(h22)
    # The first page with rows also asks what is new, which is kept until something is published.
    counts = {
        "screens/": 3,
        "screens/expo": 3,
        "screens/venues/sea-u": 3,
        "screens/rooms/room-0": 3,
        "now?venue=sea-u": 5,
        "now?room=room-0": 5,
    }

    for path, most in counts.items():
        with statements() as asked:
            assert browser().get(f"/h22/{path}").status_code == 200
        assert len(asked) <= most, (path, len(asked), asked)
