"""Registering for one or several conferences in one go, and the page that says where it stands."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.booking.actions import book_seat
from expo.core import limits, tokens
from expo.core.refusals import Refusal
from expo.programme import queries as programme
from expo.registration import actions, queries
from expo.registration.models import TicketType
from expo.web import signing
from expo.web.context import choose_language, me, this_expo, visitor

from . import blueprint
from .agenda import told
from .forms import PersonForm
from .status import steps_of


@blueprint.get("/register")
def register() -> ResponseReturnValue:
    form = PersonForm(data=_known_already())
    return _page(form, chosen=_asked_for(), wanted=request.args.get("book", ""))


@blueprint.post("/register")
def submit() -> ResponseReturnValue:
    """Make the person (if they are new here) and their registrations, and lead to the page of the order."""
    form = PersonForm(request.form)
    ticked = set(request.form.getlist("ticket"))
    ticket_types = [found for found in queries.offered(this_expo().id) if str(found.id) in ticked]
    chosen = {found.id for found in ticket_types}
    wanted = request.form.get("book", "")
    person = me()
    if (person is None and not form.validate()) or not ticket_types:
        problem = None if ticket_types else _("Choose at least one ticket.")
        return _page(form, chosen=chosen, wanted=wanted, problem=problem), 422
    limits.count("register", signing.network_address(), most=200, within=timedelta(minutes=15))
    try:
        submitted = actions.submit(
            person=person,
            ticket_types=ticket_types,
            newcomer=_newcomer(form) if person is None else None,
            form_key=request.form.get("key", ""),
        )
    except Refusal as refusal:
        return _page(form, chosen=chosen, wanted=wanted, problem=refusal.message), refusal.status
    if person is None and visitor() is None:
        signing.sign_in(person=submitted.order.person)
    _book_along(submitted.order.person, wanted)
    return redirect(url_for("delegate.order", code=submitted.order.code, secret=submitted.secret), code=303)


@blueprint.get("/orders/<code>/<secret>")
def order(code: str, secret: str) -> ResponseReturnValue:
    """Where every registration of an order stands, for whoever holds its secret."""
    found = queries.order_by_secret(this_expo().id, code, secret)
    if found is None:
        raise NotFound
    registrations = queries.of_order(found.id)
    mine = me()
    return render_template(
        "delegate/order.html",
        order=found,
        secret=secret,
        parts=[(registration, steps_of(registration)) for registration in registrations],
        here=mine is not None and mine.id == found.person_id,
    )


@blueprint.post("/orders/<code>/<secret>")
def open_order(code: str, secret: str) -> ResponseReturnValue:
    """Open My expo in this browser, for whoever holds the order's secret."""
    found = queries.order_by_secret(this_expo().id, code, secret)
    if found is None:
        raise NotFound
    if found.person.account_id is not None:
        return redirect(url_for("account.login", next=url_for("delegate.my")), code=303)
    signing.sign_in(person=found.person)
    return redirect(url_for("delegate.my"), code=303)


def _newcomer(form: PersonForm) -> actions.Newcomer:
    who = visitor()
    account = people.account(who.account_id) if who and who.account_id else None
    return actions.Newcomer(
        expo_id=this_expo().id, account=account, language=choose_language(), **form.read()
    )  # fmt: skip


def _known_already() -> dict[str, str]:
    who = visitor()
    return {"name": who.name, "email": who.email or ""} if who and who.account_id else {}


def _asked_for() -> set[int]:
    """The only ticket of the conference that the address names, so that one need not choose."""
    conference = programme.conference(this_expo().id, request.args.get("conference", ""))
    if conference is None:
        return set()
    offered = queries.offered(this_expo().id, conference_id=conference.id)
    passes = [found for found in offered if found.is_open_pass] or offered
    return {passes[0].id} if len(passes) == 1 else set()


def _page(form: PersonForm, *, chosen: set[int], wanted: str, problem: str | None = None) -> str:
    person = me()
    held = {r.conference_id: r for r in queries.of_person(person.id) if r.is_live} if person else {}
    first = request.values.get("conference", "")
    offered = sorted(
        queries.offered(this_expo().id),
        key=lambda found: (found.conference.slug != first, not found.conference.is_open_programme),
    )
    return render_template(
        "delegate/register.html",
        form=form,
        person=person,
        groups=[(list(group)) for _conference, group in groupby(offered, key=_conference_of)],
        held=held,
        chosen=chosen,
        wanted=wanted,
        first=first,
        problem=problem,
        key=request.form.get("key") or tokens.new(),
    )


def _conference_of(ticket_type: TicketType) -> int:
    return ticket_type.conference_id


def _book_along(person: Person, wanted: str) -> None:
    """Book what led here. If that does not go, the registration stands all the same and the page says why."""
    if not wanted:
        return
    item = told(wanted)
    if item is None:
        return
    try:
        book_seat(person=person, occurrence_id=item.occurrence_id)
    except Refusal as refusal:
        flash(refusal.message, "warning")
    else:
        flash(_("You have a seat in %(title)s.", title=item.title), "success")
