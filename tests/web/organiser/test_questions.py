"""Questions in the hands of organisers: asked, ordered, tried out, answered, sealed, taken along."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from expo.core import audit
from expo.programme.words import Role
from expo.questions import files, queries
from expo.questions.models import Kind
from expo.questions.values import Given
from tests import factories as a
from tests.questions.asking import a_picture, a_question, in_days, registered

from .conftest import Desk

pytestmark = pytest.mark.feature("R6")


def form(**changes):
    values = {
        "kind": "choice", "label_sv": "Hur kommer du?", "label_en": "How do you come?",
        "purpose_sv": "För bussarna", "purpose_en": "For the buses", "hint_sv": "", "hint_en": "",
        "options_sv": "Buss\nTåg", "options_en": "Bus\nTrain", "required": "y",
        "keep_until": in_days(50).isoformat(), "change_until": "", "depends_on": "",
    }  # fmt: skip
    return {**values, **changes}


def test_an_owner_asks_in_two_languages_and_sees_the_form_as_people_do(desk: Desk):
    owner = desk.open_as(Role.OWNER, desk.conference)
    path = f"{desk.path}/conferences/{desk.slug}/questions"
    assert "Nothing is asked yet" in owner.get(path).text
    assert owner.post(path + "/new", form()).status_code == 303

    (question,) = queries.of_conference(desk.conference.id)
    assert question.labels == {"sv": "Hur kommer du?", "en": "How do you come?"}
    assert question.options == [
        {"key": "buss", "labels": {"sv": "Buss", "en": "Bus"}},
        {"key": "tag", "labels": {"sv": "Tåg", "en": "Train"}},
    ]
    depends = form(
        kind="text", label_en="Which line?", depends_on=str(question.id),
        depends_on_values=[f"{question.id}:buss"], options_sv="", options_en="",
    )  # fmt: skip
    assert owner.post(path + "/new", depends).status_code == 303
    page = owner.get(path).text
    assert "if you answered “Bus” to “How do you come?”" in page
    assert "As people see it" in page
    assert "Hur kommer du?" in owner.get(path + "?lang=sv").text


def test_a_form_with_something_wrong_comes_back_with_all_that_was_typed(desk: Desk):
    owner = desk.open_as(Role.OWNER, desk.conference)
    path = f"{desk.path}/conferences/{desk.slug}/questions/new"
    for wrong, sentence in (
        ({"keep_until": ""}, "Say until when"),
        ({"keep_until": "2001-01-01"}, "That day is over already."),
        ({"purpose_sv": "", "purpose_en": ""}, "Say what the answer is for"),
        ({"options_sv": "", "options_en": ""}, "Write at least one option"),
        ({"is_sealed": "y"}, "Say which roles may read sealed answers."),
    ):
        page = owner.post(path, form(**wrong))
        assert page.status_code == 422
        assert sentence in page.text
        assert "How do you come?" in page.text
    assert queries.of_conference(desk.conference.id) == []


def test_what_was_promised_is_refused_on_the_form_itself(desk: Desk):
    ticket = a.a_ticket_type(desk.conference)
    question = a_question(desk.conference, "Size?")
    registered(ticket, {question: "M"})
    owner = desk.open_as(Role.OWNER, desk.conference)
    path = f"{desk.path}/conferences/{desk.slug}/questions/{question.id}"
    assert "1 person has answered." in owner.get(path).text

    later = form(
        kind="text", purpose_en="For the kitchen", purpose_sv="", keep_until="2099-01-01", version="1"
    )
    page = owner.post(path, later)
    assert page.status_code == 409
    assert "that day can only come sooner" in page.text
    assert queries.question(desk.conference.id, question.id).keep_until < date(2099, 1, 1)


def test_of_two_organisers_the_second_sees_what_the_first_has_saved_and_loses_nothing(desk: Desk):
    question = a_question(desk.conference, "Size?")
    one, other = (desk.open_as(Role.OWNER, desk.conference) for _organiser in "ab")
    path = f"{desk.path}/conferences/{desk.slug}/questions/{question.id}"
    opened = form(kind="text", purpose_sv="", version="1")
    assert one.post(path, {**opened, "label_en": "Shirt size?"}).status_code == 303

    page = other.post(path, {**opened, "label_en": "Which size?"})

    assert page.status_code == 409
    assert "Shirt size?" in page.text
    assert 'value="Which size?"' in page.text
    assert 'name="version" type="hidden" value="2"' in page.text
    assert other.post(path, {**opened, "label_en": "Which size?", "version": "2"}).status_code == 303
    assert queries.question(desk.conference.id, question.id).labels["en"] == "Which size?"


def test_order_end_and_asking_again_are_buttons(desk: Desk):
    first, second = a_question(desk.conference, "First"), a_question(desk.conference, "Second")
    owner = desk.open_as(Role.OWNER, desk.conference)
    path = f"{desk.path}/conferences/{desk.slug}/questions"

    owner.post(f"{path}/{second.id}/move", {"to": "up"})
    assert [one.id for one in queries.of_conference(desk.conference.id)] == [second.id, first.id]
    owner.post(f"{path}/{first.id}/end")
    assert [one.id for one in queries.of_conference(desk.conference.id)] == [second.id]
    assert owner.post(path + "/ask").status_code == 303


def test_answers_stand_on_the_desk_sealed_ones_open_for_their_readers_only_and_leave_a_trace(desk: Desk):
    ticket = a.a_ticket_type(desk.conference)
    plain = a_question(desk.conference, "Shirt?")
    sealed = a_question(
        desk.conference, "Needs?", kind=Kind.ACCESS, is_sealed=True, readers=frozenset({Role.DOOR_LEAD})
    )
    answers = {plain: "Large <b>", sealed: Given(("step-free",), "a hoist")}
    registration = registered(ticket, answers)
    path = f"{desk.path}/people/{registration.code}"

    owner = desk.open_as(Role.OWNER, desk.conference)
    page = owner.get(path).text
    assert "Large &lt;b&gt;" in page
    assert "Needs?" not in page
    assert "hoist" not in owner.post(path + "/answers").text
    viewer = desk.open_as(Role.VIEWER, desk.conference)
    assert "Shirt?" not in viewer.get(path).text
    assert not [e for e in audit.history("registration", registration.id) if e.action == "answer_read"]

    door = desk.open_as(Role.DOOR_LEAD, desk.conference)
    assert "Sealed, for Door lead" in door.get(path).text
    assert "hoist" not in door.get(path).text
    opened = door.post(path + "/answers")
    assert "a hoist" in opened.text
    (read,) = [e for e in audit.history("registration", registration.id) if e.action == "answer_read"]
    assert read.after == {"question": sealed.id}
    assert read.actor.startswith("account:")
    assert "Read a sealed answer" in owner.get(path).text


def test_a_handed_in_file_is_for_whoever_may_read_it(desk: Desk):
    ticket = a.a_ticket_type(desk.conference)
    photo = a_question(desk.conference, "Photo", kind=Kind.PHOTO)
    secret = a_question(
        desk.conference, "Pass", kind=Kind.FILE, is_sealed=True, readers=frozenset({Role.FINANCE})
    )
    registration = registered(
        ticket,
        {
            photo: Given(file=files.keep(photo, name="me.jpg", content=a_picture())),
            secret: Given(file=files.keep(secret, name="pass.pdf", content=b"%PDF-pass")),
        },
    )
    path = f"{desk.path}/people/{registration.code}/answers"
    desk_of = desk.open_as(Role.REGISTRATION, desk.conference)
    assert f"{path}/{photo.id}/file" in desk_of.get(f"{desk.path}/people/{registration.code}").text
    served = desk_of.get(f"{path}/{photo.id}/file")
    assert (served.status_code, served.mimetype) == (200, "image/jpeg")
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert desk_of.post(f"{path}/{secret.id}/file").status_code == 403
    assert desk.open_as(Role.VIEWER, desk.conference).get(f"{path}/{photo.id}/file").status_code == 403

    finance = desk.open_as(Role.FINANCE, desk.conference)
    assert finance.get(f"{path}/{secret.id}/file").status_code == 403
    assert finance.post(f"{path}/{secret.id}/file").data == b"%PDF-pass"
    assert [e for e in audit.history("registration", registration.id) if e.action == "answer_read"]
    stranger = desk.open_as(Role.OWNER, a.a_conference(desk.expo))
    assert stranger.get(f"{path}/{photo.id}/file").status_code == 404


def test_the_file_of_people_has_answers_and_sealed_ones_only_for_their_readers_by_wish(desk: Desk):
    ticket = a.a_ticket_type(desk.conference)
    plain = a_question(desk.conference, "Shirt?")
    sealed = a_question(
        desk.conference, "Needs?", kind=Kind.ACCESS, is_sealed=True, readers=frozenset({Role.REGISTRATION})
    )
    registered(ticket, {plain: "=1+1", sealed: Given(("step-free",), "a hoist")})

    def rows(role: Role, **sent: str) -> dict[str, str]:
        answer = desk.open_as(role, desk.conference).post(f"{desk.path}/people/export.csv", sent)
        return next(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert rows(Role.OWNER, sealed="1")["Shirt?"] == "'=1+1"
    assert "Needs?" not in rows(Role.OWNER, sealed="1")
    assert "Needs?" not in rows(Role.REGISTRATION)
    assert "Shirt?" not in rows(Role.VIEWER)
    taken = rows(Role.REGISTRATION, sealed="1")
    assert taken["Needs?"].endswith("a hoist")
    trace = audit.history("expo", desk.expo.id)[0]
    assert (trace.action, trace.after["sealed"]) == ("people_exported", [sealed.id])
