"""A screen in a real browser: it renews itself, and keeps its last picture when the network is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from expo.core import clock
from tests import factories as a

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("F7")]

LONG = (
    "smarta och hållbara städer, en mycket lång rubrik om vatten, ljus, människor och Östersundsförbindelsen"
)
MORNING = datetime(2022, 5, 31, 8, 40, tzinfo=UTC)


@pytest.fixture
def site(demo_app) -> Iterator[str]:
    """Seven rooms with long names where something runs and something follows; two pages of them."""
    clock.set_now(MORNING)
    expo = a.an_expo(slug="h22", name="H22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    conference = a.a_conference(expo)
    for number in range(7):
        room = a.a_room(expo, f"Room {number}, on the second floor", venue="Clarion Hotel & Congress Sea U")
        for hours, title in ((0, f"Talk {number}: {LONG}"), (1, f"After it: {LONG}")):
            starts = MORNING - timedelta(minutes=10) + timedelta(hours=hours)
            a.a_session(conference, title=title, room=room, starts_at=starts, published=False)
    a.publish(expo)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/h22/screens"
    server.shutdown()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def test_a_foyer_turns_its_pages_by_itself_and_fits_the_screen(site: str, page: Page):
    page.goto(f"{site}/expo")
    expect(page.get_by_text("Talk 5")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    last = page.locator(".boards > li").last.bounding_box()
    foot = page.locator("footer").bounding_box()
    assert last is not None
    assert foot is not None
    assert last["y"] + last["height"] <= foot["y"]
    assert foot["y"] + foot["height"] <= 1080

    page.clock.fast_forward(16_000)

    expect(page.get_by_text("Talk 6")).to_be_visible()
    expect(page.get_by_text("Talk 5")).to_have_count(0)
    assert page.url == f"{site}/expo"  # it was put in its place

    page.clock.fast_forward(16_000)

    expect(page.get_by_text("Talk 5")).to_be_visible()


def test_a_lost_network_leaves_the_last_picture_and_its_age(site: str, page: Page):
    page.goto(f"{site}/rooms/room-1-on-the-second-floor")
    expect(page.get_by_role("status")).to_be_hidden()
    page.context.set_offline(True)

    page.clock.fast_forward(5 * 60_000 + 10_000)

    expect(page.get_by_role("heading", name="Talk 1:")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("No network. This was right at 10:40, 5 min ago.")
    expect(page.locator("[data-clock]")).to_have_text("10:45")

    page.context.set_offline(False)
    page.clock.fast_forward(31_000)

    expect(page.get_by_role("status")).to_be_hidden()
