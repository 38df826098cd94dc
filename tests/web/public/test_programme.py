from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from expo.booking.actions import book_seat
from expo.core.db import transaction
from expo.expos.queries import by_slug
from expo.programme import actions as programme
from expo.programme import queries as programme_queries
from expo.programme.drafts import OccurrenceDraft
from expo.programme.words import Admission, Placement
from expo.registration.models import Category
from tests import factories as a
from tests.counting import statements

SUMMER = {"slug": "h22", "starts_on": date(2022, 5, 30), "ends_on": date(2022, 7, 3)}
MORNING = datetime(2022, 5, 31, 6, 30, tzinfo=UTC)


@pytest.fixture
def h22(app, at):
    at(MORNING)
    return a.an_expo(**SUMMER)


@pytest.mark.feature("F1")
def test_the_strip_leads_to_each_of_the_thirty_five_days(h22, browser):
    a.a_session(a.a_conference(h22), starts_at=datetime(2022, 6, 4, 8, tzinfo=UTC))

    page = browser().get("/h22/programme").text

    for day in range(35):
        assert f'href="/h22/programme?day={h22.starts_on + timedelta(days=day)}"' in page
    assert page.count('aria-current="date"') == 1
    assert "Tuesday 31 May" in page


@pytest.mark.feature("F1")
@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (datetime(2022, 4, 1, 12, tzinfo=UTC), "Monday 30 May"),
        (datetime(2022, 6, 18, 12, tzinfo=UTC), "Saturday 18 June"),
        (datetime(2023, 1, 1, 12, tzinfo=UTC), "Sunday 3 July 2022"),
    ],
)
def test_the_programme_opens_today_or_at_the_nearest_day(app, at, browser, now, shown):
    at(now)
    a.an_expo(**SUMMER)

    assert f"<h1>{shown}</h1>" in browser().get("/h22/programme").text


@pytest.mark.feature("F1")
@pytest.mark.parametrize(
    "day", ["2022-13-01", "2022-02-30", "tomorrow", "0000-00-00", "2022-6-1", "²022-06-01"]
)
def test_a_day_that_does_not_exist_shows_the_usual_one(h22, browser, day):
    assert "Tuesday 31 May" in browser().get("/h22/programme", query_string={"day": day}).text


@pytest.mark.feature("F3")
def test_rows_say_when_where_and_how_one_gets_in(h22, browser):
    conference = a.a_conference(h22, title="Urban Brilliance")
    harbour = a.a_room(h22, "Quay 4", venue="Oceanhamnen")
    nine = datetime(2022, 5, 31, 7, tzinfo=UTC)
    a.a_session(conference, title="Few", seats=1, starts_at=nine, room=harbour, published=False)
    a.a_session(conference, title="None", seats=0, starts_at=nine, published=False)
    a.a_session(conference, title="Open", seats=None, admission=Admission.OPEN, starts_at=nine)

    page = browser().get("/h22/programme?day=2022-05-31").text

    for words in (
        "Quay 4",
        "Oceanhamnen",
        "09:00",
        "10:00",
        "1 seat left",
        "Full",
        "Open to all",
        "Urban Brilliance",
    ):
        assert words in page, words


@pytest.mark.feature("F8", "F16")
def test_what_runs_past_midnight_stays_with_its_evening(h22, browser):
    late = datetime(2022, 6, 17, 20, 30, tzinfo=UTC)
    a.a_session(a.a_conference(h22), title="Night swim", starts_at=late, minutes=180)

    evening = browser().get("/h22/programme?day=2022-06-17").text
    morning = browser().get("/h22/programme?day=2022-06-18").text

    assert "Night swim" in evening
    assert "01:30 (+1)" in evening
    assert "Night swim" not in morning


@pytest.mark.feature("F16")
def test_a_conference_decides_when_its_night_ends(h22, browser):
    conference = a.a_conference(h22)
    with transaction():
        conference.day_change_hour = 4
    a.a_session(conference, title="After hours", starts_at=datetime(2022, 6, 17, 23, tzinfo=UTC))

    page = browser().get("/h22/programme?day=2022-06-17").text

    assert "After hours" in page
    assert "(+1)" in page


@pytest.mark.feature("F8")
def test_another_zone_is_named_and_its_own_clock_is_shown(h22, browser):
    away = a.a_conference(h22, time_zone="America/New_York", title="Forum")
    a.a_session(away, title="Opening", starts_at=datetime(2022, 6, 6, 13, tzinfo=UTC))

    page = browser().get("/h22/programme?day=2022-06-06").text

    assert "09:00" in page
    assert "New York time" in page


@pytest.mark.feature("F1", "F2")
def test_a_conference_outside_the_expo_has_days_of_its_own(h22, browser):
    april = {"starts_on": date(2022, 4, 4), "ends_on": date(2022, 4, 5)}
    forum = a.a_conference(h22, title="Forum of Mayors", slug="forum", time_zone="Europe/Zurich", **april)
    a.a_session(forum, title="Opening", starts_at=datetime(2022, 4, 4, 8, tzinfo=UTC))

    page = browser().get("/h22/programme?day=2022-04-04").text

    assert 'href="/h22/programme?day=2022-04-05"' in page
    assert 'href="/h22/programme?day=2022-05-30"' not in page
    assert "Opening" in page


@pytest.mark.feature("F8")
def test_conferences_of_several_days_have_a_lane_of_their_own(h22, browser):
    a.a_conference(
        h22,
        title="Urban Brilliance",
        starts_on=date(2022, 5, 30),
        ends_on=date(2022, 6, 3),
        closed_dates=(date(2022, 6, 1),),
    )

    assert "day 3 of 4" in browser().get("/h22/programme?day=2022-06-02").text
    assert "Urban Brilliance" not in browser().get("/h22/programme?day=2022-06-01").text


@pytest.mark.feature("F4")
def test_filters_are_in_the_address_and_kept_from_day_to_day(h22, browser):
    conference = a.a_conference(h22)
    nine = datetime(2022, 5, 31, 7, tzinfo=UTC)
    a.a_session(conference, title="På svenska", languages=("sv",), starts_at=nine, published=False)
    a.a_session(conference, title="In English", languages=("en",), starts_at=nine)

    page = browser().get("/h22/programme?day=2022-05-31&language=en").text

    assert "In English" in page
    assert "På svenska" not in page
    assert "1 of 2 sessions with your filters" in page
    assert "day=2022-06-01&amp;language=en" in page
    assert "/feeds/programme.ics?day=2022-05-31&amp;language=en" in page


@pytest.mark.feature("F4")
def test_where_nothing_meets_all_wishes_the_next_match_is_offered(h22, browser):
    conference = a.a_conference(h22)
    nine = datetime(2022, 5, 31, 7, tzinfo=UTC)
    a.a_session(conference, title="Here", languages=("sv",), starts_at=nine, published=False)
    a.a_session(conference, title="There", languages=("da",), starts_at=nine + timedelta(days=3))

    page = browser().get("/h22/programme?day=2022-05-31&language=da&seats=1").text

    assert "Nothing on 31 May meets all your wishes" in page
    assert "There" in page
    assert "Any language: 1 session" in page


@pytest.mark.feature("F4", "F5")
def test_words_without_a_day_search_all_days_and_show_each_session_once(h22, browser):
    conference = a.a_conference(h22)
    first = datetime(2022, 6, 1, 9, tzinfo=UTC)
    tour = a.a_session(conference, title="Rundtur i RecoLab", starts_at=first, published=False)
    for day in range(1, 30):
        starts = first + timedelta(days=day)
        draft = OccurrenceDraft(starts, starts + timedelta(hours=1), tour.room_id, 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    a.publish(h22)

    page = browser().get("/h22/programme?q=recolab").text

    assert "1 session, 30 times in all" in page
    assert page.count("Rundtur i RecoLab</a>") == 1
    assert "and 29 more times until Thu 30 Jun" in page


@pytest.mark.feature("F4")
def test_nothing_found_says_what_to_try(h22, browser):
    page = browser().get("/h22/programme?q=zeppelin").text

    assert "Nothing found" in page
    assert "Accents do not matter" in page


def test_tentative_and_cancelled_times_are_shown_for_what_they_are(h22, browser):
    conference = a.a_conference(h22)
    nine = datetime(2022, 6, 2, 7, tzinfo=UTC)
    maybe = a.a_session(conference, title="Maybe", starts_at=nine, published=False)
    draft = OccurrenceDraft(nine, nine + timedelta(hours=1), maybe.room_id, 20, Placement.TENTATIVE)
    programme.edit_occurrence(occurrence=maybe, draft=draft)
    off = a.a_session(conference, title="Off", starts_at=nine)
    programme.cancel_occurrence(occurrence=off, why="Storm")
    a.publish(h22)

    page = browser().get("/h22/programme?day=2022-06-02").text

    assert "Time to be confirmed" in page
    assert "Cancelled" in page
    assert "book=" not in page


def test_today_shows_where_the_clock_is(h22, at, browser):
    conference = a.a_conference(h22)
    at(datetime(2022, 5, 31, 8, 30, tzinfo=UTC))
    for title, hour in (("Over", 6), ("Running", 8), ("Coming", 9)):
        starts = datetime(2022, 5, 31, hour, tzinfo=UTC)
        a.a_session(conference, title=title, starts_at=starts, published=False)
    a.publish(h22)

    page = browser().get("/h22/programme").text

    assert "Now 10:30" in page
    assert "1 on now, next in 30 min" in page
    assert page.index("Ended") < page.index("On now") < page.index('id="now"') < page.index("Coming</a>")


@pytest.mark.feature("B1")
def test_somebody_known_books_with_one_press_and_a_stranger_is_led_to_register(h22, browser):
    conference = a.a_conference(h22, slug="urban")
    tour = a.a_session(conference, starts_at=datetime(2022, 6, 2, 7, tzinfo=UTC), code="URB-1")
    ada = a.a_person(h22)
    a.a_registration(ada, conference)

    known = browser(ada).get("/h22/programme?day=2022-06-02").text
    stranger = browser().get("/h22/programme?day=2022-06-02").text

    assert 'action="/h22/bookings"' in known
    assert f'name="occurrence" value="{tour.code}"' in known
    assert 'href="/h22/register?conference=urban&amp;book=URB-1"' in stranger
    assert 'action="/h22/bookings"' not in stranger


@pytest.mark.feature("B1")
def test_a_booked_row_says_so_and_offers_no_second_seat(h22, browser):
    conference = a.a_conference(h22)
    tour = a.a_session(conference, starts_at=datetime(2022, 6, 2, 7, tzinfo=UTC))
    ada = a.a_person(h22)
    a.a_registration(ada, conference)
    book_seat(person=ada, occurrence_id=tour.id)

    page = browser(ada).get("/h22/programme?day=2022-06-02").text

    assert "Your seat" in page
    assert 'action="/h22/bookings"' not in page


@pytest.fixture
def priced(app):
    """A free meeting and one with a price for companies, and something on the square for all."""
    expo = a.an_expo(slug="summer")
    meeting, congress = a.a_conference(expo, title="Meeting"), a.a_conference(expo, title="Congress")
    a.a_ticket_type(meeting, "City", category=Category.CITY)
    a.a_ticket_type(congress, "Company", category=Category.COMPANY, price_minor=49500)
    closed = {"admission": Admission.TICKET, "seats": None, "published": False}
    a.a_session(meeting, title="Mayors talk", **closed)
    a.a_session(congress, title="Firms talk", **closed)
    a.a_session(congress, title="On the square", admission=Admission.OPEN, seats=None)
    return f"/summer/programme?day={a.tomorrow_at(9).date()}"


@pytest.mark.feature("F4")
@pytest.mark.parametrize(
    ("wish", "titles"),
    [
        ("price=free", {"Mayors talk", "On the square"}),
        ("price=paid", {"Firms talk"}),
        ("audience=city", {"Mayors talk", "On the square"}),
        ("audience=company&price=free", {"On the square"}),
        ("audience=press", {"On the square"}),
        (
            "price=nonsense&audience=nobody&time=teatime&offer=",
            {"Mayors talk", "Firms talk", "On the square"},
        ),
    ],
)
def test_prices_and_audiences_are_asked_of_the_tickets(priced, browser, wish, titles):
    page = browser().get(f"{priced}&{wish}").text

    assert {
        title for title in ("Mayors talk", "Firms talk", "On the square") if f">{title}</a>" in page
    } == titles


@pytest.mark.feature("F4")
def test_each_choice_says_how_many_it_leaves_and_each_wish_can_be_taken_away(priced, browser):
    page = browser().get(f"{priced}&price=free&time=evening&time=afternoon&time=morning&q=talk").text

    assert "Free of charge (" in page
    assert 'aria-current="true" href="/summer/programme?' in page
    for taken in ("Free of charge", "talk"):
        assert re.search(rf'aria-current="true" href="[^"]*"><span>{taken} ', page), taken


@pytest.mark.feature("F4")
def test_open_to_me_is_asked_of_the_tickets_of_whoever_is_signed_in(priced, browser):
    expo = by_slug("summer")
    congress = next(found for found in programme_queries.conferences(expo.id) if found.title == "Congress")
    person = a.a_person(expo)
    a.a_registration(person, congress, a.a_ticket_type(congress, "Press"))

    page = browser(person).get(f"{priced}&open=1").text

    assert "Firms talk" in page
    assert "Mayors talk" not in page
    assert "Open to me" not in browser().get(priced).text


@pytest.mark.feature("F3")
def test_what_was_added_or_moved_lately_is_marked(app, browser):
    conference = a.a_conference()
    path = f"/{conference.expo.slug}/programme?day={a.tomorrow_at(9).date()}"
    first = a.a_session(conference, title="First", starts_at=a.tomorrow_at(9))
    assert "mark-new" not in browser().get(path).text

    a.a_session(conference, title="Added", published=False)
    later = OccurrenceDraft(a.tomorrow_at(15), a.tomorrow_at(16), first.room_id, first.seats)
    programme.edit_occurrence(occurrence=first, draft=later)
    a.publish(conference.expo)

    page = browser().get(path).text
    assert page.count('<span class="mark-new">New</span>') == 1
    assert page.count('<span class="mark-new moved">Moved</span>') == 1


@pytest.mark.feature("F8")
def test_a_day_that_is_followed_from_afar_offers_the_viewers_own_time(app, browser):
    conference = a.a_conference()
    path = f"/{conference.expo.slug}/programme?day={a.tomorrow_at(9).date()}"
    a.a_session(conference, starts_at=a.tomorrow_at(9))

    assert "Times where you are" not in browser().get(path).text
    asked = browser().get(f"{path}&tz=Asia/Tokyo").text

    assert "18:00 to 19:00" in asked
    assert "Times where you are" in asked
    assert "18:00 to" not in browser().get(f"{path}&tz=Mars/Olympus").text


@pytest.mark.feature("F4")
@pytest.mark.parametrize("path", ["programme?language=en", "programme?sdg=11&seats=1", "sdgs/11"])
def test_pages_of_all_days_are_made_of_what_each_process_keeps(app, browser, path):
    occurrence = a.a_session(title="Here", languages=("en",), sdgs=(11,))
    expo = occurrence.session.conference.expo.slug
    browser().get(f"/{expo}/programme?language=sv")

    with statements() as asked:
        page = browser().get(f"/{expo}/{path}").text

    assert "Here</a>" in page
    assert not any("occurrence_versions" in statement for statement in asked)
