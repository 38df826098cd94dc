"""What search engines read on a page: schema.org as JSON-LD; nothing in it that the viewer may not see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Visibility
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("I3"), pytest.mark.once]
Open = Callable[..., Client]


@pytest.fixture
def expo(app) -> Expo:
    return a.an_expo(slug="h22", name="H22 City Expo", city="Helsingborg")


def linked(browser: Open, path: str) -> dict[str, Any]:
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', browser().get(path).text)
    made = json.loads(block)
    assert made["@context"] == "https://schema.org"
    return made


def test_a_festival_holds_conferences_and_these_hold_sessions(expo: Expo, browser: Open):
    conference = a.a_conference(expo, title="City week", slug="city")
    room = a.a_room(expo, "Blue Chamber")
    talk = a.a_session(
        conference, title="Rain </script> & <b>gardens</b>", code="T-1", room=room, published=False
    )
    programme.bill(session=talk.session, billings=[Billing(a.a_speaker(expo, "Åsa Öberg").id, "speaker")])
    a.publish(expo)
    a.a_conference(expo, title="Nobody knows", visibility=Visibility.INVITATION)

    festival = linked(browser, "/h22/")
    assert (festival["@type"], festival["name"]) == ("Festival", "H22 City Expo")
    assert [each["name"] for each in festival["subEvent"]] == ["City week"]
    assert linked(browser, "/h22/conferences/city")["superEvent"]["url"] == "http://localhost/h22/"
    session = linked(browser, "/h22/sessions/T-1")
    assert session["name"] == "Rain </script> & <b>gardens</b>"
    assert session["superEvent"]["name"] == "City week"
    assert session["location"]["name"] == "Blue Chamber, Sea U"
    assert session["performer"] == [{"@type": "Person", "name": "Åsa Öberg"}]
    assert session["eventStatus"].endswith("EventScheduled")


def test_of_a_session_for_ticket_holders_neither_room_nor_people_are_told(expo: Expo, browser: Open):
    conference = a.a_conference(expo)
    room = a.a_room(expo, "Blue Chamber")
    talk = a.a_session(conference, code="T-1", room=room, visibility=Visibility.REGISTERED, published=False)
    programme.bill(session=talk.session, billings=[Billing(a.a_speaker(expo, "Åsa Öberg").id, "speaker")])
    a.publish(expo)

    session = linked(browser, "/h22/sessions/T-1")

    assert session["location"]["name"] == "Sea U"
    assert "performer" not in session
    assert session["isAccessibleForFree"] is False
