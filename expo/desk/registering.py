"""Registering somebody on their behalf: at the desk, or from a list of another system."""

from __future__ import annotations

from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import db, transaction
from expo.core.money import Money
from expo.core.refusals import ChangedMeanwhile
from expo.payment import orders, payments
from expo.payment import queries as payment
from expo.payment.models import PayMethod
from expo.registration import actions
from expo.registration.actions import Newcomer
from expo.registration.models import WAITING, Registration, RegistrationState, TicketType
from expo.registration.refusals import WrongStep

__all__ = ["Newcomer", "due", "pay_in_cash", "register", "walk_in"]


def register(
    *,
    ticket_type: TicketType,
    person: Person | None = None,
    newcomer: Newcomer | None = None,
    form_key: str = "",
    approve: bool = False,
) -> Registration:
    """Register a person or newcomer; with `approve` whoever registers them also decides, where somebody has to.

    Raises TicketsGone, NotOnSale, AlreadyRegistered. With a form key, call it outside a transaction: a
    second sending undoes all it did, and finds the first. Where the last place goes to somebody else before the
    approval, the registration stays and waits.
    """
    submitted = actions.submit(
        person=person, newcomer=newcomer, ticket_types=[ticket_type], form_key=form_key, by_team=True
    )
    (registration,) = submitted.registrations
    if approve and registration.state in WAITING:
        let_in(registration)
    return registration


def let_in(registration: Registration) -> None:
    """Approve, in both steps where there are two. Raises WrongStep, TicketsGone."""
    with transaction():
        if (
            registration.ticket_type.approval_stages == 2
            and registration.state is RegistrationState.SUBMITTED
        ):
            actions.pre_approve(registration=registration)
        actions.approve(registration=registration)


def due(registration: Registration) -> Money | None:
    """What is still to be paid before the place is confirmed, if anything."""
    order = registration.order
    if order is None or registration.state is not RegistrationState.APPROVED:
        return None
    left = order.total_minor - payment.net(order.id)
    return Money(left, order.currency) if left > 0 else None


def pay_in_cash(registration: Registration, *, shown: int) -> None:
    """All that is due lies on the desk: it is written down, and the place is confirmed. Twice is once.

    `shown` is what the page asked for, in minor units. Raises ChangedMeanwhile where it is another amount by now.
    """
    if registration.order_id is None:
        return
    with transaction():
        order = orders.hold(registration.order_id)
        db.session.refresh(registration)
        left = due(registration)
        if left is None:
            return
        if left.minor != shown:
            raise ChangedMeanwhile(_("Meanwhile it is another amount. Look again before you take the money."))
        key = f"desk:{order.id}:{left.minor}"
        payments.record(order=order, method=PayMethod.DESK, amount=left, key=key)


def walk_in(*, newcomer: Newcomer, ticket_type: TicketType, form_key: str = "") -> Registration:
    """Register and confirm somebody who stands at the desk. Sent twice is sent once."""
    registration = register(ticket_type=ticket_type, newcomer=newcomer, form_key=form_key)
    if registration.state not in WAITING:
        return registration
    try:
        with transaction():
            let_in(registration)
            audit.record("walked_in", "registration", registration.id, expo_id=registration.expo_id)
    except WrongStep:
        if registration.state in WAITING:
            raise  # and not because the other sending of the form came first
    return registration
