"""A person’s own calendar: all of what they booked, for them alone."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine

from expo.accounts import actions as accounts
from expo.booking.actions import book_seat, cancel
from expo.core import logged as masks
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.models import Conference
from expo.programme.words import Visibility
from tests import factories as a
from tests.calendar import reading

from .asking import (
    OPENING,
    Open,
    a_delegate,
    a_talk,
    calendar,
    get,
    redraft,
)

pytestmark = pytest.mark.feature("I1")


def test_my_calendar_shows_what_i_booked_with_all_details(browser: Open, expo: Expo, conference: Conference):
    grace, mine = a_delegate(conference)
    room = a.a_room(expo, "Blue Chamber", venue="Sea U")
    talk = a_talk(conference, visibility=Visibility.REGISTERED, room=room, abstract="For you.")
    a_talk(conference, title="Not booked", starts_at=OPENING + timedelta(hours=5))
    book_seat(person=grace, occurrence_id=talk.id)

    found = calendar(browser, f"{mine}?lang=en")

    assert found["NAME"] == "H22 City Expo: my agenda"
    (booked,) = found.events
    assert booked["UID"] == talk.uid
    assert booked["LOCATION"] == "Blue Chamber, Sea U, Helsingborg"
    assert booked["DESCRIPTION"].startswith("For you.")
    assert booked["TRANSP"] == "OPAQUE"
    assert "Grace" not in get(browser, mine).text


def test_my_calendar_tells_me_that_a_booked_session_is_cancelled(
    browser: Open, expo: Expo, conference: Conference
):
    grace, mine = a_delegate(conference)
    talk = a_talk(conference)
    book_seat(person=grace, occurrence_id=talk.id)
    programme.cancel_occurrence(occurrence=talk, why="Rain")
    a.publish(expo)

    (found,) = calendar(browser, mine).events

    assert found["STATUS"] == "CANCELLED"
    assert found["SEQUENCE"] == "1"


def test_a_seat_given_back_leaves_my_calendar(browser: Open, conference: Conference):
    grace, mine = a_delegate(conference)
    booking = book_seat(person=grace, occurrence_id=a_talk(conference).id)
    before = get(browser, mine)
    cancel(booking=booking)

    after = get(browser, mine, If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert reading.feed(after.data).events == []


def test_only_what_concerns_me_makes_me_fetch_again(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    grace, mine = a_delegate(conference)
    talk = a_talk(conference)
    other = a_talk(conference, starts_at=OPENING + timedelta(hours=4))
    book_seat(person=grace, occurrence_id=talk.id)
    etag = get(browser, mine).headers["ETag"]

    clock.shift(timedelta(minutes=1))
    redraft(other, seats=4)
    a.publish(expo)
    assert get(browser, mine, If_None_Match=etag).status_code == 304

    redraft(talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2))
    a.publish(expo)
    assert get(browser, mine, If_None_Match=etag).status_code == 200


def test_a_new_address_ends_the_old_one(browser: Open, conference: Conference):
    grace, mine = a_delegate(conference)
    etag = get(browser, mine).headers["ETag"]
    fresh = accounts.new_calendar_address(grace)

    assert get(browser, mine).status_code == 404
    assert get(browser, mine, If_None_Match=etag).status_code == 404
    assert get(browser, f"my/{fresh}.ics").status_code == 200


def test_my_address_is_of_one_expo(browser: Open, conference: Conference):
    _grace, mine = a_delegate(conference)
    other = a.an_expo()
    assert browser().get(f"/{other.slug}/feeds/{mine}").status_code == 404


def test_my_calendar_is_kept_to_myself(browser: Open, conference: Conference):
    _grace, mine = a_delegate(conference)
    headers = get(browser, mine, Accept_Encoding="gzip").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Content-Encoding"] == "gzip"
    assert "Access-Control-Allow-Origin" not in headers


def test_an_address_in_a_log_opens_nothing(
    browser: Open, conference: Conference, caplog: pytest.LogCaptureFixture
):
    _grace, mine = a_delegate(conference)
    token = mine.removeprefix("my/").removesuffix(".ics")
    for name in masks.ACCESS_LOGS:
        log = logging.getLogger(name)
        log.addHandler(caplog.handler)
        log.setLevel("INFO")
        log.info('"GET %(path)s" %(status)d', {"path": f"/h22/feeds/{mine}", "status": 200})
        log.info('"GET %s" %s', f"/h22/feeds/{mine}?lang=sv", 200)
        log.removeHandler(caplog.handler)
    assert caplog.text.count("/h22/feeds/my/•••.ics") >= 4
    assert token not in caplog.text
