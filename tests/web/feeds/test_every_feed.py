"""Every feed there is, over data that would break a careless one: our own strict reader finds nothing, and three
readers of others (two in Python, one in a browser) read the same events from the same bytes."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from playwright.sync_api import Browser, Page

from expo.booking.actions import book_seat
from expo.calendar.zones import vtimezone
from expo.expos.models import Expo
from expo.favourites import actions as favourites
from expo.programme import actions as programme
from expo.programme import places
from expo.programme.drafts import Billing, RoomDraft, VenueDraft
from expo.programme.models import Room
from expo.programme.words import Visibility
from tests import factories as a
from tests.calendar import reading
from tests.calendar.test_zones import OF_THE_DATA, OTHERS, hours_around_each_change

from .asking import OPENING, Open, a_delegate, a_talk, get

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.feature("I1")]

DATA = Path(__file__).parents[2] / "data"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TITLES = (
    "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged",
    "A\nATTENDEE:mailto:x@example.org",
    "A\x0bB\x85C\u2028D\u2029E",
    "commas, semicolons; back\\slashes \\n and: colons",
    "مرحبا بالعالم \u202eright to left",
    '"quoted"; TZID=x:',
    "a" * 61 + "👩🏽‍🚀🦩漢" * 12,  # an emoji wherever a line may fold
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "x" * 200,
)
# From, and minutes: a whole day, three days, over midnight, and both nights on which the clocks change.
TIMES = (
    (datetime(2022, 6, 1, 0, 0, tzinfo=STOCKHOLM), 24 * 60),
    (datetime(2022, 6, 2, 10, 0, tzinfo=STOCKHOLM), 72 * 60),
    (datetime(2022, 6, 3, 23, 30, tzinfo=STOCKHOLM), 60),
    *((datetime(2022, 3, 27, 0, 30, tzinfo=UTC) + timedelta(minutes=30 * step), 45) for step in range(4)),
    *((datetime(2022, 10, 30, 0, 0, tzinfo=UTC) + timedelta(minutes=30 * step), 45) for step in range(4)),
)
Event = tuple[str, str, str, str, str]  # UID, start, end (both UTC), title, state


@pytest.fixture
def nasty(expo: Expo) -> list[str]:
    """An expo of odd names, titles, zones and times. Gives the path of every feed it has."""
    wide = {"starts_on": date(2022, 3, 1), "ends_on": date(2022, 11, 30)}
    conference = a.a_conference(expo, title=TITLES[5], slug="odd", series="Chain", series_number=7, **wide)
    people = [row["name"] for row in csv.DictReader((DATA / "people.csv").open(encoding="utf-8"))]
    speakers = [a.a_speaker(expo, name) for name in people]
    rooms = [_room(expo, zone) for zone in OF_THE_DATA]
    made = []
    for number, title in enumerate(TITLES):
        talk = a_talk(
            conference,
            title=title,
            abstract=title + "\n" + "Long. " * 2000,
            track=f"Track {number % 3} {title[:20]}",
            room=rooms[number % len(rooms)],
            starts_at=OPENING + timedelta(hours=number),
            sdgs=(1 + number % 17,),
            languages=("sv", "en"),
            published=False,
        )
        billed = [Billing(one.id, "speaker") for one in speakers[number :: len(TITLES)]]
        programme.bill(session=talk.session, billings=billed)
        made.append(talk)
    for number, (starts_at, minutes) in enumerate(TIMES):
        room = a.a_room(expo, f"Night {number}")
        made.append(
            a_talk(
                conference, starts_at=starts_at.astimezone(UTC), minutes=minutes, room=room, published=False
            )
        )
    a_talk(
        conference,
        title="For ticket holders",
        visibility=Visibility.REGISTERED,
        starts_at=OPENING + timedelta(days=9),
        published=False,
    )
    a.publish(expo)
    programme.cancel_occurrence(occurrence=made[3], why=TITLES[0])
    a.publish(expo)
    grace, mine = a_delegate(conference)
    for talk in made[:3]:
        book_seat(person=grace, occurrence_id=talk.id)
    favourites.keep(person=grace, occurrence_ids=[made[7].id])
    return [
        mine,
        "programme.ics",
        "programme.ics?lang=sv",
        "programme.ics?day=2022-06-01",
        "conferences/odd.ics",
        *(
            f"tracks/{slug}.ics"
            for slug in sorted({talk.session.track.slug for talk in made if talk.session.track})
        ),
        *(f"rooms/{talk.room.slug}.ics" for talk in made),
        *(f"venues/{slug}.ics" for slug in sorted({talk.room.venue.slug for talk in made})),
        *(f"speakers/{speaker.slug}.ics" for speaker in speakers),
        *(f"sdgs/{goal}.ics" for goal in range(1, 18)),
        *(f"sessions/{talk.session.code}.ics" for talk in made),
    ]


def _room(expo: Expo, zone: str) -> Room:
    city = zone.partition("/")[2].replace("_", " ")
    draft = VenueDraft(
        f"House; of, {city}\\",
        city=city,
        address='1, "Quay";',
        time_zone=zone,
        latitude=56.04,
        longitude=12.69,
    )
    venue, _changed = places.save_venue(expo=expo, draft=draft)
    return places.save_room(venue=venue, draft=RoomDraft(f"Hall, {city};", 500))[0]


def test_every_feed_is_right_to_the_letter_and_read_alike_by_all(
    browser: Open, nasty: list[str], chromium: Browser
):
    bodies = {}
    for path in nasty:
        answer = get(browser, path)
        assert answer.status_code == 200, path
        bodies[path] = answer.data
    with_events = 0
    page = _in_a_browser(chromium)
    by_script = page.evaluate("texts => texts.map(read)", [body.decode() for body in bodies.values()])
    for (path, body), theirs in zip(bodies.items(), by_script, strict=True):
        ours = _ours(reading.feed(body))
        with_events += bool(ours)
        assert _icalendars(body) == ours, path
        assert _vobjects(body) == ours, path
        assert sorted(tuple(event) for event in theirs) == ours, path
    page.context.close()
    assert with_events > 130  # not one hollow after the other
    assert len(_ours(reading.feed(bodies["programme.ics"]))) == len(TITLES) + len(TIMES) + 1


def test_zones_are_right_for_a_reader_in_a_browser(chromium: Browser):
    page = _in_a_browser(chromium)
    for name in OF_THE_DATA + OTHERS:
        zone, asked = ZoneInfo(name), []
        for moment in hours_around_each_change(name):
            local = moment.astimezone(zone)
            if moment.year < 2022 or moment.year > 2032:
                continue
            if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
                asked.append((f"{local:%Y-%m-%dT%H:%M:%S}", f"{moment:%Y%m%dT%H%M%SZ}"))
        body = zones_of(name)
        told = page.evaluate(
            "([text, name, times]) => inZone(text, name, times)", [body, name, [at for at, _ in asked]]
        )
        assert told == [moment for _at, moment in asked], name
    page.context.close()


def zones_of(name: str) -> str:
    return "BEGIN:VCALENDAR\r\n" + vtimezone(name).decode() + "END:VCALENDAR\r\n"


def _ours(calendar: reading.Component) -> list[Event]:
    return sorted(
        (
            event["UID"],
            _utc(event["DTSTART"], event.parameters("DTSTART")),
            _utc(event["DTEND"], event.parameters("DTEND")),
            event["SUMMARY"],
            event["STATUS"],
        )
        for event in calendar.events
    )


def _utc(text: str, parameters: str) -> str:
    zone = ZoneInfo(parameters.removeprefix(";TZID=")) if parameters else UTC
    return _written(datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=zone))


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _icalendars(body: bytes) -> list[Event]:
    return sorted(
        (
            str(event["UID"]),
            _written(event.start),
            _written(event.end),
            str(event["SUMMARY"]),
            str(event["STATUS"]),
        )
        for event in Calendar.from_ical(body).events
    )


def _vobjects(body: bytes) -> list[Event]:
    calendar: Any = vobject.readOne(body.decode())
    return sorted(
        (
            event.uid.value,
            _written(event.dtstart.value),
            _written(event.dtend.value),
            event.summary.value,
            event.status.value,
        )
        for event in calendar.contents.get("vevent", [])
    )


def _in_a_browser(chromium: Browser) -> Page:
    page = chromium.new_context().new_page()
    source = (DATA / "ical.js" / "ical.es5.min.cjs").read_text(encoding="utf-8")
    page.add_script_tag(
        content="{ const module = { exports: {} }, exports = module.exports;"
        f"{source}; window.ICAL = module.exports.default ?? module.exports; }}"
    )
    page.add_script_tag(
        content="""
        const utc = (time) => time.toJSDate().toISOString().replace(/[-:]|\\.000/g, "");
        function read(text) {
          const calendar = new ICAL.Component(ICAL.parse(text));
          ICAL.TimezoneService.reset();
          calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
          return calendar.getAllSubcomponents("vevent").map((component) => {
            const event = new ICAL.Event(component);
            return [event.uid, utc(event.startDate), utc(event.endDate), event.summary, component.getFirstPropertyValue("status")];
          });
        }
        function inZone(text, name, times) {
          const zone = new ICAL.Timezone(new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vtimezone"));
          return times.map((at) => {
            const time = ICAL.Time.fromString(at);
            time.zone = zone;
            return utc(time);
          });
        }
        """
    )
    return page
