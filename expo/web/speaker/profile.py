"""A speaker's own profile and picture, as the programme shows them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.pictures import MOST_BYTES, BadPicture
from expo.speakers import actions, own
from expo.speakers.models import SpeakerLink
from expo.web.profiles import SpeakerForm

from . import blueprint, mine
from .forms import PhotoForm


@blueprint.get("/speaker/<token:secret>/profile")
def profile(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    return _page(secret, found, SpeakerForm.of(found.speaker))


@blueprint.post("/speaker/<token:secret>/profile")
def save_profile(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    form = SpeakerForm.of(found.speaker, request.form)
    if form.validate() and form.accepts(
        lambda: actions.edit_speaker(speaker=found.speaker, profile=form.read(), version=form.seen)
    ):
        flash(_("Saved, and shown so at once."), "success")
        return redirect(url_for("speaker.profile", secret=secret), code=303)
    form.lay_beside(SpeakerForm.of(found.speaker))
    return _page(secret, found, form), form.status


@blueprint.post("/speaker/<token:secret>/photo")
def save_photo(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    mine.count(found)
    form = PhotoForm(request.form)
    sent = request.files.get("photo")
    content = sent.read(MOST_BYTES + 1) if sent else b""

    def act() -> None:
        if not content:
            raise BadPicture(_("Choose a file first."), field="photo")
        own.show(speaker=found.speaker, content=content)

    if form.accepts(act):
        flash(_("Your picture is shown from now on."), "success")
        return redirect(url_for("speaker.profile", secret=secret), code=303)
    return _page(secret, found, SpeakerForm.of(found.speaker), form), form.status


@blueprint.post("/speaker/<token:secret>/photo/remove")
def remove_photo(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    own.show_none(speaker=found.speaker)
    flash(_("The picture is gone."), "info")
    return redirect(url_for("speaker.profile", secret=secret), code=303)


def _page(secret: str, link: SpeakerLink, form: SpeakerForm, photo: PhotoForm | None = None) -> str:
    return render_template(
        "speaker/profile.html",
        secret=secret,
        link=link,
        speaker=link.speaker,
        form=form,
        photo=photo or PhotoForm(),
    )
