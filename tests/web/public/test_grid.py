"""The day as time × room: the list in another shape, right in the nights when the clocks change."""

from __future__ import annotations

import gzip
import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from expo.core import clock
from expo.core.db import transaction
from expo.programme import actions as programme
from expo.programme import clashes
from expo.programme.drafts import OccurrenceDraft
from expo.programme.words import Admission, Visibility
from expo.scheduling import breaks
from expo.web.public import grid
from tests import factories as a

NINE = datetime(2022, 6, 1, 7, tzinfo=UTC)
STATIC = Path("static")


@pytest.fixture
def h22(app, at):
    at(datetime(2022, 5, 31, 6, 30, tzinfo=UTC))
    return a.an_expo(slug="h22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))


def cells(page: str) -> dict[str, set[str]]:
    """The classes of each row by its title."""
    found = {}
    for row in re.split(r'<li class="row ', page)[1:]:
        classes, rest = row.split('"', 1)
        found[re.search(r">([^<]+)</a></h3>", rest)[1]] = set(classes.split())
    return found


def titles(page: str) -> list[str]:
    return re.findall(r">([^<]+)</a></h3>", page)


def show(browser, day: str = "2022-06-01", also: str = "") -> str:
    return browser().get(f"/h22/programme?day={day}&view=grid{also}").text


@pytest.mark.feature("F3")
def test_the_grid_is_the_list_with_a_place_for_each_row(h22, browser):
    conference = a.a_conference(h22)
    big, small = a.a_room(h22, "Big", 120), a.a_room(h22, "Small", 30)
    a.a_session(conference, title="One", room=big, starts_at=NINE, published=False)
    a.a_session(conference, title="Two", room=small, starts_at=NINE + timedelta(minutes=35), minutes=50, published=False)  # fmt: skip
    a.a_session(conference, title="Three", room=big, starts_at=NINE + timedelta(hours=2), minutes=5)

    drawn, listed = show(browser), browser().get("/h22/programme?day=2022-06-01").text

    assert titles(drawn) == titles(listed) == ["One", "Two", "Three"]
    assert re.findall(r'<h2 class="slot-time".*?</h2>', drawn) == re.findall(
        r'<h2 class="slot-time".*?</h2>', listed
    )
    assert cells(drawn)["One"] >= {"k-1", "at-0", "to-1"}
    assert cells(drawn)["Two"] >= {"k-2", "at-0", "at-m35", "to-1", "to-m25"}
    assert cells(drawn)["Three"] >= {"k-1", "at-2", "to-2", "to-m5"}
    for head in ("<b>Sea U</b>", "<b>Big</b><span>120 places</span>", "<b>Small</b><span>30 places</span>"):
        assert head in drawn
    assert "grid.css" in drawn
    assert "grid.css" not in listed


@pytest.mark.feature("F3", "F4")
def test_filters_narrow_the_grid_and_all_links_keep_shape_and_wishes(h22, browser):
    conference = a.a_conference(h22)
    a.a_session(conference, title="Svenska", room=a.a_room(h22, "Big"), languages=("sv",), starts_at=NINE, published=False)  # fmt: skip
    a.a_session(conference, title="English", room=a.a_room(h22, "Small"), languages=("en",), starts_at=NINE)

    page = show(browser, also="&language=en")

    assert list(cells(page)) == ["English"]
    assert "<b>Big</b>" not in page
    assert '<input type="hidden" name="view" value="grid">' in page
    assert 'href="/h22/programme?day=2022-06-02&amp;view=grid&amp;language=en"' in page
    assert '<a href="/h22/programme?day=2022-06-01&amp;language=en">List</a>' in page
    assert (
        '<a href="/h22/programme?day=2022-06-01&amp;view=grid&amp;language=en" aria-current="true">Grid</a>'
        in page
    )


@pytest.mark.feature("F3")
def test_what_overlaps_in_a_room_stands_side_by_side_below_one_name(h22, browser):
    conference = a.a_conference(h22)
    hall, stage = a.a_room(h22, "Hall"), a.a_room(h22, "Stage")
    with transaction():
        hall.parallel_items = 3
    for title, hour in (("A", 0), ("B", 0.5), ("C", 1)):
        starts = NINE + timedelta(hours=hour)
        a.a_session(conference, title=title, room=hall, starts_at=starts, published=False)
    a.a_session(conference, title="D", room=stage, starts_at=NINE)

    page = show(browser)

    assert [sorted(each & {"k-1", "k-2", "k-3"}) for each in cells(page).values()] == [
        ["k-1"], ["k-3"], ["k-2"], ["k-1"],
    ]  # fmt: skip
    assert '<p class="k-1 rooms-2"><b>Hall</b>' in page
    assert '<p class="k-3 rooms-1"><b>Stage</b>' in page


@pytest.mark.feature("F3", "B1")
def test_a_cell_books_in_one_tap_where_it_has_room_for_a_button(h22, browser):
    conference = a.a_conference(h22)
    hall, stage = a.a_room(h22, "Hall"), a.a_room(h22, "Stage")
    with transaction():
        hall.parallel_items = 2
    for title, minutes in (("Left", 60), ("Right", 60)):
        a.a_session(conference, title=title, code=title, room=hall, starts_at=NINE, minutes=minutes, published=False)  # fmt: skip
    a.a_session(conference, title="Wide", code="Wide", room=stage, starts_at=NINE, published=False)
    a.a_session(conference, title="Short", code="Short", room=stage, starts_at=NINE + timedelta(hours=2), minutes=15)  # fmt: skip
    delegate = a.a_person(h22)
    a.a_registration(delegate, conference)

    drawn = browser(delegate).get("/h22/programme?day=2022-06-01&view=grid").text
    strangers = show(browser)

    assert {title for title, classes in cells(drawn).items() if "slim" in classes} == {
        "Left",
        "Right",
        "Short",
    }
    assert re.search(
        r'<form class="row-act" method="post" action="/h22/bookings"><button[^>]* value="Wide"', drawn
    )
    assert re.search(r'<a class="button row-act" href="/h22/register[^"]*book=Wide"', strangers)
    answer = browser(delegate).post("/h22/bookings", {"occurrence": "Wide"})
    assert answer.status_code == 303
    page = browser(delegate).get("/h22/programme?day=2022-06-01&view=grid").text
    assert "Your seat" in page
    assert 'value="Wide">Book' not in page


@pytest.mark.feature("F3", "P8")
def test_a_break_that_began_before_the_first_hour_stands_from_its_line(h22, browser):
    conference = a.a_conference(h22)
    for title, before, minutes in (("Breakfast", 60, 90), ("Swim", 120, 60)):
        starts = NINE - timedelta(minutes=before)
        draft = breaks.BreakDraft(title, starts, starts + timedelta(minutes=minutes))
        breaks.add(expo=h22, conference=conference, draft=draft)
    a.a_session(conference, starts_at=NINE + timedelta(minutes=30))

    page = show(browser)

    assert re.search(r'class="[^"]* k-1 rooms-1 at-0 to-0 to-m30[ "]', page)
    assert "Breakfast" in page
    assert "Swim" not in page


@pytest.mark.feature("F3")
def test_what_has_no_public_room_stands_in_a_column_of_its_venue_and_names_none(h22, browser):
    closed = a.a_conference(h22, visibility=Visibility.REGISTERED)
    a.a_session(
        closed, title="Behind doors", room=a.a_room(h22, "Secret room"), starts_at=NINE, published=False
    )
    a.a_session(a.a_conference(h22), title="Open", room=a.a_room(h22, "Hall"), starts_at=NINE)

    page = show(browser)

    assert cells(page)["Open"] >= {"k-1"}
    assert cells(page)["Behind doors"] >= {"k-2"}
    assert "<b>With a ticket</b></p>" in page
    assert '<p class="venue k-1 rooms-2"><b>Sea U</b></p>' in page
    assert "Secret room" not in page


@pytest.mark.feature("F3", "F8")
def test_what_runs_past_midnight_goes_on_below_and_what_lasts_for_days_stands_above(h22, browser):
    conference = a.a_conference(h22)
    a.a_session(
        conference, title="Night swim", starts_at=NINE + timedelta(hours=13.5), minutes=180, published=False
    )
    a.a_session(
        conference, title="Exhibition", starts_at=NINE, minutes=60 * 56, admission=Admission.OPEN, seats=None
    )

    page = show(browser)
    next_day, after = show(browser, "2022-06-02"), show(browser, "2022-06-04")

    assert cells(page) == {"Night swim": cells(page)["Night swim"]}
    assert cells(page)["Night swim"] >= {"at-0", "at-m30", "to-3", "to-m30"}
    assert [*re.findall(r'<p class="at-\d+"><span>(.*?)</span>', page)] == ["22", "23", "00", "01"]
    assert "Exhibition</a>, 09:00 to 3 Jun 17:00, Open to all" in page
    assert "Exhibition</a>, 1 Jun 09:00 to 3 Jun 17:00, Open to all" in next_day
    assert "Nothing is planned" in next_day
    assert "Exhibition" not in after


@pytest.mark.feature("F3")
def test_today_the_line_of_now_stands_in_the_grid(h22, at, browser):
    at(NINE + timedelta(minutes=42))
    conference = a.a_conference(h22)
    a.a_session(conference, starts_at=NINE, minutes=90, published=False)
    a.a_session(conference, starts_at=NINE + timedelta(hours=2))

    assert '<p class="nowline at-0 at-m40" id="now">' in show(browser)


@pytest.mark.feature("F1", "F3")
def test_a_tour_of_many_times_is_one_row_with_its_times_and_each_of_them_can_be_booked(h22, browser):
    tour = a.a_session(a.a_conference(h22, slug="urban"), title="Tour", code="T-1", starts_at=NINE, minutes=30, published=False)  # fmt: skip
    for turn in range(1, 14):
        starts = NINE + timedelta(minutes=30 * turn)
        draft = OccurrenceDraft(starts, starts + timedelta(minutes=30), tour.room_id, 0 if turn == 2 else 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    a.publish(h22)
    ada = a.a_person(h22)
    a.a_registration(ada, tour.session.conference)
    address = "/h22/programme?day=2022-06-01"

    stranger, known, drawn = (
        browser().get(address).text, browser(ada).get(address).text, show(browser)
    )  # fmt: skip

    assert titles(stranger) == ["Tour"]
    assert "1 session at 1 place" in stranger
    assert "14 times" in stranger
    assert stranger.count("book=") == 11  # of twelve that are shown one is full
    assert "2 more times" in stranger
    assert known.count('<button class="time-of go" name="occurrence"') == 11
    assert titles(drawn) == ["Tour"] * 14
    assert drawn.count("row c-1 again") == 13  # left out below 75 rem, where the first has all times


@pytest.mark.feature("F1", "F3")
def test_today_a_tour_stands_at_its_next_time(h22, at, browser):
    tour = a.a_session(a.a_conference(h22), title="Tour", starts_at=NINE, minutes=30, published=False)
    for hours in (1, 2):
        starts = NINE + timedelta(hours=hours)
        draft = OccurrenceDraft(starts, starts + timedelta(minutes=30), tour.room_id, 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    a.publish(h22)
    at(NINE + timedelta(minutes=40))

    page = browser().get("/h22/programme?day=2022-06-01").text

    assert re.findall(r'<h2 class="slot-time".*?<span>(.*?)</span>', page) == ["10:00"]
    assert "2 times" in page
    at(NINE + timedelta(hours=9))
    assert titles(browser().get("/h22/programme?day=2022-06-01&seats=").text) == ["Tour"]


@pytest.fixture
def nights(app, at):
    """An expo over both nights in which the clocks change."""
    at(datetime(2028, 3, 20, 9, tzinfo=UTC))
    expo = a.an_expo(slug="h22", starts_on=date(2028, 3, 20), ends_on=date(2028, 11, 5))
    conference = a.a_conference(expo)
    for title, starts, minutes in (
        ("Spring night", datetime(2028, 3, 26, 0, 30, tzinfo=UTC), 60),
        ("Spring after", datetime(2028, 3, 26, 1, 0, tzinfo=UTC), 60),
        ("Autumn night", datetime(2028, 10, 28, 23, 30, tzinfo=UTC), 180),
        ("Autumn first", datetime(2028, 10, 29, 0, 30, tzinfo=UTC), 30),
        ("Autumn again", datetime(2028, 10, 29, 1, 30, tzinfo=UTC), 30),
    ):
        a.a_session(conference, title=title, room=a.a_room(expo, title), starts_at=starts, minutes=minutes, published=False)  # fmt: skip
    a.publish(expo)
    return expo


SLOTS = r'<h\d class="slot-time" id="at-[-\d]+"><span>(.*?)</span></h\d>'
HOURS = r'<p class="at-\d+"><span>(.*?)</span>'


@pytest.mark.feature("F8")
def test_the_night_without_an_hour_is_an_hour_shorter(nights, browser):
    page = show(browser, "2028-03-26")
    paper = browser().get("/h22/programme?day=2028-03-26&view=print").text

    assert re.findall(SLOTS, page) == ["01:30", "03:00"]
    assert re.findall(HOURS, page) == ["01", "03"]
    assert cells(page)["Spring night"] >= {"at-0", "at-m30", "to-1", "to-m30"}
    assert cells(page)["Spring after"] >= {"at-1", "to-2"}
    assert '<time datetime="2028-03-26T03:30:00+02:00">03:30</time>' in page
    assert "<b>01:30</b><span>03:30</span>" in paper


@pytest.mark.feature("F8")
def test_the_hour_that_comes_twice_is_told_apart(nights, browser):
    page = show(browser, "2028-10-29")
    paper = browser().get("/h22/programme?day=2028-10-29&view=print").text

    small = "<small> ({})</small>".format
    assert re.findall(SLOTS, page) == [
        "01:30",
        "02:30" + small("summer time"),
        "02:30" + small("winter time"),
    ]
    assert re.findall(HOURS, page) == ["01", "02 summer time", "02 winter time", "03"]
    assert cells(page)["Autumn night"] >= {"at-0", "at-m30", "to-3", "to-m30"}
    assert cells(page)["Autumn first"] >= {"at-1", "at-m30", "to-2"}
    assert cells(page)["Autumn again"] >= {"at-2", "at-m30", "to-3"}
    assert "<b>01:30</b><span>03:30</span>" in paper
    assert "<b>02:30 (winter time)</b><span>03:00</span>" in paper


@pytest.mark.feature("F3")
def test_a_grid_that_is_too_wide_is_a_list_which_says_so(h22, browser, monkeypatch):
    monkeypatch.setattr(grid, "MOST_LANES", 1)
    conference = a.a_conference(h22)
    a.a_session(conference, title="One", starts_at=NINE, published=False)
    a.a_session(conference, title="Two", starts_at=NINE)

    page = show(browser)

    assert "The grid has no room for so many places at once" in page
    assert titles(page) == ["One", "Two"]
    assert 'class="list"' in page


@pytest.mark.feature("F3")
def test_sixty_rooms_weigh_little_and_ask_the_database_no_more_often(h22, app, statements):
    conference = a.a_conference(h22, title="Dialogue of Eminent Experts on smart, sustainable cities")
    with transaction(), clashes.together(h22.id):
        for number in range(60):
            room = a.a_room(h22, f"Sal {number}", venue=f"Kulturhuset {number // 8}")
            starts = NINE + timedelta(minutes=number % 6 * 10)
            a.a_session(conference, title=f"Samtal {number}", room=room, starts_at=starts, published=False)
        a.publish(h22)

    app.test_client().get("/h22/programme?day=2022-06-01")  # counts and marks are kept from then on
    with statements() as asked:
        answer = app.test_client().get(
            "/h22/programme?day=2022-06-01&view=grid", headers={"Accept-Encoding": "gzip"}
        )

    assert len(asked) == 4, asked  # one more than the list: the rooms
    assert len(answer.data) < 30_000
    linked = ("tokens", "base", "site", "print", "grid")
    files = [
        *(STATIC / f"css/{name}.css" for name in linked),
        STATIC / "js/base.js",
        STATIC / "img/icons.svg",
    ]
    assert len(answer.data) + sum(len(gzip.compress(file.read_bytes())) for file in files) < 60_000


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.feature("F1", "F3")
def test_grid_and_month_can_be_used_by_keyboard_and_by_ear(site, chromium):
    found = []
    grid_page, month_page = "programme?day=2022-06-01&view=grid", "programme?month=2022-06"
    for scheme, path in (
        ("dark", month_page),
        ("light", month_page),
        ("light", "programme?day=2022-06-01&view=print"),
        ("dark", grid_page),
        ("light", grid_page),
    ):
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme, locale="en")
        page.goto(f"{site}/h22/{path}")
        violations = Axe().run(page).response["violations"]
        found += [(scheme, path, each["id"], each["nodes"][0]["html"][:200]) for each in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
        levels = page.locator("main :is(h1, h2, h3)").evaluate_all("all => all.map(each => +each.tagName[1])")
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        assert page.locator("main").count() == page.locator("header").count() == 1
        assert page.locator("nav:not([aria-label])").count() == 0
        if page.locator(".grid").count() and scheme == "light":
            _walk(page)
        page.close()
    assert found == []


def _walk(page) -> None:
    """Through a grid that is wider than the screen; then on a phone."""
    region = page.get_by_role("region", name="Programme by time and room")
    region.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(40):  # it scrolls softly
        page.wait_for_timeout(50)
        if scrolled := region.evaluate("frame => frame.scrollLeft"):
            break
    assert scrolled > 0
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.activeElement.textContent") == region.get_by_role("link").first.inner_text()
    )
    starts = page.locator(".grid .row").evaluate_all(
        "rows => rows.map(row => ['gridRowStart', 'gridColumnStart'].map(side => +getComputedStyle(row)[side]))"
    )
    assert [row for row, _column in starts] == sorted(row for row, _column in starts)
    assert max(column for _row, column in starts) > 12
    cut = "rows => rows.filter(row => row.scrollHeight > row.clientHeight + 1).length"
    assert page.locator(".grid .row").evaluate_all(cut) == 0  # not even what lasts five minutes
    buttons = page.locator(".grid .row-act")
    sizes = buttons.evaluate_all(
        "all => all.filter(each => each.offsetParent).map(each => { const box = each.getBoundingClientRect();"
        " return [box.width, box.height]; })"
    )
    assert (
        len(sizes) == 6 + 4
    )  # sessions of an hour, and the four times of the tour; five minutes are too few
    assert all(min(size) >= 24 for size in sizes)
    hour = page.locator(".hours span").first
    left = hour.bounding_box()["x"]
    page.locator(".grid-frame").evaluate("frame => { frame.scrollLeft = 600; frame.scrollTop = 300; }")
    assert abs(hour.bounding_box()["x"] - left) < 2  # the hours stay where they are
    top = "['.grid-frame', '.rooms'].map(each => document.querySelector(each).getBoundingClientRect().top)"
    frame, names = page.evaluate(top)
    assert abs(frame - names) < 3  # and so do the names of rooms

    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".grid").evaluate("each => getComputedStyle(each).display") == "block"
    assert not page.locator(".rooms").is_visible()
    assert page.locator(".row.again").count() == 3
    assert not any(row.is_visible() for row in page.locator(".row.again").all())


@pytest.fixture
def site(demo_app) -> Iterator[str]:
    """A day with fourteen rooms, a tour of four times and a session of five minutes, served over a port."""
    clock.set_now(NINE + timedelta(minutes=70))
    expo = a.an_expo(slug="h22", name="H22 City Expo", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    conference = a.a_conference(expo, title="Dialogue of Eminent Experts on smart, sustainable cities", ends_on=date(2022, 6, 4))  # fmt: skip
    closed = a.a_conference(expo, title="Closed", visibility=Visibility.REGISTERED)
    for number in range(14):
        starts, minutes = NINE + timedelta(minutes=20 * number), (5, 60)[number % 2]
        a.a_session(
            closed if number == 13 else conference,
            title=f"Samtal {number} om hållbarhetsredovisningar",
            room=a.a_room(expo, f"Sal {number}", venue=f"Kulturhuset {number // 5}"),
            starts_at=starts, minutes=minutes, languages=("sv", "swl"), published=False,
        )  # fmt: skip
    tour = a.a_session(
        conference, title="Tour", starts_at=NINE + timedelta(hours=2), minutes=30, published=False
    )
    for turn in range(1, 4):
        starts = NINE + timedelta(hours=2 + turn)
        draft = OccurrenceDraft(starts, starts + timedelta(minutes=30), tour.room_id, 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    a.a_session(
        conference, title="Exhibition", starts_at=NINE, minutes=60 * 30, admission=Admission.OPEN, seats=None
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
