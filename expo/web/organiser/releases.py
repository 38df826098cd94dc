"""Releases: what would change, publishing it, and what was published."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.core import audit
from expo.core.refusals import Refusal
from expo.programme import actions as programme
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.publishing import actions, approving, changes, covering
from expo.publishing import full_texts as words_of
from expo.publishing import queries as publishing
from expo.publishing.models import Proposal
from expo.publishing.refusals import FewerSeatsThanBooked, NeedsApproval, NothingToPublish
from expo.reports import timeline
from expo.scheduling import clashes
from expo.scheduling.refusals import NotToBePublished
from expo.web.context import this_expo
from expo.web.forms import DayField, PlainForm, TextLine, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words


class ReleaseForm(PlainForm):
    """What to publish, and a word about it."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (
        NothingToPublish, FewerSeatsThanBooked, NeedsApproval, NotToBePublished,
    )  # fmt: skip

    scope = SelectField(_l("Publish"), choices=[])
    day = DayField(_l("Only one day"))
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
        release = actions.publish(
            expo=this_expo(), conference=conference, day=form.day.data, note=form.note.data or ""
        )
        made.append(release.number)

    if form.validate() and form.accepts(act):
        flash(_("Release %(number)s is published.", number=made[0]), "success")
        return redirect(url_for("organiser.release", number=made[0]), code=303)
    return _page(form), form.status


@blueprint.post("/organise/releases/proposals")
def propose_release() -> ResponseReturnValue:
    """Draft a release, so that a second person can look at it."""
    form = _form(request.form)

    def act() -> None:
        conference = _chosen(str(form.scope.data or ""))
        scope = covering.scope_of(conference=conference, day=form.day.data)
        approving.propose(expo=this_expo(), scope=scope, note=form.note.data or "")

    if form.validate() and form.accepts(act):
        flash(_("Drafted. Whoever may approve it has a letter."), "success")
        return redirect(url_for("organiser.releases"), code=303)
    return _page(form), form.status


@blueprint.get("/organise/releases/proposals/<int:proposal_id>")
def proposal(proposal_id: int) -> ResponseReturnValue:
    found = _proposal(proposal_id, Deed.READ)
    part = lists.page_of(found.changes)
    covered = covering.read(found.expo_id, found.scope, found.scope_key)
    return render_template(
        "organiser/proposal.html",
        proposal=found,
        part=part,
        changes=[changes.said(change) for change in part.rows],
        names=timeline.names_of([found.made_by, found.approved_by or found.made_by]),
        scope=_scope_name(found.scope_key),
        mine=found.made_by == audit.actor(),
        may_publish=_may_publish(found),
        kinds=words.CHANGE_KINDS,
        **_stopped(
            covered.waiting(found.expo_id) if covered and not found.ended_at else covering.Waiting([], [])
        ),
    )


@blueprint.post("/organise/releases/proposals/<int:proposal_id>/<any(approve, publish, withdraw):step>")
def decide_proposal(proposal_id: int, step: str) -> ResponseReturnValue:
    found = _proposal(proposal_id, Deed.PUBLISH)
    if step == "publish":
        release = approving.publish(proposal=found)
        flash(_("Release %(number)s is published.", number=release.number), "success")
        return redirect(url_for("organiser.release", number=release.number), code=303)
    if step == "approve":
        approving.approve(proposal=found)
        flash(_("Approved. It can be published now."), "success")
        return redirect(url_for("organiser.proposal", proposal_id=found.id), code=303)
    approving.withdraw(proposal=found)
    flash(_("Withdrawn. Nothing was published."), "info")
    return redirect(url_for("organiser.releases"), code=303)


@blueprint.post("/organise/conferences/<slug>/second-person")
def second_person(slug: str) -> ResponseReturnValue:
    """Whether what is published of a conference needs a second person."""
    found = mine.conference(slug, Deed.SET_UP)
    wanted = bool(request.form.get("wanted"))
    programme.let_second_approve(conference=found, wanted=wanted)
    flash(
        _("From now on a second person approves what is published of %(title)s.", title=found.title)
        if wanted
        else _("%(title)s is published by one person.", title=found.title),
        "success",
    )
    return redirect(url_for("organiser.releases", scope=found.slug), code=303)


def _proposal(proposal_id: int, deed: Deed) -> Proposal:
    """One of the visitor's teams: they may do this in the conference that it covers; in all, where it covers all."""
    found = approving.one(this_expo().id, proposal_id) or abort(404)
    _require(found, deed)
    return found


def _require(found: Proposal, deed: Deed) -> None:
    covered = covering.read(found.expo_id, found.scope, found.scope_key)
    if covered is not None and covered.session_ids:
        mine.session(found.scope_key, deed)
    else:
        mine.rights().require(deed, covered.conference_id if covered else None)


def _may_publish(found: Proposal) -> bool:
    try:
        _require(found, Deed.PUBLISH)
    except Refusal:
        return False
    return True


@blueprint.get("/organise/releases/<int(max=2147483647):number>")
def release(number: int) -> ResponseReturnValue:
    found = publishing.release(this_expo().id, number) or abort(404)
    mine_only = {conference.slug for conference in mine.conferences()}
    shown = [
        change for change in found.changes if change.get("conference") in mine_only or mine.may(Deed.READ)
    ]
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
    form = ReleaseForm(sent, data={"scope": lists.asked("scope"), "day": _asked_day()})
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
    found = covering.waiting(expo.id, conference_ids=scope, day=form.day.data)
    waiting = found.told()
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
        day=form.day.data,
        second=any(one.second_approves for one in found.conferences()),
        chosen=mine.conference(slug) if slug else None,
        proposals=[one for one in approving.waiting(expo.id) if _may_see(one)],
        in_full=words_of.in_full(found.sessions) if lists.asked("full") else None,
        may_publish=bool(form.scope.choices),
        kinds=words.CHANGE_KINDS,
        here=lists.here,
        **_stopped(found),
    )


def _stopped(found: covering.Waiting) -> dict[str, Any]:
    """What keeps these changes from being published, and how it is told."""
    stops = clashes.stops_release(this_expo().id, [one.session.id for one in found.sessions])
    return {
        "stops": stops,
        "sentence": lambda clash: clashes.sentence(clash, mine.rights()),
        "words": words,
        "may_schedule": lambda clash: mine.may(Deed.SCHEDULE, clash.own.conference_id),
    }


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(lists.asked("day"))
    except ValueError:
        return None


def _scope_label(form: ReleaseForm) -> str:
    """What the button publishes, by name."""
    choices: list[Any] = list(form.scope.choices or ())
    return next((str(label) for value, label in choices if value == (form.scope.data or "")), "")


def _may_see(release: Any) -> bool:
    own = {conference.slug for conference in mine.conferences()}
    return mine.may(Deed.READ) or any(change.get("conference") in own for change in release.changes)


def _scope_name(key: str) -> str:
    """What a release covered, by name: a conference, a session's code, a day, a day of a conference."""
    titles = {conference.slug: conference.title for conference in mine.conferences()}
    name, _slash, day = key.partition("/")
    return ", ".join(part for part in (titles.get(name, name), day) if part) or this_expo().name
