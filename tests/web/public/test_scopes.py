"""Tracks, series, goals, areas and places have pages and calendars, and tell nobody more than they may know."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expo.core.db import db, transaction
from expo.programme.models import Area
from expo.programme.words import Admission, Visibility
from tests import factories as a

MORNING = datetime(2022, 5, 31, 8, tzinfo=UTC)

pytestmark = pytest.mark.feature("F2")


@pytest.fixture
def h22(app, at):
    at(MORNING)
    return a.an_expo(
        slug="h22", name="H22", city="Helsingborg", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3)
    )


def _talk(conference, title: str, **changes):
    values = {"starts_at": datetime(2022, 6, 1, 9, tzinfo=UTC), "published": False, **changes}
    return a.a_session(conference, title=title, **values)


def _in_area(room, name: str = "Harbour") -> None:
    with transaction():
        area = Area(expo_id=room.expo_id, slug=name.lower(), name=name)
        db.session.add(area)
        db.session.flush()
        room.venue.area_id = area.id


def test_a_track_holds_the_sessions_of_all_conferences_that_have_it(h22, browser):
    one, other = a.a_conference(h22, title="Urban"), a.a_conference(h22, title="Arena")
    _talk(one, "Wind power", track="Energy")
    _talk(other, "Heat pumps", track="Energy")
    _talk(other, "Something else", track="Housing")
    a.publish(h22)

    page = browser().get("/h22/tracks/energy").text

    assert "Wind power" in page
    assert "Heat pumps" in page
    assert "Something else" not in page
    assert 'href="/h22/programme?conference=urban&amp;track=energy">Urban</a>' in page
    assert 'href="/h22/feeds/tracks/energy.ics"' in page
    assert 'href="/h22/tracks/energy">Energy</a>' in browser().get("/h22/conferences/urban").text


def test_a_series_leads_from_one_conference_to_the_next(h22, browser):
    values = {"series": "Climate Breakfast"}
    parts = {
        number: a.a_conference(
            h22,
            title=f"Breakfast number {number}",
            starts_on=date(2022, 6, number - 20),
            ends_on=date(2022, 6, number - 20),
            series_number=number,
            **values,
        )
        for number in (29, 27, 28)
    }
    a.a_conference(h22, title="Not told", visibility=Visibility.HIDDEN, series_number=30, **values)
    _talk(parts[28], "Coffee")
    a.publish(h22)

    page = browser().get("/h22/series/climate-breakfast").text
    middle = browser().get("/h22/conferences/breakfast-number-28").text
    first = browser().get("/h22/conferences/breakfast-number-27").text

    order = [page.index(f">Breakfast number {number}</a>") for number in (27, 28, 29)]
    assert order == sorted(order)
    assert "Coffee" in page
    assert "Not told" not in page
    assert "Coffee" in browser().get("/h22/feeds/series/climate-breakfast.ics").text
    assert "Breakfast number 27" in middle.split("Before this")[1].split("After this")[0]
    assert "Breakfast number 29" in middle.split("After this")[1]
    assert "Before this" not in first
    assert 'href="/h22/series/climate-breakfast">Climate Breakfast</a>' in first
    assert "3 conferences" in browser().get("/h22/conferences").text.split("Series")[1]


def test_each_goal_has_its_page_and_is_counted_once_per_session(h22, browser):
    conference = a.a_conference(h22)
    _talk(conference, "Clean water", sdgs=(6, 14))
    _talk(conference, "Sea grass", sdgs=(14,))
    a.publish(h22)

    every = browser().get("/h22/sdgs/").text
    goal = browser().get("/h22/sdgs/6").text

    assert every.count("<li><a href=") >= 17
    assert "2 sessions" in every.split("Life below water")[1].split("</li>")[0]
    assert "None yet" in every.split("No poverty")[1].split("</li>")[0]
    assert "Clean water" in goal
    assert "Sea grass" not in goal
    assert "No sessions are published yet." in browser().get("/h22/sdgs/1").text
    assert [browser().get(f"/h22/sdgs/{number}").status_code for number in (0, 18, 999)] == [404] * 3


@pytest.mark.feature("F16")
def test_an_area_holds_what_happens_at_its_venues(h22, browser):
    conference, quay = a.a_conference(h22), a.a_room(h22, "Quay", venue="Oceanhamnen")
    _in_area(quay)
    _talk(conference, "Boats", room=quay)
    _talk(conference, "Trams", room=a.a_room(h22, "Platform", venue="Station"))
    a.publish(h22)

    area, places = browser().get("/h22/areas/harbour").text, browser().get("/h22/venues").text

    assert "Boats" in area
    assert "Trams" not in area
    assert 'href="/h22/venues/oceanhamnen"' in area
    feed = browser().get("/h22/feeds/areas/harbour.ics").text
    assert "Boats" in feed
    assert "Trams" not in feed
    assert "Oceanhamnen" in places.split("Harbour</a>")[1].split("More places in Helsingborg")[0]
    assert "Station" in places.split("More places in Helsingborg")[1]


def test_a_long_scope_shows_each_session_once_and_leads_to_the_rest(h22, browser):
    conference = a.a_conference(h22)
    for number in range(30):
        _talk(conference, f"Talk {number}", track="Energy", sdgs=(7,))
    a.publish(h22)

    page = browser().get("/h22/tracks/energy").text

    assert page.count('class="row-title"') == 24
    assert "30 sessions" in page
    assert "6 more sessions" in page


@pytest.mark.parametrize("of_conference", [True, False])
@pytest.mark.parametrize("strict", [Visibility.INVITATION, Visibility.HIDDEN])
def test_private_parts_of_the_programme_are_no_pages(h22, browser, strict, of_conference):
    shown = {"visibility": strict}
    conference = a.a_conference(
        h22, title="Club", series="Secret evenings", **(shown if of_conference else {})
    )
    room = a.a_room(h22, "Tower room", venue="Tower")
    _in_area(room, "Undercity")
    whisper = {"track": "Whispers", "sdgs": (16,), "room": room, **({} if of_conference else shown)}
    _talk(conference, "Whisper", **whisper)
    a.publish(h22)
    reader = browser()

    for path in (
        "tracks/whispers",
        "areas/undercity",
        "venues/tower",
        "feeds/areas/undercity.ics",
        "feeds/tracks/whispers.ics",
    ):
        assert reader.get(f"/h22/{path}").status_code == 404, path
    for path in (
        "sdgs/",
        "sdgs/16",
        "venues",
        "conferences",
        "feeds/sdgs/16.ics",
        "",
        "series/secret-evenings",
    ):
        page = reader.get(f"/h22/{path}").text
        for secret in ("Whisper<", "SUMMARY:Whisper", "Tower", "Undercity", "1 session<"):
            assert secret not in page, (path, secret)
    expected = 404 if of_conference else 200
    assert reader.get("/h22/series/secret-evenings").status_code == expected
    assert reader.get("/h22/feeds/series/secret-evenings.ics").status_code == expected


def test_a_registered_session_has_its_track_for_all_and_its_goals_for_ticket_holders(h22, browser):
    conference = a.a_conference(h22, visibility=Visibility.REGISTERED)
    _talk(conference, "Reviews of cities", track="Reviews", sdgs=(11,), admission=Admission.TICKET)
    a.publish(h22)
    ada = a.a_person(h22)
    a.a_registration(ada, conference)

    assert "Reviews of cities" in browser().get("/h22/tracks/reviews").text
    assert "Reviews of cities" not in browser().get("/h22/sdgs/11").text
    assert "Reviews of cities" in browser(ada).get("/h22/sdgs/11").text
    assert "1 session<" not in browser().get("/h22/sdgs/").text
    assert "1 session<" in browser(ada).get("/h22/sdgs/").text


def test_nothing_of_one_expo_is_found_in_another(h22, browser):
    there = a.an_expo(slug="there")
    room = a.a_room(h22, "Quay", venue="Oceanhamnen")
    _in_area(room)
    _talk(a.a_conference(h22, series="Walks"), "Boats", track="Sea", room=room)
    a.publish(h22)

    for path in ("tracks/sea", "series/walks", "areas/harbour", "venues/oceanhamnen"):
        assert browser().get(f"/h22/{path}").status_code == 200, path
        assert browser().get(f"/there/{path}").status_code == 404, path
        assert browser().get(f"/h22/{path}-and-more").status_code == 404, path
    assert there.slug == "there"


@pytest.mark.parametrize("many", [1, 12])
def test_pages_of_scopes_ask_no_more_often_for_many_rows(h22, browser, statements, many):
    conference = a.a_conference(h22, series="Walks")
    for number in range(many):
        room = a.a_room(h22, venue=f"Venue {number}")
        _in_area(room, f"Area{number}")
        _talk(conference, f"Talk {number}", track="Sea", sdgs=(14,), room=room)
    a.publish(h22)
    # The first page with rows also asks what is new, which is kept until something is published.
    counts = {"tracks/sea": 3, "series/walks": 3, "sdgs/": 2, "sdgs/14": 2, "areas/area0": 4, "venues": 3}

    for path, most in counts.items():
        with statements() as asked:
            assert browser().get(f"/h22/{path}").status_code == 200
        assert len(asked) <= most, (path, len(asked), asked)
