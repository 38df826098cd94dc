"""The waiting list for tickets, the page of an offer of tickets or seats, and the way in from an invitation."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from wtforms import EmailField

from expo.accounts.queries import normal
from expo.basket import waiting
from expo.basket.models import Waiting
from expo.basket.refusals import WaitsAlready
from expo.booking import waiting as line
from expo.core import clock, limits
from expo.core.refusals import Refusal
from expo.core.text import one_line
from expo.registration import invitations, queries
from expo.registration.models import TicketType
from expo.registration.submitting import Newcomer
from expo.registration.voucher_models import Invitation
from expo.web import signing
from expo.web.context import choose_language, me, this_expo
from expo.web.forms import PlainForm, TextLine, WholeNumber, needed, short
from expo.web.texts import _l

from . import blueprint, seats
from .forms import ADDRESS
from .register import arrived


class WaitForm(PlainForm):
    """Who waits, and for how many."""

    expected = (Refusal,)

    name = TextLine(
        _l("Your name"), [needed(_l("Write your name as it shall stand on the badge.")), short(200)]
    )
    email = EmailField(_l("E-mail"), ADDRESS)
    party = WholeNumber(_l("How many people"), least=1, most=waiting.MOST_PARTY, default=1)


@blueprint.get("/register/waiting/<int:ticket_type_id>")
def wait(ticket_type_id: int) -> ResponseReturnValue:
    person = me()
    known = {"name": person.name, "email": person.email or ""} if person else {}
    return _wait_page(_kind(ticket_type_id), WaitForm(data=known))


@blueprint.post("/register/waiting/<int:ticket_type_id>")
def join_waiting(ticket_type_id: int) -> ResponseReturnValue:
    kind, form = _kind(ticket_type_id), WaitForm(request.form)
    if not form.validate():
        return _wait_page(kind, form), 422
    limits.count("wait", signing.network_address(), most=60, within=timedelta(minutes=15))
    email = form.email.data or ""
    limits.count("wait_for", normal(email), most=5, within=timedelta(hours=1))

    def join() -> None:
        """The answer is the same whether the address waits already or not: the letter says the rest."""
        try:
            waiting.join(
                ticket_type=kind,
                name=form.name.data or "",
                email=email,
                language=choose_language(),
                party=form.party.data or 1,
            )
        except WaitsAlready:
            waiting.tell_again(ticket_type=kind, email=email)

    if not form.accepts(join):
        return _wait_page(kind, form), form.status
    flash(
        _(
            "You are on the waiting list. A letter to %(email)s has the link to your place in it.",
            email=email,
        ),
        "success",
    )
    return redirect(url_for("delegate.register", conference=kind.conference.slug), code=303)


@blueprint.get("/offers/<secret>")
def offer(secret: str) -> ResponseReturnValue:
    """Where somebody stands on a waiting list; what is offered, and the two answers to it."""
    seat = line.by_secret(this_expo().id, secret)
    return _offer_page(_entry(secret), secret, []) if seat is None else seats.offer_page(seat, secret)


@blueprint.post("/offers/<secret>")
def accept_offer(secret: str) -> ResponseReturnValue:
    seat = line.by_secret(this_expo().id, secret)
    if seat is not None:
        return seats.answer(seat, url_for("delegate.accept_offer", secret=secret), here(secret))
    entry = _entry(secret)
    names = [one_line(text)[:200] for text in request.form.getlist("name")][: entry.party]
    wanted = [name for name in names if name] or [entry.name]
    people = [Newcomer(entry.expo_id, name, entry.email, entry.language) for name in wanted]
    try:
        submitted = waiting.accept(entry=entry, people=people)
    except Refusal as refusal:
        return _offer_page(_entry(secret), secret, names, refusal.message), refusal.status
    return arrived(submitted, None)


@blueprint.post("/offers/<secret>/decline")
def decline_offer(secret: str) -> ResponseReturnValue:
    seat = line.by_secret(this_expo().id, secret)
    if seat is not None:
        line.decline(booking=seat)
    else:
        waiting.decline(entry=_entry(secret))
    flash(_("Thank you for saying so: somebody else is glad of it."), "success")
    return redirect(url_for("delegate.offer", secret=secret), code=303)


def here(secret: str) -> str:
    return url_for("delegate.offer", secret=secret)


@blueprint.get("/invitations/<secret>")
def invitation(secret: str) -> ResponseReturnValue:
    """The letter's link: register, with the code filled in, or say no."""
    found = invitations.opened(this_expo().id, secret, who=signing.network_address())
    if found is None:
        return redirect(url_for("delegate.register", code=secret[:40]), code=303)
    return _invitation_page(found)


@blueprint.post("/invitations/<secret>/decline")
def decline_invitation(secret: str) -> ResponseReturnValue:
    found = invitations.opened(this_expo().id, secret, who=signing.network_address())
    if found is None:
        raise NotFound
    invitations.decline(invitation=found)
    flash(_("Thank you for saying so. The organisers know."), "success")
    return redirect(url_for("delegate.invitation", secret=secret), code=303)


def _invitation_page(found: Invitation) -> str:
    voucher = found.voucher
    over = voucher.valid_until is not None and voucher.valid_until <= clock.now()
    return render_template(
        "delegate/invitation.html",
        invitation=found,
        conference=voucher.conference,
        kind=voucher.ticket_type,
        code=voucher.code,
        standing="ended" if over and not voucher.uses else found.standing.value,
    )


def _kind(ticket_type_id: int) -> TicketType:
    found = queries.ticket_type(this_expo().id, ticket_type_id)
    if found is None:
        raise NotFound
    return found


def _entry(secret: str) -> Waiting:
    found = waiting.by_secret(this_expo().id, secret)
    if found is None:
        raise NotFound
    return found


def _wait_page(kind: TicketType, form: WaitForm) -> str:
    return render_template(
        "delegate/wait.html", kind=kind, form=form, ahead=waiting.lengths([kind.id]).get(kind.id, 0)
    )


def _offer_page(entry: Waiting, secret: str, names: list[str], problem: str | None = None) -> str:
    return render_template(
        "delegate/offer.html",
        entry=entry,
        secret=secret,
        names=names or [entry.name],
        position=waiting.position(entry) if entry.state == "waiting" else 0,
        problem=problem,
    )
