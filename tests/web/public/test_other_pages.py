"""Home, now, conferences, people, places and the small pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expo.booking.actions import book_seat
from expo.programme import actions as programme
from expo.programme.drafts import Billing, OccurrenceDraft
from expo.programme.words import Admission
from tests import factories as a

MORNING = datetime(2022, 5, 31, 8, 40, tzinfo=UTC)


@pytest.fixture
def h22(app, at):
    at(MORNING)
    return a.an_expo(
        slug="h22",
        name="H22 City Expo",
        starts_on=date(2022, 5, 30),
        ends_on=date(2022, 7, 3),
        description="A city. More.",
    )


def _open(conference, title: str, hour: int, **changes):
    values = {"seats": None, "admission": Admission.OPEN, "published": False, **changes}
    return a.a_session(conference, title=title, starts_at=datetime(2022, 5, 31, hour, tzinfo=UTC), **values)


def test_home_answers_what_is_on_now_next_and_this_evening(h22, browser):
    conference = a.a_conference(h22, title="Urban Brilliance", hosts=("City of Helsingborg",))
    for title, hour in (("Ended one", 5), ("Running one", 8), ("Coming one", 10), ("Evening one", 17)):
        _open(conference, title, hour)
    for hour in (11, 12, 13):
        _open(conference, f"At {hour}", hour)
    a.publish(h22)

    page = browser().get("/h22/").text

    now, rest = page.split("On now <small>")[1].split("Next <small>")
    soon, evening = rest.split("This evening")
    assert "Running one" in now
    assert "Coming one" in soon
    assert "Evening one" in evening
    assert "Ended one" not in page
    assert "Day 2 of 35." in page
    assert "City of Helsingborg" in page


def test_home_shows_the_next_seat_of_whoever_is_signed_in(h22, browser):
    conference = a.a_conference(h22)
    seat = _open(conference, "My workshop", 12, seats=5, admission=Admission.SEAT, published=True)
    ada = a.a_person(h22)
    a.a_registration(ada, conference)
    book_seat(person=ada, occurrence_id=seat.id)

    assert "Your next session" in browser(ada).get("/h22/").text
    assert "Your next session" not in browser().get("/h22/").text


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (datetime(2022, 5, 20, 12, tzinfo=UTC), "Starts in 10 days."),
        (datetime(2022, 8, 1, 12, tzinfo=UTC), "The expo is over."),
    ],
)
def test_home_answers_before_and_after_the_expo(h22, at, browser, now, says):
    _open(a.a_conference(h22), "Once", 10, published=True)
    at(now)

    assert says in browser().get("/h22/").text


def test_home_stands_with_nothing_in_it(app, browser):
    expo = a.an_expo()

    for path in ("", "programme", "conferences", "speakers", "now", "feeds"):
        assert browser().get(f"/{expo.slug}/{path}").status_code == 200


@pytest.mark.feature("F7")
def test_now_shows_what_runs_and_what_begins_within_two_hours(h22, browser):
    conference = a.a_conference(h22)
    _open(conference, "Running", 8)
    _open(conference, "Soon", 9)
    _open(conference, "Late", 14)
    a.publish(h22)

    page = browser().get("/h22/now").text

    assert "Running" in page
    assert "Soon" in page
    assert "Late" not in page


@pytest.mark.feature("F2")
def test_a_conference_page_has_hosts_dates_tickets_and_its_sessions_by_day(h22, browser):
    conference = a.a_conference(
        h22,
        title="H22 Arena",
        slug="arena",
        hosts=("City of Helsingborg", "UNECE"),
        starts_on=date(2022, 6, 13),
        ends_on=date(2022, 6, 16),
        closed_dates=(date(2022, 6, 14),),
        description="A square.",
    )
    a.a_ticket_type(conference, "Lunch", price_minor=49500, quota=3)
    a.a_ticket_type(conference, "Delegate", needs_approval=True)
    a.a_session(conference, title="Opening", starts_at=datetime(2022, 6, 13, 8, tzinfo=UTC))

    page = browser().get("/h22/conferences/arena").text

    for words in (
        "Hosted by City of Helsingborg, UNECE",
        "13 to 16 June 2022",
        "Closed on 14 Jun.",
        "SEK\xa0495",
        "3 left",
        "The hosts approve each request.",
        "Monday 13 June",
        'href="/h22/register?conference=arena"',
        'href="#day-2022-06-13"',
        'href="/h22/feeds/conferences/arena.ics"',
    ):
        assert words in page, words


@pytest.mark.feature("F2")
def test_a_conference_that_is_over_sells_nothing(h22, browser):
    april = {"starts_on": date(2022, 4, 4), "ends_on": date(2022, 4, 5)}
    forum = a.a_conference(h22, slug="forum", time_zone="Europe/Zurich", **april)
    a.a_ticket_type(forum)

    page = browser().get("/h22/conferences/forum").text

    assert "Over</span>" in page
    assert "/h22/register" not in page
    assert "Zurich time" in page


def test_a_large_conference_leads_to_its_days_in_the_programme(h22, browser):
    conference = a.a_conference(h22, slug="city")
    tour = a.a_session(conference, starts_at=datetime(2022, 6, 1, 8, tzinfo=UTC), published=False, minutes=10)
    for number in range(1, 70):
        starts = datetime(2022, 6, 1 + number // 10, 8 + number % 10, tzinfo=UTC)
        draft = OccurrenceDraft(starts, starts.replace(minute=10), tour.room_id, 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    a.publish(h22)

    page = browser().get("/h22/conferences/city").text

    assert 'href="/h22/programme?day=2022-06-03&amp;conference=city"' in page
    assert "70 sessions in all." in page


@pytest.mark.feature("F2")
def test_a_speaker_stands_once_with_all_sessions(h22, browser):
    conference = a.a_conference(h22)
    band = a.a_speaker(h22, "Blåsorkestern")
    for hour in (9, 11):
        session = _open(conference, f"Concert at {hour}", hour)
        programme.bill(session=session.session, billings=[Billing(band.id, "performer")])
    a.publish(h22)

    people = browser().get("/h22/speakers").text
    page = browser().get("/h22/speakers/blasorkestern").text

    assert people.count("Blåsorkestern</b>") == 1
    assert "2 sessions" in people
    assert "In 2 sessions" in page
    assert "Nobody of that name" in browser().get("/h22/speakers?q=zz").text
    assert "Blåsorkestern" in browser().get("/h22/speakers?q=BLAS").text


@pytest.mark.feature("F11")
def test_places_tell_their_rooms_and_what_happens_there(h22, browser):
    room = a.a_room(h22, "Quay 4", capacity=70, venue="Oceanhamnen")
    _open(a.a_conference(h22), "Boats", 12, room=room, published=True)

    venue = browser().get("/h22/venues/oceanhamnen").text
    inside = browser().get("/h22/rooms/quay-4").text

    assert "70 places" in venue
    assert 'href="/h22/rooms/quay-4"' in venue
    assert "Boats" in venue
    assert "Boats" in inside
    assert 'href="/h22/feeds/rooms/quay-4.ics"' in inside


@pytest.mark.feature("F2")
def test_calendars_can_be_subscribed_to_and_downloaded(h22, browser):
    conference = a.a_conference(h22, title="Urban Brilliance", slug="urban")
    _open(conference, "Boats", 12, published=True)

    page = browser().get("/h22/feeds").text

    assert 'href="webcal://localhost/h22/feeds/programme.ics"' in page
    assert 'href="/h22/feeds/conferences/urban.ics"' in page
    assert "/h22/feeds/venues/sea-u.ics" in page


@pytest.mark.feature("F9")
def test_pages_speak_the_language_that_was_chosen(h22, browser):
    reader = browser(**{"Accept-Language": "sv"})
    assert '<html lang="sv"' in reader.get("/h22/privacy").text

    reader.get("/h22/privacy?lang=en")

    assert '<html lang="en"' in reader.get("/h22/accessibility").text


def test_the_root_leads_to_the_only_expo_or_lists_them(h22, browser):
    assert browser().get("/").location == "/h22/"

    a.an_expo(slug="h32", name="H32")

    page = browser().get("/").text
    assert "H22 City Expo" in page
    assert "H32" in page
    assert browser().get("/h42/").status_code == 404
