"""Every public page in a real browser: nothing for axe to find, nothing to scroll sideways, by day and by night."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

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
