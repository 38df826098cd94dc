"""Programme → register → approve → book → badge → scan → calendar, as people do it, on the H22 programme."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from expo.accounts.queries import persons_by_email
from expo.app import create_app
from expo.badge import queries as badges
from expo.expos.queries import by_slug
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser]

Open = Callable[[], Page]


# Without script the browser asks the same addresses: once is enough.
@pytest.fixture(
    params=[
        pytest.param(True, id="with script"),
        pytest.param(False, id="without script", marks=pytest.mark.once),
    ]
)
def people(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Open]:
    """Each call opens the browser of one more person, who has never been here."""
    contexts = []

    def open_browser() -> Page:
        context = chromium.new_context(
            base_url=site.url,
            java_script_enabled=request.param,
            locale="en-GB",
            viewport={"width": 390, "height": 844},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield open_browser
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").first.fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def set_clock(page: Page, moment: str) -> None:
    page.goto("/demo/")
    page.locator("input[type=datetime-local]").fill(moment)
    page.locator("form", has=page.locator("input[type=datetime-local]")).get_by_role("button").click()
    page.wait_for_timeout(1_200)  # each process looks at the clock once a second


def code_of(site: Site, email: str) -> str:
    """The code in the QR of somebody's badge. Reading it by camera has a test of its own."""
    app = create_app(site.settings())
    with app.app_context():
        expo = by_slug("h22")
        assert expo is not None
        person = persons_by_email(expo.id, email)[0]
        badge = badges.active_badge(expo.id, person.id)
        assert badge is not None
        return badges.code_of(badge)


def scan(door: Page, code: str) -> str:
    """Type a code at the door; what the door says, in large letters."""
    field = door.locator("input[name=code]")
    if not field.is_visible():
        door.get_by_role("button", name=re.compile("Type code|Next badge")).first.click()
    field.fill(code)
    field.press("Enter")
    word = door.locator("main.door .verdict:visible").first
    expect(word).to_be_visible()
    said = word.inner_text()
    # Back to the idle page, so that the next verdict is not mistaken for this one.
    back = door.get_by_role("button", name="Next badge").or_(
        door.get_by_role("link", name="Back to the scanner")
    )
    back.locator("visible=true").first.click()
    expect(door.locator("main.door .verdict:visible")).to_have_count(0)
    return said


@pytest.mark.feature("F1", "F2", "F3", "F6", "R1", "R3", "B1", "B8", "Q1", "Q2", "D1", "D2", "D6", "D7", "I1")
def test_from_the_programme_to_the_door_and_into_the_calendar(
    people: Open, site: Site, request: pytest.FixtureRequest
):
    email = f"ada-{'with' if 'with script' in request.node.name else 'without'}@example.org"
    ada, olle, door = people(), people(), people()
    set_clock(ada, "2022-05-31T08:30")

    # The programme leads to the workshop, and the workshop to registering.
    ada.goto("/h22/")
    ada.get_by_role("link", name="Programme").first.click()
    ada.goto("/h22/programme?day=2022-05-31")
    ada.get_by_role("link", name="Voluntary Local Reviews: using the guidelines").first.click()
    expect(ada.get_by_role("heading", level=1)).to_contain_text("Voluntary Local Reviews")
    ada.get_by_role("link", name=re.compile("Register")).first.click()
    ada.get_by_role("checkbox", name=re.compile("City delegate")).check()
    ada.get_by_label("Your name").fill("Ada Lövelace")
    ada.get_by_label("E-mail").fill(email)
    ada.get_by_label(re.compile("^Organisation")).fill("City of Turin")
    ada.get_by_role("button", name="Send registration").click()
    expect(ada.locator("main")).to_contain_text("The organisers of H22+50 Session")

    # An organiser approves it on a plain form.
    sign_in(olle, "organiser@demo.example")
    olle.goto(f"/h22/organise/people?q={email}")
    olle.get_by_role("link", name="Ada Lövelace").first.click()
    olle.get_by_role("button", name="Approve").click()
    expect(olle.locator("main")).to_contain_text("Confirmed")

    # Now the workshop can be booked, and the open programme too.
    ada.goto("/h22/sessions/P50-009")
    expect(ada.locator("main")).to_contain_text("Sundet 1")
    ada.get_by_role("button", name=re.compile("Book a seat")).first.click()
    expect(ada.locator("main, .notices").first).to_be_visible()
    ada.goto("/h22/register?conference=h22-city-expo")
    ada.get_by_role("checkbox", name=re.compile("Open city pass")).check()
    ada.get_by_role("button", name="Send registration").click()
    ada.goto("/h22/sessions/H22-015")
    ada.get_by_role("button", name=re.compile("Book a seat")).first.click()
    ada.goto("/h22/my/agenda")
    expect(ada.locator("main")).to_contain_text("Voluntary Local Reviews: using the guidelines")
    expect(ada.locator("main")).to_contain_text("Prova framtidens hemtjänst")

    # The badge.
    ada.goto("/h22/my/badge")
    expect(ada.locator("article.badge")).to_contain_text("Ada Lövelace")
    expect(ada.locator("article.badge")).to_contain_text("City")
    expect(ada.locator("article.badge svg")).to_be_visible()
    code = code_of(site, email)

    # A telephone is paired with the door of the room, ten minutes before.
    olle.goto("/h22/organise/doors")
    olle.get_by_role("link", name=re.compile("scanner", re.I)).first.click()
    olle.get_by_label("Name").fill("Telephone 1")
    olle.get_by_role("checkbox", name=re.compile("Sundet 1")).check()
    olle.get_by_role("button", name="Make the pairing code").click()
    pairing = olle.locator(".pairing .code").inner_text()
    door.goto("/h22/door/")
    door.get_by_label("Pairing code").fill(pairing)
    door.get_by_role("button", name=re.compile("Pair")).click()
    gate = door.get_by_role("link", name=re.compile("Sundet 1"))
    if gate.count():
        gate.first.click()
    set_clock(ada, "2022-05-31T15:20")

    assert "IN" in scan(door, code.lower())
    set_clock(ada, "2022-05-31T15:22")
    assert "already" in scan(door, f" {code[:16]} {code[16:]} ").lower()
    assert "IN" not in scan(door, "A" * 32).split()

    # Who is in is seen at the desk.
    olle.goto("/h22/organise/doors")
    expect(olle.locator("main")).to_contain_text("Sundet 1")

    # The calendar of the person, and of the conference.
    ada.goto("/h22/my/agenda")
    ada.get_by_role("button", name="Make my calendar address").click()
    address = ada.locator("#address").input_value()
    mine = ada.request.get(address.replace(address.split("/h22/")[0], site.url))
    assert "text/calendar" in mine.headers["content-type"]
    assert mine.text().count("BEGIN:VEVENT") == 2
    feed = ada.request.get("/h22/feeds/conferences/h22-50-session.ics")
    again = ada.request.get(
        "/h22/feeds/conferences/h22-50-session.ics", headers={"If-None-Match": feed.headers["etag"]}
    )
    assert (feed.status, again.status) == (200, 304)


def test_an_organiser_changes_a_session_and_publishes_it(people: Open):
    olle, reader = people(), people()
    sign_in(olle, "organiser@demo.example")
    olle.goto("/h22/organise/sessions/H22-015")
    title = olle.get_by_label("Title", exact=True)
    title.fill("Prova framtidens hemtjänst, nu")
    olle.get_by_role("button", name=re.compile("^Save")).first.click()
    reader.goto("/h22/sessions/H22-015")
    assert reader.get_by_role("heading", level=1).inner_text() == "Prova framtidens hemtjänst"

    olle.goto("/h22/organise/releases")
    olle.get_by_role("button", name=re.compile("^Publish")).first.click()

    expect(olle.locator("main")).to_contain_text("Prova framtidens hemtjänst, nu")
    reader.goto("/h22/sessions/H22-015?fresh=1")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Prova framtidens hemtjänst, nu")
    # Back, so that the next journey finds what it looks for.
    olle.goto("/h22/organise/sessions/H22-015")
    olle.get_by_label("Title", exact=True).fill("Prova framtidens hemtjänst")
    olle.get_by_role("button", name=re.compile("^Save")).first.click()
    olle.goto("/h22/organise/releases")
    olle.get_by_role("button", name=re.compile("^Publish")).first.click()
