"""The programme in frab's forms and as rows. The rules are those of the published schemas of voc/schedule."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as xml

import pytest
import time_machine

from expo.core import clock
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.drafts import Billing
from expo.programme.words import Visibility
from expo.registration.tickets import TicketDraft, save_ticket_type
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("F4", "I3")
Open = Callable[..., Client]

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
# What each event of schedule.xml must say, and in which form.
EVENT = {
    "room": r".+", "title": r".+", "subtitle": r".*", "type": r".+", "date": MOMENT, "start": r"\d\d:\d\d",
    "duration": r"\d{1,2}:\d\d", "abstract": r"(?s).*", "slug": r"[a-z0-9_-]+[a-z0-9]", "track": r".*",
    "language": r".*", "url": r"https?://.*",
}  # fmt: skip


@pytest.fixture
def expo(app) -> Expo:
    return a.an_expo(
        slug="h22",
        name="H22 City Expo",
        starts_on=date(2031, 5, 30),
        ends_on=date(2031, 7, 3),
    )


@pytest.fixture
def full(expo: Expo) -> Expo:
    """A session with everything, one at night, one for ticket holders, one cancelled, two that nobody may know."""
    city = a.a_conference(expo, title="City", slug="city")
    hall = a.a_room(expo, "Hall & Café", venue="Sea U")
    speaker = a.a_speaker(expo, '=Åsa "Öberg"')
    first = a.a_session(
        city, title="<Open> & \x0bwelcome", code="H22-001", room=hall, track="Sea", sdgs=(14,), languages=("sv", "en"),
        abstract="Line one\nline two ]]> &amp;", starts_at=datetime(2031, 5, 31, 7, 30, tzinfo=UTC), published=False,
    )  # fmt: skip
    programme.bill(session=first.session, billings=[Billing(speaker.id, "speaker")])
    a.a_session(
        city,
        title="Night",
        code="H22-002",
        room=hall,
        starts_at=datetime(2031, 6, 1, 21, 30, tzinfo=UTC),
        minutes=180,
        published=False,
    )
    a.a_session(
        city,
        title="Members",
        code="P50-001",
        room=a.a_room(expo, "Blue Chamber"),
        visibility=Visibility.REGISTERED,
        abstract="Not for all",
        published=False,
        starts_at=datetime(2031, 5, 31, 9, tzinfo=UTC),
    )
    for visibility in (Visibility.INVITATION, Visibility.HIDDEN):
        a.a_session(
            city,
            title=f"Secret {visibility}",
            visibility=visibility,
            published=False,
            starts_at=datetime(2031, 5, 31, 9, tzinfo=UTC),
        )
    gone = a.a_session(city, title="Gone", code="H22-003", starts_at=datetime(2031, 6, 1, 9, tzinfo=UTC))
    programme.cancel_occurrence(occurrence=gone, why="Rain")
    a.publish(expo)
    return expo


def test_the_xml_keeps_to_the_published_schema(full: Expo, browser: Open):
    answer = browser().get("/h22/feeds/programme.xml")
    assert answer.content_type == "application/xml"
    schedule = xml.fromstring(answer.data)

    assert [part.tag for part in schedule][:3] == ["generator", "version", "conference"]
    assert {part.tag for part in schedule[3:]} == {"day"}
    told = {part.tag: part.text or "" for part in schedule.find("conference")}
    assert told["title"] == "H22 City Expo"
    assert re.fullmatch("[a-z0-9_-][a-z0-9_]{3,}", told["acronym"])
    assert told["days"] == "2"
    assert [day.get("date") for day in schedule.iter("day")] == ["2031-05-31", "2031-06-01"]
    assert [day.get("index") for day in schedule.iter("day")] == ["1", "2"]
    for day in schedule.iter("day"):
        assert re.fullmatch(MOMENT, day.get("start"))
        assert re.fullmatch(MOMENT, day.get("end"))
    events = list(schedule.iter("event"))
    for event in events:
        assert re.fullmatch(UUID, event.get("guid"))
        assert int(event.get("id")) > 0
        for name, form in EVENT.items():
            assert re.fullmatch(form, event.findtext(name) or ""), name
    for unique in ("guid", "id"):
        assert len({event.get(unique) for event in events}) == len(events) == 4
    assert len({event.findtext("slug") for event in events}) == 4


def test_what_is_told_is_what_is_released(full: Expo, browser: Open):
    schedule = json.loads(browser().get("/h22/feeds/programme.json").data)["schedule"]
    days = schedule["conference"]["days"]
    events = {event["title"]: event for day in days for room in day["rooms"].values() for event in room}

    assert schedule["conference"]["daysCount"] == len(days) == 2
    opening = events["<Open> & welcome"]
    assert opening["date"] == "2031-05-31T09:30:00+02:00"
    assert (opening["start"], opening["duration"]) == ("09:30", "01:00")
    assert opening["room"] == "Hall & Café, Sea U"
    assert opening["persons"][0]["name"] == '=Åsa "Öberg"'
    assert (opening["track"], opening["language"], opening["subtitle"]) == ("Sea", "sv", "City")
    assert opening["url"] == "http://localhost/h22/sessions/H22-001"
    assert events["Night"]["duration"] == "03:00"
    assert "CANCELLED: Gone" in events


def test_no_form_tells_what_is_not_for_all(full: Expo, browser: Open):
    for form in ("json", "csv", "xml", "xlsx"):
        text = told(browser, form)
        assert "Members" in text
        for secret in ("Secret", "Blue Chamber", "Not for all"):
            assert secret not in text
        assert "Members" not in told(browser, form, "?room=blue-chamber")


def told(browser: Open, form: str, wish: str = "") -> str:
    """What a file says, unpacked where it is a workbook."""
    content = browser().get(f"/h22/feeds/programme.{form}{wish}").data
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return book.read("xl/worksheets/sheet1.xml").decode()
    return content.decode()


def test_rows_for_a_spreadsheet_calculate_nothing(full: Expo, browser: Open):
    answer = browser().get("/h22/feeds/programme.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))

    assert [row["code"] for row in rows] == ["H22-001", "P50-001", "H22-003", "H22-002"]
    assert rows[0]["people"] == '\'=Åsa "Öberg"'
    assert rows[0]["abstract"] == "Line one\nline two ]]> &amp;"
    assert rows[0]["starts_at"] == "2031-05-31T09:30:00+02:00"
    assert rows[2]["status"] == "CANCELLED"


@pytest.mark.parametrize("form", ["json", "csv", "xml", "xlsx"])
def test_every_wish_works_on_every_form(full: Expo, browser: Open, form: str):
    for wish, finds, leaves in (
        ("day=2031-05-31", "H22-001", "H22-002"),
        ("time=evening", "H22-002", "H22-001"),
        ("track=sea", "H22-001", "H22-002"),
        ("sdg=14", "H22-001", "H22-002"),
        ("language=sv", "H22-001", "P50-001"),
        ("room=hall-cafe&q=night", "H22-002", "H22-001"),
        ("seats=1", "H22-001", "H22-003"),
    ):
        text = told(browser, form, f"?{wish}").upper()
        assert finds in text, wish
        assert leaves not in text, wish


def test_who_asks_again_is_told_that_nothing_changed(full: Expo, browser: Open):
    for form in ("json", "csv", "xml", "xlsx"):
        first = browser().get(f"/h22/feeds/programme.{form}")
        tag = first.headers["ETag"]
        with statements() as asked:
            again = browser().get(f"/h22/feeds/programme.{form}", headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert len(asked) <= 3  # BEGIN, the expo, its stamp
        assert browser().get(f"/h22/feeds/programme.{form}").data == first.data

    a.a_session(a.a_conference(full), title="New")
    answer = browser().get("/h22/feeds/programme.xml", headers={"If-None-Match": tag})
    assert answer.status_code == 200


def test_what_changes_twice_within_a_second_is_told_twice(full: Expo, browser: Open):
    with time_machine.travel(clock.now(), tick=False):
        a.a_session(a.a_conference(full), title="First")
        assert "Last-Modified" not in browser().get("/h22/feeds/programme.csv").headers

    with time_machine.travel(clock.now() + timedelta(seconds=2)):
        moment = browser().get("/h22/feeds/programme.csv").headers["Last-Modified"]
        again = browser().get("/h22/feeds/programme.csv", headers={"If-Modified-Since": moment})
    assert again.status_code == 304


@pytest.mark.parametrize("form", ["ics", "json"])
def test_another_price_of_a_ticket_is_another_answer_to_who_asks_by_price(
    full: Expo, browser: Open, form: str
):
    conference = a.a_conference(full)
    ticket_type = a.a_ticket_type(conference)
    a.a_session(conference, title="Free of charge")
    before = browser().get(f"/h22/feeds/programme.{form}?price=free")
    assert "Free of charge" in before.text

    save_ticket_type(conference=conference, draft=TicketDraft("Delegate", 100), ticket_type=ticket_type)
    tag = {"If-None-Match": before.headers["ETag"]}
    after = browser().get(f"/h22/feeds/programme.{form}?price=free", headers=tag)

    assert after.status_code == 200
    assert "Free of charge" not in after.text


def test_an_expo_without_anything_is_still_a_schedule(expo: Expo, browser: Open):
    assert len(xml.fromstring(browser().get("/h22/feeds/programme.xml").data).findall("day")) == 1
    assert json.loads(browser().get("/h22/feeds/programme.json").data)["schedule"]["conference"]["days"] == []
    assert browser().get("/h22/feeds/programme.csv").text.count("\n") == 1


def test_an_export_asks_as_often_for_many_as_for_one(full: Expo, browser: Open):
    with statements() as few:
        browser().get("/h22/feeds/programme.xml")
    conference = a.a_conference(full)
    for _ in range(6):
        a.a_session(conference, published=False)
    a.publish(full)
    with statements() as many:
        browser().get("/h22/feeds/programme.xml")
    assert len(many) == len(few)
