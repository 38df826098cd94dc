"""When a speaker can appear: what they tick, and what their own calendar says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from expo.speakers import availability, busy_files, queries
from expo.speakers.availability import Part, boxes
from expo.speakers.queries import Span
from expo.speakers.refusals import BadCalendar
from tests.factories import a_speaker, an_expo

ZONE = ZoneInfo("Europe/Stockholm")
DAYS = [date(2022, 5, 31), date(2022, 6, 1)]

pytestmark = [pytest.mark.feature("P5"), pytest.mark.usefixtures("app")]


def test_who_said_nothing_can_always():
    speaker = a_speaker(an_expo())

    assert availability.ticked(speaker, DAYS, ZONE) == set(boxes(DAYS))
    assert queries.unavailable(speaker.expo_id) == {}


def test_a_part_that_is_not_ticked_is_a_time_in_which_they_cannot():
    speaker = a_speaker(an_expo())
    can = {(DAYS[0], Part.AFTERNOON), (DAYS[1], Part.MORNING)}

    availability.say(speaker=speaker, days=DAYS, can=can, zone=ZONE)

    assert availability.ticked(speaker, DAYS, ZONE) == can
    assert queries.unavailable(speaker.expo_id, [speaker.id]) == {
        speaker.id: [
            span(31, 4, 31, 10, month=5),
            Span(at(5, 31, 16), at(6, 1, 4)),
            Span(at(6, 1, 10), at(6, 2, 4)),
        ]
    }
    assert speaker.availability_said_at is not None


def test_what_was_said_of_other_days_holds_on():
    speaker = a_speaker(an_expo())
    availability.say(speaker=speaker, days=DAYS[:1], can=set(), zone=ZONE)

    availability.say(speaker=speaker, days=DAYS[1:], can=set(boxes(DAYS[1:])), zone=ZONE)

    assert availability.ticked(speaker, DAYS, ZONE) == set(boxes(DAYS[1:]))


def test_a_file_of_their_calendar_says_when_they_are_busy_and_an_earlier_file_holds_no_longer():
    speaker = a_speaker(an_expo())
    read(speaker, event("DTSTART:20220531T080000Z", "DTEND:20220531T090000Z"))

    assert read(speaker, event("DTSTART:20220601T080000Z", "DURATION:PT90M")) == 1

    assert queries.unavailable(speaker.expo_id) == {speaker.id: [Span(at(6, 1, 8), at(6, 1, 9, 30))]}


@pytest.mark.once
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;TZID=Europe/Stockholm:20220531T100000", "DTEND;TZID=Europe/Stockholm:20220531T110000"],
         [(31, 8, 31, 9)]),
        (["DTSTART:20220531T100000", "DTEND:20220531T110000"], [(31, 8, 31, 9)]),
        (["DTSTART;VALUE=DATE:20220531"], [(30, 22, 31, 22)]),
        (["DTSTART:20220531T080000Z", "DTEND:20220531T090000Z", "TRANSP:TRANSPARENT"], []),
        (["DTSTART:20220531T080000Z", "DTEND:20220531T090000Z", "STATUS:CANCELLED"], []),
        (["DTSTART:20210101T080000Z", "DTEND:20210101T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=TU"],
         [(31, 8, 31, 9)]),
        (["DTSTART:20220530T080000Z", "DTEND:20220530T090000Z", "RRULE:FREQ=DAILY;COUNT=2"],
         [(30, 8, 30, 9), (31, 8, 31, 9)]),
        (["DTSTART:20220530T080000Z", "DTEND:20220530T090000Z", "RRULE:FREQ=DAILY;UNTIL=20220531T080000Z",
          "EXDATE:20220530T080000Z"], [(31, 8, 31, 9)]),
        (["DTSTART:20220131T080000Z", "DTEND:20220131T090000Z", "RRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1"],
         [(31, 8, 31, 9)]),
        (["DTSTART:20220131T080000Z", "DTEND:20220131T090000Z", "RRULE:FREQ=MONTHLY;BYDAY=-1TU"],
         [(31, 8, 31, 9)]),
        (["DTSTART:20200531T080000Z", "DTEND:20200531T090000Z", "RRULE:FREQ=YEARLY"], [(31, 8, 31, 9)]),
        (["DTSTART:20220529T080000Z", "DTEND:20220529T090000Z", "RRULE:FREQ=DAILY;INTERVAL=2"],
         [(31, 8, 31, 9)]),
        (["DTSTART:20190531T080000Z", "DTEND:20190531T090000Z"], []),
    ],
)  # fmt: skip
def test_events_are_read_as_calendars_mean_them(lines, expected):
    found = busy_files.busy(event(*lines), at(5, 30, 0), at(6, 1, 0), ZONE)

    assert found == [span(*each, month=5) for each in expected]


@pytest.mark.once
def test_one_date_of_a_series_that_was_moved_counts_where_it_is_now():
    series = event("UID:a", "DTSTART:20220530T080000Z", "DTEND:20220530T090000Z", "RRULE:FREQ=DAILY;COUNT=2")
    moved = event("UID:a", "RECURRENCE-ID:20220531T080000Z", "DTSTART:20220531T120000Z", "DURATION:PT1H")

    found = busy_files.busy(together(series, moved), at(5, 30, 0), at(6, 1, 0), ZONE)

    assert found == [span(30, 8, 30, 9, month=5), span(31, 12, 31, 13, month=5)]


@pytest.mark.once
def test_a_free_busy_list_is_read_and_what_it_calls_free_is_left_out():
    content = calendar(
        "BEGIN:VFREEBUSY",
        "FREEBUSY;FBTYPE=BUSY:20220531T080000Z/20220531T090000Z,20220531T120000Z/PT2H",
        "FREEBUSY;FBTYPE=FREE:20220531T150000Z/PT1H",
        "END:VFREEBUSY",
    )

    found = busy_files.busy(content, at(5, 30, 0), at(6, 1, 0), ZONE)

    assert found == [span(31, 8, 31, 9, month=5), span(31, 12, 31, 14, month=5)]


@pytest.mark.once
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:yesterday\r\nRRULE:;;\r\nEND:VEVENT\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n" + b"x" * busy_files.MOST_BYTES,
    ],
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(BadCalendar):
        busy_files.busy(content, at(5, 30, 0), at(6, 1, 0), ZONE)


@pytest.mark.once
@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=1,2,3;BYSECOND=0,1,2", "FREQ=MINUTELY;INTERVAL=1"],
)
def test_a_file_that_repeats_without_end_is_refused(rule):
    content = event("DTSTART:20150101T000000Z", "DURATION:PT1S", f"RRULE:{rule}")

    with pytest.raises(BadCalendar):
        busy_files.busy(content, at(5, 30, 0), at(6, 1, 0), ZONE)


@pytest.mark.once
def test_a_day_that_never_comes_is_not_looked_for_for_ever():
    content = event("DTSTART:20150101T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")

    assert busy_files.busy(content, at(5, 30, 0), at(6, 1, 0), ZONE) == []


def read(speaker, content):
    return availability.import_busy(speaker=speaker, content=content, first=DAYS[0], last=DAYS[-1], zone=ZONE)


def event(*lines: str) -> bytes:
    return calendar("BEGIN:VEVENT", *lines, "END:VEVENT")


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


def together(*calendars: bytes) -> bytes:
    inside = [
        one.removeprefix(b"BEGIN:VCALENDAR\r\n").removesuffix(b"END:VCALENDAR\r\n") for one in calendars
    ]
    return b"BEGIN:VCALENDAR\r\n" + b"".join(inside) + b"END:VCALENDAR\r\n"


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, month, day, hour, minute, tzinfo=UTC)


def span(day: int, hour: int, last_day: int, last_hour: int, *, month: int) -> Span:
    return Span(at(month, day, hour), at(month, last_day, last_hour))


@pytest.mark.once
def test_a_file_of_thousands_of_rules_without_a_date_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(busy_files, "MOST_SECONDS", 0.2)
    rule = event("DTSTART:20150101T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")

    with pytest.raises(BadCalendar):
        busy_files.busy(together(*[rule] * 1_000), at(5, 30, 0), at(6, 1, 0), ZONE)
