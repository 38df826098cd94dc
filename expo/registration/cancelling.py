"""What goes back to whoever cancels what they paid for (R10): by the rules of the ticket type, quoted to the öre before.

A rule says: so many days before the conference begins, or earlier, so many per cent go back. The best rule that fits
counts; where none does, nothing goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import clock
from expo.core.db import db
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.payment import queries as payment
from expo.payment import settling
from expo.payment.models import OrderLine, OrderState

from . import billing
from .change_models import ChangeState, TicketChange
from .models import Registration, TicketType

MOST_RULES = 10


@dataclass(frozen=True, slots=True)
class Quote:
    """What was paid for a registration with its add-ons, what of it goes back now, and until when that holds."""

    paid: Money
    back: Money
    percent: int
    until: datetime | None
    keep: dict[int, Money]

    @property
    def kept(self) -> Money:
        return self.paid - self.back


def quote(registration: Registration) -> Quote | None:
    """What would go back if the registration were cancelled now; None where nothing was paid for it."""
    lines = [
        line
        for line in payment.lines_with(billing.lines_of(registration))
        if line.order.state is OrderState.SETTLED
    ]
    paid = sum(settling.price_left(line) for line in lines)
    if not paid:
        return None
    percent, until = rule_of(registration)
    keep = {line.id: _kept(line, percent) for line in lines}
    back = paid - sum(one.minor for one in keep.values())
    currency = next(line.order.currency for line in lines if line.price_minor)
    return Quote(Money(paid, currency), Money(back, currency), percent, until, keep)


def _kept(line: OrderLine, percent: int) -> Money:
    return Money(kept(settling.price_left(line), percent), line.order.currency)


def kept(minor: int, percent: int) -> int:
    """What is not given back, rounded down: half an öre is the delegate's."""
    return minor - -(-minor * percent // 100)


def rule_of(registration: Registration) -> tuple[int, datetime | None]:
    """How much goes back now, in per cent, and until when: the least that any ticket gives that was paid for, so that
    changing to one with milder rules is no way around them."""
    order = registration.order
    paid_at = order.settled_at if order else None
    changed = sa.select(TicketChange).where(
        TicketChange.registration_id == registration.id, TicketChange.state == ChangeState.DONE
    )
    had = [
        one.from_type
        for one in db.session.scalars(changed)
        if paid_at is None or one.asked_at >= paid_at  # before, the order itself was changed
    ]
    return min((_rule(kind) for kind in (registration.ticket_type, *had)), key=lambda one: one[0])


def _rule(kind: TicketType) -> tuple[int, datetime | None]:
    """How much goes back now, in per cent, and until when."""
    begins = datetime.combine(kind.conference.starts_on, time(), kind.conference.zone)
    fitting = [
        (percent, begins - timedelta(days=days))
        for days, percent in rules(kind)
        if clock.now() < begins - timedelta(days=days)
    ]
    return max(fitting, default=(0, None))


def rules(kind: TicketType) -> list[tuple[int, int]]:
    """Days before the conference, and per cent; the earliest first."""
    return sorted(((int(days), int(percent)) for days, percent in kind.cancellation or ()), reverse=True)


def read(lines: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Rules as organisers type them, one per line: "14: 50". Raises BadInput."""
    found = {}
    for line in lines:
        days, _colon, percent = (part.strip(" %") for part in line.partition(":"))
        if not (days.isascii() and days.isdigit() and percent.isascii() and percent.isdigit()):
            raise BadInput(_("Days and per cent, such as 14: 50."), field="cancellation")
        if int(days) > 1000 or int(percent) > 100 or len(lines) > MOST_RULES:
            raise BadInput(_("At most 1,000 days and 100 per cent, in ten lines."), field="cancellation")
        found[int(days)] = int(percent)
    return tuple(sorted(found.items(), reverse=True))
