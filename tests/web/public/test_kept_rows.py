"""Rows and their markup are kept between pages: each reader still gets what is theirs, in their language, as it is now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.favourites import actions as favourites
from expo.publishing import kept_items
from tests import factories as a

pytestmark = [pytest.mark.feature("F1", "F3"), pytest.mark.once]


@pytest.fixture
def day(app):
    tour = a.a_session(title="First", seats=5)
    return tour, f"/{tour.session.conference.expo.slug}/programme?day={tour.starts_at.date()}"


def test_a_row_is_told_in_the_readers_language(day, browser):
    _tour, path = day
    pages = {lang: browser(**{"Accept-Language": lang}).get(path).text for lang in ("en", "sv", "en")}

    assert "5 seats left" in pages["en"]
    assert "5 platser kvar" in pages["sv"]


def test_what_a_row_is_to_one_viewer_shows_to_no_other(day, browser, monkeypatch):
    tour, path = day
    conference = tour.session.conference
    ada, bo = (a.a_person(conference.expo, name) for name in ("Ada Öhrström", "Bo Ek"))
    a.a_registration(ada, conference)
    for page in (browser().get(path), browser(bo).get(path)):
        assert "5 seats left" in page.text
    book_seat(person=ada, occurrence_id=tour.id)
    favourites.keep(person=bo, occurrence_ids=[tour.id])
    later = kept_items.time.monotonic() + kept_items.SEATS_LAST + 0.1  # all see the very same item again
    monkeypatch.setattr(kept_items.time, "monotonic", lambda: later)

    hers, his, nobodys = (browser(who).get(path).text for who in (ada, bo, None))

    assert "Your seat" in hers
    assert "Your seat" not in his + nobodys
    assert 'aria-pressed="true"' in his
    assert 'aria-pressed="true"' not in hers
    assert "aria-pressed" not in nobodys
    assert f'name="occurrence" value="{tour.code}">Book' in his
    assert f"book={tour.code}" in nobodys
    assert "4 seats left" in his


def test_a_row_goes_with_the_clock_and_back_with_it(day, browser, at):
    tour, path = day
    said = []
    for hours in (-1, 0.5, 2, -1):
        at(tour.starts_at + timedelta(hours=hours))
        page = browser().get(f"{path}&hours={hours}-{len(said)}").text
        said.append(('class="live">On now' in page, "<span>Ended</span>" in page))

    assert said == [(False, False), (True, False), (False, True), (False, False)]


def test_the_same_row_stands_by_its_time_or_with_it(day, browser):
    tour, path = day
    expo = tour.session.conference.expo
    a.a_session(tour.session.conference, title="Second", room=tour.room, starts_at=tour.ends_at)

    for _again in range(2):
        with_times = browser().get(f"/{expo.slug}/sessions/{tour.code}?again={_again}").text
        assert '<span class="starts">' in with_times.partition("Next in this room")[2]
        assert '<span class="starts">' not in browser().get(f"{path}&again={_again}").text
