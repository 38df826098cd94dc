"""Public pages are kept whole for strangers: right at once after a release, never somebody's own."""

from __future__ import annotations

import gzip
import time

import pytest

from expo.booking.actions import book_seat
from expo.web import cache
from tests import factories as a

ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def day(app):
    """The page of tomorrow, on which there is one session."""
    tour = a.a_session(title="First", seats=5)
    return tour, f"/{tour.session.conference.expo.slug}/programme?day={tour.starts_at.date()}"


def test_a_page_is_made_once_and_then_given_from_memory_for_one_query(day, browser, statements):
    _tour, path = day
    stranger = browser()
    first = stranger.get(path)

    with statements() as asked:
        again = stranger.get(path)

    assert again.text == first.text
    assert asked == []  # the stamp is read by the bare driver, which is not listened to
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("many", [1, 40])
def test_a_day_page_asks_the_database_no_more_often_for_many_rows(app, browser, statements, many):
    conference = a.a_conference()
    for _ in range(many):
        a.a_session(conference, published=False)
    a.publish(conference.expo)
    path = f"/{conference.expo.slug}/programme?day={a.tomorrow_at(9).date()}"

    with statements() as first:
        browser().get(f"{path}&another=page")
    with statements() as asked:
        page = browser().get(path).text

    assert page.count('class="row-title"') == many
    assert len(asked) == 3, asked  # the expo, its conferences, the seats; and the stamp, by the bare driver
    assert len(first) <= 7, first  # counts, marks and private events are then kept until the next release


@pytest.mark.parametrize("many", [1, 12])
def test_other_pages_ask_no_more_often_for_many_rows(app, browser, statements, many):
    conference = a.a_conference()
    for _ in range(many):
        a.a_session(conference, published=False)
        a.a_ticket_type(conference, f"Ticket {_}")
    a.publish(conference.expo)
    counts = {
        "": 8,
        f"conferences/{conference.slug}": 9,
        "speakers": 3,
        "venues/sea-u": 7,
        "now": 6,
        "feeds": 4,
    }

    paths = {f"/{conference.expo.slug}/{path}": most for path, most in counts.items()}

    for path, most in paths.items():
        with statements() as asked:
            assert browser().get(path).status_code == 200
        assert len(asked) <= most, (path, len(asked), asked)


def test_a_release_is_on_the_page_at_once(day, browser):
    tour, path = day
    stranger = browser()
    assert "Second" not in stranger.get(path).text

    a.a_session(tour.session.conference, title="Second")

    assert "Second" in stranger.get(path).text


def test_a_seat_that_was_taken_shows_within_two_seconds(day, browser, monkeypatch):
    tour, path = day
    conference = tour.session.conference
    person = a.a_person(conference.expo)
    a.a_registration(person, conference)
    stranger = browser()
    assert "5 seats left" in stranger.get(path).text
    book_seat(person=person, occurrence_id=tour.id)
    now = time.monotonic()

    monkeypatch.setattr(cache.time, "monotonic", lambda: now + cache.LASTS + 0.1)

    assert "4 seats left" in stranger.get(path).text


def test_whoever_is_signed_in_gets_a_page_of_their_own_that_is_not_kept(day, browser):
    tour, path = day
    ada = a.a_person(tour.session.conference.expo, "Ada Öhrström")

    own = browser(ada).get(path)

    assert "Ada Öhrström" in own.text
    assert "private" in own.headers["Cache-Control"]
    assert "ETag" not in own.headers
    stranger = browser().get(path)
    assert "Ada Öhrström" not in stranger.text
    assert "private" not in stranger.headers["Cache-Control"]
    assert "Ada Öhrström" in browser(ada).get(path).text


def test_a_message_for_one_browser_is_shown_to_no_other(day, browser):
    _tour, path = day
    told = browser()
    with told.client.session_transaction() as cookie:
        cookie["_flashes"] = [("success", "You have a seat.")]

    assert "You have a seat." in told.get(path).text
    assert "You have a seat." not in browser().get(path).text


def test_each_language_has_its_own_page(day, browser):
    _tour, path = day
    for accepted, language in (
        ("en", "en"),
        ("sv", "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("fr", "sv"),
        ("en", "en"),
    ):
        page = browser(**{"Accept-Language": accepted}).get(path)
        assert f'<html lang="{language}"' in page.text, accepted
        assert page.headers["Content-Language"] == language
    chooser = browser(**{"Accept-Language": "en"})
    chooser.get(path + "&lang=sv")
    assert '<html lang="sv"' in chooser.get(path).text


def test_a_reader_who_has_the_page_already_is_told_so(day, browser):
    _tour, path = day
    first = browser().get(path)
    held = {"If-None-Match": first.headers["ETag"]}

    unchanged = browser().get(path, headers=held)
    a.a_session(day[0].session.conference)
    changed = browser().get(path, headers=held)

    assert unchanged.status_code == 304
    assert unchanged.data == b""
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_pages_are_sent_gzipped_to_those_who_can_read_it(day, app):
    _tour, path = day
    plain = app.test_client().get(path)
    zipped = app.test_client().get(path, headers=ZIPPED)

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    for answer in (plain, zipped):
        assert {"Cookie", "Accept-Language", "Accept-Encoding"} <= {
            part.strip() for part in answer.headers["Vary"].split(",")
        }
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert "Content-Security-Policy" in answer.headers


def test_a_head_request_has_the_headers_of_the_page_and_no_body(day, app):
    _tour, path = day
    for _ in range(2):
        head = app.test_client().head(path)
        assert head.status_code == 200
        assert head.data == b""
        assert int(head.headers["Content-Length"]) > 1000


def test_a_database_that_went_away_is_asked_anew(day, browser, application):
    tour, path = day
    scope = f"programme:{tour.expo_id}"
    watch = application.extensions["pages"]._watch
    before = watch.peek(scope)
    watch._own.connection.close()

    assert watch.peek(scope) is None
    assert watch.peek(scope) == before
    assert browser().get(path).status_code == 200


def test_errors_and_redirects_are_not_kept(app, browser):
    expo = a.an_expo()
    assert browser().get(f"/{expo.slug}/sessions/LATER").status_code == 404

    a.a_session(a.a_conference(expo), code="LATER")

    assert browser().get(f"/{expo.slug}/sessions/LATER").status_code == 200


def test_memory_is_bounded_and_the_oldest_pages_go_first(day, browser, application, monkeypatch):
    _tour, path = day
    pages = application.extensions["pages"]
    monkeypatch.setattr(cache, "MOST_PAGES", 3)

    for number in range(10):
        browser().get(f"{path}&q=word{number}")

    assert len(pages._pages) == 3
    assert pages._bytes == sum(len(page.zipped) for page in pages._pages.values())


def test_while_one_reader_waits_for_a_fresh_page_the_others_get_the_last_one(
    day, browser, monkeypatch, statements
):
    _tour, path = day
    browser().get(path)
    now = time.monotonic()
    monkeypatch.setattr(cache.time, "monotonic", lambda: now + (cache.RENEWED_AFTER + cache.LASTS) / 2)

    with statements() as first:
        browser().get(path)
    with statements() as second:
        browser().get(path)

    assert first != []
    assert second == []


def test_a_page_is_not_kept_under_a_number_that_came_while_it_was_made(day, browser, monkeypatch):
    """A release between the first read of a view and its answer must not make the old page look new."""
    tour, path = day
    conference = tour.session.conference
    real = cache.stamps.here

    def released_meanwhile(scope: str):
        number = real(scope)
        monkeypatch.setattr(cache.stamps, "here", real)
        return (number[0] - 1, number[1])

    monkeypatch.setattr(cache.stamps, "here", released_meanwhile)
    browser().get(path)
    a.a_session(conference, title="Second")

    assert "Second" in browser().get(path).text
