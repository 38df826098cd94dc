"""Whoever follows from afar sees the time of the place and, when they ask, their own; right over both DST nights."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expo.programme import places
from expo.programme.drafts import RoomDraft, VenueDraft
from expo.programme.words import Mode
from tests import factories as a

pytestmark = pytest.mark.feature("F8")

NEW_YORK = "tz=America/New_York"


@pytest.fixture
def breakfast(app, at):
    """An online breakfast at 08:00 in Stockholm."""
    at(datetime(2022, 5, 31, 5, tzinfo=UTC))
    expo = a.an_expo(slug="h22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    conference = a.a_conference(expo, title="Breakfasts", slug="breakfasts", mode=Mode.ONLINE)
    online = places.save_venue(expo=expo, draft=VenueDraft("Online", is_online=True))[0]
    return a.a_session(
        conference,
        title="Breakfast",
        code="B1",
        starts_at=datetime(2022, 5, 31, 6, tzinfo=UTC),
        minutes=90,
        room=places.save_room(venue=online, draft=RoomDraft("Stream", 5000))[0],
    )


def test_both_times_are_printed_when_they_are_asked_for(breakfast, browser):
    plain = browser().get("/h22/sessions/B1").text
    asked = browser().get(f"/h22/sessions/B1?{NEW_YORK}").text

    assert "For you" not in plain
    assert "08:00 to 09:30" in asked
    assert "Stockholm time" in asked
    assert "For you: 02:00 to 03:30 New York time." in asked
    assert '<option value="America/New_York" selected>New York</option>' in asked
    assert "For you" not in browser().get("/h22/sessions/B1").text


@pytest.mark.parametrize("path", ["now", "conferences/breakfasts", "programme?day=2022-05-31"])
def test_rows_print_both_and_lead_on_with_the_zone(breakfast, browser, path):
    address = f"/h22/{path}{'&' if '?' in path else '?'}{NEW_YORK}"

    page = browser().get(address).text

    assert "02:00 to 03:30 New York time" in page
    assert "09:30 Stockholm time" in page
    assert 'href="/h22/sessions/B1?tz=America/New_York"' in page.replace("%2F", "/")
    assert "New York time" not in browser().get(f"/h22/{path}").text


def test_the_form_is_offered_where_people_follow_from_afar(breakfast, browser):
    on_site = a.a_session(
        a.a_conference(breakfast.session.conference.expo, slug="here"), starts_at=breakfast.starts_at
    )

    for path in ("sessions/B1", "conferences/breakfasts", "now?venue=online"):
        page = browser().get(f"/h22/{path}").text
        assert "data-zones" in page, path
        assert "js/zones.js" in page, path
    for path in (f"sessions/{on_site.code}", "conferences/here", "now?venue=sea-u"):
        assert "data-zones" not in browser().get(f"/h22/{path}").text, path
    assert "data-zones" in browser().get(f"/h22/sessions/{on_site.code}?{NEW_YORK}").text
    now = browser().get("/h22/now?venue=online").text
    assert '<input type="hidden" name="venue" value="online">' in now


def test_the_same_clock_is_not_printed_twice(breakfast, browser):
    assert "For you" not in browser().get("/h22/sessions/B1?tz=Europe/Berlin").text


@pytest.mark.parametrize(
    "odd", ["Mars/Base", "", "localtime", "../../etc/passwd", "<script>", "Factory", "²" * 99]
)
def test_a_zone_that_is_none_changes_nothing(breakfast, browser, odd):
    answer = browser().get("/h22/sessions/B1", query_string={"tz": odd})

    assert answer.status_code == 200
    assert "For you" not in answer.text


@pytest.mark.parametrize(
    ("starts", "zone", "said"),
    [
        # Europe goes to summer time on 27 March 2022, two weeks after New York.
        ((2022, 3, 26, 23, 30), "America/New_York", "Sat 26 Mar 19:30 to 21:00 New York time"),
        ((2022, 3, 27, 0, 30), "America/New_York", "Sat 26 Mar 20:30 to 22:00 New York time"),
        # The session lasts over the hour that New York has twice.
        ((2022, 11, 6, 5, 0), "America/New_York", "01:00 (summer time) to 01:30 (winter time) New York time"),
        ((2022, 6, 1, 18, 0), "Asia/Tokyo", "Thu 2 Jun 03:00 to 04:30 Tokyo time"),
        ((2022, 6, 1, 14, 0), "Asia/Kathmandu", "19:45 to 21:15 Kathmandu time"),
        ((2022, 6, 1, 14, 0), "Asia/Tokyo", "23:00 to Thu 2 Jun 00:30 Tokyo time"),
    ],
)
def test_times_are_right_over_both_nights_and_over_midnight(breakfast, browser, starts, zone, said):
    conference = a.a_conference(breakfast.session.conference.expo)
    when = datetime(*starts, tzinfo=UTC)
    there = a.a_session(conference, starts_at=when, minutes=90, room=breakfast.room)

    page = browser().get(f"/h22/sessions/{there.code}?tz={zone}").text

    assert f"For you: {said}." in page
