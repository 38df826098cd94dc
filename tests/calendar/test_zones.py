"""VTIMEZONE says what zoneinfo says: read back by two readers that know nothing of each other."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Timezone

from expo.calendar.zones import vtimezone

pytestmark = pytest.mark.feature("I1")

OF_THE_DATA = [
    "Europe/Stockholm",
    "Europe/Zurich",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Europe/Madrid",
    "Europe/Brussels",
    "America/New_York",
]
OTHERS = [
    "Europe/Dublin",  # its summer is the standard time
    "Europe/London",
    "America/Sao_Paulo",  # stopped in 2019
    "America/Mexico_City",  # stopped in 2022
    "America/St_Johns",  # half an hour
    "America/Nuuk",  # changes on the day before, and moved in 2023
    "America/Santiago",  # the southern summer
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Auckland",
    "Asia/Jerusalem",  # the Friday before the last Sunday
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Asia/Amman",  # stopped in 2022
    "Africa/Cairo",  # began again in 2023, on Thursdays at midnight
    "Africa/Casablanca",  # follows the moon
    "Africa/Nairobi",
]
YEARS = range(2010, 2037)


def by_dateutil(name: str) -> tzinfo:
    text = vtimezone(name).decode()
    found = tzical(io.StringIO(text)).get(name)
    assert found is not None
    return found


def by_icalendar(name: str) -> tzinfo:
    return Timezone.from_ical(vtimezone(name)).to_tz(lookup_tzid=False)


def ways_to_be_wrong(name: str, zone: tzinfo, moments: Iterator[datetime]) -> list[str]:
    wrong = []
    for moment in moments:
        local = moment.astimezone(ZoneInfo(name))
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            continue  # shown twice: readers differ on which is meant, and our events then say UTC
        meant = local.replace(tzinfo=zone).astimezone(UTC)
        if meant != moment:
            wrong.append(f"{local}: {meant} instead of {moment}")
    return wrong


def hours_around_each_change(name: str) -> Iterator[datetime]:
    zone = ZoneInfo(name)
    moment = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    while moment.year < YEARS[-1]:
        later = moment + timedelta(days=1)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            for hours in range(-3, 28):
                yield moment + timedelta(hours=hours, minutes=30)
        moment = later


@pytest.mark.parametrize("reader", [by_dateutil, by_icalendar])
@pytest.mark.parametrize("name", OF_THE_DATA + OTHERS)
def test_a_zone_is_right_on_every_day_that_its_clocks_change(name: str, reader: Callable[[str], tzinfo]):
    assert ways_to_be_wrong(name, reader(name), hours_around_each_change(name)) == []


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(OF_THE_DATA + OTHERS),
    seconds=st.integers(0, (YEARS[-1] - YEARS[0]) * 365 * 86_400),
)
def test_a_zone_is_right_at_any_moment(name: str, seconds: int):
    moment = datetime(YEARS[0], 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert ways_to_be_wrong(name, by_dateutil(name), iter([moment])) == []


@pytest.mark.parametrize("name", OF_THE_DATA)
def test_the_zones_of_the_programme_are_two_rules_and_nothing_else(name: str):
    text = vtimezone(name).decode()
    assert text.count("RRULE:FREQ=YEARLY") == text.count("BEGIN:DAYLIGHT") + text.count("BEGIN:STANDARD") == 2
    assert "RDATE" not in text


def test_stockholm_is_written_like_this():
    assert vtimezone("Europe/Stockholm").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Stockholm",
        "BEGIN:DAYLIGHT",
        "DTSTART:20090329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20091025T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize("name", OF_THE_DATA + OTHERS)
def test_each_rule_begins_on_a_day_that_it_names(name: str):
    days = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
    for start, rule in re.findall(r"DTSTART:(\S+)\r\nRRULE:(\S+)", vtimezone(name).decode()):
        begins = datetime.strptime(start, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        parts = dict(part.split("=") for part in rule.split(";"))
        assert begins.month == int(parts["BYMONTH"])
        assert begins.weekday() == days[parts["BYDAY"][-2:]]
