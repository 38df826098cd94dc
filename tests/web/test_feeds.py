"""Feeds over HTTP: what they hold, whom they tell what, and how cheaply they say that nothing changed."""

from __future__ import annotations

import ast
import gzip
import hashlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from expo.accounts import actions as accounts
from expo.accounts.models import Person
from expo.booking.actions import book_seat, cancel
from expo.calendar import events, feeds, kept
from expo.core import audit
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import places
from expo.programme.drafts import (
    Billing,
    ConferenceDraft,
    OccurrenceDraft,
    RoomDraft,
    SessionDraft,
    VenueDraft,
)
from expo.programme.models import Conference, Occurrence
from expo.programme.words import Admission, Placement, SessionState, Visibility
from expo.speakers import actions as speakers
from expo.web import masks
from tests import factories as a
from tests.calendar import reading
from tests.client import Client

pytestmark = pytest.mark.feature("I1")

MAY = datetime(2022, 5, 2, 8, 0, 30, tzinfo=UTC)
OPENING = datetime(2022, 5, 31, 7, tzinfo=UTC)
Open = Callable[..., Client]


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> None:
    """Tests make the same expo at the same second again and again, which life does not."""
    app.extensions["unchanged"].forget()
    kept.clear()
    feeds.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is a morning in May 2022 until the test moves on."""
    with time_machine.travel(MAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def expo(app: Flask, clock: time_machine.Traveller) -> Expo:
    return a.an_expo(slug="h22", name="H22 City Expo")


@pytest.fixture
def conference(expo: Expo, clock: time_machine.Traveller) -> Conference:
    found = a.a_conference(expo, title="City of the Future", slug="city")
    clock.shift(timedelta(seconds=5))
    return found


def a_talk(conference: Conference, **changes: Any) -> Occurrence:
    return a.a_session(conference, **{"starts_at": OPENING, "title": "The city opens", **changes})


def get(browser: Open, path: str, **headers: str) -> TestResponse:
    return browser().get(f"/h22/feeds/{path}", headers=headers)


def stranger(app: Flask, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """Asked as programs ask: with these headers alone, in a context of its own."""
    with app.app_context():
        return app.test_client().open(path, method=method, headers=headers)


def calendar(browser: Open, path: str) -> reading.Component:
    answer = get(browser, path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return reading.feed(answer.data)


def titles(browser: Open, path: str) -> list[str]:
    return [found["SUMMARY"] for found in calendar(browser, path).events]


def redraft(occurrence: Occurrence, **changes: Any) -> None:
    known = OccurrenceDraft(occurrence.starts_at, occurrence.ends_at, occurrence.room_id, occurrence.seats)
    programme.edit_occurrence(occurrence=occurrence, draft=replace(known, **changes))


def rewrite(occurrence: Occurrence, **changes: Any) -> None:
    session = occurrence.session
    known = SessionDraft(
        session.title,
        session.type.name,
        abstract=session.abstract,
        visibility=session.visibility,
        admission=session.admission,
        state=session.state,
    )
    programme.edit_session(session=session, draft=replace(known, **changes))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that the database is asked inside."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


# What an event says.


def test_an_event_of_the_programme_says_what_was_released(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    venue = places.save_venue(
        expo=expo,
        draft=VenueDraft("Sea U", "Helsingborg", "Kungsgatan 1", latitude=56.0391, longitude=12.6925),
    )[0]
    room = places.save_room(venue=venue, draft=RoomDraft("Kongressalen", 1250))[0]
    talk = a_talk(conference, published=False, room=room, track="Energy", abstract="On heat.")
    programme.bill(session=talk.session, billings=[Billing(a.a_speaker(expo, "Åsa Öberg").id, "speaker")])
    clock.shift(timedelta(hours=1))
    a.publish(expo)

    found = calendar(browser, "programme.ics?lang=en")

    assert found["NAME"] == "H22 City Expo"
    assert found["X-WR-TIMEZONE"] == "Europe/Stockholm"
    (talked,) = found.events
    assert talked["UID"] == talk.uid
    assert talked["SEQUENCE"] == "0"
    assert (talked.parameters("DTSTART"), talked["DTSTART"]) == (";TZID=Europe/Stockholm", "20220531T090000")
    assert talked["DTEND"] == "20220531T100000"
    assert talked["CREATED"] == "20220502T080035Z"
    assert talked["DTSTAMP"] == talked["LAST-MODIFIED"] == "20220502T090035Z"
    assert talked["LOCATION"] == "Kongressalen, Sea U, Kungsgatan 1, Helsingborg"
    assert talked["GEO"] == "56.0391;12.6925"
    assert talked["CATEGORIES"] == "City of the Future,Energy,Workshop"
    assert talked["URL"] == f"http://localhost/h22/sessions/{talk.code}"
    assert talked["DESCRIPTION"] == f"With Åsa Öberg\n\nOn heat.\n\n{talked['URL']}"
    assert talked["TRANSP"] == "TRANSPARENT"


def test_a_part_names_the_time_of_its_parent_that_it_belongs_to(
    browser: Open, expo: Expo, conference: Conference
):
    parent = a_talk(conference, title="Breakouts", published=False, minutes=120)
    later = programme.create_occurrence(
        session=parent.session,
        draft=OccurrenceDraft(
            OPENING + timedelta(days=1), OPENING + timedelta(days=1, hours=2), parent.room_id
        ),
    )
    values = SessionDraft("Group 1", "workshop", state=SessionState.CONFIRMED)
    session = programme.create_session(conference=conference, draft=values, parent=parent.session)
    start = OPENING + timedelta(days=1, minutes=30)
    part = programme.create_occurrence(
        session=session, draft=OccurrenceDraft(start, start + timedelta(hours=1), a.a_room(expo).id)
    )
    a.publish(expo)

    found = calendar(browser, "programme.ics").event(part.uid)

    assert found["RELATED-TO"] == later.uid
    assert found.parameters("RELATED-TO") == ";RELTYPE=PARENT"


def test_an_uncertain_time_is_tentative(browser: Open, expo: Expo, conference: Conference):
    talk = a_talk(conference, published=False)
    redraft(talk, placement=Placement.TENTATIVE)
    a.publish(expo)

    (found,) = calendar(browser, "programme.ics").events

    assert found["STATUS"] == "TENTATIVE"


# What changes do.


def test_uid_never_changes_and_sequence_rises_when_people_must_look_again(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    talk = a_talk(conference)
    room = a.a_room(expo)
    changes: list[tuple[Callable[[], None], int]] = [
        (lambda: rewrite(talk, abstract="More of it."), 0),
        (
            lambda: redraft(
                talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2)
            ),
            1,
        ),
        (lambda: redraft(talk, room_id=room.id), 1),
        (lambda: redraft(talk, seats=3), 0),
        (lambda: rewrite(talk, title="The city opens late"), 1),
        (lambda: programme.cancel_occurrence(occurrence=talk, why="Rain"), 1),
        (lambda: programme.restore_occurrence(occurrence=talk), 1),
    ]
    seen = [calendar(browser, "programme.ics").events]
    expected = [0]
    for change, rise in changes:
        clock.shift(timedelta(minutes=10))
        change()
        a.publish(expo)
        seen.append(calendar(browser, "programme.ics").events)
        expected.append(expected[-1] + rise)

    assert {len(events) for events in seen} == {1}
    assert {found["UID"] for (found,) in seen} == {talk.uid}
    assert [int(found["SEQUENCE"]) for (found,) in seen] == expected
    modified = [found["LAST-MODIFIED"] for (found,) in seen]
    assert all(earlier < later for earlier, later in pairwise(modified))


def test_a_draft_is_nobody_s_business(browser: Open, conference: Conference):
    talk = a_talk(conference)
    before = get(browser, "programme.ics")
    redraft(talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2))

    after = get(browser, "programme.ics")

    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


def test_a_cancelled_event_stays_for_two_weeks_after_its_day(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    talk = a_talk(conference)
    programme.cancel_occurrence(occurrence=talk, why="Rain")
    a.publish(expo)
    (found,) = calendar(browser, "programme.ics").events
    assert (found["STATUS"], found["SUMMARY"]) == ("CANCELLED", "CANCELLED: The city opens")

    clock.move_to(datetime(2022, 6, 14, 21, 59, 59, tzinfo=UTC))  # a second before midnight in the city
    last = get(browser, "programme.ics")
    assert len(reading.feed(last.data).events) == 1

    clock.shift(timedelta(seconds=2))
    gone = get(browser, "programme.ics", If_None_Match=last.headers["ETag"])
    assert gone.status_code == 200
    assert reading.feed(gone.data).events == []


def test_a_renamed_speaker_is_renamed_in_the_calendar(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    speaker = a.a_speaker(expo, "Asa Oberg")
    talk = a_talk(conference, published=False)
    programme.bill(session=talk.session, billings=[Billing(speaker.id, "speaker")])
    a.publish(expo)
    before = get(browser, "programme.ics")
    clock.shift(timedelta(minutes=1))
    speakers.edit_speaker(speaker=speaker, profile=speakers.Profile("Åsa Öberg"))

    after = get(browser, "programme.ics", If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    (found,) = reading.feed(after.data).events
    assert "Åsa Öberg" in found["DESCRIPTION"]
    assert found["LAST-MODIFIED"] == "20220502T080135Z"


# Scopes.


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


# Who may see what.


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
    assert titles(browser, "rooms/blue-chamber.ics") == []
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


# A person's own calendar.


def a_delegate(conference: Conference) -> tuple[Person, str]:
    person = a.a_person(conference.expo, "Grace Lind")
    a.a_registration(person, conference)
    return person, f"my/{accounts.new_calendar_address(person)}.ics"


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


# Asking again.


def asked_again(app: Flask, path: str, answer: TestResponse) -> tuple[TestResponse, list[str]]:
    """The same feed for somebody who has it, and what that asks of the database beside glances."""
    with statements() as asked:
        again = stranger(app, path, If_None_Match=answer.headers["ETag"])
    return again, [text for text in asked if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def test_nothing_new_is_said_without_looking_at_the_programme(
    browser: Open, app: Flask, conference: Conference
):
    a_talk(conference)
    first = get(browser, "programme.ics")
    app.extensions["unchanged"].forget()  # as a process that has never given this feed

    answer, asked = asked_again(app, "/h22/feeds/programme.ics", first)

    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == first.headers["ETag"]
    assert len(asked) == 3, asked
    assert "FROM expos" in asked[0]
    assert "FROM stamps" in asked[1]
    assert "FROM stamps" in asked[2]


def test_from_then_on_it_is_said_by_a_glance(browser: Open, app: Flask, conference: Conference):
    grace, mine = a_delegate(conference)
    book_seat(person=grace, occurrence_id=a_talk(conference).id)
    for path in ("/h22/feeds/programme.ics", f"/h22/feeds/{mine}"):
        first = stranger(app, path)

        answer, asked = asked_again(app, path, first)

        assert answer.status_code == 304
        assert asked == []
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == first.headers[name]
        assert "Set-Cookie" not in answer.headers


def test_a_release_while_a_feed_is_made_is_not_overlooked(
    app: Flask, expo: Expo, conference: Conference, monkeypatch: pytest.MonkeyPatch
):
    talk_id, expo_id = a_talk(conference).id, expo.id
    whole = feeds.proof

    def publish() -> None:
        with app.app_context():
            audit.set_actor("somebody else")
            redraft(db.session.get_one(Occurrence, talk_id), seats=1, placement=Placement.TENTATIVE)
            a.publish(db.session.get_one(Expo, expo_id))

    def meanwhile(*arguments: Any) -> feeds.Proof:
        monkeypatch.setattr(feeds, "proof", whole)
        other = threading.Thread(target=publish)
        other.start()
        other.join()
        return whole(*arguments)

    monkeypatch.setattr(feeds, "proof", meanwhile)
    db.session.remove()
    first = stranger(app, "/h22/feeds/programme.ics")

    again, _asked = asked_again(app, "/h22/feeds/programme.ics", first)

    now = stranger(app, "/h22/feeds/programme.ics")
    assert b"STATUS:TENTATIVE" in now.data
    assert (again.status_code == 304) == (first.data == now.data)


def test_a_feed_that_is_kept_is_not_built_again(browser: Open, app: Flask, conference: Conference):
    for hours in range(3):
        a_talk(conference, starts_at=OPENING + timedelta(hours=2 * hours))
    first = stranger(app, "/h22/feeds/programme.ics").data

    with statements() as asked:
        again = stranger(app, "/h22/feeds/programme.ics").data

    assert again == first
    assert not [statement for statement in asked if "occurrence_versions" in statement]


def test_one_event_or_three_cost_the_same_number_of_queries(
    browser: Open, app: Flask, conference: Conference
):
    counts = []
    for hours in range(3):
        a_talk(conference, starts_at=OPENING + timedelta(hours=2 * hours))
        with statements() as asked:
            stranger(app, "/h22/feeds/programme.ics")
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_an_event_is_written_once_per_revision(
    browser: Open, expo: Expo, conference: Conference, monkeypatch: pytest.MonkeyPatch
):
    talk = a_talk(conference)
    a_talk(conference, title="Later", starts_at=OPENING + timedelta(hours=4))
    get(browser, "programme.ics")
    written: list[str] = []
    whole = events.event
    monkeypatch.setattr(events, "event", lambda entry: written.append(entry.title) or whole(entry))

    get(browser, "conferences/city.ics")
    assert written == []

    redraft(talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2))
    a.publish(expo)
    get(browser, "programme.ics")
    get(browser, "conferences/city.ics")
    assert written == ["The city opens"]


def test_last_modified_is_the_release_and_never_within_the_same_second(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    clock.shift(timedelta(minutes=3))
    a_talk(conference)
    assert "Last-Modified" not in get(browser, "programme.ics").headers

    clock.shift(timedelta(seconds=1))
    answer = get(browser, "programme.ics")
    assert answer.headers["Last-Modified"] == "Mon, 02 May 2022 08:03:35 GMT"
    same = get(browser, "programme.ics", If_Modified_Since=answer.headers["Last-Modified"])
    assert same.status_code == 304

    # The day has turned, and with it perhaps what the calendar holds.
    clock.shift(timedelta(days=1))
    turned = get(browser, "programme.ics", If_Modified_Since=answer.headers["Last-Modified"])
    assert turned.status_code == 200
    assert turned.headers["Last-Modified"] == "Mon, 02 May 2022 22:00:00 GMT"
    assert turned.data == answer.data


def test_a_tag_names_one_sequence_of_bytes(browser: Open, conference: Conference):
    a_talk(conference)
    plain = get(browser, "programme.ics")
    packed = get(browser, "programme.ics", Accept_Encoding="gzip, br")
    english = get(browser, "programme.ics?lang=en")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    tags = {answer.headers["ETag"] for answer in (plain, packed, english)}
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)
    again = get(browser, "programme.ics", If_None_Match=packed.headers["ETag"])
    assert again.status_code == 200, "this reader asks for the plain bytes and has the packed ones"
    assert get(browser, "programme.ics", Accept_Encoding="gzip;q=0").headers.get("Content-Encoding") is None


def test_free_seats_are_part_of_the_tag_where_they_are_asked_for(browser: Open, conference: Conference):
    grace, _mine = a_delegate(conference)
    talk = a_talk(conference, seats=1, title="Last seat")
    before = get(browser, "programme.ics?seats=1")
    assert len(reading.feed(before.data).events) == 1
    book_seat(person=grace, occurrence_id=talk.id)

    after = get(browser, "programme.ics?seats=1", If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert reading.feed(after.data).events == []


def test_head_says_the_same_without_a_body(browser: Open, app: Flask, conference: Conference):
    a_talk(conference)
    whole = stranger(app, "/h22/feeds/programme.ics")
    head = stranger(app, "/h22/feeds/programme.ics", "HEAD")
    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


def test_no_cookie_is_set_and_none_matters(browser: Open, app: Flask, conference: Conference):
    a_talk(conference)
    account = a.an_account()
    _grace, mine = a_delegate(conference)
    signed_in = browser(account)
    for path in ("programme.ics", "programme.ics?lang=en", mine, "conferences/none.ics"):
        for client in (browser(), signed_in):
            answer = client.get(f"/h22/feeds/{path}")
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_language_is_the_address_s_or_the_expo_s_never_the_reader_s(
    browser: Open, conference: Conference
):
    a_talk(conference)
    swedish = browser(**{"Accept-Language": "sv"}).get("/h22/feeds/programme.ics").data
    english = browser(**{"Accept-Language": "en"}).get("/h22/feeds/programme.ics").data
    assert swedish == english
    client = browser()
    client.client.set_cookie("language", "en")
    assert client.get("/h22/feeds/programme.ics").data == swedish


def test_public_calendars_are_open_to_pages_of_other_sites(browser: Open, app: Flask, conference: Conference):
    headers = get(browser, "programme.ics").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"].startswith("public, max-age=")
    assert headers["Content-Disposition"] == "inline; filename=h22-programme.ics"
    asked = stranger(app, "/h22/feeds/programme.ics", "OPTIONS")
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


# Bytes.

_FETCH = """
import sys
from datetime import UTC, datetime
import time_machine
from expo import config
from expo.app import create_app
from tests.conftest import SETTINGS
from tests.web.test_feeds import fetched
with time_machine.travel(datetime.fromisoformat(sys.argv[2]), tick=False):
    print(fetched(create_app(config.load({}, database_url=sys.argv[1], **SETTINGS)), sys.argv[3:]))
"""


def fetched(app: Flask, paths: list[str]) -> list[tuple[int, str, str]]:
    """Each of these plain and packed: status, tag, and the digest of its bytes."""
    found = []
    for path in paths:
        for coding in ("identity", "gzip"):
            answer = stranger(app, path, Accept_Encoding=coding)
            digest = hashlib.sha256(answer.data).hexdigest()
            found.append((answer.status_code, answer.headers["ETag"], digest))
    return found


def test_another_process_gives_the_same_bytes(
    app: Flask, conference: Conference, database_url: str, clock: time_machine.Traveller
):
    grace, mine = a_delegate(conference)
    for number in range(5):
        start = OPENING + timedelta(hours=2 * number)
        talk = a_talk(conference, title=f"Talk {number}", starts_at=start, sdgs=(11, 13))
        book_seat(person=grace, occurrence_id=talk.id)
    db.session.remove()
    paths = ["/h22/feeds/programme.ics", f"/h22/feeds/{mine}"]
    clock.shift(timedelta(hours=1))

    other = subprocess.run(
        [sys.executable, "-c", _FETCH, database_url, datetime.now(UTC).isoformat(), *paths],
        env={**os.environ, "PYTHONHASHSEED": "22"},
        capture_output=True,
        text=True,
        check=True,
    )

    here = fetched(app, paths)
    assert [status for status, _tag, _digest in here] == [200] * 4
    assert ast.literal_eval(other.stdout) == here


def test_forgetting_what_was_kept_changes_no_byte(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    talk = a_talk(conference)
    for number in range(1, 4):
        clock.shift(timedelta(minutes=1))
        start = OPENING + timedelta(hours=number)
        redraft(talk, starts_at=start, ends_at=start + timedelta(hours=1))
        a.publish(expo)
        remembered = get(browser, "programme.ics").data
        kept.clear()
        feeds.clear()
        assert get(browser, "programme.ics").data == remembered


# Size.


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
