"""Guests who check themselves in, groups, practice, the list on paper, and the door as an app."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from expo.badge import queries as badges
from expo.checkin import attentions, crew
from expo.checkin import queries as checkin
from expo.checkin.crew_models import CrewRole
from expo.checkin.models import Scan
from expo.core import clock
from expo.core.db import db
from tests import factories as a
from tests.checkin import doors
from tests.web.door.conftest import Site

from .test_door_browser import telephone
from .test_door_crew import a_gate, a_pin
from .test_door_pages import Open, paired

__all__ = ["telephone"]
pytestmark = [pytest.mark.feature("D12"), pytest.mark.usefixtures("app")]


def test_a_guest_checks_in_at_the_kiosk_and_sees_nothing_for_staff(browser: Open):
    conference, gate = a_gate()
    kiosk, door = paired(browser, gate)
    address = door.replace("door/", "kiosk")

    page = kiosk.get(address).text

    assert "Hold your badge" in page
    assert "Find a person" not in page
    assert "Change gate" not in page
    assert browser().get(address).status_code == 401
    kiosk.post(f"{door}shift", {"pin": a_pin(conference)})
    assert kiosk.get(f"{door}gates/{gate.slug}/search?q=abc").status_code == 200
    kiosk.get(address)  # a shift does not stand open for guests
    assert kiosk.get(f"{door}gates/{gate.slug}/search?q=abc").status_code == 403
    code = doors.code_of(doors.a_delegate(conference))
    assert "IN" in kiosk.post(f"{door}gates/{gate.slug}", {"code": code, "id": str(uuid.uuid4())}).text


def test_a_class_comes_in_parts_and_the_door_says_how_many_are_in(browser: Open):
    conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    person = doors.a_delegate(conference)
    badge = badges.active_badge(person.expo_id, person.id)
    assert badge is not None
    doors.resize(badge, 28)
    at, code = f"{door}gates/{gate.slug}", badges.code_of(badge)

    first = telephone_.post(at, {"code": code, "count": "20", "id": str(uuid.uuid4())})
    too_many = telephone_.post(at, {"code": code, "count": "9", "id": str(uuid.uuid4())})
    rest = telephone_.post(at, {"code": code, "count": "8", "id": str(uuid.uuid4())})

    assert "20 of 28 are already in." in first.text
    assert "20 of 28 are already in." in too_many.text
    assert "28 of 28 are already in." in rest.text
    assert checkin.came_today(gate, conference.expo) == 28
    doors.nothing_is_broken()


def test_the_paper_list_names_who_may_go_in_and_is_for_supervisors(browser: Open):
    conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    doors.a_delegate(conference, "Åsa Öberg")
    attentions.put(person=doors.a_delegate(conference, "Bo Ek"), text="stolen", blocks=True)
    doors.a_delegate(a.a_conference(conference.expo), "Not Here")
    at = f"{door}gates/{gate.slug}/paper"

    assert telephone_.get(at).status_code == 403
    telephone_.post(f"{door}shift", {"pin": a_pin(conference, CrewRole.SUPERVISOR)})
    page = telephone_.get(at).text

    assert "Åsa Öberg" in page
    assert "Blocked" in page
    assert "stolen" not in page
    assert "Not Here" not in page


@pytest.mark.feature("D8")
def test_the_hand_clicker_is_a_button_of_its_own(browser: Open):
    """Red where the number of who came stands under the same mark: pressing the number counted one."""
    _conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    page = telephone_.get(f"{door}gates/{gate.slug}").text

    assert page.count("data-by-hand") == 1
    assert re.search(r"<button[^>]+data-by-hand", page)


@pytest.mark.feature("D1")
def test_the_door_can_be_installed_as_an_app(browser: Open):
    _conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    page = telephone_.get(f"{door}gates/{gate.slug}").text
    manifest = telephone_.get(f"{door}manifest.webmanifest")

    assert f'rel="manifest" href="{door}manifest.webmanifest"' in page
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["scope"] == manifest.json["start_url"] == door
    assert {icon["sizes"] for icon in manifest.json["icons"]} >= {"192x192", "512x512"}


def test_practice_may_send_nothing_by_its_own_policy(browser: Open):
    _conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    policy = telephone_.get(f"{door}practice").headers["Content-Security-Policy"]

    assert "connect-src 'none'" in policy
    assert "form-action 'none'" in policy


@pytest.mark.browser
@pytest.mark.once
def test_practice_judges_made_up_badges_with_and_without_network_and_stores_nothing(
    site: Site, telephone: BrowserContext
):
    expo = a.an_expo()
    slug = expo.slug
    db.session.rollback()
    page = telephone.new_page()
    asked: list[str] = []
    page.goto(f"{site.address}/{slug}/door/practice")
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("button", name="Ada, with a ticket").click()
    expect(page.locator(".verdict .word")).to_have_text("IN")
    page.get_by_role("button", name="Switch the network off").click()
    page.get_by_role("button", name="A badge that is blocked").click()
    expect(page.locator(".verdict .word")).to_have_text("NOT HERE")
    expect(page.locator("[data-state]")).to_contain_text("one scan waits")
    page.get_by_role("button", name="Switch the network on").click()
    expect(page.locator("[data-state]")).to_have_text("All scans sent")

    assert [url for url in asked if "/api/" in url] == []
    assert db.session.query(Scan).count() == 0


def test_a_pin_lasts_for_its_days(browser: Open):
    conference, gate = a_gate()
    telephone_, door = paired(browser, gate)
    now = clock.now()
    _member, pin = crew.add_member(
        expo_id=conference.expo_id,
        name="Later",
        role=CrewRole.STEWARD,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
    )
    refused = telephone_.post(f"{door}shift", {"pin": pin})

    assert refused.status_code == 422
    assert "No shift has this PIN now" in refused.text
