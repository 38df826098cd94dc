"""Names by which sessions are sorted and people billed: tracks, session types and roles, in the expo's languages."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme import naming, removing
from expo.programme import queries as programme
from expo.programme.models import AppearanceRole, Conference, NamedInLanguages, SessionType, Track
from expo.programme.naming import Named
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.filters import capital, language_name

from . import blueprint, lists, mine
from .name_forms import NameForm
from .text_fields import offered

T = TypeVar("T", bound=NamedInLanguages)


@blueprint.get("/organise/names")
def names() -> ResponseReturnValue:
    expo_id, conferences = this_expo().id, mine.conferences()
    tracks = programme.tracks_of([conference.id for conference in conferences])
    return render_template(
        "organiser/names.html",
        languages=[(code, capital(language_name(code))) for code in offered()],
        types=programme.session_types(expo_id),
        roles=programme.roles(expo_id),
        tracks=[(conference, tracks.get(conference.id, [])) for conference in conferences],
    )


@blueprint.get("/organise/names/types/<slug>")
def session_type(slug: str) -> ResponseReturnValue:
    return _page(_one_of(programme.session_types(this_expo().id), slug))


@blueprint.post("/organise/names/types/<slug>")
def save_session_type(slug: str) -> ResponseReturnValue:
    return _save(_one_of(programme.session_types(this_expo().id), slug))


@blueprint.get("/organise/names/roles/<slug>")
def role(slug: str) -> ResponseReturnValue:
    return _page(_one_of(programme.roles(this_expo().id), slug))


@blueprint.post("/organise/names/roles/<slug>")
def save_role(slug: str) -> ResponseReturnValue:
    return _save(_one_of(programme.roles(this_expo().id), slug))


@blueprint.get("/organise/names/tracks/<conference>/<slug>")
def track(conference: str, slug: str) -> ResponseReturnValue:
    return _page(_one_of(programme.tracks(mine.conference(conference).id), slug))


@blueprint.post("/organise/names/tracks/<conference>/<slug>")
def save_track(conference: str, slug: str) -> ResponseReturnValue:
    return _save(_one_of(programme.tracks(mine.conference(conference).id), slug))


KINDS: dict[str, type[Track | SessionType | AppearanceRole]] = {
    "types": SessionType,
    "roles": AppearanceRole,
    "tracks": Track,
}


@blueprint.get("/organise/names/new/<any(types, roles, tracks):kind>")
def new_name(kind: str) -> ResponseReturnValue:
    conference = _for(kind)
    return _new_page(kind, conference, NameForm.of(KINDS[kind]))


@blueprint.post("/organise/names/new/<any(types, roles, tracks):kind>")
def create_name(kind: str) -> ResponseReturnValue:
    conference = _for(kind)
    form = NameForm.of(KINDS[kind], sent=request.form)

    def make() -> None:
        naming.make(
            KINDS[kind], expo=this_expo(), name=form.name.data or "", names=form.names, conference=conference
        )

    if form.validate() and form.accepts(make):
        flash(_("%(name)s is added.", name=form.name.data), "success")
        return redirect(url_for("organiser.names"), code=303)
    return _new_page(kind, conference, form), form.status


def _for(kind: str) -> Conference | None:
    """Whose it will be, with the right to make it."""
    if kind == "tracks":
        return mine.conference(lists.asked("conference"), Deed.SCHEDULE)
    mine.rights().require(Deed.SCHEDULE, None)
    return None


def _new_page(kind: str, conference: Conference | None, form: NameForm) -> str:
    return render_template("organiser/name_new.html", kind=_called(KINDS[kind]), of=conference, form=form)


@blueprint.post("/organise/names/types/<slug>/remove")
def remove_session_type(slug: str) -> ResponseReturnValue:
    return _remove(_one_of(programme.session_types(this_expo().id), slug))


@blueprint.post("/organise/names/roles/<slug>/remove")
def remove_role(slug: str) -> ResponseReturnValue:
    return _remove(_one_of(programme.roles(this_expo().id), slug))


@blueprint.post("/organise/names/tracks/<conference>/<slug>/remove")
def remove_track(conference: str, slug: str) -> ResponseReturnValue:
    return _remove(_one_of(programme.tracks(mine.conference(conference).id), slug))


def _remove(thing: Named) -> ResponseReturnValue:
    mine.rights().require(Deed.SCHEDULE, _whose(thing))
    name = thing.name
    removing.remove(thing=thing)
    flash(_("%(title)s is removed.", title=name), "success")
    return redirect(url_for("organiser.names"), code=303)


def _one_of(known: list[T], slug: str) -> T:
    return next((one for one in known if one.slug == slug), None) or abort(404)


def _whose(thing: Named) -> int | None:
    """Types and roles belong to the whole expo, and so must the right to change them."""
    return thing.conference_id if isinstance(thing, Track) else None


def _save(thing: Named) -> ResponseReturnValue:
    mine.rights().require(Deed.SCHEDULE, _whose(thing))
    form = NameForm.of(type(thing), thing, sent=request.form)

    def save() -> None:
        form.save(thing)
        if isinstance(thing, AppearanceRole) and "counts_asked" in request.form:
            naming.count_in_clashes(role=thing, counts="counts" in request.form)

    if form.validate() and form.accepts(save):
        flash(_("%(name)s is saved, and shown so at once.", name=thing.name), "success")
        return redirect(url_for("organiser.names"), code=303)
    return _page(thing, form), form.status


def _page(thing: Named, form: NameForm | None = None) -> str:
    removal = {SessionType: "remove_session_type", AppearanceRole: "remove_role", Track: "remove_track"}
    where: dict[str, Any] = {"conference": thing.conference.slug} if isinstance(thing, Track) else {}
    return render_template(
        "organiser/name.html",
        thing=thing,
        kind=_called(type(thing)),
        counts=thing.counts if isinstance(thing, AppearanceRole) else None,
        removal=url_for(f"organiser.{removal[type(thing)]}", slug=thing.slug, **where),
        of=thing.conference if isinstance(thing, Track) else None,
        form=form or NameForm.of(type(thing), thing),
        may_edit=mine.may(Deed.SCHEDULE, _whose(thing)),
    )


def _called(kind: type) -> str:
    words: dict[type, str] = {SessionType: _("Session type"), AppearanceRole: _("Role"), Track: _("Track")}
    return words[kind]
