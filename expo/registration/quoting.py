"""What a change of choices costs (R10), to the öre, before it is made: what is to pay now, and what of what is given up
goes back, by the rules for cancelling, so that a change is no way around them.

What was sold stays sold at its rate of VAT; what comes on top has the rate of the new ticket.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core.db import db
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.payment import queries as payment
from expo.payment import settling
from expo.payment.models import OrderLine, OrderState
from expo.payment.orders import Line
from expo.payment.settling import Less

from . import billing, cancelling, letters, queries, vouchers
from .change_models import ChangeState, TicketChange
from .models import AddOn, Registration, RegistrationState, TakenAddOn, TicketType
from .refusals import ChangeWaits, NotOnSale, PayerDecides, WrongStep
from .submitting import check_add_on, check_sale
from .voucher_models import VoucherUse

CHANGEABLE = (RegistrationState.APPROVED, RegistrationState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Given:
    """What is given up: what was paid for it, and what of that goes back."""

    text: str
    worth: Money
    back: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """A change and what it costs. `is_open`: nothing was paid yet, so the order itself is changed."""

    registration: Registration
    kind: TicketType
    price_minor: int
    currency: str
    come: list[AddOn]
    gone: list[TakenAddOn]
    lines: list[Line]
    given: list[Given]
    less_minor: int
    discount_minor: int
    percent: int
    until: datetime | None
    is_open: bool

    @property
    def pay(self) -> Money:
        return Money(sum(one.price.minor for one in self.lines), self.currency)

    @property
    def back(self) -> Money:
        return Money(sum(one.back.minor for one in self.given), self.currency)

    @property
    def kept(self) -> Money:
        return Money(sum(one.worth.minor for one in self.given), self.currency) - self.back

    @property
    def is_other_ticket(self) -> bool:
        return self.kind.id != self.registration.ticket_type_id

    @property
    def total(self) -> Money:
        """What the order says afterwards, where it is not paid yet."""
        order = self.registration.order
        return (order.total if order else Money(0, self.currency)) + self.pay - self.back


def waiting(registration_id: int) -> TicketChange | None:
    """The change of a registration that waits for its payment."""
    return db.session.scalar(
        sa.select(TicketChange).where(
            TicketChange.registration_id == registration_id, TicketChange.state == ChangeState.WAITING
        )
    )


def waiting_of(registration_ids: Iterable[int]) -> dict[int, TicketChange]:
    """Changes that wait for their payment, by registration. One query."""
    found = db.session.scalars(
        sa.select(TicketChange)
        .where(
            TicketChange.registration_id.in_(list(registration_ids)),
            TicketChange.state == ChangeState.WAITING,
        )
        .options(joinedload(TicketChange.to_type), joinedload(TicketChange.order))
    )
    return {one.registration_id: one for one in found}


def changeable(registrations: Iterable[Registration]) -> set[int]:
    """Which of these there is a choice for: another ticket, or something with it. `check` says the rest. One query."""
    mine = [
        one
        for one in registrations
        if one.person_id is not None and one.payer_id is None and one.state in CHANGEABLE
        and not queries.is_over(one.conference)
    ]  # fmt: skip
    ids = {one.conference_id for one in mine}
    several = (
        sa.select(TicketType.conference_id)
        .where(TicketType.conference_id.in_(ids))
        .group_by(TicketType.conference_id)
        .having(sa.func.count() > 1)
    )
    with_it = sa.select(AddOn.conference_id).where(AddOn.conference_id.in_(ids))
    there = set(db.session.scalars(sa.union(several, with_it))) if ids else set()
    return {one.id for one in mine if one.conference_id in there}


def check(registration: Registration) -> None:
    """Raises WrongStep, NotOnSale, PayerDecides or ChangeWaits, saying why this one cannot be changed now."""
    if registration.person_id is None or registration.state not in CHANGEABLE:
        raise WrongStep(_("Only a place that is yours can be changed."))
    if queries.is_over(registration.conference):
        raise NotOnSale(_("%(conference)s is over.", conference=registration.conference.title))
    if registration.payer_id is not None:
        raise PayerDecides(
            _("Your delegation pays for this place. Ask its focal point, or the organisers, to change it.")
        )
    if waiting(registration.id) is not None:
        raise ChangeWaits(
            _("You have asked for a change that waits for its payment. Pay it, or call it off.")
        )
    if registration.state is RegistrationState.APPROVED:
        order = registration.order
        if order is None or letters.payer_of(registration) or not settling.is_growing(order):
            raise WrongStep(
                _("Its order is being paid, or an invoice is written for it. Pay it first, then change.")
            )


def offered(registration: Registration, *, code: str = "", by_team: bool = False) -> list[TicketType]:
    """The tickets among which one can choose: one's own, those on sale, hidden ones by their code; all of the
    conference for its team."""
    found = (
        queries.every_of(registration.conference_id)
        if by_team
        else [
            kind
            for kind in queries.ticket_types(
                registration.expo_id, conference_id=registration.conference_id, hidden_too=True
            )
            if not kind.is_hidden or vouchers.opens(kind, code, None)
        ]
    )
    others = [kind for kind in found if not kind.is_donation and kind.id != registration.ticket_type_id]
    return [registration.ticket_type, *others]


def check_kind(registration: Registration, kind: TicketType, *, by_team: bool = False) -> None:
    """Raises NotOnSale or PayerDecides, saying why this one cannot have this ticket instead of theirs."""
    if kind.id == registration.ticket_type_id:
        return
    if kind.conference_id != registration.conference_id or kind.is_donation:
        raise NotOnSale(_("%(ticket)s cannot be had now.", ticket=kind.name))
    check_sale(kind)
    if kind.needs_approval and not by_team:
        raise NotOnSale(
            _("The organisers approve each delegate for %(ticket)s. Ask them to change it.", ticket=kind.name)
        )
    if letters.payer_of(registration) is not None:
        raise PayerDecides(_("Somebody else pays for this place. You can add to it, but not exchange it."))
    used = _voucher_use(registration)
    if used is not None and used.voucher.ticket_type_id is not None:
        raise NotOnSale(_("Your code was for %(ticket)s only.", ticket=registration.ticket_type.name))


def quote(
    *, registration: Registration, kind: TicketType, add_ons: Iterable[AddOn], by_team: bool = False
) -> Quote:
    """What it costs to have this ticket and just these add-ons instead.

    Raises BadInput where nothing would change, and all that `check` and `check_kind` raise.
    """
    check(registration)
    check_kind(registration, kind, by_team=by_team)
    have = queries.add_ons_of([registration.id])
    wanted = {one.id: one for one in add_ons}
    come = [one for one in wanted.values() if one.id not in {each.add_on_id for each in have}]
    gone = [one for one in have if one.add_on_id not in wanted]
    for one in come:
        check_add_on(one, kind)
    if gone and letters.payer_of(registration) is not None:
        raise PayerDecides(_("Somebody else pays for this place. You can add to it, but not exchange it."))
    other = kind.id != registration.ticket_type_id
    if not (other or come or gone):
        raise BadInput(_("That is what you have already. Choose something else."), field="ticket")
    discount = _discount(registration, kind) if other else 0
    price = kind.price_minor - discount if other else registration.price_minor
    currency = _currency(registration, kind, have, come)
    is_open = registration.state is RegistrationState.APPROVED
    percent, until = (100, None) if is_open else cancelling.rule_of(registration)
    ticket, given, less = (_replaced if is_open else _difference)(
        registration, kind, Money(price, currency), percent
    )
    title = registration.conference.title
    lines = [
        *ticket,
        *(
            Line(f"{title}: {one.name}", Money(one.price_minor, currency), one.vat_basis_points)
            for one in come
        ),
    ]
    for each in gone:
        worth = sum(settling.price_left(line) for line in _lines([each.order_line_id]))
        given.append(_given(each.add_on.name, worth, percent, currency))
    return Quote(
        registration, kind, price, currency, come, gone, lines, given, less, discount, percent, until, is_open
    )  # fmt: skip


def parts(lines: Iterable[OrderLine], less_minor: int, percent: int) -> list[Less]:
    """From which lines so much is taken, the newest first, and what of each is kept."""
    found = []
    for line in sorted(lines, key=lambda one: -one.id):
        part = min(less_minor, settling.price_left(line))
        if part > 0:
            found.append(Less(line, part, cancelling.kept(part, percent)))
            less_minor -= part
    return found


def paid_lines(registration: Registration) -> list[OrderLine]:
    """The lines that were paid for its ticket and stand."""
    return [
        one
        for one in _lines(billing.ticket_lines(registration))
        if one.order.state is OrderState.SETTLED
    ]  # fmt: skip


def _difference(
    registration: Registration, kind: TicketType, price: Money, percent: int
) -> tuple[list[Line], list[Given], int]:
    """Of a paid ticket: a line for what the other costs more, or what is given up of it."""
    more = price.minor - registration.price_minor
    text = f"{registration.ticket_type.name} → {kind.name}"
    if more > 0:
        line = Line(
            f"{registration.conference.title}: {text}", Money(more, price.currency), kind.vat_basis_points
        )
        return [line], [], 0
    taken = parts(paid_lines(registration), -more, percent)
    less = sum(one.minor for one in taken)
    back = less - sum(one.fee_minor for one in taken)
    given = [Given(text, Money(less, price.currency), Money(back, price.currency))] if less else []
    return [], given, less


def _replaced(
    registration: Registration, kind: TicketType, price: Money, percent: int
) -> tuple[list[Line], list[Given], int]:
    """Of a ticket that nobody has paid for yet: its line is struck, and another written."""
    if kind.id == registration.ticket_type_id:
        return [], [], 0
    text = f"{registration.conference.title}: {kind.name}"
    was = sum(settling.price_left(line) for line in _lines([registration.order_line_id]))
    given = [_given(registration.ticket_type.name, was, percent, price.currency)]
    return [Line(text, price, kind.vat_basis_points)], given, 0


def _given(text: str, worth: int, percent: int, currency: str) -> Given:
    back = worth - cancelling.kept(worth, percent)
    return Given(text, Money(worth, currency), Money(back, currency))


def _lines(line_ids: Iterable[int | None]) -> list[OrderLine]:
    return payment.lines_with(one for one in line_ids if one is not None)


def _currency(
    registration: Registration, kind: TicketType, have: Iterable[TakenAddOn], come: Collection[AddOn]
) -> str:
    """The one currency of what was paid and what is to pay. Raises NotOnSale where there would be two."""
    known = {kind.currency} if kind.price_minor else set()
    known |= {one.currency for one in come if one.price_minor}
    if registration.price_minor or any(one.price_minor for one in have):
        known.add(registration.currency)
    if len(known) > 1:
        raise NotOnSale(
            _("%(ticket)s is sold in another currency than yours was.", ticket=kind.name)
        )  # fmt: skip
    return next(iter(known), kind.currency)


def _voucher_use(registration: Registration) -> VoucherUse | None:
    return db.session.scalar(
        sa.select(VoucherUse).where(
            VoucherUse.registration_id == registration.id, VoucherUse.undone_at.is_(None)
        )
    )


def _discount(registration: Registration, kind: TicketType) -> int:
    """What the voucher of a registration takes over of another ticket: never more than it has given already."""
    used = _voucher_use(registration)
    return min(used.amount_minor, vouchers.discount(used.voucher, kind.price)) if used else 0
