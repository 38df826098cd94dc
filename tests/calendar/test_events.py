"""One event as bytes: constant, folded, and unharmed by what people type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from expo.calendar import events
from expo.calendar.entries import Audience, Entry

from . import reading

pytestmark = pytest.mark.feature("I1")

TOUR = Entry(
    uid="2e0c1de4-5d0f-4f6f-8a6b-0a4f6d3b9f01@expo",
    sequence=3,
    title="Rundtur i RecoLab: tre rör ut; del 1, på svenska",
    starts_at=datetime(2022, 5, 31, 9, 0, tzinfo=UTC),
    ends_at=datetime(2022, 5, 31, 10, 0, tzinfo=UTC),
    time_zone="Europe/Stockholm",
    cancelled=False,
    tentative=False,
    created_at=datetime(2022, 1, 10, 8, 0, tzinfo=UTC),
    changed_at=datetime(2022, 5, 2, 12, 30, 15, 987_000, tzinfo=UTC),
    audience=Audience.STRANGER,
    details=True,
    url="https://expo.example.org/h22/sessions/H22-003",
    place=("RecoLab besöksrum", "RecoLab", "Oceangatan 1", "Helsingborg"),
    position=(56.039_123, 12.692_5),
    categories=("H22 City Expo", "Guided tours", "Guided tour"),
    conference="H22 City Expo",
    people=("Åsa Öberg", "Nguyễn Thị Ánh"),
    behind=(),
    abstract="A tour of the recovery plant: follow three waste flows from a flat to fertiliser.",
    parent_uid="71b0a1f2-93f5-4e2e-8c3c-8f1d3a2e4b55@expo",
)
WRITTEN = """\
BEGIN:VEVENT
SUMMARY:Rundtur i RecoLab: tre rör ut\\; del 1\\, på svenska
DTSTART;TZID=Europe/Stockholm:20220531T110000
DTEND;TZID=Europe/Stockholm:20220531T120000
DTSTAMP:20220502T123015Z
UID:2e0c1de4-5d0f-4f6f-8a6b-0a4f6d3b9f01@expo
SEQUENCE:3
CATEGORIES:H22 City Expo,Guided tours,Guided tour
CREATED:20220110T080000Z
DESCRIPTION:With Åsa Öberg\\, Nguyễn Thị Ánh\\n\\nA tour of the recover
 y plant: follow three waste flows from a flat to fertiliser.\\n\\nhttps://ex
 po.example.org/h22/sessions/H22-003
GEO:56.039123;12.6925
LAST-MODIFIED:20220502T123015Z
LOCATION:RecoLab besöksrum\\, RecoLab\\, Oceangatan 1\\, Helsingborg
RELATED-TO;RELTYPE=PARENT:71b0a1f2-93f5-4e2e-8c3c-8f1d3a2e4b55@expo
STATUS:CONFIRMED
TRANSP:TRANSPARENT
URL:https://expo.example.org/h22/sessions/H22-003
END:VEVENT
"""


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context(), force_locale("en"):
        yield


def calendar(*entries: Entry) -> bytes:
    head = events.head(name="Harbour Expo", text="", time_zone="Europe/Stockholm")
    zones = {entry.time_zone for entry in entries if events.zone_of(entry)} or {"Europe/Stockholm"}
    return events.joined(head, zones, [events.written(events.event(entry)) for entry in entries])


def the_event(entry: Entry) -> reading.Component:
    (found,) = reading.feed(calendar(entry)).events
    return found


def test_an_event_is_written_like_this_for_ever():
    assert events.written(events.event(TOUR)).decode().replace("\r\n", "\n") == WRITTEN


def test_icalendar_writes_the_same_lines():
    """Only where they fold may differ: we count octets to the last."""
    ours = events.written(events.event(TOUR)).replace(b"\r\n ", b"")
    assert ours == events.event(TOUR).to_ical().replace(b"\r\n ", b"")


def test_lines_are_as_long_as_they_may_be_and_no_letter_is_torn():
    for length in range(1, 120):
        for letter in ("a", "å", "漢", "🦩", "👩🏽‍🚀", "\\", ",\\;"):
            found = the_event(replace(TOUR, title=letter * length))
            assert found["SUMMARY"] == letter * length


@pytest.mark.parametrize(
    "title",
    [
        "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged",
        "A\nATTENDEE:mailto:x@example.org",
        "A\x0bB\x85C\u2028D\u2029E",
        "commas, semicolons; back\\slashes \\n and: colons",
        "مرحبا بالعالم \u202eright to left",
        '"quoted"; TZID=x:',
        "🎉" * 60,
        "=cmd|' /C calc'!A0",
        "X" * 10_000,
    ],
)
def test_a_title_is_never_more_than_a_title(title: str):
    found = the_event(replace(TOUR, title=title, abstract=title, people=(title,), place=(title,)))
    assert found["UID"] == TOUR.uid
    assert not found.has("ATTENDEE")
    assert "\n" not in found["SUMMARY"]
    assert "\n" not in found["LOCATION"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_goes_in_and_comes_out_of_two_readers(text: str):
    content = calendar(
        replace(TOUR, title=text, abstract=text, people=(text, text + "x"), categories=(text,))
    )
    (ours,) = reading.feed(content).events
    (theirs,) = Calendar.from_ical(content).events
    assert str(theirs["SUMMARY"]) == ours["SUMMARY"]
    assert str(theirs["DESCRIPTION"]) == ours["DESCRIPTION"]
    assert ours["UID"] == TOUR.uid


def test_a_cancelled_event_says_so_twice_and_keeps_nobody_busy():
    found = the_event(replace(TOUR, cancelled=True, tentative=True, audience=Audience.BOOKED))
    assert found["STATUS"] == "CANCELLED"
    assert found["SUMMARY"].startswith("CANCELLED: Rundtur")
    assert found["TRANSP"] == "TRANSPARENT"


def test_a_tentative_event_says_so():
    found = the_event(replace(TOUR, tentative=True))
    assert found["STATUS"] == "TENTATIVE"
    assert found["DESCRIPTION"].startswith("Time to be confirmed.")


def test_what_one_has_booked_keeps_one_busy():
    assert the_event(replace(TOUR, audience=Audience.BOOKED))["TRANSP"] == "OPAQUE"
    assert the_event(TOUR)["TRANSP"] == "TRANSPARENT"


def test_without_details_an_event_says_where_they_are():
    closed = replace(TOUR, details=False, people=(), behind=(), abstract="", place=("Sea U", "Helsingborg"))
    found = the_event(closed)
    assert "Room and details are for ticket holders of H22 City Expo." in found["DESCRIPTION"]
    assert found["LOCATION"] == "Sea U, Helsingborg"


def test_a_long_abstract_is_cut_at_a_word():
    found = the_event(replace(TOUR, abstract="many words " * 200))
    text = found["DESCRIPTION"].removesuffix(TOUR.url).strip()
    assert 580 < len(text) <= 600
    assert text.endswith(("many …", "words …"))


def test_an_event_over_midnight_ends_on_the_next_day():
    night = replace(
        TOUR,
        starts_at=datetime(2022, 6, 4, 21, 30, tzinfo=UTC),
        ends_at=datetime(2022, 6, 4, 22, 30, tzinfo=UTC),
    )
    assert the_event(night)["DTSTART"] == "20220604T233000"
    assert the_event(night)["DTEND"] == "20220605T003000"


def test_in_the_night_of_spring_the_missing_hour_is_skipped():
    night = replace(
        TOUR,
        starts_at=datetime(2022, 3, 27, 0, 30, tzinfo=UTC),
        ends_at=datetime(2022, 3, 27, 1, 30, tzinfo=UTC),
    )
    found = the_event(night)
    assert (found["DTSTART"], found["DTEND"]) == ("20220327T013000", "20220327T033000")


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (-60, -15, ("20221030T010000", "20221030T014500")),
        # The hour between two and three comes twice, and readers differ on which they take.
        (-60, 0, ("20221029T230000Z", "20221030T000000Z")),
        (15, 45, ("20221030T001500Z", "20221030T004500Z")),
        (30, 90, ("20221030T003000Z", "20221030T013000Z")),
        (75, 105, ("20221030T011500Z", "20221030T014500Z")),
        (90, 150, ("20221030T013000Z", "20221030T023000Z")),
        (120, 180, ("20221030T030000", "20221030T040000")),
    ],
)
def test_in_the_night_of_autumn_no_moment_is_mistaken(start: int, end: int, written: tuple[str, str]):
    midnight = datetime(2022, 10, 30, tzinfo=UTC)
    night = replace(
        TOUR, starts_at=midnight + timedelta(minutes=start), ends_at=midnight + timedelta(minutes=end)
    )
    found = the_event(night)
    assert (found["DTSTART"], found["DTEND"]) == written
    # And another reader understands it.
    (event,) = Calendar.from_ical(calendar(night)).events
    assert event.start.astimezone(UTC) == night.starts_at
    assert event.end.astimezone(UTC) == night.ends_at


def test_an_event_of_no_zone_is_written_in_utc():
    found = reading.read(calendar(replace(TOUR, time_zone="UTC")))
    assert found.events[0]["DTSTART"] == "20220531T090000Z"


def test_a_calendar_of_several_zones_brings_each_once():
    york = replace(TOUR, uid="york@expo", time_zone="America/New_York")
    zurich = replace(TOUR, uid="zurich@expo", time_zone="Europe/Zurich")
    found = reading.feed(calendar(york, TOUR, zurich, replace(york, uid="york-2@expo")))
    assert found.zones == ["America/New_York", "Europe/Stockholm", "Europe/Zurich"]
    assert found.event("york@expo")["DTSTART"] == "20220531T050000"


def test_an_empty_calendar_is_still_one():
    assert reading.feed(calendar()).events == []
