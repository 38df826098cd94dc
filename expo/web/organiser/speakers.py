"""Speakers of the expo: the list, a profile to write and to edit, and where somebody appears."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.pictures import MOST_BYTES, BadPicture
from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.words import Deed
from expo.reports import timeline
from expo.speakers import actions, own
from expo.speakers import queries as speaker_queries
from expo.speakers.models import Speaker
from expo.speaking import inviting
from expo.web.context import this_expo
from expo.web.profiles import SpeakerForm, picture

from . import blueprint, lists, mine, words
from .speaker_forms import LogisticsForm


@blueprint.get("/organise/speakers")
def speakers() -> ResponseReturnValue:
    search = lists.asked("q")
    part = lists.page_of(speaker_queries.every(this_expo().id, search))
    return render_template(
        "organiser/speakers.html",
        part=part,
        often=programme.appearance_counts(this_expo().id),
        q=search,
        may_add=mine.rights().anywhere(Deed.SCHEDULE),
    )


@blueprint.get("/organise/speakers/new")
def new_speaker() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    return _page(None, SpeakerForm.of(None))


@blueprint.post("/organise/speakers/new")
def create_speaker() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = SpeakerForm.of(None, request.form)
    made: list[Speaker] = []
    if form.validate() and form.accepts(
        lambda: made.append(actions.create_speaker(expo=this_expo(), profile=form.read()))
    ):
        flash(_("%(name)s is added.", name=made[0].name), "success")
        return redirect(url_for("organiser.speaker", slug=made[0].slug), code=303)
    return _page(None, form), form.status


@blueprint.get("/organise/speakers/<slug>")
def speaker(slug: str) -> ResponseReturnValue:
    found = speaker_queries.by_slug(this_expo().id, slug) or abort(404)
    return _page(found, SpeakerForm.of(found))


@blueprint.post("/organise/speakers/<slug>")
def save_speaker(slug: str) -> ResponseReturnValue:
    found = speaker_queries.by_slug(this_expo().id, slug) or abort(404)
    teams.require_speaker(mine.rights(), found.id)
    form = SpeakerForm.of(found, request.form)
    if form.validate() and form.accepts(
        lambda: actions.edit_speaker(speaker=found, profile=form.read(), version=form.seen)
    ):
        flash(_("%(name)s is saved, and shown so at once.", name=found.name), "success")
        return redirect(url_for("organiser.speaker", slug=found.slug), code=303)
    form.lay_beside(SpeakerForm.of(found))
    return _page(found, form), form.status


@blueprint.post("/organise/speakers/<slug>/logistics")
def save_logistics(slug: str) -> ResponseReturnValue:
    """Where letters go, travel, contact: what stands between the speaker and the organisers alone."""
    found = _to_edit(slug)
    form = LogisticsForm(request.form)
    if form.validate() and form.accepts(lambda: own.set_logistics(speaker=found, logistics=form.read())):
        flash(_("Saved. Only %(name)s and the organisers see it.", name=found.name), "success")
        return redirect(url_for("organiser.speaker", slug=found.slug), code=303)
    return _page(found, SpeakerForm.of(found), form), form.status


@blueprint.post("/organise/speakers/<slug>/photo")
def save_photo(slug: str) -> ResponseReturnValue:
    """A picture that the speaker sent by other ways; without a file, none."""
    found = _to_edit(slug)
    sent = request.files.get("photo")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    try:
        if content:
            own.show(speaker=found, content=content)
        elif request.form.get("remove"):
            own.show_none(speaker=found)
    except BadPicture as wrong:
        flash(wrong.message, "error")
    return redirect(url_for("organiser.speaker", slug=found.slug), code=303)


@blueprint.post("/organise/speakers/<slug>/invite")
def invite_speaker(slug: str) -> ResponseReturnValue:
    """The first letter; or one with a new address, where the old one shall open nothing any more."""
    found = _to_edit(slug)
    inviting.invite(speaker=found, anew=bool(request.form.get("anew")))
    flash(_("%(name)s has a letter with an address of their own.", name=found.name), "success")
    return redirect(url_for("organiser.speaker", slug=found.slug), code=303)


@blueprint.post("/organise/speakers/<slug>/remind")
def remind_speaker(slug: str) -> ResponseReturnValue:
    found = _to_edit(slug)
    inviting.remind(speaker=found)
    flash(_("%(name)s has another letter with the same link.", name=found.name), "success")
    return redirect(url_for("organiser.speaker", slug=found.slug), code=303)


@blueprint.post("/organise/speakers/<slug>/end-link")
def end_speaker_link(slug: str) -> ResponseReturnValue:
    found = _to_edit(slug)
    if inviting.take_back(speaker=found):
        flash(_("The address of %(name)s opens nothing any more.", name=found.name), "info")
    return redirect(url_for("organiser.speaker", slug=found.slug), code=303)


def _to_edit(slug: str) -> Speaker:
    found = speaker_queries.by_slug(this_expo().id, slug) or abort(404)
    teams.require_speaker(mine.rights(), found.id)
    return found


def _page(found: Speaker | None, form: SpeakerForm, logistics: LogisticsForm | None = None) -> str:
    every = programme.appearances_of(found.id) if found else []
    shown = [one for one in every if mine.may(Deed.READ, one.session.conference_id)]
    may_edit = teams.may_edit_speaker(mine.rights(), found.id) if found else True
    return render_template(
        "organiser/speaker.html",
        speaker=found,
        form=form,
        logistics=logistics or (LogisticsForm.of(found) if found else None),
        link=speaker_queries.own_link(found.id) if found and may_edit else None,
        assistants=speaker_queries.assistants(found.id) if found and may_edit else [],
        away=speaker_queries.unavailable(this_expo().id, [found.id]).get(found.id, []) if found else [],
        answers=words.ANSWERS,
        picture=picture,
        appearances=shown,
        elsewhere=len(every) - len(shown),
        history=timeline.of([("speaker", found.id)], most=6) if found else [],
        may_edit=may_edit,
    )
