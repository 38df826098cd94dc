"""My expo: registrations, and what one can do with them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from expo.accounts import claiming, joining, signins
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.badge import queries as badges
from expo.core import clock
from expo.core.money import Money
from expo.payment import orders
from expo.payment import queries as payment
from expo.registration import actions, cancelling, handing, queries, quoting
from expo.registration.change_models import TicketChange
from expo.registration.models import Registration
from expo.registration.refusals import QuoteChanged
from expo.web import amounts, answers, signing
from expo.web.bills import bills_of
from expo.web.context import me, this_expo, visitor
from expo.web.filters import title_here
from expo.web.gates import my_person

from . import blueprint
from .agenda import my_items
from .badge import badge_card
from .status import steps_of


@blueprint.get("/my")
def my() -> ResponseReturnValue:
    """Where I stand: what comes next, my conferences, my badge."""
    person = me()
    if person is None:
        return render_template("delegate/newcomer.html")
    coming = [
        item for item, _booking in my_items(person) if item.ends_at > clock.now() and not item.cancelled
    ]
    registrations = queries.of_person(person.id)
    live_badge = badges.active_badge(this_expo().id, person.id)
    who = visitor()
    assert who is not None
    others = [one for one in people.may_speak_for(who, this_expo().id) if one.id != person.id]
    live = [one for one in registrations if one.is_live]
    return render_template(
        "delegate/my.html", person=person, coming=coming[:5], more=max(0, len(coming) - 5),
        live=[(r, steps_of(r)) for r in live], asked=answers.standing(live),
        handing_on={r.id for r in live if handing.may(r)},
        changeable=quoting.changeable(live), changes=waiting_changes(live),
        ended=[(r, steps_of(r)) for r in registrations if not r.is_live],
        card=badge_card(person, live_badge, registrations) if live_badge else None,
        others=others, guest=who.account_id is None,
        bills=[(bill, orders.secret_of(bill.order)) for bill in bills_of(payment.of_person(person.id))],
    )  # fmt: skip


def waiting_changes(live: list[Registration]) -> dict[int, tuple[TicketChange, str | None]]:
    """By registration: the change that waits for its payment, and the secret of the order's page."""
    found = quoting.waiting_of([one.id for one in live])
    return {key: (one, orders.secret_of(one.order) if one.order else None) for key, one in found.items()}


@blueprint.get("/my/registrations")
def registrations() -> ResponseReturnValue:
    return redirect(url_for("delegate.my", _anchor="registrations"))


@blueprint.get("/my/registrations/<code>/withdraw")
def ask_withdraw(code: str) -> ResponseReturnValue:
    """What withdrawing would take along, before it is done: it cannot be undone when the places are short."""
    registration = mine(code)
    seats = [item for item, booking in my_items(my_person()) if booking.registration_id == registration.id]
    return render_template(
        "delegate/withdraw.html",
        registration=registration,
        seats=seats,
        quote=cancelling.quote(registration),
        rules=cancelling.rules(registration.ticket_type),
    )


@blueprint.post("/my/registrations/<code>/withdraw")
def withdraw(code: str) -> ResponseReturnValue:
    registration = mine(code)
    quoted = cancelling.quote(registration)
    said = amounts.said(request.form.get("back", ""))
    try:
        expected = Money(said, quoted.paid.currency) if quoted else None
        actions.withdraw(registration=registration, expected=expected)
    except QuoteChanged as changed:
        flash(changed.message, "warning")
        return redirect(url_for("delegate.ask_withdraw", code=code), code=303)
    flash(
        _("You have withdrawn from %(conference)s.", conference=title_here(registration.conference)),
        "success",
    )
    return redirect(url_for("delegate.my"), code=303)


@blueprint.post("/my/account")
def ask_for_account() -> ResponseReturnValue:
    """A letter with the link that makes an account: only whoever reads the mailbox gets one."""
    person = my_person()
    claiming.mail_account_link(person=person)
    flash(_("A letter with a link is on its way to %(email)s.", email=person.email), "success")
    return redirect(url_for("delegate.my"), code=303)


@blueprint.post("/my/speak-for/<int:person_id>")
def speak_for(person_id: int) -> ResponseReturnValue:
    """Act for somebody else who gave the same address: a child, a colleague without a mailbox."""
    who = visitor()
    assert who is not None
    found = next((one for one in people.may_speak_for(who, this_expo().id) if one.id == person_id), None)
    if found is None:
        raise NotFound
    if who.account_id is not None:
        signins.speak_for(sign_in_id=who.sign_in_id, person=found)
    else:
        signing.sign_in(person=found, by_mail=True)
        signins.end(who.sign_in_id)
    flash(_("You act for %(name)s now.", name=found.name), "success")
    return redirect(url_for("delegate.my"), code=303)


@blueprint.get("/my/speak-for/<int:person_id>/join")
def ask_join(person_id: int) -> ResponseReturnValue:
    """What becomes of both, before it is done: it cannot be undone."""
    gone, person = _same_address(person_id), my_person()
    ids = (person.id, gone.id)
    return render_template(
        "delegate/join.html",
        gone=gone,
        person=person,
        registrations=[one for one in queries.of_person(gone.id) if one.is_live],
        two_badges=all(badges.active_badge(this_expo().id, one) for one in ids),
    )


@blueprint.post("/my/speak-for/<int:person_id>/join")
def join(person_id: int) -> ResponseReturnValue:
    """This is me, too: all that is theirs is mine."""
    joining.join(kept=my_person(), gone=_same_address(person_id))
    flash(_("All of it is yours now: registrations, seats, one badge."), "success")
    return redirect(url_for("delegate.my"), code=303)


def _same_address(person_id: int) -> Person:
    """Somebody else who gave the visitor's address, which they have shown to be theirs; or 404."""
    who, person = visitor(), my_person()
    assert who is not None
    others = [one for one in people.may_speak_for(who, this_expo().id) if one.id != person.id]
    found = next((one for one in others if one.id == person_id and one.account_id is None), None)
    if found is None:
        raise NotFound
    return found


def mine(code: str) -> Registration:
    """One of the visitor's own registrations, or 404."""
    registration = queries.registration(this_expo().id, code)
    if registration is None or registration.person_id != my_person().id:
        raise NotFound
    return registration
