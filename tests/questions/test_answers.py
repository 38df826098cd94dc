"""Answers: kept with their registration, sealed, changed, read, asked for again, deleted on their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.core import audit, clock, jobs, seal
from expo.core.checks import broken
from expo.core.db import db, transaction
from expo.core.refusals import Forbidden
from expo.delegations import nominating, ordering
from expo.mail import outbox
from expo.programme.words import Role
from expo.questions import answering, queries, reminders, retention
from expo.questions.models import Answer, Kind
from expo.questions.refusals import Locked
from expo.questions.values import Given
from expo.registration import actions as registrations
from expo.registration import handing
from expo.registration.actions import Newcomer
from expo.registration.refusals import TicketsGone
from tests import factories as a

from .asking import a_question, given, in_days, judged, registered

pytestmark = pytest.mark.feature("R6")


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in broken()] == []


def passing(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    monkeypatch.setattr(clock, "_offset", timedelta(days=days))


def letters() -> list[str]:
    return [letter.kind for letter in outbox.waiting()]


def test_answers_are_kept_with_the_registration_or_not_at_all(app):
    ticket = a.a_ticket_type(a.a_conference(), quota=1)
    question = a_question(ticket.conference)
    registration = registered(ticket, {question: "Herring"})
    with pytest.raises(TicketsGone):
        registered(ticket, {question: "Pike"})

    assert [one.value for one in db.session.scalars(sa.select(Answer))] == ["Herring"]
    trace = audit.history("registration", registration.id)
    assert [one.after for one in trace if one.action == "answers_given"] == [{"questions": [question.id]}]
    nothing_is_broken()


def test_a_sealed_answer_can_be_read_by_nobody_who_has_only_the_table(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, kind=Kind.ACCESS, is_sealed=True)
    one = registered(ticket, {question: Given(("step-free",), "a lift")})
    other = registered(ticket, {question: Given((), "nothing")})
    mine, theirs = (queries.answer(each.id, question.id) for each in (one, other))

    assert mine.value is None
    assert b"lift" not in mine.sealed
    assert answering.value_of(mine) == {"chosen": ["step-free"], "text": "a lift"}
    # Moved to somebody else it does not open, nor with another key.
    with pytest.raises(seal.Broken):
        seal.open_value(mine.sealed, about=answering.about(other.id, question.id))
    with pytest.raises(seal.Broken):
        seal.open_(
            mine.sealed[:-1] + bytes([mine.sealed[-1] ^ 1]), about=answering.about(one.id, question.id)
        )
    with pytest.raises(seal.Broken):
        seal.open_(theirs.sealed[:5], about=answering.about(other.id, question.id))


def test_an_earlier_key_of_the_installation_still_opens(app, monkeypatch):
    settings = app.config["EXPO"]
    monkeypatch.setitem(app.config, "EXPO", replace(settings, secret_key="o" * 40))
    sealed = seal.close(b"a lift", about="one")
    monkeypatch.setitem(
        app.config, "EXPO", replace(settings, secret_key="n" * 40, old_secret_keys="x " + "o" * 40)
    )
    assert seal.open_(sealed, about="one") == b"a lift"
    monkeypatch.setitem(app.config, "EXPO", replace(settings, secret_key="n" * 40))
    with pytest.raises(seal.Broken):
        seal.open_(sealed, about="one")


def test_only_the_named_roles_read_a_sealed_answer_and_each_reading_leaves_a_row(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, is_sealed=True, readers=frozenset({Role.FINANCE}))
    registration = registered(ticket, {question: "IBAN"})
    answer = queries.answer(registration.id, question.id)

    for roles in (frozenset(), frozenset({Role.OWNER}), frozenset({Role.REGISTRATION, Role.VIEWER})):
        with pytest.raises(Forbidden):
            answering.read_for([answer], roles, where=registration)
    assert answering.read_for([answer], frozenset({Role.FINANCE}), where=registration) == {
        question.id: "IBAN"
    }

    read = [one for one in audit.history("registration", registration.id) if one.action == "answer_read"]
    assert [one.after for one in read] == [{"question": question.id}]


def test_answers_can_be_changed_until_their_last_day_and_what_is_not_asked_any_more_goes(app, monkeypatch):
    ticket = a.a_ticket_type(a.a_conference())
    options = ({"en": "Bus"}, {"en": "Train"})
    how = a_question(ticket.conference, "How?", kind=Kind.CHOICE, options=options)
    which = a_question(ticket.conference, "Which bus?", depends_on_id=how.id, depends_on=("bus",))
    firm = a_question(ticket.conference, "Size?", change_until=in_days(1))
    registration = registered(ticket, {how: "bus", which: "Line 4", firm: "M"})

    passing(monkeypatch, 3)
    answering.change(registration=registration, given=given({how: "train", which: "Line 4", firm: "XL"}))

    kept = queries.answers_of([registration.id])[registration.id]
    assert {one.question_id: one.value for one in kept.values()} == {how.id: "train", firm.id: "M"}
    with pytest.raises(Locked):
        passing(monkeypatch, 59)
        answering.change(registration=registration, given=given({how: "bus"}))
    nothing_is_broken()


def test_what_is_wrong_changes_nothing_and_an_ended_registration_is_left_alone(app):
    ticket = a.a_ticket_type(a.a_conference())
    needed = a_question(ticket.conference, "Size?", required=True)
    registration = registered(ticket, {needed: "M"})

    assert set(answering.change(registration=registration, given={}).problems) == {needed.id}
    assert queries.answer(registration.id, needed.id).value == "M"

    registrations.withdraw(registration=registration)
    with pytest.raises(Locked):
        answering.change(registration=registration, given=given({needed: "L"}))


def test_who_was_registered_by_somebody_else_is_asked_at_once_and_again_before_the_last_day(app, monkeypatch):
    ticket = a.a_ticket_type(a.a_conference())
    needed = a_question(ticket.conference, "Size?", required=True, change_until=in_days(20))
    a_question(ticket.conference, "Hobby?")
    answered = registered(ticket, {needed: "M"})
    walked_in = registered(ticket)

    asked = [one for one in outbox.waiting() if one.kind == "registration_to_complete"]
    assert [one.recipient for one in asked] == [walked_in.person.email]
    assert "Size?" in asked[0].body
    assert "Hobby?" not in asked[0].body
    assert "/claim/" in asked[0].body

    passing(monkeypatch, 14.5)
    jobs.run_due()
    assert letters().count("registration_to_complete") == 2
    answering.change(registration=walked_in, given=given({needed: "L"}))
    passing(monkeypatch, 20.5)
    jobs.run_due()
    assert letters().count("registration_to_complete") == 2
    assert reminders.still_missing(answered) == []


def test_who_receives_a_place_is_asked_anew_and_finds_nothing_of_what_the_one_before_answered(app):
    ticket = a.a_ticket_type(a.a_conference())
    needs = a_question(ticket.conference, "Needs?", kind=Kind.ACCESS, is_sealed=True, required=True)
    before = registered(ticket, {needs: Given(("step-free",), "a hoist")})

    (after,) = handing.hand_on(
        registrations=[before], to=Newcomer(ticket.expo_id, "Bea Bianchi", "bea@turin.example", "en")
    )

    assert queries.answers_of([after.id]) == {}
    assert reminders.still_missing(after) == [needs]
    assert [letter.kind for letter in outbox.latest(2, to="bea@")] == [
        "registration_to_complete", "place_received",
    ]  # fmt: skip
    assert "hoist" not in "".join(letter.body for letter in outbox.latest())
    nothing_is_broken()


def test_who_is_named_for_a_place_of_a_group_keeps_what_they_answered_or_is_asked(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, required=True)
    group = ordering.order(
        name="The Works", ticket_type=ticket, count=2,
        buyer=Newcomer(ticket.expo_id, "Berit", "berit@works.example", "en"),
    )  # fmt: skip
    drafts = (
        nominating.NomineeDraft(who, f"{who}@works.example", (ticket,), who == "ada") for who in ("ada", "bo")
    )
    ada, bo = (nominating.nominate(delegation=group.delegation, draft=draft) for draft in drafts)
    said = judged(ticket, {question: "Herring"})

    (hers,) = nominating.complete(
        nominee=ada, details=nominating.Details("Ada", "ada@works.example"), language="en",
        also=lambda made: answering.keep(made[0], said),
    )  # fmt: skip

    assert [one.value for one in queries.answers_of([hers.id])[hers.id].values()] == ["Herring"]
    asked = [letter.recipient for letter in outbox.latest() if letter.kind == "registration_to_complete"]
    assert asked == [bo.email]
    nothing_is_broken()


def test_a_question_that_comes_later_is_put_to_all_who_have_not_answered_in_portions(app, monkeypatch):
    monkeypatch.setattr(reminders, "AT_A_TIME", 2)
    ticket = a.a_ticket_type(a.a_conference())
    people = [registered(ticket) for _number in range(5)]
    registrations.withdraw(registration=people[3])
    question = a_question(ticket.conference, "Size?", required=True)
    answering.change(registration=people[0], given=given({question: "M"}))

    reminders.ask_all(conference=ticket.conference)
    reminders.ask_all(conference=ticket.conference)
    jobs.run_due()

    asked = [one.recipient for one in outbox.waiting() if one.kind == "registration_to_complete"]
    assert sorted(asked) == sorted(people[number].person.email for number in (1, 2, 4))


def test_answers_are_deleted_after_their_last_day_where_the_conference_is(app, monkeypatch):
    conference = a.a_conference(time_zone="Pacific/Kiritimati")  # fourteen hours ahead
    ticket = a.a_ticket_type(conference)
    soon = a_question(conference, "Size?", keep_until=in_days(2))
    late = a_question(conference, "City?", keep_until=in_days(40))
    registration = registered(ticket, {soon: "M", late: "Lund"})

    assert retention.forget_due() == 0
    monkeypatch.setattr(clock, "_offset", soon.deleted_at - clock.real_now() + timedelta(minutes=1))
    assert retention.forget_due() == 1

    assert set(queries.answers_of([registration.id])[registration.id]) == {late.id}
    assert retention.forget_due() == 0
    gone = audit.history("question", soon.id)[0]
    assert (gone.action, gone.after["answers"]) == ("answers_deleted", 1)
    nothing_is_broken()


def test_a_person_who_is_erased_takes_their_answers_along(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, is_sealed=True)
    mine, theirs = registered(ticket, {question: "a"}), registered(ticket, {question: "b"})
    assert [one.registration_id for one in queries.answers_about(mine.person_id)] == [mine.id]

    with transaction():
        retention.forget_person(person_id=mine.person_id)

    assert [one.registration_id for one in db.session.scalars(sa.select(Answer))] == [theirs.id]


def test_the_check_finds_an_answer_that_should_be_sealed_and_one_that_is_too_old(app, monkeypatch):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference)
    registered(ticket, {question: "M"})
    nothing_is_broken()
    with transaction():
        question.is_sealed = True
    passing(monkeypatch, 63)

    found = " ".join(sentence for _promise, sentence in broken())
    assert "can be read in the table" in found
    assert "still has answers" in found
