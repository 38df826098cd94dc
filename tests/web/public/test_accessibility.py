"""Every public page in a real browser: nothing for axe to find, nothing to scroll sideways, by day and by night."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from expo.core import clock
from expo.programme import actions as programme
from expo.programme import outside, places
from expo.programme.drafts import (
    Billing,
    Material,
    OccurrenceDraft,
    OutsideEventDraft,
    RoomDraft,
    Text,
    VenueDraft,
)
from expo.programme.words import Admission, MaterialKind, Visibility
from tests import factories as a

pytestmark = pytest.mark.browser

MORNING = datetime(2022, 5, 31, 8, 40, tzinfo=UTC)
LONG = (
    "Smarta och hållbara städer: en mycket lång rubrik om vatten, ljus, människor och Östersundsförbindelsen"
)
PAGES = [
    "",
    "programme",
    "programme?day=2022-06-01&seats=1&type=workshop",
    "programme?day=2022-06-01&language=da",
    "programme?from=2022-05-31&to=2022-06-02",
    "programme?from=2022-06-02&to=2022-05-31",
    "rooms/quay/sheet",
    "programme?q=tour",
    "programme?q=zeppelin",
    "embed",
    "subscribe?calendar=programme",
    "conferences",
    "conferences/arena",
    "conferences/forum",
    "sessions/TOUR-1",
    "sessions/CLOSED-1",
    "speakers",
    "speakers/blasorkestern",
    "venues/sea-u",
    "rooms/quay",
    "now",
    "feeds",
    "accessibility",
    "privacy",
    "sessions/NOTHING",
    "tracks/harbour-walks",
    "series/arenas",
    "areas/old-town",
    "sdgs/",
    "sdgs/14",
    "venues",
    "venues/dunkers",
    "now?room=quay&tz=America/New_York",
    "sessions/TOUR-1?tz=Asia/Tokyo",
    "screens/",
    "screens/expo",
    "screens/rooms/quay",
    "screens/venues/sea-u",
]


@pytest.fixture
def site(demo_app) -> Iterator[str]:
    """A small expo with one of everything, served over a port."""
    clock.set_now(MORNING)
    expo = a.an_expo(
        slug="h22",
        name="H22 City Expo",
        starts_on=date(2022, 5, 30),
        ends_on=date(2022, 7, 3),
        description="A city.",
    )
    arena = a.a_conference(
        expo, title="Arena", slug="arena", hosts=("City of Helsingborg",), ends_on=date(2022, 6, 4),
        series="Arenas", series_number=2, other_names=("H22 square",),
    )  # fmt: skip
    a.a_ticket_type(arena, "Lunch", price_minor=49500, quota=3)
    april = {"starts_on": date(2022, 4, 4), "ends_on": date(2022, 4, 5), "time_zone": "Europe/Zurich"}
    forum = a.a_conference(expo, title="Forum", slug="forum", visibility=Visibility.REGISTERED, **april)
    a.a_session(forum, code="CLOSED-1", starts_at=datetime(2022, 4, 4, 8, tzinfo=UTC), published=False)
    room = a.a_room(expo, "Quay")
    for name, latitude in (("Dunkers", 56.048), ("Station", 56.0437)):
        draft = VenueDraft(name, expo.city, "Kungsgatan 1", latitude=latitude, longitude=12.69)
        venue = places.save_venue(expo=expo, draft=draft)[0]
        places.put_into_area(venue=venue, area=places.find_or_create_area(expo, "Old town"))
        inside = places.save_room(venue=venue, draft=RoomDraft(f"{name} hall", 70, "step-free"))[0]
        a.a_session(arena, title=f"At {name}", room=inside, published=False)
    tour = a.a_session(arena, title=f"Tour. {LONG}", code="TOUR-1", room=room, starts_at=MORNING, published=False,
                       track="Harbour walks", languages=("sv", "swl"), sdgs=(6, 14), abstract="One.\n\nTwo.",
                       text_language="en", texts=(Text("sv", f"Rundtur. {LONG}", "Ett.", machine_made=True),),
                       interpretation=(("sv", "en"),), content_notes="Strobe light", materials=(
                           Material(MaterialKind.SLIDES, LONG, "https://example.org/slides", "A text.", "sv"),
                       ))  # fmt: skip
    regatta = OutsideEventDraft(
        LONG, MORNING, MORNING + timedelta(days=2), "Quay", "https://example.org/", "sv"
    )
    outside.save_outside_event(expo=expo, draft=regatta)
    for hours in range(3, 60, 3):
        starts = MORNING + timedelta(hours=hours)
        draft = OccurrenceDraft(starts, starts + timedelta(minutes=50), room.id, 20)
        programme.create_occurrence(session=tour.session, draft=draft)
    for number in range(5):
        starts = MORNING + timedelta(hours=number - 2)
        a.a_session(
            arena,
            title=f"Talk {number}",
            seats=None,
            admission=Admission.OPEN,
            starts_at=starts,
            published=False,
        )
    band = a.a_speaker(expo, "Blåsorkestern")
    programme.bill(session=tour.session, billings=[Billing(band.id, "performer")])
    a.publish(expo)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.once
@pytest.mark.parametrize(
    ("scheme", "width", "language", "pages"), [("light", 320, "sv", PAGES), ("dark", 1280, "en", PAGES[::3])]
)
def test_public_pages_can_be_used_by_everybody(site, chromium, scheme, width, language, pages):
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale=language,
    )
    page, found = context.new_page(), []

    for path in pages:
        page.goto(f"{site}/h22/{path}")
        found += [
            (path, violation["id"], violation["nodes"][0]["html"][:200])
            for violation in Axe().run(page).response["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [(path, "wider than the screen", wide)] if wide > width else []

    context.close()
    assert found == []


@pytest.mark.once
def test_who_filters_by_keyboard_stays_at_the_filter_and_gets_a_short_address(site, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    page.goto(f"{site}/h22/programme?day=2022-05-31")

    page.focus(".chip input[name=seats]")
    with page.expect_navigation():
        page.keyboard.press("Space")

    page.wait_for_function("document.activeElement.name === 'seats'")
    assert page.url.partition("?")[2] == "day=2022-05-31&seats=1"
    context.close()


@pytest.mark.once
@pytest.mark.feature("F1", "F3", "F5")
def test_text_twice_as_large_fits_a_phone(site, chromium):
    page = chromium.new_page(viewport={"width": 360, "height": 800}, locale="sv")
    widths = {}
    for path in (
        "",
        "programme?day=2022-05-31",
        "programme?day=2022-05-31&view=grid",
        "programme?from=2022-05-31&to=2022-06-02",
        "programme?month=2022-06",
        "search?q=tour",
        "register",
        "sessions/TOUR-1",
        "venues/dunkers",
    ):
        page.goto(f"{site}/h22/{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert {path: width for path, width in widths.items() if width > 360} == {}


@pytest.mark.once
@pytest.mark.feature("F14")
def test_on_paper_every_title_has_room_and_nothing_is_there_to_press(site, chromium):
    page = chromium.new_page(viewport={"width": 794, "height": 1123}, locale="en")  # A4 in CSS pixels
    page.emulate_media(media="print")
    for path in (
        "programme?day=2022-05-31",
        "programme?day=2022-05-31&view=grid",
        "programme?from=2022-05-31&to=2022-06-02",
        "programme?from=2022-05-31&to=2022-06-02&view=print",
        "rooms/quay/sheet",
    ):
        page.goto(f"{site}/h22/{path}")
        widths = page.locator("main li :is(.row-title, h2, h3)").evaluate_all(
            "all => all.filter(each => each.offsetParent).map(each => each.offsetWidth)"
        )
        assert len(widths) > 2, path
        assert min(widths) > 150, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 794, path
        pressed = page.locator("button, input, select, nav").evaluate_all(
            "all => all.filter(each => each.offsetParent).map(each => each.outerHTML.slice(0, 80))"
        )
        assert [one for one in pressed if "time-of" not in one] == [], path
    page.close()


# What stands at the focus: its text, whether one sees that it has it, and whether something lies over it.
FOCUS = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const outlined = each => each && getComputedStyle(each).outlineStyle !== 'none'
    && parseFloat(getComputedStyle(each).outlineWidth) >= 2;
  const around = [at, at.closest('.row'), at.closest('label'), at.nextElementSibling, at.closest('summary')];
  const box = at.getBoundingClientRect();
  const x = Math.min(box.right, innerWidth) - 4, y = (box.top + box.bottom) / 2;
  const over = document.elementFromPoint(Math.max(0, Math.min(x, box.left + 6)), y);
  const label = at.closest('label, li, form') || at;
  return {
    text: (at.textContent.trim() || at.name || at.className).slice(0, 40),
    outlined: around.some(outlined),
    covered: !!over && !label.contains(over) && !over.contains(at),
    inMain: !!at.closest('main'),
    place: [...document.querySelectorAll('*')].indexOf(at),
  };
}"""


@pytest.mark.once
@pytest.mark.feature("F1", "F3", "F5", "F6")
@pytest.mark.parametrize(
    "path",
    ["programme?day=2022-05-31", "programme?day=2022-05-31&view=grid", "sessions/TOUR-1", "search?q=tour"],
)
def test_by_keyboard_and_by_ear_a_page_has_one_order(site, chromium, path):
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en")
    page.goto(f"{site}/h22/{path}")

    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    names = page.get_by_role("navigation").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert all(names)
    assert len(set(names)) == len(names)
    levels = page.locator("main :is(h1, h2, h3, h4)").evaluate_all("all => all.map(each => +each.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    times = page.locator("main .list .slot-time, main .grid .slot-time").evaluate_all(
        "all => all.map(each => each.id)"
    )
    assert times == sorted(times)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # it comes into view with the focus
    page.keyboard.press("Enter")
    stops = []
    for _ in range(45):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    page.close()
    assert stops[0]["inMain"]
    assert len(stops) > 5
    assert [stop["text"] for stop in stops if not stop["outlined"]] == []
    assert [stop["text"] for stop in stops if stop["covered"]] == []
    assert [stop["place"] for stop in stops] == sorted(stop["place"] for stop in stops)
