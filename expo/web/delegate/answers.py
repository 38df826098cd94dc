"""What I answered: to look at, and to change while it can be."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.questions import answering, files, queries, values
from expo.questions.models import FILES, Answer, Question
from expo.registration.models import Registration
from expo.web import answers as asking
from expo.web.uploads import served

from . import blueprint
from .my import mine


@blueprint.get("/my/registrations/<code>/answers")
def answers(code: str) -> ResponseReturnValue:
    return _page(mine(code), asking.Sent(), fresh=True)


@blueprint.post("/my/registrations/<code>/answers")
def change_answers(code: str) -> ResponseReturnValue:
    registration = mine(code)
    questions = _questions(registration)
    sent = asking.read(one for one in questions if not one.is_locked)
    if not sent.problems:
        judged = answering.change(registration=registration, given=sent.given)
        if not judged.problems:
            flash(_("Your answers are kept."), "success")
            return redirect(url_for("delegate.my", _anchor="registrations"), code=303)
        sent.problems = judged.problems
    return _page(registration, sent), 422


@blueprint.get("/my/registrations/<code>/answers/<int:question_id>/file")
def answer_file(code: str, question_id: int) -> Response:
    """A file that I handed in."""
    answer = queries.answer(mine(code).id, question_id) or abort(404)
    file = files.of_answer(answer.id) or abort(404)
    return served(files.content(file), files.told(file))


def _questions(registration: Registration) -> list[Question]:
    """Those that this ticket is asked; what depends on other answers among them."""
    everything = queries.of_conference(registration.conference_id)
    return [one for one in everything if one.concerns(registration.ticket_type)]


def _page(registration: Registration, sent: asking.Sent, *, fresh: bool = False) -> str:
    given = queries.answers_of([registration.id]).get(registration.id, {})
    opened = {key: answering.value_of(one) for key, one in given.items()}
    questions = _questions(registration)
    still = [one for one in questions if not one.is_locked and registration.is_live]
    typed = sent.given
    if fresh:
        typed = {key: values.typed_again(one.question, opened[key]) for key, one in given.items()}
    fields = asking.fields_of(still, typed, sent.problems, kept=opened)
    return render_template(
        "delegate/answers.html",
        registration=registration,
        fields=fields,
        wrong=[one for one in fields if one.error],
        has_files=any(one.kind in FILES for one in still),
        fixed=[_told(one, opened[key]) for key, one in given.items() if one.question not in still],
        last=min((one.locks_on for one in still), default=None),
        handed_in=[one for one in given.values() if one.question.kind in FILES and one.question in still],
    )


def _told(answer: Answer, value: object) -> tuple[str, str, Answer]:
    """Question and answer in words, for what cannot be changed here."""
    question = answer.question
    return asking.label_of(question), asking.said(question, value), answer
