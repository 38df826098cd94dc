"""Handing a place on to somebody else: what a delegate does with a colleague, and a focal point with a substitute.

The place never becomes free in between, so nobody takes it and nothing is paid twice: ticket, order, add-ons and
voucher go over to a registration of its own, with a code of its own, and the one before ends. Where organisers
approve each delegate they approve the new one too; the place is held until they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import audit, clock, news, tokens
from expo.core.db import add_unless_there, db, execute, lock, transaction

from . import billing, changing, letters, queries, vouchers
from .change_models import TicketChange
from .models import LIVE, Registration, RegistrationState, TakenAddOn
from .news import PlaceHandedOn, Registered, RegistrationConfirmed, RegistrationEnded, RegistrationOver
from .refusals import AlreadyRegistered, TooLate, WrongStep
from .submitting import Newcomer, arrive
from .voucher_models import VoucherUse


def hand_on(
    *, registrations: Sequence[Registration], to: Person | Newcomer, with_seats: bool = True
) -> list[Registration]:
    """Give these places of one person to somebody else, all or none; what was booked goes along, or is given back.

    Raises WrongStep (somebody was quicker), TooLate, AlreadyRegistered, CodeRefused (a voucher for one address only).
    """
    if not registrations:
        raise WrongStep(_("There is no place to hand on any more."))
    with transaction():
        billing.hold_orders(*registrations)  # before them: a payment holds them in this order too
        ordered = sorted(registrations, key=lambda one: one.id)
        for one in ordered:
            lock(one)
            check(one)
        successor = to if isinstance(to, Person) else arrive(to)
        lock(successor)
        received = [_hand_on(one, successor) for one in ordered]
        letters.place_received(successor, received)
        for before, after in zip(ordered, received, strict=True):
            letters.write(before, "place_handed_on", successor=successor.name)
            _tell(before, after, with_seats)
    return received


def take_back(*, registration: Registration) -> Registration:
    """The place goes back to whoever ordered it, without a name; its person's seats are given back. Raises WrongStep."""
    with transaction():
        billing.hold_orders(registration)
        lock(registration)
        if not registration.is_live:
            raise WrongStep(_("There is no place to hand on any more."))
        after = _hand_on(registration, None)
        letters.write(registration, "registration_withdrawn")
        _tell(registration, after, with_seats=False)
    return after


def check(registration: Registration) -> None:
    """Raises WrongStep, or TooLate, where this place can be handed on no more."""
    if registration.state not in LIVE or registration.state is RegistrationState.STARTED:
        raise WrongStep(_("There is no place to hand on any more."))
    if clock.now() >= until(registration):
        raise TooLate(
            _("The day until which places of %(ticket)s can be handed on has passed.",
              ticket=registration.ticket_type.name)
        )  # fmt: skip


def until(registration: Registration) -> datetime:
    """The last moment: that of the ticket type, never later than the conference itself."""
    conference = registration.conference
    over = datetime.combine(conference.ends_on + timedelta(days=1), time(0), conference.zone)
    locked = registration.ticket_type.transfer_until
    return min(locked, over) if locked else over


def may(registration: Registration) -> bool:
    """Whether the place can be handed on now."""
    return (
        registration.state in LIVE
        and registration.state is not RegistrationState.STARTED
        and clock.now() < until(registration)
    )


def is_approved_anew(registration: Registration) -> bool:
    """Whether the organisers have to look at the new person."""
    used = _voucher_use(registration)
    return registration.ticket_type.needs_approval and not (used and used.voucher.skips_approval)


def _voucher_use(registration: Registration) -> VoucherUse | None:
    return db.session.scalar(
        sa.select(VoucherUse).where(
            VoucherUse.registration_id == registration.id, VoucherUse.undone_at.is_(None)
        )
    )


def _hand_on(before: Registration, successor: Person | None) -> Registration:
    changing.end_waiting(before)
    now, used, old_state = clock.now(), _voucher_use(before), before.state
    if used is not None and successor is not None:
        vouchers.check_address(used.voucher, successor)
    if successor is not None and queries.live(successor.id, before.conference_id):
        raise AlreadyRegistered(
            _("%(name)s is registered for %(conference)s already.",
              name=successor.name, conference=before.conference.title)
        )  # fmt: skip
    after = Registration(
        expo_id=before.expo_id,
        conference_id=before.conference_id,
        ticket_type_id=before.ticket_type_id,
        person_id=successor.id if successor else None,
        order_id=before.order_id,
        order_line_id=before.order_line_id,
        code=tokens.code(),
        state=RegistrationState.SUBMITTED if is_approved_anew(before) else old_state,
        state_since=now,
        submitted_at=now,
        holds_place=before.holds_place,
        pool_id=before.pool_id,
        payer_id=before.payer_id,
        price_minor=before.price_minor,
        currency=before.currency,
    )
    if not add_unless_there(after):
        assert successor is not None
        raise AlreadyRegistered(_("%(name)s is registered already.", name=successor.name))
    ended = execute(
        sa.update(Registration)
        .where(Registration.id == before.id, Registration.state == old_state)
        .values(
            state=RegistrationState.WITHDRAWN, state_since=now, decided_by=audit.actor(), holds_place=False,
            order_line_id=None, handed_to_id=after.id,
        )
    )  # fmt: skip
    if ended != 1:
        raise WrongStep(_("There is no place to hand on any more."))
    for table in (TakenAddOn, VoucherUse, TicketChange):
        execute(sa.update(table).where(table.registration_id == before.id).values(registration_id=after.id))
    db.session.expire_all()
    audit.record(
        "registration_handed_on", "registration", before.id, expo_id=before.expo_id,
        before={"state": old_state.value}, after={"to": after.id},
    )  # fmt: skip
    audit.record(
        "registration_received", "registration", after.id, expo_id=after.expo_id,
        after={"from": before.id, "state": after.state.value},
    )  # fmt: skip
    return after


def _tell(before: Registration, after: Registration, with_seats: bool) -> None:
    if after.person_id is not None:
        news.tell(Registered(after.id))
    news.tell(PlaceHandedOn(before.id, after.id, with_seats))
    if after.state is RegistrationState.CONFIRMED:
        news.tell(RegistrationConfirmed(after.id))
    news.tell(RegistrationEnded(before.id))
    news.tell(RegistrationOver(before.id))
