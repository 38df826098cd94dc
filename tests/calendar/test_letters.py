"""The calendar item of a letter is the event of the feeds, with the same UID and SEQUENCE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar

from expo.accounts import actions as accounts
from expo.booking.actions import book_seat
from expo.calendar import feeds, letters
from expo.core.db import transaction
from expo.mail import outbox
from expo.mail.message import of as message_of
from expo.programme import actions as programme
from expo.programme.drafts import OccurrenceDraft
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from tests import factories as a

from . import reading

pytestmark = [pytest.mark.feature("I1", "B9"), pytest.mark.usefixtures("app")]

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def an_item(**changes: object) -> Item:
    occurrence = a.a_session(**changes)
    item = publishing.item(occurrence.expo_id, occurrence.id)
    assert item is not None
    return item


def requested(item: Item) -> reading.Component:
    return reading.read(
        letters.request(item, to="ada@example.org", name="Ada Lovelace", language="en", at=AT)
    )


def cancelled(item: Item) -> reading.Component:
    return reading.read(letters.cancel(item, to="ada@example.org", name="Ada Lovelace", language="en", at=AT))


def test_a_request_invites_the_reader_and_nobody_else():
    item = an_item()
    found = requested(item)
    (event,) = found.events
    assert found["METHOD"] == "REQUEST"
    assert event["UID"] == item.uid
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTAMP"] == "20260504T093000Z"
    assert event["ORGANIZER"] == "mailto:expo@example.org"
    assert event["ATTENDEE"] == "mailto:ada@example.org"
    assert event.parameters("ATTENDEE") == ';CN="Ada Lovelace";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;RSVP=FALSE'


def test_a_cancellation_takes_the_same_event_away():
    item = an_item()
    found = cancelled(item)
    (event,) = found.events
    assert found["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"]) == (item.uid, str(item.sequence))
    assert event["STATUS"] == "CANCELLED"


def test_letters_and_feeds_agree():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    occurrence = a.a_session(conference)
    book_seat(person=ada, occurrence_id=occurrence.id)
    later = a.tomorrow_at(14)
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=OccurrenceDraft(later, later + timedelta(hours=1), occurrence.room_id, occurrence.seats),
    )
    a.publish(conference.expo)
    item = publishing.item(conference.expo_id, occurrence.id)
    assert item is not None

    token = accounts.new_calendar_address(ada)
    (fed,) = reading.feed(feeds.personal(conference.expo, token, "en").body()).events
    (sent,) = requested(item).events

    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL"):
        assert sent[name] == fed[name]
    assert sent["SEQUENCE"] == "1"


@pytest.mark.parametrize(
    "name", ['Ada "Countess" Lovelace', "Ada;CN=x:y,z", "Ada\r\nATTENDEE:mailto:x@y.z", "Åsa 漢字"]
)
def test_a_name_is_never_more_than_a_name(name: str):
    content = letters.request(an_item(), to="ada@example.org", name=name, language="sv", at=AT)
    reading.read(content)
    (event,) = Calendar.from_ical(content).events
    assert str(event["ATTENDEE"]) == "mailto:ada@example.org"
    assert event["ATTENDEE"].params["CN"].startswith(("Ada", "Åsa"))


def test_a_mail_program_finds_it_as_the_last_alternative():
    conference = a.a_conference()
    ada = a.a_person(conference.expo)
    a.a_registration(ada, conference)
    occurrence = a.a_session(conference)
    item = publishing.item(conference.expo_id, occurrence.id)
    assert item is not None
    with transaction():
        book_seat(person=ada, occurrence_id=occurrence.id)
        content = letters.request(item, to=str(ada.email), name=ada.name, language="en", at=AT)
        letter = outbox.waiting()[-1]
        letter.calendar, letter.calendar_method = content.decode(), "REQUEST"

    message = message_from_bytes(message_of(letter).as_bytes(), policy=policy.default)

    *_others, last = message.walk()
    assert last.get_content_type() == "text/calendar"
    assert last["Content-Type"].params["method"] == "REQUEST"
    sent = last.get_content().replace("\r\n", "\n").encode()
    assert sent == content.replace(b"\r\n", b"\n")
