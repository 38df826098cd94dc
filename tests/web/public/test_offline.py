"""Badge, agenda and programme open without network, and say how old they are."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from expo import config
from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose
from expo.app import create_app
from expo.booking.actions import book_seat
from expo.core.db import db, transaction
from tests import conftest
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("F10", "Q2"), pytest.mark.once]


@pytest.fixture
def served(app: Flask, database_url: str) -> Iterator[tuple[str, object]]:
    """The platform on a port, and what stops it. `localhost`: browsers let it keep pages without TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    settings = {**conftest.SETTINGS, "base_url": address}
    server = make_server(
        "localhost", port, create_app(config.load({}, database_url=database_url, **settings)), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    yield address, stop
    if thread.is_alive():
        stop()


@pytest.mark.browser
def test_with_the_server_stopped_badge_agenda_and_programme_open_and_say_their_age(
    served: tuple[str, object], chromium: Browser
):
    address, stop = served
    conference = a.a_conference(title="City week")
    person = a.a_person(conference.expo, "Ada Nilsson")
    a.a_registration(person, conference)
    talk = a.a_session(conference, title="Rain gardens")
    book_seat(person=person, occurrence_id=talk.id)
    with transaction():
        token = accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person)
    home = f"{address}/{conference.expo.slug}"
    db.session.rollback()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{home}/claim/{token}")
    page.get_by_role("button").first.click()
    page.goto(f"{home}/my/badge")
    code = page.locator(".badge svg path").first.get_attribute("d")
    # Kept by the worker, though nobody has opened them yet.
    page.evaluate(
        """async () => {
          await navigator.serviceWorker.ready;
          const wanted = ["/my/agenda", "/my/badge", "/programme", "/offline"];
          for (let turn = 0; turn < 100; turn += 1) {
            const kept = (await (await caches.open("expo-pages-1")).keys()).map((request) => request.url);
            if (wanted.every((path) => kept.some((url) => url.endsWith(path)))) return;
            await new Promise((resume) => setTimeout(resume, 50));
          }
          throw new Error("not kept");
        }"""
    )

    stop()  # type: ignore[operator]
    age = page.locator(".kept-at")
    page.goto(f"{home}/my/badge")
    expect(age).to_contain_text("No network. This page is as it was at")
    assert page.locator(".badge svg path").first.get_attribute("d") == code
    page.get_by_role("link", name="Places").click()
    expect(page.get_by_role("heading", name="No network")).to_be_visible()  # never opened before
    page.get_by_role("link", name="My agenda").click()
    expect(page.get_by_role("link", name="Rain gardens")).to_be_visible()
    expect(age).to_be_visible()
    page.get_by_role("link", name=re.compile("Programme")).first.click()
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_what_the_worker_is_served_as(app: Flask):
    expo = a.an_expo()
    answer = Client(app, None).get(f"/{expo.slug}/worker.js")

    assert answer.content_type.startswith("text/javascript")
    assert "max-age=0" in answer.headers["Cache-Control"] or "no-cache" in answer.headers["Cache-Control"]
    assert (
        "No network" in Client(app, None).get(f"/{expo.slug}/offline", headers={"Accept-Language": "en"}).text
    )
