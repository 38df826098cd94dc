"""What a conference asks: its questions in their order, as they are asked, and how they are changed."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.questions import actions, queries, reminders
from expo.questions.actions import QuestionDraft
from expo.questions.models import Kind, Question
from expo.registration import queries as registrations
from expo.web import answers

from . import blueprint, mine
from .question_forms import KINDS, QuestionForm, form_of

KEPT_AFTERWARDS = timedelta(days=30)  # what a new question proposes


@blueprint.get("/organise/conferences/<slug>/questions")
def questions(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    everything = queries.of_conference(found.id, ended_too=True)
    asked = [one for one in everything if one.ended_at is None]
    kinds = registrations.every_of(found.id)
    preview = answers.Form.of(kinds)
    return render_template(
        "organiser/questions.html",
        conference=found,
        asked=answers.fields_of(asked, {}, {}, kinds=kinds),
        ended=[(one, answers.label_of(one)) for one in everything if one.ended_at is not None],
        counts=queries.counts(found.id),
        kinds=KINDS,
        tickets=kinds,
        preview=preview.fields(found.id),
    )


@blueprint.route("/organise/conferences/<slug>/questions/new", methods=["GET", "POST"])
def new_question(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    draft = QuestionDraft(Kind.TEXT, {}, {}, found.ends_on + KEPT_AFTERWARDS)
    return _edit(found, None, form_of(draft, _sent()))


@blueprint.route("/organise/conferences/<slug>/questions/<int:question_id>", methods=["GET", "POST"])
def question(slug: str, question_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    one = queries.question(found.id, question_id) or abort(404)
    return _edit(found, one, form_of(actions.draft_of(one), _sent(), one.version))


@blueprint.post("/organise/conferences/<slug>/questions/<int:question_id>/move")
def move_question(slug: str, question_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    one = queries.question(found.id, question_id) or abort(404)
    try:
        actions.move(question=one, up=request.form.get("to") == "up")
    except BadInput as no:
        flash(no.message, "warning")
    return redirect(url_for("organiser.questions", slug=slug, _anchor=f"question-{question_id}"), code=303)


@blueprint.post("/organise/conferences/<slug>/questions/<int:question_id>/end")
def end_question(slug: str, question_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    one = queries.question(found.id, question_id) or abort(404)
    try:
        actions.end_question(question=one)
    except BadInput as no:
        flash(no.message, "warning")
    else:
        flash(_("It is asked no more. What was answered stays until its day."), "success")
    return redirect(url_for("organiser.questions", slug=slug), code=303)


@blueprint.post("/organise/conferences/<slug>/questions/ask")
def ask_everybody(slug: str) -> ResponseReturnValue:
    """Write to all whose needed answers are missing."""
    reminders.ask_all(conference=mine.conference(slug, Deed.SET_UP))
    flash(_("Everybody whose answers are missing gets a letter within minutes."), "success")
    return redirect(url_for("organiser.questions", slug=slug), code=303)


def _edit(found: Conference, one: Question | None, form: QuestionForm) -> ResponseReturnValue:
    back = url_for("organiser.questions", slug=found.slug)
    everything = queries.of_conference(found.id)
    earlier = [
        each for each in everything if one is None or (each.position, each.id) < (one.position, one.id)
    ]
    kinds = registrations.every_of(found.id)
    form.settle(kinds, earlier)
    status = 200
    if request.method == "POST":
        if form.validate() and form.accepts(
            lambda: actions.save_question(
                conference=found, draft=form.read(), question=one, version=form.seen if one else None
            )
        ):
            flash(_("Saved."), "success")
            return redirect(back, code=303)
        status = form.status
        if one is not None:
            saved = form_of(actions.draft_of(one), version=one.version)
            saved.settle(kinds, earlier)
            form.lay_beside(saved)
    return render_template(
        "organiser/question.html",
        conference=found,
        form=form,
        question=one,
        title=answers.label_of(one) if one else _("New question"),
        answered=queries.counts(found.id).get(one.id, 0) if one else 0,
        back=back,
    ), status


def _sent() -> object:
    return request.form if request.method == "POST" else None
