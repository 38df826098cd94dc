"""Releases: what would change, publishing it, and what was published."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.publishing import actions, changes, differences
from expo.publishing import queries as publishing
from expo.publishing.refusals import FewerSeatsThanBooked, NothingToPublish
from expo.reports import timeline
from expo.scheduling.refusals import NotToBePublished
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words


class ReleaseForm(PlainForm):
    """What to publish, and a word about it."""

    expected = (NothingToPublish, FewerSeatsThanBooked, NotToBePublished)

    scope = SelectField(_l("Publish"), choices=[])
    note = TextLine(_l("Note"), [short(500)], description=_l("A sentence for the list of releases."))


@blueprint.get("/organise/releases")
def releases() -> ResponseReturnValue:
    form = _form(None)
    return _page(form)


@blueprint.post("/organise/releases")
def publish() -> ResponseReturnValue:
    form = _form(request.form)
    made: list[int] = []

    def act() -> None:
        conference = _chosen(str(form.scope.data or ""))
        release = actions.publish(expo=this_expo(), conference=conference, note=form.note.data or "")
        made.append(release.number)

    if form.validate() and form.accepts(act):
        flash(_("Release %(number)s is published.", number=made[0]), "success")
        return redirect(url_for("organiser.release", number=made[0]), code=303)
    return _page(form), form.status


@blueprint.get("/organise/releases/<int(max=2147483647):number>")
def release(number: int) -> ResponseReturnValue:
    found = publishing.release(this_expo().id, number) or abort(404)
    mine_only = {conference.slug for conference in mine.conferences()}
    shown = [change for change in found.changes if change.get("conference") in mine_only]
    if not shown and not mine.may(Deed.READ):
        abort(404)
    part = lists.page_of(shown)
    return render_template(
        "organiser/release.html",
        release=found,
        part=part,
        changes=[changes.said(change) for change in part.rows],
        others=len(found.changes) - len(shown),
        by=timeline.names_of([found.published_by])[found.published_by],
        scope=_scope_name(found.scope_key),
        kinds=words.CHANGE_KINDS,
    )


def _form(sent: Any) -> ReleaseForm:
    form = ReleaseForm(sent, data={"scope": lists.asked("scope")})
    own = [(one.slug, one.title) for one in mine.conferences(Deed.PUBLISH)]
    whole = [("", _("all of %(expo)s", expo=this_expo().name))] if mine.may(Deed.PUBLISH) else []
    form.scope.choices = [*whole, *own]
    if sent is None and own and not whole and not form.scope.data:
        form.scope.data = own[0][0]
    return form


def _chosen(slug: str) -> Conference | None:
    """The conference to publish; None for the whole expo, for whoever may."""
    if slug:
        return mine.conference(slug, Deed.PUBLISH)
    mine.rights().require(Deed.PUBLISH, None)
    return None


def _page(form: ReleaseForm) -> str:
    expo = this_expo()
    slug = str(form.scope.data or "")
    if slug:
        scope: list[int] | None = [mine.conference(slug).id]
    else:
        scope = mine.scope(Deed.READ)
    waiting = changes.told(differences.find(expo.id, conference_ids=scope))
    part = lists.page_of(waiting)
    earlier = [one for one in publishing.releases(expo.id) if _may_see(one)]
    return render_template(
        "organiser/releases.html",
        form=form,
        part=part,
        waiting=[changes.said(change) for change in part.rows],
        releases=earlier,
        scope_name=_scope_name,
        names=timeline.names_of(one.published_by for one in earlier),
        scope_label=_scope_label(form),
        may_publish=bool(form.scope.choices),
        kinds=words.CHANGE_KINDS,
        here=lists.here,
    )


def _scope_label(form: ReleaseForm) -> str:
    """What the button publishes, by name."""
    choices: list[Any] = list(form.scope.choices or ())
    return next((str(label) for value, label in choices if value == (form.scope.data or "")), "")


def _may_see(release: Any) -> bool:
    own = {conference.slug for conference in mine.conferences()}
    return mine.may(Deed.READ) or any(change.get("conference") in own for change in release.changes)


def _scope_name(key: str) -> str:
    """What a release covered, by name."""
    titles = {conference.slug: conference.title for conference in mine.conferences()}
    return titles.get(key, key) or this_expo().name
