"""Around midnight, before tomorrow, in another year, and after the expo: what a page says of now and next."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from expo.programme.words import Admission
from tests import factories as a

MORNING = datetime(2022, 5, 31, 6, 30, tzinfo=UTC)
AFTER = datetime(2022, 7, 20, 8, tzinfo=UTC)


@pytest.fixture
def h22(app, at):
    at(MORNING)
    return a.an_expo(slug="h22", name="H22 City Expo", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))


def _open(expo, title: str, starts_at: datetime, minutes: int = 60):
    return a.a_session(
        a.a_conference(expo), title=title, starts_at=starts_at, minutes=minutes, admission=Admission.OPEN,
        seats=None,
    )  # fmt: skip


@pytest.mark.feature("F8")
def test_home_knows_what_goes_on_after_midnight(h22, at, browser):
    _open(h22, "Night on the quay", datetime(2022, 6, 3, 20, tzinfo=UTC), minutes=210)
    at(datetime(2022, 6, 3, 22, 15, tzinfo=UTC))

    page = browser().get("/h22/").text

    assert "Night on the quay" in page.split("On now <small>")[1]


@pytest.mark.feature("F7")
def test_what_is_next_on_another_day_says_so(h22, browser):
    _open(h22, "Breakfast", datetime(2022, 6, 1, 6, tzinfo=UTC))

    assert "Wed 1 Jun, 08:00" in browser().get("/h22/").text
    assert '<h3 class="h-small">Wed 1 Jun</h3>' in browser().get("/h22/now").text


@pytest.mark.feature("F7")
def test_minutes_are_those_between_the_clocks_of_the_page(h22, at, browser):
    _open(h22, "Breakfast", datetime(2022, 5, 31, 7, 30, tzinfo=UTC))
    at(MORNING.replace(second=50))

    assert "next in 60 min" in browser().get("/h22/programme").text


@pytest.mark.feature("F1")
def test_days_of_another_year_say_it(h22, at, browser):
    _open(h22, "A year later", datetime(2023, 10, 5, 6, tzinfo=UTC))

    assert "<h1>Thursday 5 October 2023</h1>" in browser().get("/h22/programme?day=2023-10-05").text
    assert "Thu 5 Oct 2023, 1 session" in browser().get("/h22/programme").text
    at(datetime(2023, 1, 2, tzinfo=UTC))
    assert "<h1>4 to 5 June 2022</h1>" in browser().get("/h22/programme?from=2022-06-04&to=2022-06-05").text


@pytest.mark.feature("F15")
def test_after_the_expo_every_page_says_that_it_is_over_and_nothing_speaks_of_today(h22, at, browser):
    session = _open(h22, "Once", datetime(2022, 6, 4, 8, tzinfo=UTC))
    said = "H22 City Expo ended on 3 July 2022."
    assert said not in browser().get("/h22/conferences").text
    at(AFTER)

    for path in ("programme", f"sessions/{session.code}", "now", "venues", "search?q=once"):
        assert said in browser().get(f"/h22/{path}").text, path
    home = browser().get("/h22/").text
    assert "The expo is over." in home
    assert said not in home
    assert "See today" not in home
    assert "The whole day" not in browser().get("/h22/now").text
    assert ">This weekend<" not in browser().get("/h22/programme").text
