"""Delegations: who was invited with how many seats, what came of it, and inviting more."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.core.refusals import Refusal
from expo.delegations import actions, bills, queries, reminders
from expo.delegations.actions import Terms
from expo.delegations.models import Delegation, Standing
from expo.delegations.queries import Line
from expo.desk import deciding
from expo.exports import delegations as sheets
from expo.organisations import queries as organisations
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.registration.models import Category
from expo.reports import delegations as counts
from expo.reports import timeline
from expo.web.context import LANGUAGES, this_expo
from expo.web.delegation import words as said
from expo.web.words import CATEGORIES

from . import blueprint, lists, mine
from .delegation_forms import CloseForm, DelegationForm, InviteForm, with_seats


@blueprint.get("/organise/delegations")
def delegations() -> ResponseReturnValue:
    found, standing = _asked()
    part = lists.page_of([line for line in found if not standing or line.delegation.standing is standing])
    return render_template(
        "organiser/delegations.html",
        part=part,
        numbers=counts.numbers(found),
        tab_list=_tabs(found, standing),
        conferences=mine.conferences(Deed.READ_PEOPLE),
        groups=organisations.groups(),
        q=lists.asked("q"),
        group=lists.asked("group"),
        standing=standing,
        may_invite=mine.rights().anywhere(Deed.DECIDE),
        sheet=url_for("organiser.delegations_sheet", **_kept()),
        words=said,
    )


@blueprint.get("/organise/delegations.csv")
def delegations_sheet() -> ResponseReturnValue:
    """The board as it is filtered, row by row."""
    expo = this_expo()
    found, standing = _asked()
    lines = (line for line in found if not standing or line.delegation.standing is standing)
    name = f"{expo.slug}-delegations.csv"
    return Response(
        sheets.as_csv(expo, lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@blueprint.get("/organise/delegations/new")
def new_delegations() -> ResponseReturnValue:
    form = _invite_form(None)
    if not form.points.data:
        form.points.data = _names_of(lists.asked("group"))
    return render_template("organiser/delegations_new.html", form=form, groups=organisations.groups())


@blueprint.post("/organise/delegations/new")
def invite() -> ResponseReturnValue:
    form = _invite_form(request.form)
    told: list[actions.Invited] = []
    if (
        form.validate()
        and form.until.settle(this_expo().zone)
        and form.accepts(
            lambda: told.append(
                actions.invite(expo=this_expo(), terms=_terms(form), focal_points=form.points.data)
            )
        )
    ):
        count = len(told[0].delegations)
        if count:
            flash(
                ngettext("%(num)s delegation is invited.", "%(num)s delegations are invited.", count),
                "success",
            )
        if told[0].already:
            names = ", ".join(told[0].already[:10])
            flash(_("Invited already, and passed over: %(names)s.", names=names), "warning")
        return redirect(url_for("organiser.delegations"), code=303)
    return render_template(
        "organiser/delegations_new.html", form=form, groups=organisations.groups()
    ), form.status


@blueprint.get("/organise/delegations/<code>")
def delegation(code: str) -> ResponseReturnValue:
    found = _mine(code)
    return _page(found, _form(found), CloseForm())


@blueprint.post("/organise/delegations/<code>")
def change_delegation(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    form = _form(found, request.form)

    def save() -> None:
        actions.change(
            delegation=found,
            focal_name=form.focal_name.data or "",
            focal_email=form.focal_email.data or "",
            seats=form.seats(),
            nominate_until=form.until.data,
        )

    if form.validate() and form.until.settle(this_expo().zone) and form.accepts(save):
        return _done(found, _("%(name)s is saved.", name=found.name))
    return _page(found, form, CloseForm()), form.status


@blueprint.post("/organise/delegations/<code>/send")
def send_delegation(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    actions.send_anew(delegation=found)
    return _done(
        found, _("%(name)s has a letter with a new link. The one before opens nothing.", name=found.name)
    )


@blueprint.post("/organise/delegations/<code>/remind")
def remind_delegation(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    try:
        reminders.remind(delegation=found)
    except Refusal as no:
        flash(no.message, "warning")
        return redirect(url_for("organiser.delegation", code=found.code), code=303)
    return _done(found, _("%(name)s is reminded, with the same link.", name=found.name))


@blueprint.post("/organise/delegations/<code>/approve")
def approve_delegation(code: str) -> ResponseReturnValue:
    """Approve all who wait, each by itself: one that cannot be keeps no other waiting."""
    found = _mine(code, Deed.DECIDE)
    decided = deciding.decide(queries.waiting(found.id), mine.rights())
    for registration, refusal in decided.refused:
        flash(f"{registration.person.name}: {refusal.message}", "warning")
    count = len(decided.done)
    if not count:
        return redirect(url_for("organiser.delegation", code=found.code), code=303)
    return _done(found, ngettext("%(num)s is approved.", "%(num)s are approved.", count))


@blueprint.post("/organise/delegations/<code>/close")
def close_delegation(code: str) -> ResponseReturnValue:
    found = _mine(code, Deed.DECIDE)
    form = CloseForm(request.form)
    if form.validate() and form.accepts(
        lambda: actions.close(delegation=found, reason=form.reason.data or "")
    ):
        return _done(found, _("%(name)s is closed. Who is registered stays registered.", name=found.name))
    return _page(found, _form(found), form), form.status


def _asked() -> tuple[list[Line], Standing | None]:
    """The delegations that the address asks for; those of one standing are chosen afterwards, all are counted."""
    mine.somewhere(Deed.READ_PEOPLE)
    slug, group = lists.asked("conference"), organisations.group(lists.asked("group"))
    found = queries.board(
        this_expo().id,
        mine.conference_ids(Deed.READ_PEOPLE),
        search=lists.asked("q"),
        group_id=group.id if group else None,
        conference_id=mine.conference(slug, Deed.READ_PEOPLE).id if slug else None,
    )
    standing = lists.asked("standing")
    return found, Standing(standing) if standing in set(Standing) else None


def _kept() -> dict[str, Any]:
    names = ("q", "group", "conference", "standing")
    return {name: value for name, value in request.args.items() if name in names and value}


def _tabs(found: list[Line], standing: Standing | None) -> list[dict[str, Any]]:
    counted = {one: sum(line.delegation.standing is one for line in found) for one in Standing}
    tabs = [
        {"label": _("All"), "url": lists.here(standing=None), "current": not standing, "count": len(found)}
    ]
    for one, count in counted.items():
        if count or one is standing:
            url = lists.here(standing=one.value)
            tabs.append(
                {"label": said.STANDINGS[one], "url": url, "current": one is standing, "count": count}
            )
    return tabs


def _invite_form(sent: Any) -> InviteForm:
    mine.somewhere(Deed.DECIDE)
    conferences = mine.conferences(Deed.DECIDE)
    categories = {kind.category for kind in queries.ticket_types_for(conferences, tuple(Category))}
    expo = this_expo()
    languages = [code for code in expo.languages.split() if code in LANGUAGES] or list(LANGUAGES)
    only = [conferences[0].slug] if len(conferences) == 1 else []
    form: InviteForm = with_seats(InviteForm, categories)(sent, data={"conferences": only})
    form.conferences.choices = [(one.slug, one.title) for one in conferences]
    form.language.choices = [(code, {"sv": "Svenska", "en": "English"}[code]) for code in languages]
    return form


def _names_of(slug: str) -> str:
    """The members of a group, a line each, for the addresses to be written behind."""
    if not slug:
        return ""
    return "\n".join(f"{one.name}; ; " for one in organisations.found(group_slug=slug, most=500))


def _terms(form: InviteForm) -> Terms:
    chosen = set(form.conferences.data or ())
    return Terms(
        tuple(one for one in mine.conferences(Deed.DECIDE) if one.slug in chosen),
        form.seats(),
        form.until.data,
        form.message.data or "",
        form.language.data,
    )


def _mine(code: str, deed: Deed = Deed.READ_PEOPLE) -> Delegation:
    """A delegation all of whose conferences the visitor may read, or 404; 403 where the role does not reach."""
    mine.somewhere(Deed.READ_PEOPLE)
    found = queries.delegation(this_expo().id, code, mine.conference_ids(Deed.READ_PEOPLE)) or abort(404)
    for conference in queries.conferences_of(found.id):
        mine.rights().require(deed, conference.id)
    return found


def _form(found: Delegation, sent: Any = None) -> DelegationForm:
    conferences = queries.conferences_of(found.id)
    given = {one.category: one.pool.capacity for one in queries.seats_of(found.id)}
    had = {kind.category for kind in queries.ticket_types_for(conferences, tuple(Category))} | set(given)
    saved = {f"seats_{category.value}": capacity for category, capacity in given.items()}
    form: DelegationForm = with_seats(DelegationForm, had)(
        sent,
        data={
            "focal_name": found.focal_name,
            "focal_email": found.focal_email,
            "until": found.nominate_until,
            **saved,
        },
    )
    form.until.show(this_expo().zone)
    return form


def _done(found: Delegation, text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("organiser.delegation", code=found.code), code=303)


def _page(found: Delegation, form: DelegationForm, close: CloseForm) -> str:
    nominees = queries.nominees(found.id)
    conferences = queries.conferences_of(found.id)
    return render_template(
        "organiser/delegation.html",
        delegation=found,
        line=queries.lines([found])[0],
        form=form,
        close=close,
        nominees=nominees,
        tickets=queries.tickets_of([one.id for one in nominees]),
        waiting=len(queries.waiting(found.id)),
        may_change=all(_may(conference) for conference in conferences),
        bill=bills.of_delegation(found)
        if all(mine.may(Deed.TAKE_MONEY, one.id) for one in conferences)
        else None,
        categories=CATEGORIES,
        words=said,
        history=timeline.of([("delegation", found.id), *(("nominee", one.id) for one in nominees)], most=30),
    )


def _may(conference: Conference) -> bool:
    return mine.may(Deed.DECIDE, conference.id)
