"""A delegation's page: seats, who has them, where each stands; and naming, substituting, withdrawing people."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import audit, limits
from expo.delegations import actions, bills, links, nominating, queries, reminders
from expo.delegations.models import Delegation, Nominee, NomineeState
from expo.payment import gateway
from expo.web.context import this_expo
from expo.web.signing import network_address

from . import blueprint
from .forms import NomineeForm, SubstituteForm


@blueprint.get("/delegation/<secret>")
def board(secret: str) -> ResponseReturnValue:
    delegation = _mine(secret)
    return _board(secret, delegation, NomineeForm(queries.offered(delegation)))


@blueprint.post("/delegation/<secret>")
def nominate(secret: str) -> ResponseReturnValue:
    delegation = _mine(secret)
    _count(delegation)
    form = NomineeForm(queries.offered(delegation), request.form)
    if form.validate() and form.accepts(
        lambda: nominating.nominate(delegation=delegation, draft=form.draft())
    ):
        said = (
            _("%(name)s has a letter with a link. The seat is held.", name=form.name.data)
            if form.way.data == "link"
            else _("%(name)s is registered, and has a letter.", name=form.name.data)
        )
        flash(said, "success")
        return redirect(url_for("delegation.board", secret=secret), code=303)
    return _board(secret, delegation, form), form.status


@blueprint.post("/delegation/<secret>/decline")
def decline(secret: str) -> ResponseReturnValue:
    actions.decline(delegation=_mine(secret))
    flash(_("You have declined. The organisers know."), "success")
    return redirect(url_for("delegation.board", secret=secret), code=303)


@blueprint.get("/delegation/<secret>/nominees/<int:nominee_id>")
def nominee(secret: str, nominee_id: int) -> ResponseReturnValue:
    return _page(secret, _nominee(secret, nominee_id), SubstituteForm())


@blueprint.post("/delegation/<secret>/nominees/<int:nominee_id>/substitute")
def substitute(secret: str, nominee_id: int) -> ResponseReturnValue:
    found = _nominee(secret, nominee_id)
    _count(found.delegation)
    form = SubstituteForm(request.form)
    before = found.name
    if form.validate() and form.accepts(lambda: nominating.substitute(nominee=found, draft=form.read())):
        flash(_("%(name)s has the seat of %(before)s.", name=form.name.data, before=before), "success")
        return redirect(url_for("delegation.board", secret=secret), code=303)
    return _page(secret, found, form), form.status


@blueprint.post("/delegation/<secret>/nominees/<int:nominee_id>/withdraw")
def withdraw(secret: str, nominee_id: int) -> ResponseReturnValue:
    found = _nominee(secret, nominee_id)
    name = found.name
    nominating.withdraw(nominee=found)
    flash(_("%(name)s is withdrawn, and the seat is free.", name=name), "success")
    return redirect(url_for("delegation.board", secret=secret), code=303)


@blueprint.post("/delegation/<secret>/nominees/<int:nominee_id>/remind")
def remind(secret: str, nominee_id: int) -> ResponseReturnValue:
    found = _nominee(secret, nominee_id)
    reminders.remind_nominee(nominee=found)
    flash(_("%(name)s has another letter with the same link.", name=found.name), "success")
    return redirect(url_for("delegation.nominee", secret=secret, nominee_id=nominee_id), code=303)


def _mine(secret: str) -> Delegation:
    """The delegation that this secret opens; whoever holds it acts as its focal point."""
    found = links.delegation_of(this_expo().id, secret, who=network_address())
    audit.set_actor(f"delegation:{found.code}")
    return found


def _count(delegation: Delegation) -> None:
    """Each name sends a letter to an address that somebody typed: enough for the largest delegation, no more."""
    limits.count("nominate", delegation.code, most=actions.MOST_SEATS, within=timedelta(hours=1))


def _nominee(secret: str, nominee_id: int) -> Nominee:
    """One of this delegation's own nominees, or 404."""
    return queries.nominee(_mine(secret).id, nominee_id) or abort(404)


def _board(secret: str, delegation: Delegation, form: NomineeForm) -> str:
    nominees = queries.nominees(delegation.id)
    tickets = queries.tickets_of([one.id for one in nominees])
    seats = queries.seats_of(delegation.id)
    live = [one for one in nominees if one.is_live]
    return render_template(
        "delegation/board.html",
        secret=secret,
        delegation=delegation,
        conferences=queries.conferences_of(delegation.id),
        seats=seats,
        left=sum(one.pool.left or 0 for one in seats),
        may_name=nominating.may_name(delegation),
        live=live,
        over=[one for one in nominees if not one.is_live],
        tickets=tickets,
        form=form,
        bill=bills.of_delegation(delegation),
        pays_online=gateway.is_open(),
    )


def _page(secret: str, found: Nominee, form: SubstituteForm) -> str:
    return render_template(
        "delegation/nominee.html",
        secret=secret,
        nominee=found,
        delegation=found.delegation,
        tickets=queries.tickets_of([found.id]).get(found.id, []),
        invited=found.state is NomineeState.INVITED,
        form=form,
    )
