"""The data-protection desk: what is known of somebody who asks, handed out or erased, with the reason."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.privacy import archive, erasing, protecting, queries
from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.reports import timeline
from expo.web.context import this_expo
from expo.web.delegate.data import zipped
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import REGISTRATION_KINDS, REGISTRATION_STATES

from . import blueprint, lists, mine


class ReasonForm(PlainForm):
    """Why somebody is erased."""

    reason = TextLine(
        _l("Reason"),
        [needed(_l("Say why: who asked, and when.")), short(300)],
        description=_l("Without the person's name: this line stays."),
    )


class ProtectForm(ReasonForm):
    """Whom an alias protects, and why."""

    alias = TextLine(_l("Alias"), [short(60)], description=_l("Left empty, it is “Guest” and a number."))


@blueprint.get("/organise/data-protection")
def data_protection() -> ResponseReturnValue:
    """For owners of the whole expo: a person belongs to all of its conferences."""
    mine.rights().require(Deed.SET_UP, None)
    words = lists.asked("q")
    erasures = queries.erasures(this_expo().id)
    return render_template(
        "organiser/data_protection.html",
        q=words,
        found=queries.found(this_expo().id, words) if words else [],
        erasures=erasures,
        protected=queries.protected(this_expo().id),
        authors=timeline.names_of(one.erased_by for one in erasures),
    )


@blueprint.get("/organise/data-protection/<int:person_id>")
def data_of(person_id: int) -> ResponseReturnValue:
    return _page(_person(person_id))


@blueprint.post("/organise/data-protection/<int:person_id>/archive")
def data_archive(person_id: int) -> ResponseReturnValue:
    """What the person asked for, to be handed out."""
    return zipped(archive.made(person=_person(person_id), expo=this_expo(), themselves=False))


@blueprint.post("/organise/data-protection/<int:person_id>/erase")
def erase_person(person_id: int) -> ResponseReturnValue:
    person, form = _person(person_id), ReasonForm(request.form)
    if not form.validate():
        return _page(person, erase=form), 422
    erasing.erase(person=person, reason=form.reason.data or "")
    flash(_("The person is erased."), "success")
    return redirect(url_for("organiser.data_protection"), code=303)


@blueprint.post("/organise/data-protection/<int:person_id>/alias")
def protect_person(person_id: int) -> ResponseReturnValue:
    """On request: an alias instead of the name, everywhere."""
    person, form = _person(person_id), ProtectForm(request.form)
    if not form.validate() or not form.accepts(
        lambda: protecting.protect(person=person, alias=form.alias.data or "", reason=form.reason.data or "")
    ):
        return _page(person, protect=form), 422
    flash(_("“%(alias)s” is what others read from now on.", alias=person.name), "success")
    return redirect(url_for("organiser.data_of", person_id=person.id), code=303)


@blueprint.post("/organise/data-protection/<int:person_id>/alias/end")
def end_protection(person_id: int) -> ResponseReturnValue:
    person, form = _person(person_id), ReasonForm(request.form)
    if not form.validate() or not form.accepts(
        lambda: protecting.lift(person=person, reason=form.reason.data or "")
    ):
        return _page(person, end=form), 422
    flash(
        _("The person is called by their name again. Notes and letters of the time before keep the alias."),
        "success",
    )
    return redirect(url_for("organiser.data_of", person_id=person.id), code=303)


@blueprint.post("/organise/data-protection/<int:person_id>/name")
def show_name(person_id: int) -> ResponseReturnValue:
    """The real name, this once; who asked, and why, is written down."""
    person, form = _person(person_id), ReasonForm(request.form)
    if not form.validate():
        return _page(person, show=form), 422
    return _page(person, name=protecting.reveal(person=person, reason=form.reason.data or ""))


def _person(person_id: int) -> Person:
    mine.rights().require(Deed.SET_UP, None)
    found = people.person(this_expo().id, person_id)
    if found is None or found.erased_at is not None or found.joined_to_id is not None:
        abort(404)
    return found


def _page(person: Person, *, name: str | None = None, **forms: ReasonForm) -> str:
    """Each question has a form of its own; the one that was not answered rightly comes back."""
    forms = {
        "erase": ReasonForm(),
        "protect": ProtectForm(),
        "end": ReasonForm(),
        "show": ReasonForm(),
        **forms,
    }
    for key, form in forms.items():
        form.reason.id = f"{key}-reason"  # four forms on a page: no two ids alike
    return render_template(
        "organiser/data_of.html",
        person=person,
        forms=forms,
        name=name,
        registrations=registrations.of_person(person.id),
        stays=queries.what_stays(person),
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
    )
