"""Opening hours: how they are written, and whether a time lies within them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from expo.core.refusals import BadInput
from expo.programme import hours
from expo.programme.hours import Hours

pytestmark = [pytest.mark.once, pytest.mark.feature("F11")]

OFFICE, LATE, CLOSED = ((480, 1080),), ((1080, 1500),), ()  # 8 to 18; 18 to 1 at night
# Tuesday 31 May 2022. Open late on Fridays, closed on Sundays, and on 6 June.
CITY = Hours((OFFICE,) * 4 + ((*OFFICE, *LATE),) + (OFFICE, CLOSED), {date(2022, 6, 6): CLOSED})


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("8-18", OFFICE),
        ("08:00–18:00", OFFICE),
        ("8.00 - 18.00", OFFICE),
        ("13-18, 8-12", ((480, 720), (780, 1080))),
        ("18–01", LATE),
        ("0-24", ((0, 1440),)),
        ("20-24", ((1200, 1440),)),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert hours.parsed(text) == spans
    assert hours.parsed(hours.told(spans)) == spans


@pytest.mark.parametrize(
    "text", ["open", "8", "8-", "25-26", "8-18 9-10", "8-12, 11-13", "8:75-9", "24-8", "-1-3"]
)
def test_what_no_hours_are_is_refused_with_an_example(text):
    with pytest.raises(BadInput):
        hours.parsed(text)


@pytest.mark.parametrize(
    ("starts", "ends", "within"),
    [
        ("2022-05-31T08:00", "2022-05-31T18:00", True),
        ("2022-05-31T07:59", "2022-05-31T09:00", False),
        ("2022-05-31T17:00", "2022-05-31T18:01", False),
        ("2022-06-03T17:00", "2022-06-04T01:00", True),  # one span reaches into the next, and past midnight
        ("2022-06-04T00:30", "2022-06-04T00:45", True),
        ("2022-06-04T00:30", "2022-06-04T01:30", False),
        ("2022-06-05T10:00", "2022-06-05T11:00", False),
        ("2022-06-06T10:00", "2022-06-06T11:00", False),
        ("2022-06-13T10:00", "2022-06-13T11:00", True),
        ("2022-05-31T10:00", "2022-06-01T11:00", False),
    ],
)
def test_a_time_lies_within_the_hours_or_not(starts, ends, within):
    assert CITY.cover(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) is within


def test_what_is_open_day_and_night_covers_many_days():
    always = Hours((((0, 1440),),) * 7)

    assert always.cover(
        datetime.fromisoformat("2022-05-31T22:00"), datetime.fromisoformat("2022-06-03T04:00")
    )


def test_a_column_holds_what_was_said_and_nothing_where_nobody_said():
    assert hours.read(hours.written(CITY)) == CITY
    assert hours.read(hours.written(None)) is None


def test_maps_read_the_hours_in_their_own_notation():
    assert hours.osm(CITY) == (
        "Mo-Th 08:00-18:00; Fr 08:00-18:00,18:00-01:00; Sa 08:00-18:00; Su off; 2022 Jun 06 off"
    )
