"""Reminders before a deadline: to whoever has to decide, and to whoever has to pay. Planned with their cause; when
they come, they look again at how things stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from expo.accounts.models import Account
from expo.core import clock, jobs
from expo.core.db import db, transaction
from expo.mail import outbox
from expo.payment.models import Order, OrderState
from expo.programme import teams
from expo.programme.words import Deed

from . import letters, queries
from .models import Registration, RegistrationState, TicketType

DECIDE, PAY = "decide_reminder", "payment_reminder"
BEFORE = (timedelta(days=3), timedelta(days=1))


def plan_decisions(kind: TicketType) -> None:
    """In the transaction that sets until when the organisers decide. What was planned for another day does nothing."""
    by = kind.decide_by
    if by is None or not kind.needs_approval:
        return
    for ahead in BEFORE:
        if by - ahead > clock.now():
            jobs.add(
                DECIDE,
                {"ticket_type": kind.id, "by": by.isoformat()},
                at=by - ahead,
                key=f"{DECIDE}:{kind.id}:{by.isoformat()}:{ahead.days}",
            )


def plan_payment(order: Order) -> None:
    """In the transaction that opens an order. One that is due sooner than a reminder would come has none."""
    if order.state is not OrderState.OPEN or order.due_at is None:
        return
    for ahead in BEFORE:
        if order.due_at - ahead > clock.now() + timedelta(hours=12):
            jobs.add(PAY, {"order": order.id}, at=order.due_at - ahead, key=f"{PAY}:{order.id}:{ahead.days}")


@jobs.handler(DECIDE)
def _remind_deciders(payload: dict[str, Any]) -> None:
    kind = db.session.get(TicketType, payload["ticket_type"])
    if kind is None or kind.decide_by is None or kind.decide_by.isoformat() != payload["by"]:
        return
    with transaction():
        waiting = _waiting(kind)
        first, last = waiting[RegistrationState.SUBMITTED], waiting[RegistrationState.PRE_APPROVED]
        told: dict[int, tuple[Account, int]] = {}
        for deed, count in (
            (Deed.PRE_APPROVE if kind.approval_stages == 2 else Deed.DECIDE, first),
            (Deed.APPROVE_LAST if kind.owners_last else Deed.DECIDE, last),
        ):
            for account in teams.accounts_with(kind.expo_id, kind.conference_id, deed) if count else ():
                told[account.id] = (account, count + told.get(account.id, (account, 0))[1])
        for account, count in told.values():
            outbox.queue(
                "decisions_wait",
                to=account.email,
                language=account.language,
                expo_id=kind.expo_id,
                name=account.name,
                conference=kind.conference.title_in(account.language)[0],
                ticket=kind.name,
                count=count,
                by=kind.decide_by,
                zone=kind.conference.time_zone,
                slug=kind.conference.slug,
                number=kind.id,
            )


@jobs.handler(PAY)
def _remind_payer(payload: dict[str, Any]) -> None:
    order = db.session.get(Order, payload["order"])
    if order is None:
        return
    with transaction():
        db.session.refresh(order)
        if order.state is not OrderState.OPEN or order.due_at is None or order.due_at <= clock.now():
            return
        change = queries.change_of(order.id)
        held = [change.registration] if change is not None else queries.approved_by(order.id)
        if held:
            letters.pay_soon(order, held)


def _waiting(kind: TicketType) -> dict[RegistrationState, int]:
    rows = db.session.execute(
        sa.select(Registration.state, sa.func.count())
        .where(Registration.ticket_type_id == kind.id)
        .group_by(Registration.state)
    )
    found = dict.fromkeys(RegistrationState, 0)
    found.update({row[0]: row[1] for row in rows})
    return found
