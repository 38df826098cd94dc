"""A delegate at a telephone, by keyboard alone: books, swaps, waits, is promoted, gives back and thinks again; and the
agenda opens with the server stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose
from expo.booking import actions as booking
from expo.booking.queries import live_booking, of_person
from expo.core.db import db, transaction
from expo.programme import terms
from expo.programme.words import OverlapRule
from tests import factories as a
from tests.booking.bookings import nothing_is_broken, people
from tests.web.public.test_offline import served  # noqa: F401  a server that can be stopped

pytestmark = [pytest.mark.browser, pytest.mark.once]


@dataclass
class Phone:
    """A page that is used by its keys."""

    page: Page
    home: str

    def reach(self, what: Locator) -> None:
        """Go there by Tab, as somebody would who has no mouse."""
        target = what.element_handle()
        for _step in range(150):
            self.page.keyboard.press("Tab")
            if target.evaluate("(it) => it === document.activeElement"):
                return
        raise AssertionError(f"not reached by keyboard: {what}")

    def press(self, role: str, name: str | re.Pattern[str]) -> None:
        what = self.page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        expect(what).to_be_visible()
        self.reach(what)
        self.page.keyboard.press("Enter")

    def kept(self, path: str, text: str) -> None:
        """Wait until the worker has kept this page with these words."""
        self.page.wait_for_function(
            """async ([path, text]) => {
              const pages = await caches.open("expo-pages-1");
              const known = (await pages.keys()).find((request) => request.url.endsWith(path));
              return Boolean(known) && (await (await pages.match(known)).text()).includes(text);
            }""",
            arg=[path, text],
        )

    def looks_right(self) -> None:
        found = [
            (one["id"], one["nodes"][0]["html"][:160]) for one in Axe().run(self.page).response["violations"]
        ]
        assert found == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.fixture
def phone(served: tuple[str, object], chromium: Browser) -> Iterator[Phone]:  # noqa: F811
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield Phone(page, served[0])
    context.close()


@pytest.mark.feature("B1", "B2", "B3", "B4", "B8", "F10")
def test_by_keyboard_from_the_first_seat_to_the_agenda_without_network(
    app: Flask,
    phone: Phone,
    served: tuple[str, object],  # noqa: F811
):
    conference = a.a_conference(title="City week")
    ada, grace = people(conference, 2)
    rain = a.a_session(conference, title="Rain gardens", code="R-1")
    roofs = a.a_session(conference, title="Green roofs")
    tour = a.a_session(conference, title="Harbour tour", code="H-1", seats=1, starts_at=a.tomorrow_at(13))
    terms.say(of=rain.session.type, draft=terms.TermsDraft(overlap=OverlapRule.SWAP))
    booking.book_seat(person=grace, occurrence_id=tour.id)
    with transaction():
        token = accounts.mail_link(purpose=LinkPurpose.CLAIM, person=ada)
    home, day = f"{phone.home}/{conference.expo.slug}", rain.starts_at.date().isoformat()
    db.session.rollback()
    page = phone.page
    page.goto(f"{home}/claim/{token}")
    phone.press("button", re.compile(".+"))
    page.wait_for_url(lambda url: "/claim/" not in url)

    # One tap, two presses of it, one seat; the row says so, and who came by keyboard is where they were.
    page.goto(f"{home}/programme?day={day}")
    button = page.get_by_role("button", name=re.compile("^Book.*Rain gardens"))
    phone.reach(button)
    button.evaluate("(it) => { it.form.requestSubmit(it); it.form.requestSubmit(it); }")
    told = page.locator(".told")
    expect(told).to_contain_text("You have a seat in Rain gardens.")
    expect(told.get_by_role("button", name="Undo")).to_be_visible()
    row = page.locator("li.row", has_text="Rain gardens")
    expect(row).to_contain_text("Your seat")
    expect(row.get_by_role("link", name="Rain gardens")).to_be_focused()
    phone.looks_right()

    # What clashes is a page with a way on: swapped in one transaction.
    phone.press("button", re.compile("^Book.*Green roofs"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Two things at once")
    phone.looks_right()
    phone.press("button", re.compile("^Swap: give back Rain gardens"))
    expect(page.locator("main, .notices").get_by_text("You have a seat in Green roofs.")).to_be_visible()

    # What is full is waited for.
    page.goto(f"{home}/sessions/H-1")
    phone.press("link", "Join the waiting list")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting list")
    phone.looks_right()
    phone.press("button", "Join the waiting list")
    expect(page.locator("main")).to_contain_text("Number 1 in line")
    phone.looks_right()
    db.session.rollback()
    seat = live_booking(tour.id, grace.id)
    assert seat is not None
    booking.cancel(booking=seat)
    db.session.rollback()
    page.reload()
    expect(page.locator(".agenda")).to_contain_text("Harbour tour")

    # Given back, and thought again.
    phone.press("button", re.compile("^Give back my seat.*Harbour tour"))
    expect(page.locator(".agenda")).not_to_contain_text("Harbour tour")
    phone.looks_right()
    phone.press("button", "Take it again")
    expect(page.locator(".agenda")).to_contain_text("Harbour tour")
    db.session.rollback()
    assert {each.occurrence_id for each in of_person(ada.id)} == {roofs.id, tour.id}
    nothing_is_broken()
    db.session.rollback()

    # A seat booked on a page that stayed is in the agenda that opens without network.
    phone.kept("my/agenda", "Harbour tour")
    served[1]()  # type: ignore[operator]
    page.goto(f"{home}/my/agenda")
    expect(page.locator(".kept-at")).to_contain_text("No network. This page is as it was at")
    for title in ("Green roofs", "Harbour tour"):
        expect(page.locator(".agenda").get_by_role("link", name=title)).to_be_visible()
