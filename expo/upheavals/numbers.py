"""Whom and what a cancellation or move touches, in numbers. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from expo.booking.models import LIVE as LIVE_BOOKINGS
from expo.booking.models import Booking
from expo.core.db import db
from expo.core.money import Money
from expo.payment.models import Order, OrderLine, OrderState
from expo.programme.models import Appearance, Occurrence, Session
from expo.programme.words import AppearanceState
from expo.registration.models import LIVE as LIVE_REGISTRATIONS
from expo.registration.models import Registration, TicketType

from .models import Kind, Whole
from .touching import Wish


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sessions and their times; people with seats or in line, speakers; whose places end, and what goes back."""

    sessions: int
    times: int
    people: int
    speakers: int
    registrations: int
    money: tuple[Money, ...]


def count(wish: Wish, times: Collection[Occurrence]) -> Numbers:
    """Five queries, whatever the size."""
    ids, sessions = [time.id for time in times], {time.session_id for time in times}
    people = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Booking.person_id))).where(
            Booking.occurrence_id.in_(ids), Booking.state.in_(LIVE_BOOKINGS)
        )
    )
    speakers = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Appearance.speaker_id))).where(
            Appearance.session_id.in_(sessions),
            Appearance.state != AppearanceState.DECLINED,
            sa.or_(Appearance.occurrence_id.is_(None), Appearance.occurrence_id.in_(ids)),
        )
    )
    ending = registrations(wish)
    return Numbers(len(sessions), len(times), people or 0, speakers or 0, len(ending), _money(ending))


def registrations(wish: Wish) -> list[int]:
    """Whose places end: all at a conference that is cancelled; on a day, those whose ticket opens nothing else."""
    if wish.kind is not Kind.CANCEL or wish.conference is None or wish.whole is Whole.VENUE:
        return []
    return places_that_end(wish.conference.id, wish.day)


def places_that_end(
    conference_id: int,
    day: date | None,
    *,
    after: int = 0,
    most: int | None = None,
    person_id: int | None = None,
) -> list[int]:
    """The live registrations that open nothing any more, by id: those after this one, so many, of one person."""
    wanted = (
        sa.select(Registration.id)
        .where(
            Registration.conference_id == conference_id,
            Registration.state.in_(LIVE_REGISTRATIONS),
            Registration.id > after,
        )
        .order_by(Registration.id)
        .limit(most)
    )
    if person_id is not None:
        wanted = wanted.where(Registration.person_id == person_id)
    if day is not None:
        kinds = db.session.execute(
            sa.select(TicketType.id, TicketType.valid_days).where(TicketType.conference_id == conference_id)
        )
        of_day = [key for key, days in kinds if days and set(days) == {day.isoformat()}]
        wanted = wanted.where(Registration.ticket_type_id.in_(of_day))
    return list(db.session.scalars(wanted))


def _money(registration_ids: Collection[int]) -> tuple[Money, ...]:
    """What was paid for these places, which all goes back; by currency."""
    rows = db.session.execute(
        sa.select(Order.currency, OrderLine.price_minor)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Registration, Registration.order_line_id == OrderLine.id)
        .where(Registration.id.in_(registration_ids), Order.state == OrderState.SETTLED)
    )
    sums: Counter[str] = Counter()
    for currency, minor in rows:
        sums[currency] += minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()) if minor)


def sessions_of(occurrence_ids: Collection[int]) -> set[int]:
    """The sessions that these are times of."""
    return set(
        db.session.scalars(
            sa.select(Session.id)
            .join(Occurrence, Occurrence.session_id == Session.id)
            .where(Occurrence.id.in_(occurrence_ids))
        )
    )
