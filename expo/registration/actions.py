"""Deciding on registrations and ending them. Registering itself is in submitting.py, where places change hands in
places.py."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit, clock, news
from expo.core.db import db, execute, lock, transaction
from expo.core.money import Money
from expo.core.refusals import Refusal
from expo.payment.models import Order, OrderState
from expo.payment.news import OrderExpired, OrderSettled, TakenBack

from . import billing, cancelling, changing, letters, places, queries, reminders, vouchers
from .change_models import ChangeState
from .models import LIVE, WAITING, Registration, RegistrationState
from .news import RegistrationConfirmed, RegistrationEnded, RegistrationOver
from .refusals import QuoteChanged, WrongStep
from .submitting import Choices, Newcomer, Submitted, submit, take_open_pass

__all__ = [
    "Choices",
    "Decided",
    "Newcomer",
    "Submitted",
    "approve",
    "pre_approve",
    "refuse",
    "revoke",
    "submit",
    "take_open_pass",
    "withdraw",
]


def pre_approve(*, registration: Registration, note: str = "") -> None:
    """The first of two approvals, where the ticket type asks for two. Raises WrongStep."""
    if registration.ticket_type.approval_stages < 2:
        raise WrongStep(_("This ticket needs one approval only."))
    with transaction():
        _step(registration, RegistrationState.PRE_APPROVED, (RegistrationState.SUBMITTED,), why=note)


def approve(*, registration: Registration, note: str = "") -> None:
    """Let a delegate in; the place is taken now. What costs something is held by an order until it is due.

    Raises WrongStep, TicketsGone.
    """
    with transaction():
        lock(registration)
        waiting: tuple[RegistrationState, ...] = WAITING
        if registration.ticket_type.approval_stages == 2:
            if registration.state is RegistrationState.SUBMITTED:
                raise WrongStep(_("The first of two approvals is still missing."))
            waiting = (RegistrationState.PRE_APPROVED,)
        order = billing.standing_order(registration)
        to_pay = billing.owed(registration) and not (order and order.state is OrderState.SETTLED)
        to = RegistrationState.APPROVED if to_pay else RegistrationState.CONFIRMED
        _step(registration, to, waiting, why=note)
        if to_pay:  # before the places: whoever ends an order holds it first, too
            order = order or billing.open_order(registration)
        if not registration.holds_place:  # who received a place from somebody else has it already
            places.take([registration])
        db.session.flush()
        if to_pay:
            letters.write(registration, "registration_to_pay", note=note, order=order)
            if order is not None:
                reminders.plan_payment(order)
        else:
            letters.write(registration, "registration_approved", note=note)
            news.tell(RegistrationConfirmed(registration.id))


def refuse(*, registration: Registration, reason: str) -> None:
    """Turn a delegate down, with a reason they can read. Raises WrongStep."""
    with transaction():
        _step(registration, RegistrationState.REFUSED, WAITING, why=reason)
        places.give_back(registration)
        vouchers.undo(registration)
        billing.strike(registration)
        letters.write(registration, "registration_refused", note=reason)
        news.tell(RegistrationOver(registration.id))


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding on many: those it went well for, and the refusal for each of the others."""

    done: list[Registration]
    refused: list[tuple[Registration, Refusal]]


def withdraw(*, registration: Registration, expected: Money | None = None) -> None:
    """The delegate gives the place back; what the ticket's rules say of its price goes back to them.

    `expected` is what the page said would go back. Raises WrongStep; QuoteChanged where that is not so any more.
    """
    with transaction():
        billing.hold_orders(registration)
        quoted = cancelling.quote(registration)
        back = quoted.back if quoted else None
        if expected is not None and (back.minor if back else 0) != expected.minor:
            raise QuoteChanged(_("What goes back has changed since you opened the page. Look again."))
        keep = quoted.keep if quoted and quoted.back.minor else None
        _end(registration, RegistrationState.WITHDRAWN, "", "registration_withdrawn", keep=keep)


def revoke(*, registration: Registration, reason: str) -> None:
    """An organiser takes the place back; what was paid for it goes back, all of it. Raises WrongStep."""
    _end(registration, RegistrationState.REVOKED, reason, "registration_revoked", keep={})


def listen() -> None:
    news.listen(OrderSettled, _confirm_paid)
    news.listen(OrderExpired, _end_unpaid)
    news.listen(TakenBack, _end_what_is_not_paid_any_more)
    changing.listen()


def _confirm_paid(settled: OrderSettled) -> None:
    """Who was let in and has paid now has the place for good."""
    for registration in queries.approved_by(settled.order_id):
        _step(registration, RegistrationState.CONFIRMED, (RegistrationState.APPROVED,), why="")
        letters.write(registration, "registration_paid")
        news.tell(RegistrationConfirmed(registration.id))


def _end_unpaid(expired: OrderExpired) -> None:
    """Whatever an order held that was not paid in time is given back, once, with one letter."""
    ended = queries.approved_by(expired.order_id)
    for registration in ended:
        who: Person | None = registration.person
        with force_locale(who.language if who else "en"):  # who reads it
            why = _("It was not paid in time.")
        _step(registration, RegistrationState.REVOKED, (RegistrationState.APPROVED,), why=why)
        places.give_back(registration)
        vouchers.undo(registration)
        news.tell(RegistrationOver(registration.id))
        if letters.payer_of(registration):  # the other letter goes to whoever was to pay
            letters.write(registration, "registration_revoked", note=why)
    if ended or queries.change_of(expired.order_id) is None:
        letters.order_expired(db.session.get_one(Order, expired.order_id), ended)


def _end_what_is_not_paid_any_more(taken: TakenBack) -> None:
    """The payer has the money back, so nobody is in by it."""
    paid_for = [one for one in queries.of_order(taken.order_id) if one.order_line_id is not None]
    change = queries.change_of(taken.order_id)
    if change is not None and change.state is ChangeState.DONE:
        paid_for.append(change.registration)
    for registration in paid_for:
        if registration.is_live:
            with force_locale(registration.person.language):
                why = _("Its payment was taken back.")
            _end(registration, RegistrationState.REVOKED, why, "registration_revoked", keep={})


def _end(
    registration: Registration,
    state: RegistrationState,
    reason: str,
    letter: str,
    keep: dict[int, Money] | None = None,
) -> None:
    """`keep` says what of its paid lines is not given back, where that is decided now."""
    with transaction():
        billing.hold_orders(registration)  # before the registration: a payment holds them in this order too
        lock(registration)  # an approval at the same moment counts as before or as after, never as neither
        was_confirmed = registration.state is RegistrationState.CONFIRMED
        changing.end_waiting(registration)
        _step(registration, state, LIVE, why=reason)
        places.give_back(registration)
        vouchers.undo(registration)
        billing.strike(registration, keep=keep)
        letters.write(registration, letter, note=reason)
        if was_confirmed:
            news.tell(RegistrationEnded(registration.id))
        news.tell(RegistrationOver(registration.id))


def _step(
    registration: Registration, to: RegistrationState, allowed: tuple[RegistrationState, ...], *, why: str
) -> None:
    """Change the state by one conditional statement: of two organisers who decide at once, one does."""
    lock(registration)
    before = registration.state
    stepped = execute(
        sa.update(Registration)
        .where(Registration.id == registration.id, Registration.state.in_(allowed))
        .values(state=to, state_since=clock.now(), decided_by=audit.actor(), reason=why)
    )
    db.session.refresh(registration)
    if stepped != 1:
        raise WrongStep(_("Somebody has decided on this registration already. Look again."))
    audit.record(
        "registration_" + to.value,
        "registration",
        registration.id,
        expo_id=registration.expo_id,
        before={"state": before.value},
        after={"state": to.value},
        why=why or None,
    )
