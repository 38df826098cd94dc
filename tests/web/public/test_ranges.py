from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from expo.booking.actions import book_seat
from expo.programme import actions as programme
from expo.programme.drafts import OccurrenceDraft
from expo.programme.words import Visibility
from expo.publishing import kept_items, shelf
from expo.publishing.filters import Filter
from tests import factories as a
from tests.counting import statements

SUMMER = {"slug": "h22", "starts_on": date(2022, 5, 30), "ends_on": date(2022, 7, 3)}
TUESDAY = datetime(2022, 5, 31, 6, 30, tzinfo=UTC)
SATURDAY = datetime(2022, 6, 4, 7, tzinfo=UTC)


@pytest.fixture
def h22(app, at):
    at(TUESDAY)
    return a.an_expo(**SUMMER)


def several_times(session, first: datetime, count: int, *, every: timedelta, seats: int = 20) -> None:
    for turn in range(1, count):
        starts = first + turn * every
        draft = OccurrenceDraft(starts, starts + timedelta(minutes=30), session.room_id, seats)
        programme.create_occurrence(session=session.session, draft=draft)


@pytest.mark.feature("F1")
def test_several_days_have_an_address_and_show_each_session_once_a_day(h22, browser):
    tour = a.a_session(a.a_conference(h22), title="Tour", starts_at=SATURDAY, minutes=30, published=False)
    several_times(tour, SATURDAY, 5, every=timedelta(hours=1))
    several_times(tour, SATURDAY + timedelta(hours=23), 4, every=timedelta(hours=1))
    a.a_session(tour.session.conference, title="Monday", starts_at=SATURDAY + timedelta(days=2))

    page = browser().get("/h22/programme?from=2022-06-04&to=2022-06-05").text

    assert "<h1>4 to 5 June</h1>" in page
    assert "1 session, 8 times in all" in page
    assert page.count('class="row-title"') == 2
    assert "Saturday 4 June" in page
    assert "Sunday 5 June" in page
    assert "Monday</a>" not in page
    assert page.count('aria-current="true"') >= 2  # both days of the strip


@pytest.mark.feature("F1")
@pytest.mark.parametrize(
    ("now", "name", "address"),
    [
        (TUESDAY, "today", "day=2022-05-31"),
        (TUESDAY, "tomorrow", "day=2022-06-01"),
        (TUESDAY, "weekend", "from=2022-06-04&to=2022-06-05"),
        (TUESDAY, "week", "from=2022-05-30&to=2022-06-05"),
        (datetime(2022, 6, 5, 9, tzinfo=UTC), "weekend", "day=2022-06-05"),
        (datetime(2022, 4, 1, 9, tzinfo=UTC), "today", "day=2022-05-30"),
    ],
)
def test_names_of_days_lead_to_their_address_and_keep_the_wishes(h22, at, browser, now, name, address):
    at(now)

    answer = browser().get(f"/h22/programme?when={name}&language=en")

    assert answer.status_code == 302
    assert answer.location == f"/h22/programme?{address}&language=en"


@pytest.mark.feature("F1")
def test_one_day_from_and_to_itself_is_that_day(h22, browser):
    answer = browser().get("/h22/programme?from=2022-06-04&to=2022-06-04&seats=1")

    assert answer.location == "/h22/programme?day=2022-06-04&seats=1"


@pytest.mark.feature("F1")
@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2022-06-05", "2022-06-04", "The last day comes before the first"),
        ("2022-06-01", "2022-07-06", "At most 35 days"),
        ("2022-06-31", "2022-07-01", "Write both days"),
        ("<b>", "9" * 5000, "Write both days"),
        ("0001-01-01", "9999-12-31", "Write both days"),
    ],
)
def test_days_that_cannot_be_shown_are_told_with_what_to_mend(h22, browser, first, last, told):
    answer = browser().get("/h22/programme", query_string={"from": first, "to": last, "language": "en"})

    assert answer.status_code == 400
    assert told in answer.text
    assert 'name="language" value="en"' in answer.text
    assert "<b>" not in answer.text.split("<main", 1)[1]


@pytest.mark.feature("F1")
def test_thirty_five_days_are_shown_in_pages_of_whole_days(h22, browser, monkeypatch):
    monkeypatch.setattr("expo.web.public.ranges.MOST_ROWS", 3)
    conference = a.a_conference(h22)
    for number in range(6):
        starts = SATURDAY + timedelta(days=number // 2)
        a.a_session(conference, title=f"Talk {number}", starts_at=starts, published=False)
    a.publish(h22)

    page = browser().get("/h22/programme?from=2022-05-30&to=2022-07-03").text

    assert page.count('class="row-title"') == 2
    assert "from=2022-06-05&amp;to=2022-07-03" in page


@pytest.mark.feature("F1")
def test_what_lasts_for_days_stands_under_each_of_them_and_is_searched_for_once(h22, browser):
    conference = a.a_conference(h22)
    a.a_session(conference, title="Sea exhibition", starts_at=SATURDAY, minutes=72 * 60, published=False)
    a.a_session(conference, title="Sea talk", starts_at=SATURDAY + timedelta(days=2))

    page = browser().get("/h22/programme?from=2022-06-05&to=2022-06-08").text
    with statements() as asked:
        found = browser().get("/h22/programme?from=2022-06-05&to=2022-06-08&q=sea").text

    for text in (page, found):
        for day, there in ((5, 1), (6, 1), (7, 1), (8, 0)):
            assert (
                text.partition(f'id="day-2022-06-0{day}"')[2]
                .partition("</section>")[0]
                .count("Sea exhibition")
                == there
            )
    assert (
        sum("search_entries" in statement for statement in asked) <= 3
    )  # the list, its long ones, the strip


@pytest.mark.feature("F1", "F4")
def test_days_without_a_match_say_which_way_out_there_is(h22, browser):
    a.a_session(a.a_conference(h22), languages=("sv",), starts_at=SATURDAY)

    page = browser().get("/h22/programme?from=2022-06-04&to=2022-06-05&language=da").text

    assert "Nothing on these days meets all your wishes" in page
    assert 'href="/h22/programme?from=2022-06-04&amp;to=2022-06-05"' in page


@pytest.mark.feature("F1")
def test_a_month_is_a_table_of_days_with_their_sessions_and_free_seats(h22, browser):
    conference = a.a_conference(h22)
    a.a_session(conference, seats=7, languages=("sv",), starts_at=SATURDAY, published=False)
    a.a_session(conference, seats=5, languages=("en",), starts_at=SATURDAY)

    page = browser().get("/h22/programme?month=2022-06").text
    english = browser().get("/h22/programme?month=2022-06&language=en").text

    cell = re.search(r'<td class="weekend[^"]*"><a href="/h22/programme\?day=2022-06-04">.*?</td>', page)
    assert cell is not None
    assert ">2<i> sessions</i>" in cell[0]
    assert ">12<i> free seats</i>" in cell[0]
    assert page.count('<th scope="col">') == 7
    assert page.count("<td") % 7 == 0
    assert "month=2022-05" in page
    assert "month=2022-07" in page
    assert "month=2022-08" not in page
    found = re.search(r'<a href="/h22/programme\?day=2022-06-04&amp;language=en">.*?</td>', english)
    assert found is not None
    assert ">1<i> session</i>" in found[0]
    assert ">5<i> free seats</i>" in found[0]


@pytest.mark.feature("F1")
@pytest.mark.parametrize("month", ["2022-13", "june", "2022-6", "0000-01", "9999-99"])
def test_a_month_that_does_not_exist_shows_the_usual_day(h22, browser, month):
    assert "Tuesday 31 May" in browser().get("/h22/programme", query_string={"month": month}).text


@pytest.mark.feature("F1")
def test_a_month_of_december_at_the_end_of_time_has_an_answer(h22, browser):
    for month in ("1900-01", "2199-12"):
        assert browser().get(f"/h22/programme?month={month}").status_code == 200


@pytest.mark.feature("F1", "F4")
def test_the_strip_counts_sessions_and_free_seats_as_the_filters_leave_them(h22, browser):
    conference = a.a_conference(h22)
    tour = a.a_session(
        conference, seats=6, languages=("sv",), starts_at=SATURDAY, minutes=30, published=False
    )
    several_times(tour, SATURDAY, 3, every=timedelta(hours=1), seats=6)
    a.a_session(conference, seats=4, languages=("en",), starts_at=SATURDAY)

    every = browser().get("/h22/programme?day=2022-05-31").text
    english = browser().get("/h22/programme?day=2022-05-31&language=en").text

    assert "June, 2 sessions, 22 free seats</span>" in every
    assert "June, 1 session, 4 free seats</span>" in english


@pytest.mark.feature("F1")
def test_free_seats_of_a_day_follow_bookings_within_two_seconds(h22, monkeypatch):
    conference = a.a_conference(h22)
    tour = a.a_session(conference, seats=1, starts_at=SATURDAY)
    person = a.a_person(h22)
    a.a_registration(person, conference)
    saturday = SATURDAY.date()
    assert shelf.days(h22.id)[saturday].seats_left == 1
    book_seat(person=person, occurrence_id=tour.id)

    later = kept_items.time.monotonic() + kept_items.SEATS_LAST + 0.1
    monkeypatch.setattr(kept_items.time, "monotonic", lambda: later)

    assert shelf.days(h22.id)[saturday].seats_left == 0
    assert shelf.find(h22.id, saturday, saturday, Filter(seats=True)) == []


@pytest.mark.feature("F1")
def test_seats_of_what_one_may_not_know_of_are_counted_for_nobody(h22):
    conference = a.a_conference(h22)
    hidden, told = Visibility.INVITATION, Visibility.REGISTERED
    a.a_session(conference, seats=9, starts_at=SATURDAY, visibility=hidden, published=False)
    a.a_session(conference, seats=8, starts_at=SATURDAY, visibility=told)

    stranger = shelf.days(h22.id)[SATURDAY.date()]
    holder = shelf.days(h22.id, tickets=[conference.id])[SATURDAY.date()]

    assert (stranger.count, stranger.seats_left) == (1, None)
    assert (holder.count, holder.seats_left) == (1, 8)


@pytest.mark.feature("F1")
def test_a_range_and_a_month_ask_the_database_as_often_for_many_rows_as_for_one(h22, browser, statements):
    conference = a.a_conference(h22)
    for number in range(30):
        a.a_session(conference, starts_at=SATURDAY + timedelta(days=number // 10), published=False)
    a.publish(h22)
    browser().get("/h22/programme")  # counts and marks are kept from then on

    for query in (
        "from=2022-06-04&to=2022-06-06",
        "month=2022-06",
        "from=2022-06-04&to=2022-06-06&view=print",
    ):
        with statements() as asked:
            assert browser().get(f"/h22/programme?{query}").status_code == 200
        assert len(asked) <= 3, asked


@pytest.mark.feature("F14")
def test_days_can_be_printed_with_times_rooms_titles_and_codes_and_no_controls(h22, browser):
    harbour = a.a_room(h22, "Quay 4", venue="Oceanhamnen")
    tour = a.a_session(
        a.a_conference(h22), title="Tour", code="TOUR-1", room=harbour, starts_at=SATURDAY, minutes=30, published=False
    )  # fmt: skip
    several_times(tour, SATURDAY, 3, every=timedelta(hours=1))
    a.publish(h22)

    for query in ("day=2022-06-04", "from=2022-06-04&to=2022-06-05"):
        page = browser().get(f"/h22/programme?{query}&view=print").text
        assert "<form" not in page.split("<main", 1)[1]
        for words in ("09:00", "09:30", "Tour</h", "Quay 4, Oceanhamnen", "TOUR-1", "Also at 10:00, 11:00"):
            assert words in page, words


@pytest.mark.feature("F14")
def test_a_room_has_a_sheet_for_its_door_with_what_anybody_may_know(h22, browser):
    conference = a.a_conference(h22)
    room = a.a_room(h22, "Quay 4")
    a.a_session(conference, title="Tour", room=room, starts_at=SATURDAY, published=False)
    monday = SATURDAY + timedelta(days=2)
    a.a_session(conference, title="Later", room=room, starts_at=monday, published=False)
    secret = {"visibility": Visibility.REGISTERED, "starts_at": SATURDAY + timedelta(hours=3)}
    a.a_session(conference, title="Whisper", room=room, published=False, **secret)
    back_room = a.a_room(h22, "Back room")
    a.a_session(conference, title="Whisper", room=back_room, **secret)

    page = browser().get(f"/h22/rooms/{room.slug}/sheet").text

    assert "Saturday 4 June" in page
    assert "Tour</h2>" in page
    assert "Whisper" not in page
    assert f'/h22/rooms/{room.slug}/sheet?day=2022-06-06"' in page
    assert "Later</h2>" in browser().get(f"/h22/rooms/{room.slug}/sheet?day=2022-06-06").text
    assert "Nothing is planned here" in browser().get(f"/h22/rooms/{room.slug}/sheet?day=2022-06-05").text
    assert browser().get(f"/h22/rooms/{back_room.slug}/sheet").status_code == 404
    assert browser().get("/h22/rooms/nowhere/sheet?day=%FF").status_code == 404
