"""Registering: for one conference on one page; for several, the places are held while one fills in the rest."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.basket import holds
from expo.basket.models import Basket
from expo.booking.actions import book_seat
from expo.core import limits, tokens
from expo.core.refusals import Refusal
from expo.programme import queries as programme
from expo.registration import actions, queries
from expo.registration.models import TicketType
from expo.registration.submitting import SHORTEST_KEY
from expo.web import answers, signing
from expo.web.context import choose_language, me, this_expo, visitor

from . import blueprint, chosen
from .agenda import told
from .chosen import Chosen
from .forms import PersonForm


@blueprint.get("/register")
def register() -> ResponseReturnValue:
    form = PersonForm(data=_known_already())
    code = chosen.code_asked()
    return _page(form, Chosen(_asked_for(code), code=code), wanted=request.args.get("book", ""))


@blueprint.post("/register")
def submit() -> ResponseReturnValue:
    """Make the person (if they are new here) and their registrations, and lead to the page of the order."""
    form = PersonForm(request.form)
    code = chosen.code_asked()
    made = chosen.read(queries.offered(this_expo().id, code=code), code)
    wanted = request.form.get("book", "")
    if "look" in request.form:  # a code was typed: show what it opens
        return _page(form, made, wanted=wanted)
    person = me()
    asked = _answers(made)
    if not (_who_is_fine(person, form) & asked.take(made.kinds)) or not made.kinds:
        problem = None if made.kinds else chosen.nothing_chosen()
        return _page(form, made, wanted=wanted, asked=asked, problem=problem), 422
    limits.count("register", signing.network_address(), most=200, within=timedelta(minutes=15))
    try:
        submitted = actions.submit(
            person=person,
            ticket_types=made.kinds,
            newcomer=newcomer(form) if person is None else None,
            form_key=form_key(asked),
            choices=made.choices(),
            also=asked.also,
        )
    except Refusal as refusal:
        return _page(form, made, wanted=wanted, asked=asked, problem=refusal.message), refusal.status
    return arrived(submitted, person, wanted)


@blueprint.post("/register/hold")
def hold() -> ResponseReturnValue:
    """Hold what was chosen, and go on to the rest of the form."""
    code = chosen.code_asked()
    made = chosen.read(queries.offered(this_expo().id, code=code), code)
    wanted = request.form.get("book", "")
    form = PersonForm(data=_known_already())
    if "look" in request.form:
        return _page(form, made, wanted=wanted)
    if not made.kinds:
        return _page(form, made, wanted=wanted, problem=chosen.nothing_chosen()), 422
    limits.count("hold", signing.network_address(), most=40, within=timedelta(minutes=15))
    try:
        _basket, token = holds.open_basket(expo_id=this_expo().id, ticket_types=made.kinds, code=code)
    except Refusal as refusal:
        return _page(form, made, wanted=wanted, problem=refusal.message), refusal.status
    return redirect(url_for("delegate.basket", token=token, book=wanted or None), code=303)


@blueprint.get("/register/basket/<token>")
def basket(token: str) -> ResponseReturnValue:
    """The rest of the form, with the time that is left."""
    found = _basket_of(token)
    form = PersonForm(data=_known_already())
    return _basket_page(found, token, form, Chosen(_kinds(found), code=found.code))


@blueprint.post("/register/basket/<token>")
def submit_basket(token: str) -> ResponseReturnValue:
    found = _basket_of(token)
    form = PersonForm(request.form)
    made = chosen.read(_kinds(found), chosen.code_asked())
    person = me()
    asked = answers.Form.of(_kinds(found))
    if not (_who_is_fine(person, form) & asked.take(made.kinds)) or not made.kinds:
        problem = None if made.kinds else chosen.nothing_chosen()
        return _basket_page(found, token, form, made, asked=asked, problem=problem), 422
    limits.count("register", signing.network_address(), most=200, within=timedelta(minutes=15))
    try:
        submitted = holds.submit(
            basket=found,
            ticket_types=made.kinds,
            person=person,
            newcomer=newcomer(form) if person is None else None,
            form_key=form_key(asked),
            choices=made.choices(),
            also=asked.also,
        )
    except Refusal as refusal:
        return (
            _basket_page(_basket_of(token), token, form, made, asked=asked, problem=refusal.message),
            refusal.status,
        )
    return arrived(submitted, person, request.form.get("book", ""))


@blueprint.post("/register/basket/<token>/extend")
def extend_basket(token: str) -> ResponseReturnValue:
    """More time. A page of its own answers where the form would be lost, so this keeps what was typed."""
    found = _basket_of(token)
    form = PersonForm(request.form)
    made = chosen.read(_kinds(found), request.form.get("code", "").strip()[: chosen.LONGEST_CODE])
    asked = answers.Form.of(_kinds(found))
    asked.sent = answers.read(one for some in asked.questions.values() for one in some)
    try:
        holds.extend(basket=found)
    except Refusal as refusal:
        return (
            _basket_page(_basket_of(token), token, form, made, asked=asked, problem=refusal.message),
            refusal.status,
        )
    flash(_("You have more time."), "success")
    return _basket_page(_basket_of(token), token, form, made, asked=asked)


@blueprint.post("/register/basket/<token>/release")
def release_basket(token: str) -> ResponseReturnValue:
    """Choose anew: the places go back."""
    found = _basket_of(token)
    holds.release(basket=found)
    return redirect(url_for("delegate.register", code=found.code or None), code=303)


def form_key(asked: answers.Form) -> str:
    """What makes a second sending of the form the same: its own key, and all that was answered."""
    key = request.form.get("key", "")
    return key and tokens.digest(key + asked.told()).hex() if len(key) >= SHORTEST_KEY else ""


def newcomer(form: PersonForm) -> actions.Newcomer:
    """Who typed this, for the action."""
    who = visitor()
    account = people.account(who.account_id) if who and who.account_id else None
    return actions.Newcomer(
        expo_id=this_expo().id, account=account, language=choose_language(), **form.read()
    )  # fmt: skip


def arrived(submitted: actions.Submitted, person: Person | None, wanted: str = "") -> ResponseReturnValue:
    """After a submission: this browser knows the newcomer, and the page of the order tells the rest."""
    if person is None and visitor() is None:
        signing.sign_in(person=submitted.order.person)
    _book_along(submitted.order.person, wanted)
    return redirect(url_for("delegate.order", code=submitted.order.code, secret=submitted.secret), code=303)


def _basket_of(token: str) -> Basket:
    found = holds.basket(this_expo().id, token)
    if found is None:
        raise NotFound
    return found


def _kinds(found: Basket) -> list[TicketType]:
    return [item.ticket_type for item in holds.items(found)]


def _known_already() -> dict[str, str]:
    who = visitor()
    return {"name": who.name, "email": who.email or ""} if who and who.account_id else {}


def _asked_for(code: str) -> list[TicketType]:
    """The only ticket of the conference that the address names, so that one need not choose."""
    conference = programme.conference(this_expo().id, request.args.get("conference", ""))
    if conference is None:
        return []
    offered = queries.offered(this_expo().id, conference_id=conference.id, code=code)
    passes = [found for found in offered if found.is_open_pass] or offered
    return [passes[0]] if len(passes) == 1 else []


def _who_is_fine(person: Person | None, form: PersonForm) -> bool:
    """Whether we know who comes: they are signed in, or have said so."""
    return person is not None or form.validate()


def _answers(made: Chosen) -> answers.Form:
    """The questions of all tickets that can stand in the form."""
    return answers.Form.of(queries.offered(this_expo().id, code=made.code))


def _page(
    form: PersonForm,
    made: Chosen,
    *,
    wanted: str,
    asked: answers.Form | None = None,
    problem: str | None = None,
) -> str:
    person = me()
    held = {r.conference_id: r for r in queries.of_person(person.id) if r.is_live} if person else {}
    first = request.values.get("conference", "")
    offered = sorted(
        queries.offered(this_expo().id, code=made.code),
        key=lambda found: (found.conference.slug != first, not found.conference.is_open_programme),
    )
    groups = [list(group) for _conference, group in groupby(offered, key=_conference_of)]
    # One conference is one page; of several, the places are held while the rest is filled in.
    whole = bool(first) or len(groups) < 2 or request.endpoint == "delegate.submit"
    if whole and asked is None:
        asked = answers.Form.of(offered)
    return render_template(
        "delegate/register.html",
        form=form,
        person=person,
        groups=groups,
        held=held,
        made=made,
        wanted=wanted,
        first=first,
        whole=whole,
        asked=asked if whole else None,
        problem=problem,
        key=request.form.get("key") or tokens.new(),
        **chosen.shown(offered),
    )


def _basket_page(
    found: Basket,
    token: str,
    form: PersonForm,
    made: Chosen,
    *,
    asked: answers.Form | None = None,
    problem: str | None = None,
) -> str:
    kinds = _kinds(found)
    return render_template(
        "delegate/basket.html",
        basket=found,
        is_held=holds.is_held(found),
        can_extend=found.extended < holds.MOST_EXTENSIONS,
        token=token,
        form=form,
        person=me(),
        kinds=kinds,
        asked=asked or answers.Form.of(kinds),
        made=made,
        wanted=request.values.get("book", ""),
        problem=problem,
        key=request.form.get("key") or tokens.new(),
        **chosen.shown(kinds),
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
