"""What the registration room writes to people; each letter is queued in the transaction of its cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose, Person
from expo.core.money import Money
from expo.mail import outbox
from expo.payment import orders, queries
from expo.payment.models import Order, OrderState

from .change_models import ChangedAddOn, TicketChange
from .models import Registration


def received(person: Person, registrations: list[Registration], placed: list[Order], secret: str) -> None:
    """Where everything of a basket stands, and what is to be paid."""
    if person.email:
        outbox.queue(
            "registration_received",
            to=person.email,
            language=person.language,
            expo_id=person.expo_id,
            name=person.name,
            registrations=[told(registration, person.language) for registration in registrations],
            order=placed[0].code,
            secret=secret,
            bills=[_bill(order, person.language) for order in placed if order.state is OrderState.OPEN],
            claim=None if person.account_id else accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person),
        )


def write(
    registration: Registration, letter: str, *, note: str = "", order: Order | None = None, **facts: Any
) -> None:
    """One letter about one registration; with the order that has to be paid for it, if there is one and it is its
    person's own: the address of another's order is for that one alone."""
    person: Person | None = registration.person
    if person is not None and person.email:
        outbox.queue(
            letter,
            to=person.email,
            language=person.language,
            expo_id=registration.expo_id,
            name=person.name,
            registration=told(registration, person.language),
            note=note,
            bill=_bill(order, person.language) if order and order.person_id == person.id else None,
            **facts,
        )


def payer_of(registration: Registration) -> Person | None:
    """Who pays for it, where that is not its own person: theirs is the order, and its address."""
    order = registration.order
    if order is None or order.person_id == registration.person_id or registration.order_line_id is None:
        return None
    return order.person


def bill_opened(order: Order) -> None:
    """To whoever pays for several: there is something to pay now, and more may follow on the same bill."""
    person = order.person
    if person.email:
        outbox.queue(
            "order_for_others",
            to=person.email,
            language=person.language,
            expo_id=order.expo_id,
            name=person.name,
            bill=_bill(order, person.language),
        )


def place_received(person: Person, registrations: list[Registration]) -> None:
    """Somebody has handed these places on to this person, who learns it here."""
    if person.email:
        outbox.queue(
            "place_received",
            to=person.email,
            language=person.language,
            expo_id=person.expo_id,
            name=person.name,
            registrations=[told(registration, person.language) for registration in registrations],
            claim=None if person.account_id else accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person),
        )


def pay_soon(order: Order, held: list[Registration]) -> None:
    """What is held for an order, and what it takes to keep it, once more before it is due."""
    person = order.person
    if person.email:
        outbox.queue(
            "registration_pay_soon",
            to=person.email,
            language=person.language,
            expo_id=order.expo_id,
            name=person.name,
            registrations=[told(registration, person.language) for registration in held],
            bill=_bill(order, person.language),
        )


def order_expired(order: Order, ended: list[Registration]) -> None:
    """What was held for an order that nobody paid is given back."""
    person = order.person
    if person.email:
        outbox.queue(
            "order_expired",
            to=person.email,
            language=person.language,
            expo_id=order.expo_id,
            name=person.name,
            order=order.code,
            registrations=[told(registration, person.language) for registration in ended],
        )


def change_to_pay(change: TicketChange, order: Order) -> None:
    """What is held for a change until its difference is paid, to whoever asked for it."""
    person = change.registration.person
    if person.email:
        outbox.queue(
            "change_to_pay",
            to=person.email,
            language=person.language,
            expo_id=change.expo_id,
            name=person.name,
            registration=told(change.registration, person.language),
            ticket=change.to_type.name,
            bill=_bill(order, person.language),
        )


def told_change(change: TicketChange, add_ons: list[ChangedAddOn]) -> dict[str, Any]:
    """What a letter says of a change."""
    return {
        "before": change.from_type.name,
        "after": change.to_type.name,
        "more": [one.add_on.name for one in add_ons if one.is_added],
        "less": [one.add_on.name for one in add_ons if not one.is_added],
    }


def late(order: Order, letter: str, *, deadline: datetime | None = None) -> None:
    """What becomes of money that came too late."""
    person = order.person
    if person.email:
        outbox.queue(
            letter,
            to=person.email,
            language=person.language,
            expo_id=order.expo_id,
            name=person.name,
            order=order.code,
            secret=orders.secret_of(order),
            total=Money(queries.captured(order.id), order.currency).said(person.language),
            deadline=deadline,
        )


def _bill(order: Order, language: str) -> dict[str, object]:
    return {
        "code": order.code,
        "secret": orders.secret_of(order),
        "total": order.total.said(language),
        "due_at": order.due_at,
        "seller": order.seller.name if order.seller else "",
        "how_to_pay": order.seller.how_to_pay if order.seller else "",
        "lines": [f"{line.text}: {line.price.said(language)}" for line in queries.lines_of([order.id])],
    }


def told(registration: Registration, language: str) -> dict[str, str]:
    """What a letter says of a registration; who pays, where that is somebody else."""
    payer = payer_of(registration)
    return {
        "payer": (payer.organisation or payer.name) if payer else "",
        "conference": registration.conference.title_in(language)[0],
        "ticket": registration.ticket_type.name,
        "code": registration.code,
        "state": registration.state.value,
    }
