"""A speaker answers on a telephone, with nothing but keys: yes, a day, a word for the stage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from expo.core import checks
from expo.core.db import db
from expo.programme import queries as programme
from expo.programme.words import AppearanceState
from expo.speakers import queries as speakers
from tests import factories as a
from tests.speaking.asking import asked, invited

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("P5")]


@pytest.fixture
def invitation(demo_app) -> Iterator[tuple[str, int, int]]:
    """A running expo whose one speaker has a letter: address of the page, ids of session and speaker."""
    talk = a.a_session(a.a_conference(a.an_expo(slug="harbour")), title="How cities cool down")
    appearance = asked(talk)
    secret = invited(appearance)
    ids = talk.session_id, appearance.speaker_id
    db.session.rollback()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield (f"http://127.0.0.1:{server.server_port}/harbour/speaker/{secret}", *ids)
    server.shutdown()
    thread.join()


def to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus, as whoever sees no pointer does."""
    for _press in range(120):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "e => (e.labels?.[0] || e).innerText || e.getAttribute('aria-label') || ''",
            page.evaluate_handle("document.activeElement"),
        )
        if name in said.replace("\n", " "):
            return
    raise AssertionError(f"no key leads to {name!r}")


def looked_at(page: Page) -> list[str]:
    """Whatever axe finds, and whatever is wider than the telephone."""
    found = [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return found


def test_a_speaker_answers_on_a_telephone_by_keys_alone(invitation, chromium: Browser):
    url, session_id, speaker_id = invitation
    page = chromium.new_context(locale="en-GB", viewport={"width": 360, "height": 740}).new_page()
    page.set_default_timeout(15_000)

    page.goto(url)
    expect(page.get_by_role("heading", name="How cities cool down")).to_be_visible()
    found = looked_at(page)
    to(page, "Yes, I will be there")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("You are expected")

    to(page, "When you can")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("When you can")
    found += looked_at(page)
    to(page, "Morning")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("Saved")
    page.go_back()

    page.goto(url)
    to(page, "What you need on stage")
    page.keyboard.type("A chair, please.")
    to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("The organisers read it")
    found += looked_at(page)
    page.context.close()

    assert found == []
    db.session.expire_all()
    assert programme.appearances(session_id)[0].state is AppearanceState.CONFIRMED
    assert len(next(iter(speakers.unavailable(programme.appearances(session_id)[0].expo_id).values()))) == 1
    assert speaker_id
    assert list(checks.broken()) == []
