"""The data-protection desk: what is known of somebody who asks, handed out or erased, with the reason."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.privacy import archive, erasing, queries
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
        authors=timeline.names_of(one.erased_by for one in erasures),
    )


@blueprint.get("/organise/data-protection/<int:person_id>")
def data_of(person_id: int) -> ResponseReturnValue:
    return _page(_person(person_id), ReasonForm())


@blueprint.post("/organise/data-protection/<int:person_id>/archive")
def data_archive(person_id: int) -> ResponseReturnValue:
    """What the person asked for, to be handed out."""
    return zipped(archive.made(person=_person(person_id), expo=this_expo(), themselves=False))


@blueprint.post("/organise/data-protection/<int:person_id>/erase")
def erase_person(person_id: int) -> ResponseReturnValue:
    person, form = _person(person_id), ReasonForm(request.form)
    if not form.validate():
        return _page(person, form), 422
    erasing.erase(person=person, reason=form.reason.data or "")
    flash(_("The person is erased."), "success")
    return redirect(url_for("organiser.data_protection"), code=303)


def _person(person_id: int) -> Person:
    mine.rights().require(Deed.SET_UP, None)
    found = people.person(this_expo().id, person_id)
    if found is None or found.erased_at is not None or found.joined_to_id is not None:
        abort(404)
    return found


def _page(person: Person, form: ReasonForm) -> str:
    return render_template(
        "organiser/data_of.html",
        person=person,
        form=form,
        registrations=registrations.of_person(person.id),
        stays=queries.what_stays(person),
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
    )
