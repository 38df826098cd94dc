"""The open city pass without a name: made at one press, shown at once, claimed later or never."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import EmailField
from wtforms.validators import Email

from expo.accounts.models import Person
from expo.badge import actions as badges
from expo.badge import passes, qr, queries
from expo.badge.models import Badge, BadgeState
from expo.badge.refusals import NoSuchBadge, NotToBeClaimed
from expo.core import limits
from expo.registration import passes as places
from expo.registration.actions import Newcomer
from expo.registration.refusals import NotOnSale
from expo.web import signing
from expo.web.context import choose_language, me, this_expo
from expo.web.filters import title_here
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint

KEPT = "pass"  # in the signed cookie: number and secret of the pass that this browser made


class ClaimForm(PlainForm):
    """Who has the pass."""

    name = TextLine(
        _l("Your name"), [needed(_l("Write your name as it shall stand on the badge.")), short(200)]
    )
    email = EmailField(
        _l("E-mail"),
        [
            needed(_l("Write your e-mail address: your badge and all news go there.")),
            short(254),
            Email(_l("That is not an e-mail address. It looks like name@example.org.")),
        ],
    )


class CodeForm(PlainForm):
    """A pass on paper, for somebody whom we know."""

    expected = (NoSuchBadge, NotToBeClaimed)

    code = TextLine(
        _l("Code on the pass"), [needed(_l("Write the eight letters and digits under the code.")), short(20)]
    )


class StrangersCodeForm(CodeForm, ClaimForm):
    """The same from somebody whom we do not know yet."""


@blueprint.get("/pass")
def open_pass() -> ResponseReturnValue:
    """What it is, and the one button; also for a kiosk or the desk at a door, where the next one presses again."""
    kept = cookie.get(KEPT) or []
    mine = passes.by_secret(this_expo().id, *kept) if len(kept) == 2 else None
    try:
        kind = places.open_pass(this_expo().id)
    except NotOnSale:
        kind = None
    return render_template(
        "delegate/open_pass.html",
        kind=kind,
        mine=mine if mine and mine.state is BadgeState.ACTIVE else None,
        kept=kept,
    )


@blueprint.post("/pass")
def take_pass() -> ResponseReturnValue:
    limits.count("open_pass", signing.network_address(), most=200, within=timedelta(minutes=15))
    badge = passes.make(ticket_type=places.open_pass(this_expo().id))
    cookie[KEPT] = [badge.id, passes.secret_of(badge)]
    return redirect(url_for("delegate.anonymous_pass", number=badge.id, secret=cookie[KEPT][1]), code=303)


@blueprint.get("/pass/<int:number>/<token:secret>")
def anonymous_pass(number: int, secret: str) -> ResponseReturnValue:
    return _pass_page(_badge(number, secret), secret, ClaimForm())


@blueprint.post("/pass/<int:number>/<token:secret>")
def claim_pass(number: int, secret: str) -> ResponseReturnValue:
    badge, form = _badge(number, secret), ClaimForm(request.form)
    if me() is None and not form.validate():
        return _pass_page(badge, secret, form), 422
    return _arrived(_claim(badge, form))


@blueprint.get("/pass/claim")
def ask_claim() -> ResponseReturnValue:
    """For a pass on paper: its code says which it is."""
    return _code_page(_code_form())


@blueprint.post("/pass/claim")
def claim_by_code() -> ResponseReturnValue:
    form = _code_form(request.form)
    came: list[Person] = []

    def claim() -> None:
        badge = badges.find_by_spoken_code(
            expo_id=this_expo().id, said=form.code.data or "", who=signing.network_address()
        )
        came.append(_claim(badge, form))

    if form.validate() and form.accepts(claim):
        return _arrived(came[0])
    return _code_page(form), form.status


def _code_form(sent: Any = None) -> CodeForm:
    return CodeForm(sent) if me() else StrangersCodeForm(sent)


def _code_page(form: CodeForm) -> str:
    return render_template("delegate/claim_pass.html", form=form, person=me())


def _claim(badge: Badge, form: PlainForm) -> Person:
    """Whoever is signed in has it, else whoever the form names."""
    person, newcomer = me(), None
    if person is None:
        typed = form.data
        newcomer = Newcomer(this_expo().id, typed["name"] or "", typed["email"] or "", choose_language())
    return passes.claim(badge=badge, person=person, newcomer=newcomer)


def _arrived(came: Person) -> ResponseReturnValue:
    cookie.pop(KEPT, None)
    if me() is None:
        signing.sign_in(person=came)
    flash(_("The pass is yours. Seats can be booked with it now."), "success")
    return redirect(url_for("delegate.badge"), code=303)


def _badge(number: int, secret: str) -> Badge:
    return passes.by_secret(this_expo().id, number, secret) or abort(404)


def _pass_page(badge: Badge, secret: str, form: ClaimForm) -> str:
    live = badge.state is BadgeState.ACTIVE and badge.registration is not None
    return render_template(
        "delegate/pass.html",
        badge=badge,
        live=live,
        form=form,
        person=me(),
        number=badge.id,
        secret=secret,
        # Our own bytes: a path of numbers, nothing that anybody typed.
        picture=Markup(qr.svg(queries.code_of(badge)).decode()) if live else "",  # noqa: S704
        spoken=queries.spoken_of(badge) if live else "",
        opens=title_here(badge.registration.conference) if badge.registration else "",
    )
