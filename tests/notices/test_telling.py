"""A session moves or is cancelled: the right people, and only they, are told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from expo.accounts import actions as accounts
from expo.booking import queries as bookings
from expo.booking import waiting
from expo.booking.actions import book_seat, cancel
from expo.core import checks, clock, jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job
from expo.mail import outbox
from expo.mail.message import of as message_of
from expo.mail.models import Letter
from expo.notices import actions, queries
from expo.notices.models import AgendaNotice
from expo.programme import actions as programme
from expo.programme.drafts import OccurrenceDraft
from tests import factories as a

pytestmark = [pytest.mark.feature("B9"), pytest.mark.usefixtures("app")]


def in_days(days: int, hour: int = 9) -> datetime:
    day = clock.now().date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def somebody(conference, *occurrences, **changes):
    person = a.a_person(conference.expo, **changes)
    a.a_registration(person, conference)
    for occurrence in occurrences:
        book_seat(person=person, occurrence_id=occurrence.id)
    return person


def move(occurrence, to: datetime, *, publish: bool = True) -> None:
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=OccurrenceDraft(to, to + timedelta(hours=1), occurrence.room_id, occurrence.seats),
    )
    if publish:
        a.publish(occurrence.session.conference.expo)


def let_time_pass() -> None:
    with transaction():
        db.session.execute(sa.update(Job).where(Job.kind == "digest").values(run_at=clock.now()))
    jobs.run_due()


def letters() -> list[Letter]:
    return [letter for letter in outbox.waiting() if letter.kind.startswith("agenda_changed")]


def test_a_move_tells_who_has_a_seat_once_and_nobody_else():
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums", starts_at=in_days(9))
    other = a.a_session(conference, starts_at=in_days(10))
    ada = somebody(conference, talk)
    somebody(conference, other)
    gone = somebody(conference, talk)
    cancel(booking=_booking(gone))

    move(talk, in_days(9, 14))
    assert letters() == []  # gathered: it is more than a day away
    let_time_pass()
    let_time_pass()
    a_second_release_of_something_else(conference)
    let_time_pass()

    [letter] = letters()
    assert letter.recipient == ada.email
    assert "Drums is moved" in letter.body
    assert letter.calendar_method == "REQUEST"
    assert "SEQUENCE:1" in letter.calendar
    assert talk.uid in letter.calendar.replace("\r\n ", "")
    assert [notice.person_id for notice in db.session.scalars(sa.select(AgendaNotice))] == [ada.id]
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def _booking(person):
    from expo.booking.queries import of_person

    return of_person(person.id)[0]


def a_second_release_of_something_else(conference) -> None:
    a.a_session(conference, starts_at=in_days(12))


def test_what_is_within_a_day_leaves_at_once():
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=clock.now().replace(microsecond=0) + timedelta(hours=5))
    somebody(conference, talk)

    move(talk, talk.starts_at + timedelta(hours=1))
    jobs.run_due()

    assert [letter.kind for letter in letters()] == ["agenda_changed_soon"]


def test_several_changes_are_one_letter():
    conference = a.a_conference()
    one, two = (a.a_session(conference, starts_at=in_days(9, hour)) for hour in (9, 14))
    somebody(conference, one, two)

    move(one, in_days(10))
    move(two, in_days(11))
    let_time_pass()

    [letter] = letters()
    assert "2 changes in your agenda" in letter.subject


def test_a_letter_about_several_things_brings_an_item_for_each():
    conference = a.a_conference()
    moved, gone, waited = (
        a.a_session(conference, seats=1, starts_at=in_days(9, hour)) for hour in (9, 12, 15)
    )
    ada = somebody(conference, moved, gone)
    somebody(conference, waited)
    waiting.join(person=ada, occurrence_id=waited.id)

    move(moved, in_days(10))
    move(waited, in_days(11))
    programme.cancel_occurrence(occurrence=gone, why="Ill")
    a.publish(conference.expo)
    let_time_pass()

    [letter] = [each for each in letters() if each.recipient == ada.email]
    assert "3 changes in your agenda" in letter.subject
    message = message_from_bytes(message_of(letter).as_bytes(), policy=policy.default)
    told = {}
    for part in message.iter_attachments():
        assert part.get_content_type() == "text/calendar"
        [event] = Calendar.from_ical(part.get_content()).events  # one UID in each (RFC 5546)
        told[str(event["UID"])] = part["Content-Type"].params["method"]
    # Whoever waits has it in no calendar.
    assert told == {moved.uid: "REQUEST", gone.uid: "CANCEL"}
    assert message.get_body(("plain",)) is not None


def test_what_is_moved_back_before_the_letter_left_is_not_told():
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=in_days(9))
    somebody(conference, talk)

    move(talk, in_days(10))
    move(talk, in_days(9))
    let_time_pass()

    assert letters() == []


def test_a_cancellation_takes_the_item_out_of_the_calendar_and_says_what_has_seats():
    conference = a.a_conference()
    talk = a.a_session(conference, title="Drums", starts_at=in_days(9), code="D-1")
    again = in_days(10)
    programme.create_occurrence(
        session=talk.session,
        draft=OccurrenceDraft(again, again + timedelta(hours=1), talk.room_id, 5),
        code="D-2",
    )
    a.publish(conference.expo)
    ada = somebody(conference, talk)

    programme.cancel_occurrence(occurrence=talk, why="The drummer is ill")
    a.publish(conference.expo)
    let_time_pass()

    [letter] = letters()
    assert letter.calendar_method == "CANCEL"
    assert "Drums is cancelled." in letter.body
    assert "/sessions/D-2" in letter.body
    [notice] = queries.unread(ada.id)
    assert notice.kind == "cancelled"


def test_a_notice_stands_until_it_is_read():
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=in_days(9))
    ada = somebody(conference, talk)
    move(talk, in_days(10))
    move(talk, in_days(11))

    assert len(queries.unread(ada.id)) == 1
    assert actions.mark_read(person=ada) == 2
    assert actions.mark_read(person=ada) == 0
    assert queries.unread(ada.id) == []


def test_the_feed_of_who_is_booked_carries_the_raised_sequence(browser):
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=in_days(9))
    ada = somebody(conference, talk)
    path = f"/{conference.expo.slug}/feeds/my/{accounts.new_calendar_address(ada)}.ics"
    assert "SEQUENCE:0" in browser().get(path).text

    move(talk, in_days(10))

    assert "SEQUENCE:1" in browser().get(path).text


def test_who_was_told_without_ever_having_a_seat_is_found():
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=in_days(9))
    ada, stranger = somebody(conference, talk), somebody(conference)
    move(talk, in_days(10))
    with transaction():
        for notice in queries.unread(ada.id):
            notice.person_id = stranger.id
    assert any("is told that something moved" in promise.sentence for promise, _found in checks.broken())


def test_many_are_told_in_steps_each_once_whatever_dies_in_between(monkeypatch):
    """Whoever publishes does not hold up everybody else while thousands are told."""
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    monkeypatch.setattr(actions, "AT_A_TIME", 1)
    conference = a.a_conference()
    talk, other = (a.a_session(conference, starts_at=in_days(4, hour)) for hour in (9, 12))
    people = [somebody(conference, talk, other) for _number in range(3)]
    for time in (talk, other):
        move(time, time.starts_at + timedelta(days=1), publish=False)
    a.publish(conference.expo)
    assert db.session.query(AgendaNotice).count() == 0
    late = somebody(conference, talk)

    payload = dict(db.session.query(Job).filter_by(kind=actions.JOB).one().payload)
    actions.tell_on(payload)
    assert db.session.query(AgendaNotice).count() == 2  # both of the first
    actions.tell_on(payload)  # its worker died before it could say that it is done
    while jobs.run_due():
        pass

    db.session.expire_all()
    assert [len(queries.unread(person.id)) for person in [*people, late]] == [2, 2, 2, 0]
    let_time_pass()
    assert sorted(letter.recipient for letter in letters()) == sorted(person.email for person in people)
    assert list(checks.broken()) == []


def test_who_gave_up_their_seat_meanwhile_is_told_in_their_agenda_and_has_no_letter(monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    conference = a.a_conference()
    talk = a.a_session(conference, starts_at=in_days(4))
    person = somebody(conference, talk)
    move(talk, in_days(5))
    cancel(booking=bookings.of_person(person.id)[0])
    while jobs.run_due():
        pass

    db.session.expire_all()
    assert len(queries.unread(person.id)) == 1
    let_time_pass()
    assert letters() == []
