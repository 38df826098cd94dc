"""A guest with three conferences in a real browser: one free, one to be paid later, one to be approved; the
questions of each come when they are needed, by keyboard, on a small telephone, and without scripts."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from expo.core import checks
from expo.core.db import db
from expo.questions import queries
from expo.questions.models import Kind
from expo.registration import queries as registrations
from expo.registration.models import RegistrationState as State
from tests import factories as a
from tests.questions.asking import a_picture, a_question

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("R1", "R3", "R6", "R7")]


@dataclass
class Place:
    """A running expo with three conferences, one of which asks."""

    url: str
    conferences: list[int]
    questions: dict[str, int]


@pytest.fixture
def place(demo_app, tmp_path: Path) -> Iterator[Place]:
    demo_app.config["EXPO"] = replace(demo_app.config["EXPO"], var=str(tmp_path))
    expo = a.an_expo(slug="harbour")
    free, paid, asked = (a.a_conference(expo, title=title) for title in ("City week", "Congress", "Dialogue"))
    a.a_ticket_type(free, "Open city pass")
    a.a_ticket_type(paid, "Member", price_minor=49500)
    a.a_ticket_type(asked, "Expert", needs_approval=True)
    options = ({"en": "Yes"}, {"en": "No"})
    visa = a_question(asked, "Do you need a letter for a visa?", kind=Kind.CHOICE, options=options)
    country = a_question(
        asked, "Who issued your passport?", kind=Kind.COUNTRY, required=True, depends_on_id=visa.id,
        depends_on=("yes",), is_sealed=True,
    )  # fmt: skip
    photo = a_question(asked, "Photo", kind=Kind.PHOTO)
    food = a_question(asked, "Food", kind=Kind.DIET)
    ids = {"visa": visa.id, "country": country.id, "photo": photo.id, "food": food.id}
    place = Place("", [one.id for one in (free, paid, asked)], ids)
    db.session.rollback()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    place.url = f"http://127.0.0.1:{server.server_port}/harbour"
    yield place
    server.shutdown()
    thread.join()


def looked_at(page: Page, found: list[object]) -> None:
    """Whatever axe finds, and whatever is wider than a small telephone."""
    name = page.url.split("/harbour")[1][:30]
    found += [
        (name, one["id"], one["nodes"][0]["html"][:160]) for one in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append((name, "wider than the screen"))


def test_a_guest_registers_for_three_conferences_at_once(place: Place, chromium: Browser):
    found: list[object] = []
    page = chromium.new_context(locale="en-GB", viewport={"width": 320, "height": 700}).new_page()
    page.set_default_timeout(15_000)

    page.goto(f"{place.url}/register")
    for title in ("City week", "Congress", "Dialogue"):
        fold = page.locator("details", has=page.locator("summary", has_text=title))
        if fold.count() and fold.get_attribute("open") is None:
            fold.locator("summary").click()
    for ticket in ("Open city pass", "Member", "Expert"):
        page.get_by_role("checkbox", name=ticket).check()
    page.get_by_role("button", name="Go on").click()

    # The places are held; what is not needed yet stands back.
    expect(page.locator(".hold")).to_contain_text("Held for you")
    passport = page.get_by_label("Who issued your passport?")
    expect(passport).to_be_hidden()
    looked_at(page, found)
    page.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    expect(passport).to_be_visible()
    page.get_by_label("Your name").fill("Åsa Öhrström")
    page.get_by_label("E-mail").fill("asa@example.org")
    page.get_by_role("checkbox", name="Vegan").check()
    page.get_by_label("Photo").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": a_picture()}
    )
    page.get_by_role("button", name="Send registration").click()

    # One answer was needed: all the rest is still there, the photo too.
    expect(page.get_by_role("alert")).to_contain_text("Who issued your passport?")
    expect(page.locator("main")).to_contain_text("me.jpg")
    expect(page.get_by_role("checkbox", name="Vegan")).to_be_checked()
    looked_at(page, found)
    passport.select_option("IN")
    page.get_by_role("button", name="I need more time").click()
    expect(passport).to_have_value("IN")
    page.get_by_role("button", name="Send registration").click()

    for said in ("Confirmed", "You pay", "The organisers of Dialogue"):
        expect(page.locator("main")).to_contain_text(said)
    looked_at(page, found)
    page.get_by_role("link", name="Open My expo").click()
    page.get_by_role("link", name=re.compile("My answers.*Dialogue")).click()
    expect(page.get_by_role("checkbox", name="Vegan")).to_be_checked()
    expect(page.locator("main")).to_contain_text("me.jpg")
    looked_at(page, found)
    page.get_by_role("radio", name="No", exact=True).check()
    page.get_by_role("button", name="Keep my answers").click()
    expect(page.locator(".notices")).to_contain_text("Your answers are kept.")

    assert found == []
    db.session.rollback()
    mine = {one.conference_id: one for one in registrations.desk(place.conferences)}
    assert [mine[key].state for key in place.conferences] == [
        State.CONFIRMED,
        State.APPROVED,
        State.SUBMITTED,
    ]
    kept = queries.answers_of([mine[place.conferences[2]].id]).popitem()[1]
    # Who needs no letter for a visa is not asked for a passport, and what was answered is gone.
    assert set(kept) == {place.questions[name] for name in ("visa", "photo", "food")}
    assert [broken for _promise, broken in checks.broken()] == []


def test_without_scripts_every_question_stands_there_with_the_words_that_say_when(
    place: Place, chromium: Browser
):
    page = chromium.new_context(locale="en-GB", java_script_enabled=False).new_page()
    page.goto(f"{place.url}/register?conference=dialogue")

    expect(page.get_by_label("Who issued your passport?")).to_be_visible()
    expect(page.locator("main")).to_contain_text(
        "Only needed if you answered “Yes” to “Do you need a letter for a visa?”."
    )
    page.get_by_role("checkbox", name="Expert").check()
    page.get_by_label("Your name").fill("Bo Ek")
    page.get_by_label("E-mail").fill("bo@example.org")
    page.get_by_label("Who issued your passport?").select_option("IN")
    page.get_by_role("radio", name="No", exact=True).check()
    page.get_by_role("button", name="Send registration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your registration")

    db.session.rollback()
    (registration,) = registrations.desk(place.conferences)
    assert set(queries.answers_of([registration.id]).popitem()[1]) == {place.questions["visa"]}
