from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.capacity.holders import holder
from expo.capacity.models import Pool
from expo.core.checks import check
from expo.core.db import db
from expo.registration.models import LIVE as LIVE_REGISTRATIONS
from expo.registration.models import Registration

from .models import LIVE, CategorySeats, Delegation, Link, Nominee, NomineeState, NomineeTicket


@holder
def _held() -> sa.Select[int, int]:
    return (
        sa.select(CategorySeats.pool_id, sa.func.count(Nominee.id))
        .join(Nominee, Nominee.seats_id == CategorySeats.id)
        .where(Nominee.state.in_(LIVE))
        .group_by(CategorySeats.pool_id)
    )


@check("1", "a delegation's seats hold exactly its live nominees, per category")
def seats() -> Iterator[str]:
    held = (
        sa.select(sa.func.count())
        .select_from(Nominee)
        .where(Nominee.seats_id == CategorySeats.id, Nominee.state.in_(LIVE))
        .scalar_subquery()
    )
    differ = (
        sa.select(CategorySeats.delegation_id, CategorySeats.category, Pool.taken, held.label("held"))
        .join(Pool, CategorySeats.pool_id == Pool.id)
        .where(Pool.taken != held)
    )
    for row in db.session.execute(differ):
        yield (
            f"delegation {row.delegation_id}, {row.category}: {row.held} live nominees, the pool says {row.taken}"
        )


@check("1", "a registered nominee has a live registration, and nobody else has one through the delegation")
def registrations() -> Iterator[str]:
    live = sa.exists().where(
        NomineeTicket.nominee_id == Nominee.id,
        NomineeTicket.registration_id == Registration.id,
        Registration.state.in_(LIVE_REGISTRATIONS),
    )
    wrong = sa.select(Nominee.id, Nominee.state).where(
        sa.or_(
            sa.and_(Nominee.state == NomineeState.REGISTERED, sa.not_(live)),
            sa.and_(Nominee.state != NomineeState.REGISTERED, live),
        )
    )
    for row in db.session.execute(wrong):
        yield f"nominee {row.id} is {row.state}, and the registrations say otherwise"


@check("9", "a nominee, its seat and its link are of one delegation")
def one_delegation() -> Iterator[str]:
    strays = (
        sa.select(Nominee.id)
        .join(CategorySeats, Nominee.seats_id == CategorySeats.id)
        .where(Nominee.delegation_id != CategorySeats.delegation_id)
    )
    for row in db.session.execute(strays):
        yield f"nominee {row.id} sits on another delegation's seat"
    linked = (
        sa.select(Link.id)
        .join(Nominee, Link.nominee_id == Nominee.id)
        .where(Link.delegation_id != Nominee.delegation_id)
    )
    for row in db.session.execute(linked):
        yield f"link {row.id} is of another delegation than its nominee"


@check("1", "a group that has ordered places has as many seats as live places of its order")
def bought_seats() -> Iterator[str]:
    seats = (
        sa.select(sa.func.coalesce(sa.func.sum(Pool.capacity), 0))
        .join(CategorySeats, CategorySeats.pool_id == Pool.id)
        .where(CategorySeats.delegation_id == Delegation.id)
        .scalar_subquery()
    )
    held = (
        sa.select(sa.func.count(Registration.id))
        .where(Registration.order_id == Delegation.order_id, Registration.state.in_(LIVE_REGISTRATIONS))
        .scalar_subquery()
    )
    wrong = sa.select(Delegation.code, seats, held).where(
        Delegation.order_id.is_not(None), Delegation.closed_at.is_(None), seats != held
    )
    for code, places, live in db.session.execute(wrong):
        yield f"group {code} has {places} seats and {live} live places"
