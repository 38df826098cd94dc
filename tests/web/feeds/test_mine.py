"""A person’s own calendar: all of what they booked, for them alone."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine

from expo.accounts import actions as accounts
from expo.accounts.following import program
from expo.booking import waiting
from expo.booking.actions import book_seat, cancel
from expo.core import logged as masks
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import ways
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


def test_what_i_wait_for_is_tentative_and_keeps_nobody_busy(browser: Open, conference: Conference):
    grace, mine = a_delegate(conference)
    other, _theirs = a_delegate(conference)
    talk = a_talk(conference, seats=1, abstract="About water.")
    first = book_seat(person=other, occurrence_id=talk.id)
    waiting.join(person=grace, occurrence_id=talk.id, takes_at_once=False)

    (found,) = calendar(browser, f"{mine}?lang=en").events
    assert found["STATUS"] == "TENTATIVE"
    assert found["TRANSP"] == "TRANSPARENT"
    assert found["DESCRIPTION"].startswith("You are on the waiting list.\n\nAbout water.")

    before = get(browser, mine)
    cancel(booking=first)  # and the seat is offered to who waits
    (found,) = calendar(browser, f"{mine}?lang=en").events
    assert found["STATUS"] == "TENTATIVE"
    assert found["DESCRIPTION"].startswith("A seat is held for you until 2022-")
    assert get(browser, mine, If_None_Match=before.headers["ETag"]).status_code == 200
    assert "Last-Modified" not in get(browser, mine).headers


def test_my_calendar_says_when_to_leave_for_what_follows(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    grace, mine = a_delegate(conference)
    near, far = a.a_room(expo, venue="Sea U"), a.a_room(expo, venue="RecoLab")
    ways.say(venue=near.venue, minutes={far.venue_id: 12})
    first = a_talk(conference, room=near, starts_at=OPENING)
    after = OPENING + timedelta(hours=2)
    then = a_talk(conference, room=far, starts_at=after)
    for talk in (first, then):
        book_seat(person=grace, occurrence_id=talk.id)
    leave = f"{(after - timedelta(minutes=12)).astimezone(expo.zone):%H:%M}"

    found = calendar(browser, f"{mine}?lang=sv")
    told = found.event(then.uid)["DESCRIPTION"]
    assert leave in told
    assert "Sea U" in told
    assert "12 min" in told
    assert "12 min" not in found.event(first.uid)["DESCRIPTION"]

    # Others' calendars of the same session say nothing of it, and another way on foot tells me at once.
    ada, hers = a_delegate(conference)
    book_seat(person=ada, occurrence_id=then.id)
    assert "min" not in calendar(browser, hers).events[0]["DESCRIPTION"]
    etag = get(browser, mine).headers["ETag"]
    clock.shift(timedelta(minutes=1))
    ways.say(venue=near.venue, minutes={far.venue_id: 25})
    assert get(browser, mine, If_None_Match=etag).status_code == 200


def test_the_owner_sees_who_fetched_it_and_when(
    browser: Open, conference: Conference, clock: time_machine.Traveller
):
    grace, mine = a_delegate(conference)
    page = browser(grace).get("/h22/my/agenda").text
    assert "Nobody has fetched it yet." in page

    etag = get(browser, mine, User_Agent="Google-Calendar-Importer").headers["ETag"]
    assert "by Google Calendar." in browser(grace).get("/h22/my/agenda").text
    fetched = grace.calendar_fetched_at

    clock.shift(timedelta(hours=1))  # and nothing has changed
    asked = get(browser, mine, User_Agent="iOS/15.5 (19F77) dataaccessd/1.0", If_None_Match=etag)
    assert asked.status_code == 304
    db.session.rollback()
    assert grace.calendar_program == "Apple Calendar (iPhone, iPad)"
    assert grace.calendar_fetched_at - fetched == timedelta(hours=1)

    accounts.new_calendar_address(grace)
    assert "Nobody has fetched it yet." in browser(grace).get("/h22/my/agenda").text


@pytest.mark.once
@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Microsoft.Office/16.0 (Windows NT 10.0; Outlook 16.0)", "Outlook"),
        ("ICSx5/2.1 (4)", "ICSx⁵"),
        ("curl/7.88", "curl"),
        ("", "?"),
        ("<script>", "?"),
        ("x" * 300, "x" * 40),
    ],
)
def test_programs_are_named_as_people_know_them(agent: str, name: str):
    assert program(agent) == name
