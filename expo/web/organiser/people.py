"""The registration desk: who wants to come, who may, and what happened to each."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.badge import queries as badges
from expo.booking import queries as bookings
from expo.delegations import queries as delegations
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.registration import actions
from expo.registration import queries as registrations
from expo.registration.models import WAITING, Registration, RegistrationState
from expo.registration.refusals import TicketsGone, WrongStep
from expo.reports import timeline
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import BADGE_CLASSES, CATEGORIES, REGISTRATION_KINDS, REGISTRATION_STATES

from . import blueprint, lists, mine


class DecisionForm(PlainForm):
    """A decision. Saying no needs a reason, which the person reads."""

    expected = (WrongStep, TicketsGone)

    reason = TextLine(
        _l("Reason"),
        [needed(_l("Say why: the person reads it.")), short(1000)],
        description=_l("The person reads it in the letter."),
    )


@blueprint.get("/organise/people")
def people() -> ResponseReturnValue:
    return _list_page(DecisionForm())


@blueprint.post("/organise/people/decide")
def decide() -> ResponseReturnValue:
    """Approve or refuse those that are ticked. One that cannot be decided keeps none of the others waiting."""
    form = DecisionForm(request.form)
    ids = {lists.number(text) for text in request.form.getlist("registration")}
    ticked = registrations.of_desk(mine.conference_ids(Deed.DECIDE), ids)
    refuse_them = request.form.get("decision") == "refuse"
    if refuse_them and not form.validate():
        return _list_page(form, ids), 422
    decided = actions.decide(ticked, refuse_them=refuse_them, reason=form.reason.data or "")
    if decided.done:
        flash(_said(refuse_them, len(decided.done)), "success")
    for registration, refusal in decided.refused:
        flash(f"{registration.person.name}: {refusal.message}", "warning")
    if not ticked:
        flash(_("Nobody was ticked."), "warning")
    return redirect(_back(), code=303)


@blueprint.get("/organise/people/<code>")
def registration(code: str) -> ResponseReturnValue:
    return _page(_mine(code), DecisionForm())


@blueprint.post("/organise/people/<code>/approve")
def approve(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    form = DecisionForm()
    if form.accepts(lambda: actions.approve(registration=found)):
        return _done(found, _("%(name)s is approved, and has a letter.", name=found.person.name))
    return _page(found, form), form.status


@blueprint.post("/organise/people/<code>/pre-approve")
def pre_approve(code: str) -> ResponseReturnValue:
    """The first of two approvals."""
    found = _mine(code, Deed.DECIDE)
    form = DecisionForm()
    if form.accepts(lambda: actions.pre_approve(registration=found)):
        return _done(found, _("%(name)s is pre-approved.", name=found.person.name))
    return _page(found, form), form.status


@blueprint.post("/organise/people/<code>/refuse")
def refuse(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    form = DecisionForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.refuse(registration=found, reason=form.reason.data or "")
    ):
        return _done(
            found, _("%(name)s is refused, and has a letter with the reason.", name=found.person.name)
        )
    return _page(found, form), form.status


@blueprint.post("/organise/people/<code>/revoke")
def revoke(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    form = DecisionForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.revoke(registration=found, reason=form.reason.data or "")
    ):
        return _done(found, _("The registration of %(name)s is revoked.", name=found.person.name))
    return _page(found, form), form.status


def _mine(code: str, deed: Deed = Deed.READ_PEOPLE) -> Registration:
    found = registrations.registration(this_expo().id, code) or abort(404)
    mine.rights().require(deed, found.conference_id)
    return found


def _said(refused: bool, count: int) -> str:
    if refused:
        return ngettext("%(num)s is refused.", "%(num)s are refused.", count)
    return ngettext("%(num)s is approved.", "%(num)s are approved.", count)


def _done(found: Registration, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("organiser.registration", code=found.code), code=303)


def _back() -> str:
    """The list as it was filtered, said by the form's own address."""
    kept = {
        name: value for name, value in request.args.items() if name in ("conference", "state", "q") and value
    }
    return url_for("organiser.people", **kept)  # type: ignore[arg-type]  # query words, not options


def _list_page(form: DecisionForm, ticked: set[int] | None = None) -> str:
    mine.somewhere(Deed.READ_PEOPLE)
    conferences = mine.chosen(lists.asked("conference"), Deed.READ_PEOPLE)
    ids = [conference.id for conference in conferences]
    search, state = lists.asked("q"), lists.asked("state")
    wanted = RegistrationState(state) if state in set(RegistrationState) else None
    part = lists.page_of_so_many(registrations.desk_count(ids, state=wanted, search=search))
    part.rows = registrations.desk(ids, state=wanted, search=search, most=lists.SIZE, after=part.skipped)
    may_decide = mine.rights().anywhere(Deed.DECIDE)
    return render_template(
        "organiser/people.html",
        form=form,
        part=part,
        ticked=ticked or set(),
        tab_list=_tabs(ids, state),
        conferences=mine.conferences(Deed.READ_PEOPLE),
        q=search,
        state=state,
        decidable=set(mine.conference_ids(Deed.DECIDE)) if may_decide else set(),
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
        categories=CATEGORIES,
        waits=WAITING,
        here=lists.here,
    )


def _tabs(conference_ids: list[int], state: str) -> list[dict[str, Any]]:
    counts: dict[RegistrationState, int] = {}
    for of_one in registrations.counts(conference_ids).values():
        for key, count in of_one.items():
            counts[key] = counts.get(key, 0) + count
    shown = [key for key in RegistrationState if counts.get(key) or key.value == state]
    everybody = {
        "label": _("All"),
        "url": lists.here(state=None),
        "current": not state,
        "count": sum(counts.values()),
    }
    return [
        everybody,
        *(
            {
                "label": REGISTRATION_STATES[key],
                "url": lists.here(state=key.value),
                "current": key.value == state,
                "count": counts.get(key, 0),
            }
            for key in shown
        ),
    ]


def _page(found: Registration, form: DecisionForm) -> str:
    expo = this_expo()
    held = bookings.of_registration(found.id)
    items = {
        item.occurrence_id: item
        for item in publishing.of_occurrences(expo.id, [one.occurrence_id for one in held])
    }
    subjects = [("registration", found.id), *(("booking", one.id) for one in held)]
    return render_template(
        "organiser/registration.html",
        registration=found,
        form=form,
        bookings=[(one, items.get(one.occurrence_id)) for one in held],
        badges=badges.badges_of(expo.id, found.person_id) if found.person_id else [],
        history=timeline.of(subjects, most=50),
        others=_others(found),
        nominee=delegations.of_registration(found.id),
        may_decide=mine.may(Deed.DECIDE, found.conference_id),
        waits=found.state in WAITING,
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
        categories=CATEGORIES,
        badge_classes=BADGE_CLASSES,
    )


def _others(found: Registration) -> list[Registration]:
    """The person's other registrations, as far as this visitor may read them."""
    if found.person_id is None:
        return []
    return [
        one
        for one in registrations.of_person(found.person_id)
        if one.id != found.id and mine.may(Deed.READ_PEOPLE, one.conference_id)
    ]
