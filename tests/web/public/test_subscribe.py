"""Every way to follow a calendar: by this device, by others, by its address and as a code."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from expo.programme.words import Visibility
from tests import factories as a

pytestmark = pytest.mark.feature("I1")


def test_each_calendar_of_the_index_has_a_page_of_its_ways(browser):
    conference = a.a_conference(title="City of the Future")
    a.a_session(conference)
    reader, slug = browser(), conference.expo.slug
    ways = [
        unescape(found)
        for found in re.findall(r'href="([^"]*/subscribe[^"]*)"', reader.get(f"/{slug}/feeds").text)
    ]
    assert len(ways) == 3  # the whole, the conference, the venue

    for way in ways:
        page = reader.get(way).text
        address = re.search(r'id="address"[^>]*value="([^"]*)"', page)[1]
        assert reader.get(urlsplit(address).path).content_type.startswith("text/calendar")
        outlook = unescape(re.search(r'href="(https://outlook.live.com[^"]*)"', page)[1])
        assert parse_qs(urlsplit(outlook).query)["url"] == [address]
        google = unescape(re.search(r'href="(https://calendar.google.com[^"]*)"', page)[1])
        assert parse_qs(urlsplit(google).query)["cid"] == [address.replace("http://", "webcal://")]
        assert "<svg" in page
    assert (
        "City of the Future" in reader.get(f"/{slug}/subscribe?calendar=conferences/{conference.slug}").text
    )


def test_wishes_go_along(browser):
    conference = a.a_conference()
    a.a_session(conference, track="Water & light")
    page = (
        browser().get(f"/{conference.expo.slug}/subscribe?calendar=programme&track=water-light&lang=sv").text
    )
    assert "/feeds/programme.ics?track=water-light&amp;lang=sv" in page


@pytest.mark.parametrize(
    "calendar", ["", "my/secret", "share/x", "conferences", "conferences/none", "x/y", "tracks/\0", "sdgs/99"]
)
def test_what_is_no_calendar_is_not_found(browser, calendar):
    expo = a.an_expo()
    assert browser().get(f"/{expo.slug}/subscribe", query_string={"calendar": calendar}).status_code == 404


def test_a_calendar_of_what_is_not_for_all_is_not_found(browser):
    conference = a.a_conference()
    talk = a.a_session(conference, visibility=Visibility.HIDDEN)
    path = f"/{conference.expo.slug}/subscribe?calendar=sessions/{talk.session.code}"
    assert browser().get(path).status_code == 404
