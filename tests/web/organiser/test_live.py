"""The day as it runs: expected and arrived, doors, and all days by venue; cheap for many open pages."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.booking.actions import book_seat
from expo.checkin.models import Device
from expo.core import clock
from expo.core.db import db, transaction
from expo.reports import live as reports
from expo.web import live
from tests import factories as a
from tests.checkin import doors
from tests.counting import statements

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("O5")]


@pytest.fixture(autouse=True)
def nothing_kept():
    live.forget()


def test_who_has_come_of_those_expected_hour_by_hour_and_door_by_door(browser):
    conference = a.a_conference()
    door = doors.a_door(doors.a_zone(conference.expo, conference), name="Main door")
    people = [doors.a_delegate(conference) for _number in range(3)]
    for person in people[:2]:
        door.scan(doors.code_of(person))
    door.scan("no badge of ours")

    (line,) = reports.arrivals(conference.expo, [conference])
    assert (line.expected, line.arrived, line.percent) == (3, 2, 67)
    assert sum(hour.came for hour in reports.by_hour(conference.expo)) == 2
    page = browser(a.an_organiser(conference.expo)).get(f"/{conference.expo.slug}/organise/live").text
    assert "67 %" in page
    assert "Main door" in page
    assert "Never heard of" in page  # it has scanned here without a network
    with transaction():
        db.session.execute(sa.update(Device).values(seen_at=clock.real_now()))
    live.forget()
    now = browser(a.an_organiser(conference.expo)).get(f"/{conference.expo.slug}/organise/live/now").text
    assert "Speaks" in now


def test_every_day_has_its_column_and_each_venue_its_row_with_the_number_in_words(browser):
    conference = a.a_conference()
    occurrence = a.a_session(conference)
    for _number in range(3):
        book_seat(person=doors.a_delegate(conference), occurrence_id=occurrence.id)

    heat = reports.heat(conference.expo, [conference.id])

    assert len(heat.days) == 35
    ((key, cell),) = heat.cells.items()
    assert key[0] == heat.venues[0].id
    assert (cell.times, cell.booked, cell.step) == (1, 3, 5)
    page = browser(a.an_organiser(conference.expo)).get(f"/{conference.expo.slug}/organise/live").text
    assert 'class="h-5">3 <small>(1)</small>' in page


def test_another_teams_numbers_are_not_in_it(browser):
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    doors.a_delegate(conference)
    theirs = a.an_organiser(conference.expo, conference=other)

    text = browser(theirs).get(f"/{conference.expo.slug}/organise/live/now").text

    assert other.title in text
    assert conference.title not in text


@pytest.mark.once
def test_who_has_it_is_told_that_nothing_changed_and_it_is_made_once_for_all(browser, monkeypatch):
    """Red where each open page has the part made anew."""
    monkeypatch.setattr(live, "LASTS", 60)
    conference = a.a_conference()
    first, second = (browser(a.an_organiser(conference.expo)) for _number in range(2))
    path = f"/{conference.expo.slug}/organise/live/now"
    whole = first.client.get(path, headers={"Accept-Language": "en"})
    with statements() as again:
        unchanged = second.client.get(
            path, headers={"Accept-Language": "en", "If-None-Match": whole.headers["ETag"]}
        )

    assert unchanged.status_code == 304
    assert unchanged.data == b""
    assert not any("scans" in statement for statement in again)
    assert len(again) <= 7


@pytest.mark.once
def test_seats_left_renew_themselves_on_the_page_of_a_session(browser, monkeypatch):
    monkeypatch.setattr(live, "LASTS", 0)
    conference = a.a_conference()
    occurrence = a.a_session(conference, seats=2)
    where = f"/{conference.expo.slug}/sessions/{occurrence.code}"
    assert f'data-live="{where}/seats"' in browser().get(where).text
    before = browser().get(f"{where}/seats")
    assert "2 of 2 seats left" in before.text

    book_seat(person=doors.a_delegate(conference), occurrence_id=occurrence.id)
    db.session.remove()

    after = browser().get(f"{where}/seats", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "1 of 2 seats left" in after.text
    assert browser().get(f"{where}-nothing/seats").status_code == 404
