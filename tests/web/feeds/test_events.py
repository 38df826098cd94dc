"""What a released session says in a calendar, and what a release changes in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import naming, places
from expo.programme.drafts import (
    Billing,
    OccurrenceDraft,
    RoomDraft,
    SessionDraft,
    VenueDraft,
)
from expo.programme.models import Conference
from expo.programme.words import Placement, SessionState
from expo.speakers import actions as speakers
from tests import factories as a
from tests.calendar import reading

from .asking import (
    OPENING,
    Open,
    a_talk,
    calendar,
    get,
    redraft,
    rewrite,
)

pytestmark = pytest.mark.feature("I1")


def test_an_event_of_the_programme_says_what_was_released(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    venue = places.save_venue(
        expo=expo,
        draft=VenueDraft("Sea U", "Helsingborg", "Kungsgatan 1", latitude=56.0391, longitude=12.6925),
    )[0]
    room = places.save_room(venue=venue, draft=RoomDraft("Kongressalen", 1250))[0]
    talk = a_talk(conference, published=False, room=room, track="Energy", abstract="On heat.")
    programme.bill(session=talk.session, billings=[Billing(a.a_speaker(expo, "Åsa Öberg").id, "speaker")])
    clock.shift(timedelta(hours=1))
    a.publish(expo)

    found = calendar(browser, "programme.ics?lang=en")

    assert found["NAME"] == "H22 City Expo"
    assert found["X-WR-TIMEZONE"] == "Europe/Stockholm"
    (talked,) = found.events
    assert talked["UID"] == talk.uid
    assert talked["SEQUENCE"] == "0"
    assert (talked.parameters("DTSTART"), talked["DTSTART"]) == (";TZID=Europe/Stockholm", "20220531T090000")
    assert talked["DTEND"] == "20220531T100000"
    assert talked["CREATED"] == "20220502T080035Z"
    assert talked["DTSTAMP"] == talked["LAST-MODIFIED"] == "20220502T090035Z"
    assert talked["LOCATION"] == "Kongressalen, Sea U, Kungsgatan 1, Helsingborg"
    assert talked["GEO"] == "56.0391;12.6925"
    assert talked["CATEGORIES"] == "City of the Future,Energy,Workshop"
    assert talked["URL"] == f"http://localhost/h22/sessions/{talk.code}"
    assert talked["DESCRIPTION"] == f"With Åsa Öberg\n\nOn heat.\n\n{talked['URL']}"
    assert talked["TRANSP"] == "TRANSPARENT"


def test_a_part_names_the_time_of_its_parent_that_it_belongs_to(
    browser: Open, expo: Expo, conference: Conference
):
    parent = a_talk(conference, title="Breakouts", published=False, minutes=120)
    later = programme.create_occurrence(
        session=parent.session,
        draft=OccurrenceDraft(
            OPENING + timedelta(days=1), OPENING + timedelta(days=1, hours=2), parent.room_id
        ),
    )
    values = SessionDraft("Group 1", "workshop", state=SessionState.CONFIRMED)
    session = programme.create_session(conference=conference, draft=values, parent=parent.session)
    start = OPENING + timedelta(days=1, minutes=30)
    part = programme.create_occurrence(
        session=session, draft=OccurrenceDraft(start, start + timedelta(hours=1), a.a_room(expo).id)
    )
    a.publish(expo)

    found = calendar(browser, "programme.ics").event(part.uid)

    assert found["RELATED-TO"] == later.uid
    assert found.parameters("RELATED-TO") == ";RELTYPE=PARENT"


def test_an_uncertain_time_is_tentative(browser: Open, expo: Expo, conference: Conference):
    talk = a_talk(conference, published=False)
    redraft(talk, placement=Placement.TENTATIVE)
    a.publish(expo)

    (found,) = calendar(browser, "programme.ics").events

    assert found["STATUS"] == "TENTATIVE"


def test_uid_never_changes_and_sequence_rises_when_people_must_look_again(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    talk = a_talk(conference)
    room = a.a_room(expo)
    changes: list[tuple[Callable[[], None], int]] = [
        (lambda: rewrite(talk, abstract="More of it."), 0),
        (
            lambda: redraft(
                talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2)
            ),
            1,
        ),
        (lambda: redraft(talk, room_id=room.id), 1),
        (lambda: redraft(talk, seats=3), 0),
        (lambda: rewrite(talk, title="The city opens late"), 1),
        (lambda: programme.cancel_occurrence(occurrence=talk, why="Rain"), 1),
        (lambda: programme.restore_occurrence(occurrence=talk), 1),
    ]
    seen = [calendar(browser, "programme.ics").events]
    expected = [0]
    for change, rise in changes:
        clock.shift(timedelta(minutes=10))
        change()
        a.publish(expo)
        seen.append(calendar(browser, "programme.ics").events)
        expected.append(expected[-1] + rise)

    assert {len(events) for events in seen} == {1}
    assert {found["UID"] for (found,) in seen} == {talk.uid}
    assert [int(found["SEQUENCE"]) for (found,) in seen] == expected
    modified = [found["LAST-MODIFIED"] for (found,) in seen]
    assert all(earlier < later for earlier, later in pairwise(modified))


def test_a_draft_is_nobody_s_business(browser: Open, conference: Conference):
    talk = a_talk(conference)
    before = get(browser, "programme.ics")
    redraft(talk, starts_at=OPENING + timedelta(hours=1), ends_at=OPENING + timedelta(hours=2))

    after = get(browser, "programme.ics")

    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


def test_a_cancelled_event_stays_for_two_weeks_after_its_day(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    talk = a_talk(conference)
    programme.cancel_occurrence(occurrence=talk, why="Rain")
    a.publish(expo)
    (found,) = calendar(browser, "programme.ics").events
    assert (found["STATUS"], found["SUMMARY"]) == ("CANCELLED", "CANCELLED: The city opens")

    clock.move_to(datetime(2022, 6, 14, 21, 59, 59, tzinfo=UTC))  # a second before midnight in the city
    last = get(browser, "programme.ics")
    assert len(reading.feed(last.data).events) == 1

    clock.shift(timedelta(seconds=2))
    gone = get(browser, "programme.ics", If_None_Match=last.headers["ETag"])
    assert gone.status_code == 200
    assert reading.feed(gone.data).events == []


def test_a_renamed_speaker_is_renamed_in_the_calendar(
    browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    speaker = a.a_speaker(expo, "Asa Oberg")
    talk = a_talk(conference, published=False)
    programme.bill(session=talk.session, billings=[Billing(speaker.id, "speaker")])
    a.publish(expo)
    before = get(browser, "programme.ics")
    clock.shift(timedelta(minutes=1))
    speakers.edit_speaker(speaker=speaker, profile=speakers.Profile("Åsa Öberg"))

    after = get(browser, "programme.ics", If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    (found,) = reading.feed(after.data).events
    assert "Åsa Öberg" in found["DESCRIPTION"]
    assert found["LAST-MODIFIED"] == "20220502T080135Z"


@pytest.mark.parametrize("of", ["track", "type", "venue", "room"])
def test_what_is_called_otherwise_is_so_in_the_calendar_with_the_moment(
    of: str, browser: Open, expo: Expo, conference: Conference, clock: time_machine.Traveller
):
    venue = places.save_venue(expo=expo, draft=VenueDraft("Sea U", "Helsingborg"))[0]
    room = places.save_room(venue=venue, draft=RoomDraft("Kongressalen", 1250))[0]
    content = a_talk(conference, room=room, track="Energy", type="Talk").session
    before = get(browser, "programme.ics")
    clock.shift(timedelta(minutes=1))

    if of == "venue":
        places.save_venue(expo=expo, draft=VenueDraft("Called otherwise", "Helsingborg"), venue=venue)
    elif of == "room":
        places.save_room(venue=venue, draft=RoomDraft("Called otherwise", 1250), room=room)
    else:
        naming.rename({"track": content.track, "type": content.type}[of], name="Called otherwise", names={})

    after = get(browser, "programme.ics", If_None_Match=before.headers["ETag"])
    (found,) = reading.feed(after.data).events
    assert "Called otherwise" in found["LOCATION" if of in ("venue", "room") else "CATEGORIES"]
    assert found["LAST-MODIFIED"] == "20220502T080135Z"
