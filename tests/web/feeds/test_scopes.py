"""Each part of the programme has its calendar, which tells strangers no more than they may know."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from expo.calendar import feeds
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.drafts import (
    Billing,
    ConferenceDraft,
    OccurrenceDraft,
)
from expo.programme.models import Conference
from expo.programme.words import Admission, Visibility
from tests import factories as a
from tests.calendar import reading

from .asking import (
    OPENING,
    Open,
    a_talk,
    calendar,
    get,
    titles,
)

pytestmark = pytest.mark.feature("I1", "F2")


def test_each_scope_has_its_calendar(browser: Open, expo: Expo, conference: Conference):
    other = a.a_conference(expo, title="Another")
    sea, park = a.a_room(expo, "Kongressalen", venue="Sea U"), a.a_room(expo, "Lawn", venue="Park")
    speaker = a.a_speaker(expo, "Åsa Öberg")
    talk = a_talk(conference, room=sea, track="Energy", sdgs=(11,), code="P50-009", published=False)
    programme.bill(session=talk.session, billings=[Billing(speaker.id, "speaker")])
    a_talk(other, room=park, title="A walk", type="guided tour", languages=("sv",), sdgs=(1,))

    opens, walk = ["The city opens"], ["A walk"]
    both = sorted(opens + walk)
    assert sorted(titles(browser, "programme.ics")) == both
    assert titles(browser, "conferences/city.ics") == opens
    assert titles(browser, "tracks/energy.ics") == opens
    assert titles(browser, "rooms/kongressalen.ics") == opens
    assert titles(browser, "venues/park.ics") == walk
    assert titles(browser, f"speakers/{speaker.slug}.ics") == opens
    assert titles(browser, "sdgs/11.ics") == opens
    assert titles(browser, "sessions/P50-009.ics") == opens
    assert titles(browser, "programme.ics?venue=park") == walk
    assert titles(browser, "programme.ics?conference=city&track=energy") == opens
    assert titles(browser, "programme.ics?type=guided-tour") == walk
    assert titles(browser, "programme.ics?language=sv") == walk
    assert titles(browser, "programme.ics?sdg=11&room=kongressalen") == opens
    assert sorted(titles(browser, "programme.ics?day=2022-05-31")) == both
    assert titles(browser, "programme.ics?day=2022-06-01") == []
    assert calendar(browser, "programme.ics?day=2022-06-01")["NAME"] == "H22 City Expo (2022-06-01)"


def test_a_session_of_many_times_can_be_had_whole_or_one_by_one(
    browser: Open, expo: Expo, conference: Conference
):
    tour = a_talk(conference, code="T1", published=False)
    for day in (1, 2):
        start = OPENING + timedelta(days=day)
        programme.create_occurrence(
            session=tour.session,
            draft=OccurrenceDraft(start, start + timedelta(hours=1), tour.room_id),
            code=f"T1-{day}",
        )
    a.publish(expo)

    def days(path: str) -> list[str]:
        return [found["DTSTART"][:8] for found in calendar(browser, path).events]

    assert days("sessions/T1.ics") == days("sessions/T1-2.ics") == ["20220531", "20220601", "20220602"]
    assert days("sessions/T1.ics?occurrence=T1-2") == ["20220602"]
    assert get(browser, "sessions/T1.ics?occurrence=other").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "conferences/none.ics",
        "tracks/none.ics",
        "rooms/none.ics",
        "venues/none.ics",
        "speakers/none.ics",
        "sessions/none.ics",
        "sdgs/18.ics",
        "my/none.ics",
        "nothing.ics",
    ],
)
def test_a_calendar_that_does_not_exist_is_not_found(browser: Open, expo: Expo, path: str):
    answer = get(browser, path)
    assert answer.status_code == 404


def test_calendars_do_not_cross_expos(browser: Open, conference: Conference):
    a_talk(conference)
    other = a.an_expo()
    assert browser().get(f"/{other.slug}/feeds/conferences/city.ics").status_code == 404
    found = reading.feed(browser().get(f"/{other.slug}/feeds/programme.ics").data)
    assert found.events == []


def test_what_is_for_ticket_holders_shows_no_room_people_or_abstract(
    browser: Open, expo: Expo, conference: Conference
):
    speaker = a.a_speaker(expo, "Secret Guest")
    room = a.a_room(expo, "Blue Chamber", venue="Sea U")
    talk = a_talk(
        conference,
        visibility=Visibility.REGISTERED,
        room=room,
        abstract="Not for all.",
        sdgs=(11,),
        published=False,
        code="P50-001",
    )
    programme.bill(session=talk.session, billings=[Billing(speaker.id, "speaker")])
    a.publish(expo)

    for path in ("programme.ics", "conferences/city.ics", "venues/sea-u.ics", "sessions/P50-001.ics"):
        answer = get(browser, path)
        (found,) = reading.feed(answer.data).events
        assert found["SUMMARY"] == "The city opens"
        assert found["LOCATION"] == "Sea U, Helsingborg"
        for secret in ("Blue Chamber", "Secret Guest", "Not for all"):
            assert secret not in answer.text
    # Nor can it be found by what it does not show.
    assert get(browser, "rooms/blue-chamber.ics").status_code == 404  # as its page is
    assert titles(browser, "sdgs/11.ics") == []
    assert titles(browser, "programme.ics?room=blue-chamber") == []
    assert get(browser, f"speakers/{speaker.slug}.ics").status_code == 404


@pytest.mark.parametrize("visibility", [Visibility.INVITATION, Visibility.HIDDEN])
def test_what_is_not_listed_is_in_no_public_calendar(
    browser: Open, conference: Conference, visibility: Visibility
):
    talk = a_talk(conference, visibility=visibility)
    assert titles(browser, "programme.ics") == []
    assert get(browser, f"sessions/{talk.code}.ics").status_code == 404


def test_a_hidden_conference_has_no_calendar(browser: Open, expo: Expo, conference: Conference):
    a_talk(conference)
    etag = get(browser, "conferences/city.ics").headers["ETag"]
    draft = ConferenceDraft(
        conference.title,
        conference.starts_on,
        conference.ends_on,
        conference.time_zone,
        visibility=Visibility.HIDDEN,
    )
    programme.save_conference(expo=expo, draft=draft, conference=conference)

    assert get(browser, "conferences/city.ics", If_None_Match=etag).status_code == 404
    assert titles(browser, "programme.ics") == []


def test_a_calendar_that_is_too_large_carries_the_days_around_today_and_says_so(
    browser: Open,
    expo: Expo,
    conference: Conference,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(feeds, "MOST_EVENTS", 20)
    room = a.a_room(expo)
    for day in range(30):
        a_talk(
            conference,
            title=f"Day {day}",
            starts_at=OPENING + timedelta(days=day),
            room=room,
            published=False,
        )
    a.publish(expo)

    clock.move_to(OPENING + timedelta(days=10))
    found = calendar(browser, "programme.ics?lang=en")
    assert [event["SUMMARY"] for event in found.events] == [f"Day {day}" for day in range(3, 18)]
    assert "carries 2022-06-03 to 2022-06-17" in found["DESCRIPTION"]
    assert found["X-WR-CALDESC"] == found["DESCRIPTION"]

    clock.move_to(OPENING - timedelta(days=60))
    assert titles(browser, "programme.ics") == [f"Day {day}" for day in range(8)]

    monkeypatch.setattr(feeds, "MOST_EVENTS", 5)
    clock.move_to(OPENING + timedelta(days=10))
    feeds.clear()
    assert titles(browser, "programme.ics") == [f"Day {day}" for day in range(8, 13)]


def test_the_parts_of_a_large_calendar_have_addresses_of_their_own_and_hold_all_of_it(
    browser: Open, expo: Expo, conference: Conference, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feeds, "MOST_EVENTS", 20)
    small = a.a_conference(expo, title="Small")
    room, elsewhere = a.a_room(expo, venue="Sea U"), a.a_room(expo, venue="Park")
    for day in range(30):
        a_talk(
            conference,
            title=f"Day {day}",
            starts_at=OPENING + timedelta(days=day),
            room=room,
            published=False,
        )
    a_talk(small, title="Alone", room=elsewhere)

    page = browser().get("/h22/feeds?lang=en").text

    parts = [
        found.replace("&amp;", "&") for found in re.findall(r'href="/h22/feeds/([^"]*from=[^"]*)"', page)
    ]
    of_all = [part for part in parts if "=" not in part.split("from=")[0]]
    assert of_all == [f"programme.ics?from={first}&to={last}" for first, last in (
        ("2022-06-01", "2022-06-15"), ("2022-06-16", "2022-06-29"),
    )]  # fmt: skip
    alone = "programme.ics?day=2022-05-31"
    assert f'href="/h22/feeds/{alone}"' in page
    found = [title for part in (alone, *of_all) for title in titles(browser, part)]
    assert sorted(found) == sorted(["Alone", *(f"Day {day}" for day in range(30))])
    assert "1 to 15 June" in page
    assert {part.split("from=")[0] for part in parts} == {
        "programme.ics?", f"programme.ics?conference={conference.slug}&", "programme.ics?venue=sea-u&",
    }  # fmt: skip

    monkeypatch.setattr(feeds, "MOST_EVENTS", 8)  # even half a month is too much for one now
    page = browser().get("/h22/feeds?lang=en&again").text
    assert "?from=2022-06-01&amp;to=2022-06-06" in page


def test_a_calendar_of_several_days_is_that_of_the_page_of_these_days(
    browser: Open, expo: Expo, conference: Conference
):
    room = a.a_room(expo)
    for day in range(6):
        a_talk(
            conference,
            title=f"Day {day}",
            starts_at=OPENING + timedelta(days=day),
            room=room,
            sdgs=(day + 1,),
            published=False,
        )
    a.publish(expo)

    three = "from=2022-06-01&to=2022-06-03"
    assert titles(browser, f"programme.ics?{three}") == ["Day 1", "Day 2", "Day 3"]
    assert titles(browser, f"programme.ics?{three}&sdg=3") == ["Day 2"]
    assert titles(browser, "programme.ics?from=2022-06-02") == ["Day 2"]
    assert calendar(browser, f"programme.ics?{three}")["NAME"] == "H22 City Expo (2022-06-01, 2022-06-03)"
    assert get(browser, f"programme.csv?{three}").text.count("Day ") == 3
    for wrong in ("from=2022-06-03&to=2022-06-01", "from=soon", "from=2022-06-01&to=2022-09-01"):
        answer = get(browser, f"programme.ics?{wrong}")
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    page = browser().get(f"/h22/programme?{three}&sdg=3").text
    assert 'href="/h22/feeds/programme.ics?from=2022-06-01&amp;to=2022-06-03&amp;sdg=3"' in page


def test_bytes_are_counted_too(
    browser: Open, expo: Expo, conference: Conference, monkeypatch: pytest.MonkeyPatch
):
    for day in range(5):
        a_talk(conference, title=f"Day {day}", starts_at=OPENING + timedelta(days=day), published=False)
    a.publish(expo)
    whole = len(get(browser, "programme.ics").data)
    monkeypatch.setattr(feeds, "MOST_BYTES", whole // 2)
    feeds.clear()
    assert 0 < len(titles(browser, "programme.ics")) < 5


def test_the_open_programme_needs_no_seat(browser: Open, conference: Conference):
    """Sessions one just walks into are in the calendar as well."""
    a_talk(conference, admission=Admission.OPEN, seats=None)
    assert titles(browser, "programme.ics") == ["The city opens"]


@pytest.mark.parametrize("scope", ["venues/tower", "rooms/tower-room"])
def test_a_place_of_which_nobody_may_know_has_neither_page_nor_calendar(
    browser: Open, expo: Expo, conference: Conference, scope: str
):
    a_talk(
        conference,
        room=a.a_room(expo, "Tower room", venue="Tower"),
        visibility=Visibility.INVITATION,
    )
    assert get(browser, f"{scope}.ics").status_code == 404
    assert browser().get(f"/h22/{scope}").status_code == 404
