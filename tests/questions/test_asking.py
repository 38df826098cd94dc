"""What is asked of whom, and what organisers may change once somebody has answered."""

from __future__ import annotations

import pytest

from expo.core import audit
from expo.core.refusals import BadInput
from expo.programme.words import Role
from expo.questions import actions, queries
from expo.questions.models import Kind
from expo.questions.refusals import Promised
from expo.questions.values import Given
from expo.registration.models import Category
from tests import factories as a

from .asking import a_question, draft_with, in_days, judged, registered

pytestmark = pytest.mark.feature("R6")

FOOD = {"kind": Kind.CHOICE, "options": ({"en": "Meat"}, {"en": "Something else"})}


def test_a_question_is_asked_of_those_whom_it_concerns(app):
    conference = a.a_conference()
    press = a.a_ticket_type(conference, "Press", category=Category.PRESS)
    visitor = a.a_ticket_type(conference, "Visitor")
    of_all = a_question(conference, "City?")
    of_press = a_question(conference, "Press card?", categories=frozenset({Category.PRESS}))
    of_ticket = a_question(conference, "Bus?", ticket_type_ids=frozenset({visitor.id}))
    a_question(a.a_conference(conference.expo), "Of another conference")

    assert judged(press, {}).asked == [of_all, of_press]
    assert judged(visitor, {}).asked == [of_all, of_ticket]


def test_what_depends_on_an_answer_is_asked_with_that_answer_only_and_else_not_kept(app):
    kind = a.a_ticket_type(a.a_conference())
    food = a_question(kind.conference, "What do you eat?", **FOOD)
    more = a_question(
        kind.conference, "Namely?", required=True, depends_on_id=food.id, depends_on=("something-else",)
    )
    further = a_question(kind.conference, "Since when?", depends_on_id=more.id)

    meat = judged(kind, {food: "meat", more: "Sent all the same", further: "1990"})
    assert meat.asked == [food]
    assert meat.values == {food.id: "meat"}

    other = judged(kind, {food: "something-else"})
    assert set(other.problems) == {more.id}
    assert other.asked == [food, more]

    told = judged(kind, {food: "something-else", more: "Only herring", further: "1990"})
    assert told.values == {food.id: "something-else", more.id: "Only herring", further.id: "1990"}


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.TEXT, "  Åsa\u0000  Öhrström ", "Åsa Öhrström"),
        (Kind.LONG_TEXT, "one\r\ntwo", "one\ntwo"),
        (Kind.NUMBER, "1,5", 1.5),
        (Kind.NUMBER, "28", 28),
        (Kind.DATE, "1977-02-28", "1977-02-28"),
        (Kind.COUNTRY, "se", "SE"),
        (Kind.TEXT, "   ", None),
    ],
)
@pytest.mark.once
def test_an_answer_is_kept_as_what_it_is(app, kind, typed, value):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, kind=kind)

    assert judged(ticket, {question: typed}).values.get(question.id) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.NUMBER, "many"),
        (Kind.NUMBER, "1e9"),
        (Kind.DATE, "2022-02-30"),
        (Kind.DATE, "0001-01-01"),
        (Kind.COUNTRY, "XX1"),
        (Kind.COUNTRY, "QQ"),
        (Kind.TEXT, "x" * 301),
        (Kind.CHOICE, "made up"),
        (Kind.DIET, ("vegan", "stones")),
    ],
)
@pytest.mark.once
def test_what_is_no_answer_is_said_beside_it_and_nothing_fails(app, kind, typed):
    ticket = a.a_ticket_type(a.a_conference())
    options = ({"en": "Yes"},) if kind is Kind.CHOICE else ()
    question = a_question(ticket.conference, kind=kind, options=options)

    assert set(judged(ticket, {question: typed}).problems) == {question.id}


def test_food_and_access_have_a_list_to_begin_with_and_a_line_for_the_rest(app):
    ticket = a.a_ticket_type(a.a_conference())
    diet = a_question(ticket.conference, kind=Kind.DIET)
    assert "Veganskt" in [one["labels"]["sv"] for one in diet.options]

    said = judged(ticket, {diet: Given(("vegan",), "no celery")})

    assert said.values == {diet.id: {"chosen": ["vegan"], "text": "no celery"}}


def test_a_question_needs_a_purpose_a_last_day_and_if_it_is_sealed_somebody_who_reads_it(app):
    conference = a.a_conference()
    for wrong, field in (
        ({"purposes": {"en": " "}}, "purpose_en"),
        ({"labels": {}}, "label_en"),
        ({"keep_until": in_days(-2)}, "keep_until"),
        ({"is_sealed": True, "readers": frozenset()}, "readers"),
        ({"kind": Kind.CHOICE}, "options_en"),
        ({"depends_on_id": 999}, "depends_on"),
    ):
        with pytest.raises(BadInput) as no:
            a_question(conference, **wrong)
        assert no.value.facts["field"] == field
    assert queries.of_conference(conference.id) == []


def test_what_somebody_was_told_when_they_answered_cannot_be_taken_back(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, **FOOD, is_sealed=True, readers=frozenset({Role.FINANCE}))
    registered(ticket, {question: "meat"})

    for wider in (
        {"readers": frozenset({Role.FINANCE, Role.OWNER})},
        {"is_sealed": False, "readers": frozenset()},
        {"keep_until": in_days(90)},
        {"purposes": {"en": "For advertising"}},
        {"kind": Kind.CHOICES},
        {"options": ({"en": "Something else"},)},
    ):
        with pytest.raises(Promised):
            actions.save_question(
                conference=ticket.conference, question=question, draft=draft_with(question, **wider)
            )

    renamed = draft_with(
        question,
        labels={"en": "Food?", "sv": "Mat?"},
        options=({"en": "Meat or fish"}, {"en": "Something else"}),
        keep_until=in_days(30),
        purposes={"en": "For the kitchen", "sv": "Till köket"},
    )
    actions.save_question(conference=ticket.conference, question=question, draft=renamed)
    assert [one["key"] for one in question.options] == ["meat", "something-else"]
    assert question.option("meat", "en") == "Meat or fish"


def test_sealing_a_question_later_seals_what_was_answered(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference)
    registration = registered(ticket, {question: "Only herring"})

    sealed = draft_with(question, is_sealed=True, readers=frozenset({Role.REGISTRATION}))
    actions.save_question(conference=ticket.conference, question=question, draft=sealed)

    answer = queries.answer(registration.id, question.id)
    assert answer.value is None
    assert answer.sealed is not None
    assert b"herring" not in answer.sealed


def test_questions_keep_their_order_and_none_comes_before_what_it_depends_on(app):
    conference = a.a_conference()
    first, second = a_question(conference, "First", **FOOD), a_question(conference, "Second")
    third = a_question(conference, "Third", depends_on_id=first.id, depends_on=("meat",))

    actions.move(question=second, up=True)
    assert queries.of_conference(conference.id) == [second, first, third]
    with pytest.raises(BadInput):
        actions.move(question=third, up=True)
    actions.move(question=second, up=True)  # is first already
    assert queries.of_conference(conference.id) == [second, first, third]


def test_a_question_that_nobody_answered_goes_one_that_was_answered_is_only_asked_no_more(app):
    ticket = a.a_ticket_type(a.a_conference())
    asked, unasked = a_question(ticket.conference, "Asked"), a_question(ticket.conference, "Unasked")
    below = a_question(ticket.conference, "Below", depends_on_id=asked.id)
    registration = registered(ticket, {asked: "Yes"})

    with pytest.raises(BadInput):
        actions.end_question(question=asked)
    actions.end_question(question=below)
    actions.end_question(question=unasked)
    actions.end_question(question=asked)

    assert queries.of_conference(ticket.conference_id) == []
    assert queries.of_conference(ticket.conference_id, ended_too=True) == [asked]
    assert queries.answer(registration.id, asked.id).value == "Yes"
    assert audit.history("question", asked.id)[0].action == "question_ended"
