"""How cheaply and truly a feed says that nothing changed; tags, codings, cookies, bytes."""

from __future__ import annotations

import ast
import gzip
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from expo.booking.actions import book_seat
from expo.calendar import events, feeds, kept
from expo.core import audit
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence
from expo.programme.words import Placement
from tests import factories as a
from tests.calendar import reading

from .asking import (
    OPENING,
    Open,
    a_delegate,
    a_talk,
    asked_again,
    fetched,
    get,
    redraft,
    statements,
    stranger,
)

pytestmark = pytest.mark.feature("I1")


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


_FETCH = """
import sys
from datetime import UTC, datetime
import time_machine
from expo import config
from expo.app import create_app
from tests.conftest import SETTINGS
from tests.web.feeds.asking import fetched
with time_machine.travel(datetime.fromisoformat(sys.argv[2]), tick=False):
    print(fetched(create_app(config.load({}, database_url=sys.argv[1], **SETTINGS)), sys.argv[3:]))
"""


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
