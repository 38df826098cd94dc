"""What the filters offer: each choice beside all other wishes, and what to try where nothing meets them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from expo.programme import places
from expo.programme.drafts import RoomDraft
from expo.programme.words import Admission
from tests import factories as a

MORNING = datetime(2022, 5, 31, 6, 30, tzinfo=UTC)
SATURDAY = datetime(2022, 6, 4, 12, tzinfo=UTC)
STEPS, STEP_FREE = (), ("step-free",)


@pytest.fixture
def saturday(app, at):
    """Three sessions on a Saturday: two with seats, two in English, two step-free, one on water."""
    at(MORNING)
    expo = a.an_expo(slug="h22", starts_on=date(2022, 5, 30), ends_on=date(2022, 7, 3))
    conference = a.a_conference(expo)
    for title, language, room, seats in (
        ("Drinking water", "en", STEP_FREE, 10),
        ("Concert", "en", STEP_FREE, None),
        ("Tower", "sv", STEPS, 10),
    ):
        a.a_session(
            conference,
            title=title,
            languages=(language,),
            room=_room(expo, title, room),
            seats=seats,
            admission=Admission.SEAT if seats else Admission.OPEN,
            starts_at=SATURDAY,
            published=False,
        )
    a.publish(expo)
    return expo


def _room(expo, name: str, features: tuple[str, ...]):
    venue = a.a_room(expo).venue
    return places.save_room(venue=venue, draft=RoomDraft(name, 500, features=features))[0]


def chips(page: str) -> dict[str, int]:
    """The switches of a page with their counts."""
    return {name: int(count) for name, count in re.findall(r"<span>([\w -]+) <b>(\d+)</b></span>", page)}


@pytest.mark.feature("F4")
def test_a_choice_counts_what_it_would_find_beside_all_other_wishes(saturday, browser):
    whole = browser().get("/h22/programme?day=2022-06-04").text
    english = browser().get("/h22/programme?day=2022-06-04&language=en").text
    english_with_seats = browser().get("/h22/programme?day=2022-06-04&language=en&seats=1").text

    assert chips(whole) == {"Has seats": 2, "Step-free": 2, "English": 2, "Swedish": 1}
    assert chips(english) == {"Has seats": 1, "Step-free": 2, "English": 2, "Swedish": 1}
    assert chips(english_with_seats) == {"Has seats": 1, "Step-free": 1, "English": 1, "Swedish": 1}


@pytest.mark.feature("F4")
def test_what_would_find_nothing_is_not_offered_but_a_wish_always_shows(saturday, browser):
    page = browser().get("/h22/programme?day=2022-06-04&step_free=1&language=de").text

    assert chips(page) == {"Step-free": 0, "English": 2}
    assert 'href="/h22/programme?day=2022-06-04&amp;step_free=1"' in page  # German can be taken away


@pytest.mark.feature("F4")
def test_a_wish_that_only_other_days_know_has_its_name(saturday, browser):
    a.a_session(
        a.a_conference(saturday, title="Climate Week", slug="climate"), starts_at=SATURDAY.replace(day=6)
    )

    assert "<span>Climate Week " in browser().get("/h22/programme?day=2022-06-04&conference=climate").text


@pytest.mark.feature("F4")
@pytest.mark.parametrize(
    "days", ["day=2022-06-04&", "from=2022-06-04&amp;to=2022-06-05&", ""], ids=["a day", "days", "all days"]
)
def test_where_nothing_meets_all_wishes_each_is_told_with_what_it_keeps_away(saturday, browser, days):
    address = f"/h22/programme?{days}q=tower&step_free=1".replace("&amp;", "&")

    page = browser().get(address).text

    assert (
        f'href="/h22/programme?{days}'.replace("&", "&amp;").replace("amp;amp;", "amp;") + 'q=tower"' in page
    )
    assert "Also with steps: 1 session" in page
    assert "Without “tower”: 2 sessions" in page


@pytest.mark.feature("F5")
def test_words_that_are_written_otherwise_are_offered_as_the_programme_writes_them(saturday, browser):
    page = browser().get("/h22/programme?day=2022-06-04&q=driking+watr").text

    assert "Did you mean" in page
    assert "q=Drinking+water" in page


@pytest.mark.feature("F4")
def test_nobody_finds_a_seat_in_what_is_over(saturday, at, browser):
    at(SATURDAY.replace(hour=20))

    page = browser().get("/h22/programme?day=2022-06-04&seats=1").text

    assert "0 of 3 sessions" in page
    assert "Has seats" not in chips(browser().get("/h22/programme?day=2022-06-04").text)


def test_a_room_that_has_nothing_on_the_day_is_called_by_its_name(browser, saturday):
    page = browser().get("/h22/programme?day=2022-06-05&room=concert").text
    assert re.search(r'class="cluster taken".*?Concert', page, re.S)
    assert "concert</" not in page
