"""The desk in a real browser: by keyboard alone, without JavaScript, and as axe sees it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from expo.booking.actions import book_seat
from expo.core import clock
from expo.core.db import db
from expo.desk import actions as desk
from expo.imports import attendee_files as files
from expo.imports.attendee_rows import Choices, guessed
from expo.programme import actions, outside
from expo.programme.drafts import Billing, Material, OutsideEventDraft, Text
from expo.programme.words import MaterialKind, Role, SessionState
from expo.registration import queries as registrations
from expo.registration.models import Registration, RegistrationState
from tests import factories as a
from tests.checkin import doors as at

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("P1")]

PAGES = [
    "/",
    "/sessions",
    "/sessions/new",
    "/sessions/T-1",
    "/sessions/T-1/materials?change=0",
    "/sessions/T-1/times/new",
    "/sessions/T-1/times/T-1",
    "/sessions/T-1/times/T-1/repeat",
    "/sessions/T-1/contributions",
    "/sessions/T-1/together",
    "/sessions/T-1/people?q=a",
    "/files",
    "/grid?conference=week",
    "/history",
    "/names/new/types",
    "/conferences/new",
    "/conferences/week/guests",
    "/speakers",
    "/speakers/new",
    "/speakers/ada",
    "/conferences",
    "/conferences/week",
    "/outside",
    "/outside/1",
    "/releases",
    "/releases/1",
    "/people",
    "/people?state=submitted&waiting=1&q=a",
    "/people/all",
    "{person}",
    "/walk-in",
    "{walked_in}",
    "/letters",
    "/attendees",
    "{columns}",
    "{columns}/check",
    "/bookings",
    "/bookings/T-1",
    "/numbers",
    "/inside",
    "/doors",
    "/doors/devices/new",
    "{device}",
    "/sessions/nowhere",
]


@dataclass
class Place:
    """A running expo with a little of everything."""

    url: str
    email: str
    registration: int
    paths: list[str]


@pytest.fixture
def place(demo_app: Flask) -> Iterator[Place]:
    expo = a.an_expo(slug="harbour")
    conference = a.a_conference(expo, title="Harbour week", slug="week")
    olle = a.an_account(name="Olle", password="demo")
    a.teams.join(expo_id=expo.id, account=olle, role=Role.OWNER)
    now = clock.now().replace(microsecond=0, second=0)
    talk = a.a_session(
        conference, code="T-1", title="Drums by the quay", starts_at=now - timedelta(minutes=5),
        texts=(Text("sv", "Trummor vid kajen"),), materials=(Material(MaterialKind.LINK, "Map", text="Here."),),
    )  # fmt: skip
    regatta = OutsideEventDraft("Regatta", now, now + timedelta(days=2), "Quay")
    outside.save_outside_event(expo=expo, draft=regatta)
    a.a_session(conference, code="T-2", title="Draft", state=SessionState.DRAFT, published=False)
    ada = a.a_speaker(expo, "Ada")
    actions.bill(session=talk.session, billings=[Billing(ada.id, "speaker")])
    delegate = at.a_delegate(conference, "Grace Hopper")
    book_seat(person=delegate, occurrence_id=talk.id)
    gate = at.a_gate(at.a_zone(expo, conference), name="Main door")
    device, token = at.a_device(gate)
    at.Door(gate.id, token).scan(at.code_of(delegate))
    waits = a.a_registration(
        a.a_person(expo, "Ada Lovelace"), conference, a.a_ticket_type(conference, "City", needs_approval=True)
    )
    desk.note(registration=waits, text="Needs a lift")
    desk.tag(registrations=[waits], tag=desk.make_tag(expo_id=expo.id, word="VIP", colour=3))
    desk.save_filter(expo_id=expo.id, account_id=olle.id, conference=None, name="Late", query="waiting=3")
    listed = files.keep(
        conference=conference,
        account_id=olle.id,
        name="list.csv",
        content=b"Name,E-mail\nBo,bo@example.org\nCy,\n",
    )
    files.choose(file=listed, choices=Choices(guessed(["Name", "E-mail"]), waits.ticket_type_id).kept())
    names = {
        "person": f"/people/{waits.code}",
        "walked_in": f"/walk-in/{delegate_code(delegate.id)}",
        "columns": f"/attendees/{listed.id}",
        "device": f"/doors/devices/{device.id}",
    }
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    paths = [path.format(**names) for path in PAGES]
    email, registration_id = olle.email, waits.id
    db.session.rollback()
    try:
        yield Place(f"http://127.0.0.1:{server.port}/harbour/organise", email, registration_id, paths)
    finally:
        server.shutdown()
        thread.join()


def delegate_code(person_id: int) -> str:
    return registrations.of_person(person_id)[0].code


def signed_in(browser: Browser, place: Place, **options: Any) -> Page:
    page = browser.new_context(**{"locale": "en-GB", **options}).new_page()
    page.goto(f"{place.url}/")
    page.fill("[name=email]", place.email)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{place.url}/")
    return page


def tab_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until what has the focus says these words."""
    for _press in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''"
        )
        if str(focused).strip().startswith(words):
            return
    raise AssertionError(f"Tab never comes to {words!r}")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("dark", "sv-SE")])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_telephone(
    place: Place, chromium: Browser, scheme: str, locale: str
):
    page = signed_in(chromium, place, color_scheme=scheme, locale=locale)
    found, wide = {}, []
    for path in place.paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(place.url + path)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(one["id"], one["nodes"][0]["html"][:120]) for one in violations]
        page.set_viewport_size({"width": 320, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)

    assert (found, wide) == ({}, [])


@pytest.mark.feature("R3")
@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_delegate_is_approved_by_keyboard_alone(place: Place, chromium: Browser, script: bool):
    page = signed_in(chromium, place, java_script_enabled=True, viewport={"width": 1280, "height": 900})
    if not script:
        page.route("**/*.js*", lambda route: route.abort())
    tab_to(page, "Decide")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people?state=submitted")
    tab_to(page, "Choose Ada Lovelace")
    page.keyboard.press("Space")
    tab_to(page, "Approve the ticked")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 is approved.")

    db.session.rollback()
    assert db.session.get_one(Registration, place.registration).state is RegistrationState.CONFIRMED


@pytest.mark.feature("O1", "R3")
def test_twenty_are_approved_at_once_and_one_who_walks_in_has_a_badge_by_keyboard_alone(
    place: Place, chromium: Browser
):
    first = db.session.get_one(Registration, place.registration)
    for number in range(19):
        a.a_registration(
            a.a_person(first.conference.expo, f"City {number}"), first.conference, first.ticket_type
        )
    db.session.rollback()
    page = signed_in(chromium, place, viewport={"width": 1280, "height": 900})
    page.goto(f"{place.url}/people?state=submitted")
    page.get_by_label("Choose City 3", exact=True).check()
    page.get_by_text("Tag the ticked").click()
    page.get_by_label("New tag").press("Enter")  # decides on nobody
    page.goto(f"{place.url}/people?state=submitted")
    tab_to(page, "Decide on all 20 that wait here")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('20 wait for your decision')")
    tab_to(page, "Note")
    page.keyboard.type("Welcome to the harbour")
    tab_to(page, "Approve all 20")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=20 are approved.")

    page.goto(f"{place.url}/walk-in")
    page.wait_for_function("document.activeElement.id === 'ticket'")  # what is asked for first has the focus
    page.keyboard.type("City")
    page.keyboard.press("Tab")
    page.keyboard.type("Åsa Öhrström")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.badge:has-text('Åsa Öhrström') svg")
    assert page.evaluate("document.activeElement.innerText").strip() == "Next person"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'name'")
    page.keyboard.type("Kim Berg")  # with the same ticket
    page.keyboard.press("Enter")
    page.wait_for_selector("article.badge:has-text('Kim Berg') svg")

    db.session.rollback()
    states = {one.state for one in registrations.of_desk([first.conference_id], range(1, 9999))}
    assert states == {RegistrationState.CONFIRMED}


def test_a_title_is_changed_and_published_by_keyboard_alone(place: Place, chromium: Browser):
    page = signed_in(chromium, place, viewport={"width": 1280, "height": 900})
    page.goto(f"{place.url}/sessions/T-1")
    tab_to(page, "Title")
    page.keyboard.press("End")
    page.keyboard.type(", at night")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Drums by the quay, at night is saved.")
    tab_to(page, "Publish this session")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Published as release 2.")

    page.goto(place.url.replace("/organise", "/sessions/T-1"))
    assert page.inner_text("h1") == "Drums by the quay, at night"


PASTE = """(text) => {
  const event = new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData: new DataTransfer()});
  event.clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(event);
}"""


@pytest.mark.feature("P9")
def test_what_a_spreadsheet_copies_is_pasted_looked_at_saved_and_taken_back(place: Place, chromium: Browser):
    page = signed_in(chromium, place)
    page.goto(f"{place.url}/grid?conference=week")
    first = page.locator("[data-sheet] tbody tr").first
    was = first.locator("input").first.input_value()
    first.locator("input").first.focus()
    page.evaluate(PASTE, "Pasted title\tconcert\n")
    assert first.locator("input").nth(1).input_value() == "concert"
    page.click("form:has([data-sheet]) .main")
    page.wait_for_selector("ins:has-text('Pasted title')")
    page.click("text=Import one line")
    page.wait_for_selector("text=1 line is imported")
    page.click("text=Take the import back")
    page.wait_for_selector("text=The import is taken back")
    page.goto(f"{place.url}/grid?conference=week")

    assert page.locator("[data-sheet] tbody tr").first.locator("input").first.input_value() == was
