"""A focal point with five nominees in a real browser, from the organiser's invitation to the last seat."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from expo.core import checks
from expo.core.db import db
from expo.delegations import queries
from expo.delegations.models import NomineeState
from expo.organisations import actions as organisations
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import OrganisationKind
from tests import factories as a
from tests.delegations.sending import a_city_ticket, secret_for

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("R4", "N1")]


@dataclass
class Place:
    """A running expo with two conferences that cities come to."""

    url: str
    expo_id: int
    organiser: str


@pytest.fixture
def place(demo_app) -> Iterator[Place]:
    expo = a.an_expo(slug="harbour")
    a_city_ticket(a.a_conference(expo, title="City week"), quota=6)
    a_city_ticket(a.a_conference(expo, title="Dialogue of Eminent Experts"), needs_approval=True)
    group = organisations.find_or_create_group(name="112 mission cities")
    turin = organisations.save(
        draft=OrganisationDraft("Città di Torino", OrganisationKind.CITY, "001272", "Turin", "IT")
    )[0]
    organisations.put_into_group(group=group, organisations=[turin])
    account = a.an_account(password="demo")
    a.teams.join(expo_id=expo.id, account=account, role=a.Role.OWNER)
    place = Place("", expo.id, account.email)
    db.session.rollback()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    place.url = f"http://127.0.0.1:{server.server_port}/harbour"
    yield place
    server.shutdown()
    thread.join()


def looked_at(page: Page, found: list[object], *, wide: int = 1280) -> None:
    """Whatever axe finds, and whatever is wider than a small telephone."""
    name = page.url.split("/harbour")[1][:30]
    found += [
        (name, one["id"], one["nodes"][0]["html"][:160]) for one in Axe().run(page).response["violations"]
    ]
    page.set_viewport_size({"width": 320, "height": 700})
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append((name, "wider than the screen"))
    page.set_viewport_size({"width": wide, "height": 900})


def letter(address: str, page: str = "delegation") -> str:
    db.session.rollback()
    return secret_for(address, page)


def name_somebody(focal: Page, name: str, *, now: bool = False) -> None:
    form = focal.locator("form", has=focal.get_by_role("button", name="Give the seat"))
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("E-mail").fill(f"{name.lower()}@turin.example")
    form.get_by_label("City week: City delegate").check()
    form.get_by_label("Dialogue of Eminent Experts: City delegate").set_checked(name != "Bea")
    if now:
        form.get_by_label("I do: register the person at once").check()
    form.get_by_role("button", name="Give the seat").click()
    expect(focal.locator(".notices")).to_contain_text(name)


def test_a_focal_point_brings_five_people(place: Place, chromium: Browser):
    found: list[object] = []
    olle, focal, guest = (chromium.new_context(locale="en-GB").new_page() for _who in "abc")
    for page in (olle, focal, guest):
        page.set_default_timeout(15_000)

    # The organiser invites the city from its group, five seats.
    olle.goto(f"{place.url}/organise/delegations/new?group=112-mission-cities")
    olle.fill("[name=email]", place.organiser)
    olle.fill("[name=password]", "demo")
    olle.press("[name=password]", "Enter")
    points = olle.get_by_label("Whom to invite")
    expect(points).to_have_value("Città di Torino; ; ")
    looked_at(olle, found)
    points.fill("Città di Torino; Fanny Focal; fanny@turin.example")
    for title in ("City week", "Dialogue of Eminent Experts"):
        olle.get_by_role("checkbox", name=title).check()
    olle.get_by_label("City", exact=True).fill("5")
    olle.get_by_role("button", name="Send the invitations").click()
    expect(olle.locator("main")).to_contain_text("1 delegation is invited.")

    # The focal point names five people.
    focal.goto(f"{place.url}/delegation/{letter('fanny@')}")
    looked_at(focal, found)
    for name in ("Ada", "Bea", "Cia"):
        name_somebody(focal, name)
    for name in ("Dora", "Eva"):
        name_somebody(focal, name, now=True)
    expect(focal.locator("main")).to_contain_text("5 of 5")
    looked_at(focal, found)

    # Two complete their details themselves.
    for number, name in enumerate(("Ada", "Bea")):
        guest.context.clear_cookies()
        guest.goto(f"{place.url}/invitations/{letter(name.lower() + '@', 'invitations')}")
        if not number:
            looked_at(guest, found)
        guest.get_by_label("Your name").fill(f"{name} Rossi")
        guest.get_by_role("button", name="Register").click()
        expect(guest.locator("main")).to_contain_text("City week")
        expect(guest.get_by_role("heading", level=1)).to_have_text("Your registration")
    looked_at(guest, found)

    # One is substituted, one withdrawn.
    focal.get_by_role("link", name="Dora").click()
    looked_at(focal, found)
    focal.get_by_label("Name", exact=True).fill("Fia")
    focal.get_by_label("E-mail").fill("fia@turin.example")
    focal.get_by_role("button", name="Substitute").click()
    expect(focal.locator(".notices")).to_contain_text("Fia has the seat of Dora.")
    focal.get_by_role("link", name="Cia").click()
    focal.get_by_text("Withdraw Cia").click()
    focal.get_by_role("button", name="Withdraw").click()
    expect(focal.locator(".notices")).to_contain_text("Cia is withdrawn")
    board = focal.locator("main")
    for said in (
        "4 of 5",
        "Ada Rossi",
        "Bea Rossi",
        "Eva",
        "Fia",
        "2 who no longer come",
        "Waits for approval",
    ):
        expect(board).to_contain_text(said)
    looked_at(focal, found)

    # The organiser sees the same.
    for path in ("organisations", "delegations"):
        olle.goto(f"{place.url}/organise/{path}")
        looked_at(olle, found)
    expect(olle.locator("main")).to_contain_text("4 of 5")
    olle.get_by_role("link", name="Città di Torino").click()
    expect(olle.locator("main")).to_contain_text("Fia")
    looked_at(olle, found)

    assert found == []
    db.session.rollback()
    delegation = queries.board(place.expo_id, None)[0].delegation
    states = sorted(one.state for one in queries.nominees(delegation.id))
    assert states == sorted(
        [NomineeState.REGISTERED] * 4 + [NomineeState.SUBSTITUTED, NomineeState.WITHDRAWN]
    )
    assert [broken for _promise, broken in checks.broken()] == []
