"""A speaker's page: what is asked of them, their answers, what they need to know, their badge and calendar."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts import queries as people
from expo.programme.words import AppearanceState
from expo.registration import queries as registrations
from expo.speakers import links, own
from expo.speakers import queries as speakers
from expo.speakers.models import SpeakerLink
from expo.speaking import answering, queries
from expo.web import signing

from . import blueprint, mine
from .forms import AnswerForm, AssistantForm, RiderForm, SubstituteForm


@blueprint.get("/speaker/<token:secret>")
def page(secret: str) -> ResponseReturnValue:
    return show(secret, mine.link(secret))


@blueprint.post("/speaker/<token:secret>/yes")
def confirm(secret: str) -> ResponseReturnValue:
    """Yes to one, or to all that are asked where none is named."""
    found = mine.link(secret)
    form = AnswerForm(request.form)
    if form.appearance.data:
        asked = [mine.asked(found, form.appearance.data)]
    else:
        asked = [one for one in queries.asked(found.speaker_id) if one.waits]
    proved = found.assistant_name is None

    def act() -> None:
        for one in asked:
            answering.confirm(appearance=one.appearance, proved=proved)

    if form.accepts(act):
        flash(_("Thank you. You are expected."), "success")
        return redirect(url_for("speaker.page", secret=secret), code=303)
    return show(secret, found, refused=form.refusal.message if form.refusal else ""), form.status


@blueprint.post("/speaker/<token:secret>/no")
def decline(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    form = AnswerForm(request.form)
    one = mine.asked(found, form.appearance.data or 0)
    if form.validate() and form.accepts(
        lambda: answering.decline(appearance=one.appearance, note=form.note.data or "")
    ):
        flash(_("The organisers know that you cannot come."), "info")
        return redirect(url_for("speaker.page", secret=secret), code=303)
    return show(secret, found, refused=_said(form)), form.status


@blueprint.post("/speaker/<token:secret>/substitute")
def substitute(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    mine.count(found)
    form = SubstituteForm(request.form)
    one = mine.asked(found, form.appearance.data or 0)
    if form.validate() and form.accepts(
        lambda: answering.name_substitute(appearance=one.appearance, named=form.read())
    ):
        flash(_("The organisers have your suggestion, and decide."), "success")
        return redirect(url_for("speaker.page", secret=secret), code=303)
    return show(secret, found, named=form), form.status


@blueprint.post("/speaker/<token:secret>/rider")
def say_rider(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    form = RiderForm(request.form)
    if form.validate() and form.accepts(
        lambda: own.say_rider(speaker=found.speaker, rider=form.rider.data or "")
    ):
        flash(_("Saved. The organisers read it."), "success")
        return redirect(url_for("speaker.page", secret=secret), code=303)
    return show(secret, found, rider=form), form.status


@blueprint.post("/speaker/<token:secret>/badge")
def badge(secret: str) -> ResponseReturnValue:
    """Sign the speaker in here as the delegate they are. Whose person belongs to an account signs in by that."""
    found = mine.own(secret)
    key = found.speaker.person_id
    person = people.person(found.expo_id, key) if key else None
    if person is None:
        abort(404)
    if person.account_id is None:
        signing.sign_in(person=person)  # the address was mailed to them alone
    return redirect(url_for("delegate.badge"), code=303)


def _said(form: AnswerForm) -> str:
    if form.refusal:
        return form.refusal.message
    return " ".join(str(text) for field in form for text in field.errors)


def show(
    secret: str,
    link: SpeakerLink,
    *,
    refused: str = "",
    named: SubstituteForm | None = None,
    rider: RiderForm | None = None,
    assistant: AssistantForm | None = None,
) -> str:
    """The page, with whatever form came back."""
    speaker, every = link.speaker, queries.asked(link.speaker_id)
    base_url = current_app.config["EXPO"].base_url.rstrip("/")
    feed = url_for("feeds.speaking", token=links.feed_of(link))
    return render_template(
        "speaker/page.html",
        secret=secret,
        link=link,
        speaker=speaker,
        refused=refused,
        waiting=[one for one in every if one.waits],
        agreed=[one for one in every if one.appearance.state is AppearanceState.CONFIRMED and not one.over],
        declined=[one for one in every if one.appearance.state is AppearanceState.DECLINED and not one.over],
        over=[one for one in every if one.over],
        named=queries.named_by(speaker.id),
        substitute=named or SubstituteForm(),
        rider=rider or RiderForm(data={"rider": speaker.rider}),
        assistants=speakers.assistants(speaker.id) if link.assistant_name is None else [],
        assistant=assistant or AssistantForm(),
        tickets=registrations.of_person(speaker.person_id) if speaker.person_id else [],
        feed=base_url + feed,
        webcal="webcal://" + (base_url + feed).partition("://")[2],
    )
