"""Favourites as a stranger has them: in a real browser, by keyboard alone, handed on, and taken along at sign-in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from expo.core import clock
from expo.programme.words import Admission
from tests import factories as a

MORNING = datetime(2022, 5, 31, 7, tzinfo=UTC)


@pytest.fixture
def site(demo_app) -> Iterator[str]:
    """Three sessions, two of them at one time, on a port."""
    clock.set_now(MORNING)
    expo = a.an_expo(slug="h22", name="H22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    arena = a.a_conference(expo, title="Arena", slug="arena", is_open_programme=True)
    a.a_ticket_type(arena, "City pass")
    for number, title in enumerate(("Opening", "Water", "Harbour walk")):
        starts_at = MORNING + timedelta(minutes=60 + 30 * number)
        a.a_session(arena, title=title, code=f"S-{number}", starts_at=starts_at, seats=None,
                    admission=Admission.OPEN, published=number == 2)  # fmt: skip
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def press(page, name: str) -> None:
    """As somebody without a mouse does: to the button, then the space bar."""
    button = page.get_by_role("button", name=name).first
    button.focus()
    page.keyboard.press("Space")


def titles(page) -> list[str]:
    return page.locator("#kept-list .row-title").all_inner_texts()


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.feature("F13", "B8")
def test_favourites_are_kept_handed_on_and_come_along_at_sign_in(site, chromium):
    ada = chromium.new_context(viewport={"width": 320, "height": 800}, locale="en").new_page()
    faults: list[str] = []
    ada.on("pageerror", lambda fault: faults.append(str(fault)))
    ada.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    ada.goto(f"{site}/h22/programme?day=2022-05-31")
    press(ada, "Favourite: Opening")
    press(ada, "Favourite: Water")
    assert ada.evaluate(
        "(({ color, backgroundColor }) => color !== backgroundColor)(getComputedStyle(document.querySelector('.told > a')))"
    )
    ada.reload()
    pressed = ada.locator(".keep[aria-pressed=true]")
    assert ada.locator("script .keep").count() == 0  # what offline.js keeps is no session
    assert [button.inner_text().split(":")[1] for button in pressed.all()] == [" Opening, 10", " Water, 10"]
    assert Axe().run(ada).response["violations"] == []

    ada.locator(".keeps").focus()
    ada.keyboard.press("Enter")
    ada.wait_for_selector("#handed-on")
    assert titles(ada) == ["Opening", "Water"]
    assert ada.get_by_text("Begins before “Opening” ends").count() == 1
    assert Axe().run(ada).response["violations"] == []
    assert ada.evaluate("document.documentElement.scrollWidth") == 320
    address = site + urlsplit(ada.input_value("#share-address")).path

    grace = chromium.new_context(locale="en").new_page()
    grace.on("pageerror", lambda fault: faults.append(str(fault)))
    grace.goto(address)
    assert grace.locator("h1").inner_text() == "A shared list: 2 sessions"
    assert Axe().run(grace).response["violations"] == []
    press(grace, "Keep these too")
    grace.wait_for_selector("#handed-on")
    press(grace, "Favourite: Water")
    grace.wait_for_function(f"document.querySelector('#share-address').value != {address!r}")
    grace.goto(f"{site}/h22/sessions/S-2")
    press(grace, "Favourite")

    # Registering signs a guest in; from then on the favourites are theirs, on every device.
    grace.goto(f"{site}/h22/register")
    grace.check("[name=ticket]")
    grace.fill("[name=name]", "Grace Lind")
    grace.fill("[name=email]", "grace@example.org")
    with grace.expect_response(lambda answer: answer.url.endswith("/my/favourites/merge")) as merged:
        grace.get_by_role("button", name="Send registration").press("Enter")
    assert merged.value.status == 204
    grace.wait_for_function("localStorage.length === 0")
    grace.goto(f"{site}/h22/my/agenda")
    assert grace.locator(".entry h3").all_inner_texts() == ["Opening", "Harbour walk"]
    assert Axe().run(grace).response["violations"] == []

    # Signed in, the heart stays on the page; and what the network swallows is said, not lost.
    grace.goto(f"{site}/h22/programme?day=2022-05-31")
    with grace.expect_response(lambda answer: answer.url.endswith("/my/favourites")):
        press(grace, "Favourite: Water")
    grace.wait_for_selector(".keep[aria-pressed=true] >> text=Water")
    grace.context.set_offline(True)
    press(grace, "Favourite: Opening")
    grace.wait_for_selector("text=No network")
    assert grace.locator(".keep[aria-pressed=true]").count() == 3

    assert [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []
