"""Who may act for a speaker: by addresses of their own, which the speaker gives and takes back."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.speakers import links
from expo.speaking import inviting

from . import blueprint, mine
from .forms import AssistantForm
from .page import show


@blueprint.post("/speaker/<token:secret>/assistants")
def invite_assistant(secret: str) -> ResponseReturnValue:
    found = mine.own(secret)
    mine.count(found)
    form = AssistantForm(request.form)
    if form.validate() and form.accepts(
        lambda: inviting.invite_assistant(
            speaker=found.speaker, name=form.name.data or "", email=form.email.data or ""
        )
    ):
        flash(_("%(name)s has a letter with an address of their own.", name=form.name.data), "success")
        return redirect(url_for("speaker.page", secret=secret), code=303)
    return show(secret, found, assistant=form), form.status


@blueprint.post("/speaker/<token:secret>/assistants/<int:link_id>/remove")
def remove_assistant(secret: str, link_id: int) -> ResponseReturnValue:
    found = mine.own(secret)
    name = links.end_assistant(speaker=found.speaker, link_id=link_id)
    flash(_("The address of %(name)s opens nothing any more.", name=name), "info")
    return redirect(url_for("speaker.page", secret=secret), code=303)
