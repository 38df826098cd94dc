from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from expo.booking.actions import book_seat
from expo.guests import actions as guests
from expo.programme import actions as programme
from expo.programme import ways
from expo.programme.drafts import OccurrenceDraft
from expo.programme.words import Admission, Visibility
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("B8")
Browser = Callable[..., Client]


@pytest.fixture
def ada(app):
    conference = a.a_conference()
    person = a.a_person(conference.expo, "Ada Åkesson")
    a.a_registration(person, conference)
    return person, conference


def agenda(browser: Browser, person) -> str:
    return browser(person).get(f"/{person.expo_id and _slug(person)}/my/agenda").text


def _slug(person) -> str:
    from expo.core.db import db
    from expo.expos.models import Expo

    return db.session.get_one(Expo, person.expo_id).slug


def in_a_row(conference, gap: int, walk: int):
    """Two sessions in two places, with so many minutes between them, and so many on foot."""
    first = a.a_session(
        conference, title="First", starts_at=a.tomorrow_at(9), room=a.a_room(conference.expo, venue="Dunkers")
    )
    second = a.a_session(
        conference, title="Second", starts_at=a.tomorrow_at(10) + timedelta(minutes=gap),
        room=a.a_room(conference.expo, venue="Tower"),
    )  # fmt: skip
    ways.say(venue=first.room.venue, minutes={second.room.venue_id: walk})
    return first, second


def test_it_says_when_to_leave_and_what_is_free_before(browser: Browser, ada):
    person, conference = ada
    for occurrence in in_a_row(conference, gap=60, walk=20):
        book_seat(person=person, occurrence_id=occurrence.id)

    text = agenda(browser, person)

    leave = (a.tomorrow_at(10) + timedelta(minutes=40)).astimezone(conference.expo.zone)
    assert f"Leave by {leave:%H:%M}: 20 min on foot to Tower (estimate)." in text
    assert "40 minutes free" in text


def test_it_says_who_will_be_late(browser: Browser, ada):
    person, conference = ada
    first, second = in_a_row(conference, gap=30, walk=20)
    for occurrence in (first, second):
        book_seat(person=person, occurrence_id=occurrence.id)
    ways.say(venue=first.room.venue, minutes={second.room.venue_id: 36})  # a bridge is closed

    assert "You will be 6 minutes late from Dunkers (estimate)." in agenda(browser, person)


def test_what_moved_stands_on_top_until_it_is_read(browser: Browser, ada):
    person, conference = ada
    talk = a.a_session(conference, title="Drums", starts_at=a.tomorrow_at(9))
    book_seat(person=person, occurrence_id=talk.id)
    to = a.tomorrow_at(14)
    programme.edit_occurrence(
        occurrence=talk, draft=OccurrenceDraft(to, to + timedelta(hours=1), talk.room_id, talk.seats)
    )
    a.publish(conference.expo)

    page = browser(person)
    path = f"/{_slug(person)}/my/agenda"
    assert "1 change in your agenda" in page.get(path).text
    page.post(f"/{_slug(person)}/my/notices/read")
    assert "change in your agenda" not in page.get(path).text


def test_it_is_shown_to_others_by_an_address_that_ends(browser: Browser, ada):
    person, conference = ada
    secret = a.a_session(
        conference, title="Whisper", visibility=Visibility.INVITATION, admission=Admission.INVITATION
    )
    guests.invite_person(session=secret.session, person=person)
    for occurrence in (a.a_session(conference, title="Drums", starts_at=a.tomorrow_at(14)), secret):
        book_seat(person=person, occurrence_id=occurrence.id)
    page, others, slug = browser(person), browser(), _slug(person)

    shown = page.post(f"/{slug}/my/share", {"name": "1"}).text
    address = re.search(r'value="http://localhost(/[^"]+/agendas/[^"]+)"', shown).group(1)
    text = others.get(address).text
    assert "The agenda of Ada" in text
    assert "Drums" in text
    for kept in ("Åkesson", "Whisper", person.email):
        assert kept not in text

    again = page.post(f"/{slug}/my/share").text
    assert others.get(address).status_code == 404  # a new address ends the old one
    address = re.search(r'value="http://localhost(/[^"]+/agendas/[^"]+)"', again).group(1)
    assert "Ada" not in others.get(address).text
    page.post(f"/{slug}/my/share/end")
    assert others.get(address).status_code == 404


def test_the_calendars_address_is_ended(browser: Browser, ada):
    person, _conference = ada
    page, slug = browser(person), _slug(person)
    made = page.post(f"/{slug}/my/calendar").text
    address = re.search(r'value="http://localhost(/[^"]+\.ics)"', made).group(1)
    assert browser().get(address).status_code == 200

    assert page.post(f"/{slug}/my/calendar/end").status_code == 303
    assert browser().get(address).status_code == 404


def test_it_costs_the_same_for_two_and_for_six(browser: Browser, ada):
    person, conference = ada
    rooms = [a.a_room(conference.expo, venue=name) for name in ("Dunkers", "Tower")]
    talks = [
        a.a_session(conference, starts_at=a.tomorrow_at(6 + 2 * n), room=rooms[n % 2], published=False)
        for n in range(6)
    ]
    a.publish(conference.expo)
    page, path = browser(person), f"/{_slug(person)}/my/agenda"
    for talk in talks[:2]:
        book_seat(person=person, occurrence_id=talk.id)
    ways.say(venue=rooms[0].venue, minutes={rooms[1].venue_id: 20})
    assert "Leave by" in page.get(path).text
    with statements() as two:
        page.get(path)
    for talk in talks[2:]:
        book_seat(person=person, occurrence_id=talk.id)
    with statements() as six:
        page.get(path)
    assert len(six) == len(two)
