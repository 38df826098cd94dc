"""Keeping in mind and dropping, for whoever is signed in. Plain forms; a script sends them `quiet`ly and stays."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from expo.favourites import actions
from expo.publishing import queries as publishing
from expo.web import signing
from expo.web.context import me, this_expo
from expo.web.gates import way_back
from expo.web.public.favourites import codes_of

from . import blueprint
from .agenda import me_or_newcomer


@blueprint.post("/my/favourites")
def keep() -> ResponseReturnValue:
    """Keep one in mind, or drop it: what is wanted is said, so a second sending changes nothing."""
    found = publishing.by_codes(this_expo().id, codes_of(request.form.get("occurrence", ""))[:1])
    if not found:
        raise NotFound
    wanted = found[0].occurrence_id
    if request.form.get("keep") != "0":
        actions.keep(person=me_or_newcomer(), occurrence_ids=[wanted])
    elif person := me():
        actions.drop(person=person, occurrence_id=wanted)
    return _back()


@blueprint.post("/my/favourites/merge")
def keep_all() -> ResponseReturnValue:
    """Keep all of these too: what the browser held before signing in, or a list that somebody handed on."""
    found = publishing.by_codes(this_expo().id, codes_of(request.form.get("codes", "")))
    if found:
        actions.keep(person=me_or_newcomer(), occurrence_ids=[item.occurrence_id for item in found])
    if not request.form.get("quiet"):
        kept = ngettext("%(num)s session is kept.", "%(num)s sessions are kept.", len(found))
        flash(kept, "success")
    return _back()


def _back() -> ResponseReturnValue:
    """To the page that the form stands on."""
    if request.form.get("quiet"):
        return Response(status=204, mimetype="text/plain")
    otherwise = signing.safe_path(way_back(), url_for("public.favourites"))
    return redirect(signing.safe_path(request.form.get("next"), otherwise), code=303)
