"""A speaker says yes, no, yes once more; is a delegate; and names somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.accounts.models import Person
from expo.badge import queries as badges
from expo.core import checks, clock
from expo.core.db import db
from expo.programme import actions as programme
from expo.programme import queries
from expo.programme.values import draft_of_occurrence
from expo.programme.words import AppearanceState
from expo.publishing import queries as publishing
from expo.registration import queries as registrations
from expo.registration.models import Category
from expo.speaking import answering, inviting
from expo.speaking import queries as speaking
from expo.speaking.answering import Named
from expo.speaking.refusals import AlreadyDecided, AlreadyNamed, NothingAsked
from tests import factories as a
from tests.counting import statements
from tests.speaking.asking import asked, invited, letters

pytestmark = [pytest.mark.feature("P5"), pytest.mark.usefixtures("app")]


def test_who_says_yes_is_on_the_bill_and_a_delegate_with_a_badge():
    talk = a.a_session(published=False)
    appearance = asked(talk)

    answering.confirm(appearance=appearance, proved=True)
    a.publish(talk.session.conference.expo)

    assert appearance.state is AppearanceState.CONFIRMED
    content = publishing.content(talk.session_id)
    assert [billing["speaker"] for billing in content.people] == [appearance.speaker_id]
    person_id = appearance.speaker.person_id
    place = registrations.confirmed(person_id, talk.session.conference_id)
    assert place.ticket_type.category is Category.SPEAKER
    assert badges.active_badge(talk.expo_id, person_id) is not None
    assert list(checks.broken()) == []


def test_who_has_an_account_with_the_address_is_registered_as_themselves():
    talk = a.a_session()
    account = a.an_account(name="Mira Holm")
    appearance = asked(talk, email=account.email)

    answering.confirm(appearance=appearance, proved=True)

    assert db.session.get(Person, appearance.speaker.person_id).account_id == account.id


def test_an_assistant_proves_nothing_about_the_address():
    talk = a.a_session()
    account = a.an_account(name="Mira Holm")
    appearance = asked(talk, email=account.email)

    answering.confirm(appearance=appearance, proved=False)

    assert db.session.get(Person, appearance.speaker.person_id).account_id is None


def test_who_is_a_delegate_already_stays_the_one_they_are():
    talk = a.a_session()
    person = a.a_person(talk.session.conference.expo)
    place = a.a_registration(person, talk.session.conference)
    appearance = asked(talk)
    appearance.speaker.person_id = person.id
    db.session.commit()

    answering.confirm(appearance=appearance, proved=True)
    answering.decline(appearance=appearance)

    assert registrations.live(person.id, talk.session.conference_id).id == place.id


def test_who_says_no_is_not_on_the_bill_gives_the_place_back_and_the_team_is_told():
    talk = a.a_session()
    organiser = a.an_organiser(talk.session.conference.expo)
    appearance = asked(talk)
    answering.confirm(appearance=appearance, proved=True)

    answering.decline(appearance=appearance, note="Ill,\nsorry")

    assert appearance.state is AppearanceState.DECLINED
    assert appearance.answer_note == "Ill,\nsorry"
    assert registrations.live(appearance.speaker.person_id, talk.session.conference_id) is None
    assert letters("speaker_declined") == [organiser.email]
    assert list(checks.broken()) == []


def test_a_release_that_moves_them_asks_again_in_its_own_transaction():
    talk = a.a_session()
    appearance = asked(talk)
    invited(appearance)
    answering.confirm(appearance=appearance, proved=True)
    a.publish(talk.session.conference.expo)

    move(talk, timedelta(hours=2))
    assert appearance.state is AppearanceState.CONFIRMED
    a.publish(talk.session.conference.expo)

    assert appearance.state is AppearanceState.ASKED_AGAIN
    assert letters("speaker_moved") == ["mira@example.org"]
    content = publishing.content(talk.session_id)
    assert len(content.people) == 1  # until they say no the programme names them
    assert list(checks.broken()) == []


def test_a_draft_that_is_moved_and_moved_back_asks_nobody():
    talk = a.a_session()
    appearance = asked(talk)
    answering.confirm(appearance=appearance, proved=True)
    a.publish(talk.session.conference.expo)

    move(talk, timedelta(hours=2))
    move(talk, -timedelta(hours=2))
    retitle(talk)
    a.publish(talk.session.conference.expo)

    assert appearance.state is AppearanceState.CONFIRMED


def test_who_said_yes_to_a_draft_is_asked_when_another_time_is_released():
    talk = a.a_session(published=False)
    appearance = asked(talk)
    answering.confirm(appearance=appearance, proved=True)

    move(talk, timedelta(hours=1))
    a.publish(talk.session.conference.expo)

    assert appearance.state is AppearanceState.ASKED_AGAIN


def test_a_substitute_gets_the_place_on_the_bill_and_a_letter():
    talk = a.a_session()
    appearance = asked(talk)
    gone = appearance.speaker_id
    named = answering.name_substitute(appearance=appearance, named=Named("Nils Ek", "Nils@example.org"))
    with pytest.raises(AlreadyNamed):
        answering.name_substitute(appearance=appearance, named=Named("Eva", "eva@example.org"))

    made = answering.take(substitute=named)

    there = queries.appearances(talk.session_id)
    assert [(one.speaker_id, one.state) for one in there] == [(made.id, AppearanceState.INVITED)]
    assert made.id != gone
    assert letters("speaker_invitation") == ["nils@example.org"]
    with pytest.raises(AlreadyDecided):
        answering.turn_down(substitute=named)


def test_reminders_go_at_their_pace_until_there_is_an_answer(monkeypatch):
    talk = a.a_session(starts_at=a.tomorrow_at(9) + timedelta(days=40))
    appearance = asked(talk)
    invited(appearance)
    start, sent = clock.now(), []
    for day in range(1, 36):
        monkeypatch.setattr(clock, "now", lambda day=day: start + timedelta(days=day))
        before = len(letters("speaker_reminder"))
        inviting.remind_by_themselves()
        sent += [day] * (len(letters("speaker_reminder")) - before)

    assert sent == [3, 10, 17, 24]


def test_nobody_is_reminded_twice_within_an_hour_nor_of_nothing():
    talk = a.a_session()
    appearance = asked(talk)
    invited(appearance)

    with pytest.raises(NothingAsked):
        inviting.remind(speaker=appearance.speaker)
    assert inviting.remind_all(speakers_=[appearance.speaker]) == 0


def test_the_board_says_who_has_not_answered_in_as_many_queries_for_three_as_for_one():
    talk = a.a_session()
    expo = talk.session.conference.expo
    asked(talk)
    with statements() as one:
        speaking.board(expo.id, [talk.session.conference_id])
    asked(talk, a.a_speaker(expo, "Åke"), email="ake@example.org")
    asked(a.a_session(talk.session.conference), a.a_speaker(expo, "Eva"), email="eva@example.org")
    with statements() as three:
        lines = speaking.board(expo.id, [talk.session.conference_id])

    assert [line.speaker.name for line in lines if line.waiting] == ["Åke", "Eva", "Mira Holm"]
    assert len(three) == len(one)


def move(occurrence, by: timedelta) -> None:
    draft = draft_of_occurrence(occurrence)
    programme.edit_occurrence(
        occurrence=occurrence,
        draft=replace(draft, starts_at=draft.starts_at + by, ends_at=draft.ends_at + by),
    )


def retitle(occurrence) -> None:
    from expo.programme.values import draft_of_session

    draft = draft_of_session(occurrence.session)
    programme.edit_session(session=occurrence.session, draft=replace(draft, title="Another title"))


def test_another_address_ends_the_page_that_was_mailed_to_the_one_before():
    from expo.speakers import own
    from expo.speakers import queries as speakers

    appearance = asked(a.a_session())
    invited(appearance)

    own.set_logistics(speaker=appearance.speaker, logistics=own.Logistics("other@example.org"))

    assert speakers.own_link(appearance.speaker_id) is None
