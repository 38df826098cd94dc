"""The timetable in a real browser: by mouse, by keyboard alone, without JavaScript; and as axe sees it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from expo.booking.actions import book_seat
from expo.core.db import db
from expo.programme import actions
from expo.programme.drafts import SessionDraft
from expo.programme.models import Occurrence
from expo.programme.words import Role
from tests import factories as a
from tests.factories import tomorrow_at

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("P2")]


@dataclass
class Place:
    """A running expo: a talk at nine that somebody has booked, another at two, and a session without a place."""

    url: str
    email: str
    talk: int
    day: str


@pytest.fixture
def place(demo_app: Flask) -> Iterator[Place]:
    expo = a.an_expo(slug="harbour", time_zone="UTC")
    conference = a.a_conference(expo, slug="week", time_zone="UTC")
    olle = a.an_account(name="Olle", password="demo")
    a.teams.join(expo_id=expo.id, account=olle, role=Role.OWNER)
    rooms = [a.a_room(expo, name) for name in ("Ankaret", "Bojen", "Dunkers")]
    talk = a.a_session(conference, code="T-1", title="Drums by the quay", room=rooms[0])
    a.a_session(conference, code="T-2", title="Rain gardens", starts_at=tomorrow_at(14), room=rooms[1])
    actions.create_session(
        conference=conference, code="NEW", draft=SessionDraft(title="Without a place", type="talk")
    )
    person = a.a_person(expo)
    a.a_registration(person, conference)
    book_seat(person=person, occurrence_id=talk.id)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made = Place(
        f"http://127.0.0.1:{server.port}/harbour/organise",
        olle.email,
        talk.id,
        tomorrow_at(9).date().isoformat(),
    )
    db.session.rollback()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()


def opened(browser: Browser, place: Place, **options: object) -> Page:
    page = browser.new_context(
        **{"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
    ).new_page()  # type: ignore[arg-type]
    page.goto(f"{place.url}/")
    page.fill("[name=email]", place.email)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{place.url}/")
    page.goto(f"{place.url}/timetable?day={place.day}")
    return page


def where(place: Place) -> tuple[str, str]:
    db.session.rollback()
    db.session.expire_all()
    talk = db.session.get_one(Occurrence, place.talk)
    assert talk.room is not None
    assert talk.starts_at is not None
    return talk.room.name, f"{talk.starts_at:%H:%M}"


def test_a_session_is_dragged_read_about_dropped_and_taken_back(place: Place, chromium: Browser):
    page = opened(chromium, place)
    talk, target = page.locator("[data-code='T-1']"), page.locator(".line[data-room=bojen]")
    box, line = talk.bounding_box(), target.bounding_box()
    assert box is not None
    assert line is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, line["y"] + 10, steps=4)
    page.mouse.move(box["x"] + 20 + box["width"], line["y"] + 20, steps=4)
    expect(page.locator("#hand-where")).to_contain_text("Bojen, 10:00 to 11:00")
    page.mouse.up()
    expect(page.locator("#hand-head")).to_have_text("Moves 1 person, nobody gets a clash.")
    assert where(place) == ("Ankaret", "09:00")

    page.click("#hand-drop")
    expect(page.locator("#undo")).to_be_visible()
    assert where(place) == ("Bojen", "10:00")
    page.click("#undo")
    page.wait_for_selector("text=1 move is taken back.")
    assert where(place) == ("Ankaret", "09:00")

    # What has no place is dragged into one, where nobody is touched: it goes there at once.
    fresh, line = page.locator(".backlog [data-code=NEW]").bounding_box(), target.bounding_box()
    assert fresh is not None
    assert line is not None
    page.mouse.move(fresh["x"] + 10, fresh["y"] + 10)
    page.mouse.down()
    page.mouse.move(line["x"] + 40, line["y"] + 10, steps=6)
    page.mouse.up()
    expect(page.locator(".timetable [data-code=NEW][data-room=bojen]")).to_be_visible()


def test_by_keyboard_alone_a_clash_is_heard_and_a_reason_keeps_it(place: Place, chromium: Browser):
    page = opened(chromium, place)
    spoken = page.locator("#spoken")
    page.locator(".timetable-frame").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(spoken).to_contain_text("Drums by the quay is in your hand: Ankaret, 09:00 to 10:00.")
    expect(page.locator(".shut.now").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    for _half_an_hour in range(10):
        page.keyboard.press("Shift+ArrowRight")
    expect(spoken).to_contain_text("Bojen holds T-2")
    page.keyboard.press("Escape")
    assert where(place) == ("Ankaret", "09:00")

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    for _half_an_hour in range(10):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#hand-reason")).to_be_visible()
    expect(page.locator("#hand-drop")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("They share the stage")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#undo")).to_be_visible()
    assert where(place) == ("Bojen", "14:00")
    expect(page.locator("[data-code='T-1']")).to_be_focused()


def test_without_script_the_form_does_the_same_on_a_telephone(place: Place, chromium: Browser):
    page = opened(chromium, place, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page.click("text=Drums by the quay")
    page.select_option("[name=room]", "bojen")
    page.fill("[name=starts_at]", f"{place.day}T11:00")
    page.click("button:has-text('Move')")
    page.wait_for_selector("text=Moves 1 person, nobody gets a clash.")
    page.click("button:has-text('Move it all the same')")
    page.wait_for_selector("text=is moved in the draft")
    assert where(place) == ("Bojen", "11:00")
    page.click("#undo")
    page.wait_for_selector("text=1 move is taken back.")
    assert where(place) == ("Ankaret", "09:00")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("dark", "sv-SE")])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_telephone(
    place: Place, chromium: Browser, scheme: str, locale: str
):
    page = opened(chromium, place, color_scheme=scheme, locale=locale)
    found, wide = {}, []
    for path in (
        f"timetable?day={place.day}",
        "timetable/T-1/move",
        "timetable/late",
        "clashes",
        "clash-rules",
        "room-blocks",
        "sessions/T-1/needs",
    ):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{place.url}/{path}")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(one["id"], one["nodes"][0]["html"][:120]) for one in violations]
        page.set_viewport_size({"width": 320, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert (found, wide) == ({}, [])
