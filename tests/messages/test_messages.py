"""What organisers write to many reaches each once, in their language, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.accounts.models import Person
from expo.booking.actions import book_seat
from expo.core import checks, jobs
from expo.core.db import db, transaction
from expo.desk import actions as desk
from expo.desk.filters import PeopleFilter
from expo.mail import outbox
from expo.messages import actions, queries, segments
from expo.messages.models import Message, MessageRecipient, MessageState
from expo.messages.refusals import AlreadySent, NobodyThere, OthersThanShown
from expo.programme.models import Conference
from expo.registration.models import RegistrationState
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("O2")]

TEXTS = {"en": ("New room", "We meet in Hall B."), "sv": ("Ny sal", "Vi ses i sal B.")}


def a_message(conference: Conference, segment=None, *, needed: bool = True, texts=None) -> Message:
    return actions.save(
        expo_id=conference.expo_id,
        conference=conference,
        segment=segment or segments.registered(),
        texts=texts or TEXTS,
        needed=needed,
    )


def registered(conference: Conference, name: str, language: str = "en") -> Person:
    person = a.a_person(conference.expo, name, email=f"{name.lower()}@example.org")
    with transaction():
        person.language = language
    a.a_registration(person, conference)
    return person


@pytest.fixture(autouse=True)
def nothing_is_broken(app: Flask) -> Iterator[None]:
    """Whatever a test did, every promise holds afterwards."""
    yield
    assert [found for _promise, found in checks.broken()] == []


def sent_to() -> dict[str, str]:
    return {one.recipient: one.subject for one in outbox.waiting() if one.kind == "message"}


def test_everybody_registered_gets_it_once_in_their_language_and_nobody_of_another_conference():
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    registered(conference, "Ada")
    registered(conference, "Asa", "sv")
    registered(other, "Eve")
    message = a_message(conference)
    assert queries.count(message) == 2
    assert queries.languages(message) == {"en": 1, "sv": 1}

    assert actions.send(message=message, shown=2) == 2
    jobs.run_due()

    assert sent_to() == {"ada@example.org": "New room", "asa@example.org": "Ny sal"}
    db.session.refresh(message)
    assert message.state is MessageState.SENT
    assert queries.progress([message.id])[message.id].written == 2


def test_a_second_press_sends_nothing():
    conference = a.a_conference()
    registered(conference, "Ada")
    message = a_message(conference)
    actions.send(message=message, shown=1)

    with pytest.raises(AlreadySent):
        actions.send(message=message, shown=1)
    jobs.run_due()
    jobs.run_due()

    assert len(sent_to()) == 1


def test_who_came_since_the_author_looked_is_shown_first():
    conference = a.a_conference()
    registered(conference, "Ada")
    message = a_message(conference)
    registered(conference, "Grace")

    with pytest.raises(OthersThanShown):
        actions.send(message=message, shown=1)

    jobs.run_due()
    assert sent_to() == {}
    assert actions.send(message=message, shown=2) == 2


def test_a_message_to_nobody_is_refused():
    conference = a.a_conference()
    with pytest.raises(NobodyThere):
        actions.send(message=a_message(conference), shown=0)


def test_those_who_are_booked_get_it_also_when_the_time_was_moved_and_none_who_gave_back():
    conference = a.a_conference()
    occurrence = a.a_session(conference)
    ada, _grace = registered(conference, "Ada"), registered(conference, "Grace")
    book_seat(person=ada, occurrence_id=occurrence.id)
    message = a_message(conference, segments.booked(occurrence))

    actions.send(message=message, shown=1)
    jobs.run_due()

    assert list(sent_to()) == ["ada@example.org"]


def test_a_time_of_another_conference_has_nobody_in_it():
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    occurrence = a.a_session(other)
    book_seat(person=registered(other, "Ada"), occurrence_id=occurrence.id)

    assert queries.count(a_message(conference, segments.booked(occurrence))) == 0


def test_a_tag_and_a_filter_say_whom():
    conference = a.a_conference()
    ada, grace = registered(conference, "Ada"), registered(conference, "Grace")
    tag = desk.make_tag(expo_id=conference.expo_id, word="Speaker dinner")
    from expo.registration import queries as registrations

    theirs = registrations.live(ada.id, conference.id)
    assert theirs is not None
    desk.tag(registrations=[theirs], tag=tag)

    tagged = a_message(conference, segments.people(PeopleFilter(tag=tag.id)))
    named = a_message(conference, segments.people(PeopleFilter(words="Grace")))
    waiting = a_message(conference, segments.people(PeopleFilter(state=RegistrationState.SUBMITTED)))

    assert [one.id for one in queries.sample(tagged)] == [ada.id]
    assert [one.id for one in queries.sample(named)] == [grace.id]
    assert queries.count(waiting) == 0


def test_who_has_declined_gets_what_they_need_and_nothing_else():
    conference = a.a_conference()
    ada = registered(conference, "Ada")
    registered(conference, "Grace")
    address = actions.decline_address(ada)
    token = address.rpartition("/")[2]
    assert actions.declines(expo_id=conference.expo_id, person_id=ada.id, token="x" * 43) is None
    found = actions.declines(expo_id=conference.expo_id, person_id=ada.id, token=token)
    assert found is not None
    actions.decline(person=found)
    actions.decline(person=found)

    assert queries.count(a_message(conference, needed=False)) == 1
    assert queries.count(a_message(conference, needed=True)) == 2


def test_what_can_be_declined_says_where():
    conference = a.a_conference()
    ada = registered(conference, "Ada")
    actions.send(message=a_message(conference, needed=False), shown=1)
    jobs.run_due()

    (letter,) = [one for one in outbox.waiting() if one.kind == "message"]

    assert letter.unsubscribe == actions.decline_address(ada)
    assert actions.decline_address(ada) in letter.body


def test_a_worker_killed_between_chunks_loses_nobody_and_repeats_nobody(monkeypatch: pytest.MonkeyPatch):
    """Red where letters are queued in another transaction than the one that notes them."""
    conference = a.a_conference()
    for number in range(7):
        registered(conference, f"P{number}")
    message = a_message(conference)
    monkeypatch.setattr(actions, "CHUNK", 3)
    actions.send(message=message, shown=7)
    real, calls = actions._letter, []

    def killed(*given):
        calls.append(1)
        if len(calls) == 5:  # in the middle of the second chunk
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(actions, "_letter", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due()
    db.session.rollback()
    assert len(sent_to()) == 3
    with transaction():
        db.session.execute(sa.update(jobs.Job).values(state=jobs.JobState.WAITING, leased_until=None))
    jobs.run_due()

    assert len(sent_to()) == 7
    assert db.session.scalar(sa.select(sa.func.count(MessageRecipient.letter_id.distinct()))) == 7


def test_a_letter_stands_on_the_registrations_line_of_time():
    from expo.desk.queries import letters_about
    from expo.registration import queries as registrations

    conference = a.a_conference()
    ada = registered(conference, "Ada")
    actions.send(message=a_message(conference), shown=1)
    jobs.run_due()

    theirs = registrations.live(ada.id, conference.id)
    assert theirs is not None
    assert "message" in [one.kind for one in letters_about(theirs.id)]
