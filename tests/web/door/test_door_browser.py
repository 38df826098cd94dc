"""The scanner in a real browser: typed, read by a reader that types, and seen by a camera."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from expo.checkin import devices
from expo.checkin.models import Gate, Scan
from expo.core.db import db
from tests import browser as chrome
from tests import factories as a
from tests.checkin import doors
from tests.web.door import fake_camera
from tests.web.door.conftest import Site
from tests.web.door.process import ServerProcess
from tests.web.door.test_door_crew import a_pin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.feature("D1"),
    pytest.mark.usefixtures("app"),
]


@pytest.fixture
def telephone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    yield context
    context.close()


def at_the_gate(site: Site | ServerProcess, context: BrowserContext, gate: Gate) -> Page:
    """Pair as a steward does, and stand at the gate. Anything the page complains about fails the test."""
    device, code = devices.create_device(expo_id=gate.expo_id, name="Left", gate_ids=[gate.id])
    slug = device.expo.slug
    db.session.rollback()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.goto(f"{site.address}/{slug}/door/pair/{code}")
    page.get_by_role("button", name="Pair this telephone").click()
    page.wait_for_url(re.compile(f"/door/gates/{gate.slug}$"))
    page.complaints = complaints  # type: ignore[attr-defined]
    return page


def stored() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Scan.verdict, Scan.moved).order_by(Scan.received_at))
    return [(str(row.verdict), row.moved) for row in rows]


def word(page: Page, text: str) -> None:
    expect(page.locator("main .verdict .word")).to_have_text(text)


def test_a_typed_code_fills_the_screen_and_the_page_is_ready_again_by_itself(
    site: Site, telephone: BrowserContext
):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    code = doors.code_of(doors.a_delegate(conference, "Þórdís Guðlaugsdóttir"))
    page = at_the_gate(site, telephone, gate)
    address = page.url

    page.get_by_label("Badge code").fill(code.lower())
    page.keyboard.press("Enter")

    word(page, "IN")
    expect(page.locator("main.door.in")).to_be_visible()
    shape = page.locator("main .verdict .sign")  # never colour alone: drawn, and nothing painted over it
    expect(shape).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    box = shape.bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"], abs=2)
    assert box["width"] > 80
    expect(page.locator("main .verdict .name")).to_have_text("Þórdís Guðlaugsdóttir")
    expect(page.locator("main.door.idle")).to_be_visible()  # by itself
    expect(page.get_by_label("Badge code")).to_be_focused()
    expect(page.locator("[data-last]")).to_contain_text("Þórdís Guðlaugsdóttir, in")
    assert page.url == address
    assert stored() == [("admitted", 1)]

    # At a kiosk the next guest reads nothing of who came before.
    page.goto(address.replace("door/gates", "kiosk"))
    page.keyboard.type(code + "\n")
    expect(page.locator("main .verdict .name")).to_have_text("Þórdís Guðlaugsdóttir")
    page.get_by_role("button", name="Next badge").click()
    expect(page.locator("[data-last]")).to_contain_text("Last: ")
    expect(page.get_by_text("Þórdís")).to_have_count(0)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_reader_that_types_is_heard_while_a_verdict_fills_the_screen(site: Site, telephone: BrowserContext):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    codes = [doors.code_of(doors.a_delegate(conference, name)) for name in ("Ada Nilsson", "Grace Lind")]
    page = at_the_gate(site, telephone, gate)

    page.keyboard.type("0123456789 no badge\n")
    word(page, "NOT HERE")
    for name, code in zip(("Ada Nilsson", "Grace Lind"), codes, strict=True):
        page.keyboard.type(code + "\n")
        expect(page.locator("main .verdict .name")).to_have_text(name)
        word(page, "IN")

    assert stored() == [("refused", 0), ("admitted", 1), ("admitted", 1)]
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.feature("D7")
def test_a_steward_lets_in_by_hand_where_the_door_asks(site: Site, telephone: BrowserContext):
    conference = a.a_conference()
    session = a.a_session(conference)
    gate = doors.a_gate(doors.a_zone(conference.expo), name="Sundet 1", room=session.room)
    code = doors.code_of(doors.a_delegate(conference))
    page = at_the_gate(site, telephone, gate)

    page.keyboard.type(code + "\n")
    word(page, "ASK")
    page.get_by_role("button", name="Let in").click()
    word(page, "IN")

    assert stored() == [("ask", 0), ("admitted", 1)]


@pytest.mark.feature("D10")
def test_a_supervisor_lets_in_against_a_rule_and_says_why_on_the_page(site: Site, telephone: BrowserContext):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    code, pin = doors.code_of(doors.a_delegate(a.a_conference(conference.expo))), a_pin(conference)
    page = at_the_gate(site, telephone, gate)
    page.goto(page.url.replace(f"gates/{gate.slug}", "shift"))
    page.get_by_label("PIN").fill(pin)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Gate 1").click()
    expect(page.locator("[data-door][data-pack=ready]")).to_be_visible()

    page.keyboard.type("no badge of ours\n")
    word(page, "NOT HERE")
    expect(page.get_by_role("button", name="Let in")).to_be_hidden()  # no word of hers makes it a badge
    page.keyboard.type(code + "\n")
    word(page, "NOT HERE")
    page.get_by_role("button", name="Let in").click()
    page.get_by_role("dialog").get_by_label("Why?").press("Enter")  # without a reason it stays
    page.get_by_role("button", name="Not in").click()
    word(page, "NOT HERE")
    page.get_by_role("button", name="Let in").click()
    page.keyboard.type("The minister's interpreter\n")
    word(page, "IN")

    assert stored() == [("refused", 0), ("refused", 0), ("admitted", 1)]
    details = db.session.scalars(sa.select(Scan.details).where(Scan.moved == 1)).one()
    assert details["override"]["reason"] == "The minister's interpreter"


@pytest.mark.feature("D3", "D4")
def test_the_camera_reads_badges_also_while_the_server_is_dead(
    app: Flask, database_url: str, chromium: Browser, tmp_path: Path
):
    """Not only the network is gone: the server is killed, and another started when the queue has moved on."""
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    names = ("Ada Nilsson", "Grace Lind")
    film = tmp_path / "badges.mjpeg"
    fake_camera.write(film, [doors.code_of(doors.a_delegate(conference, name)) for name in names])
    arguments = [
        *chrome.launch_arguments(),
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    db.session.rollback()
    server = ServerProcess(database_url, tmp_path)
    server.start()
    browser = chromium.browser_type.launch(executable_path=chrome.find_chromium(), args=arguments)
    try:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="en-GB", permissions=["camera"]
        )
        page = at_the_gate(server, context, gate)
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))

        name = page.locator("main.door.in .verdict .name")
        expect(name).to_be_visible(timeout=20_000)
        first = name.text_content()
        [second] = set(names) - {first}
        expect(name).to_have_text(second, timeout=20_000)
        complaints = list(page.complaints)  # type: ignore[attr-defined]

        # By its own list, without a name, and told to the server that takes the place of the dead one.
        expect(page.locator("[data-door][data-pack=ready]")).to_have_count(1)
        server.kill()
        alone = page.locator("main.door .verdict .local")
        expect(alone).to_have_text("By this scanner’s own list", timeout=20_000)
        expect(page.locator("footer.loud")).to_contain_text("wait here")
        server.start()
        expect(page.locator("[data-state]")).to_have_text("All scans sent", timeout=20_000)
    finally:
        browser.close()
        server.kill()

    assert complaints == []
    assert [url for url in loaded if not url.startswith(server.address)] == []
    assert stored()[:2] == [("admitted", 1), ("admitted", 1)]
    assert db.session.scalar(sa.select(sa.func.count()).where(Scan.offline)) >= 1
    doors.nothing_is_broken()
