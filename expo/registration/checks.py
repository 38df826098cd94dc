from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.capacity.models import Pool
from expo.core.checks import check
from expo.core.db import db

from .models import LIVE, Registration, RegistrationState, TicketType


@check("1", "a ticket type's pool holds exactly the registrations that hold a place")
def places() -> Iterator[str]:
    held = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.ticket_type_id == TicketType.id, Registration.holds_place)
        .scalar_subquery()
    )
    differ = (
        sa.select(TicketType.name, Pool.taken, held.label("held"))
        .join(Pool, TicketType.pool_id == Pool.id)
        .where(Pool.taken != held)
    )
    for row in db.session.execute(differ):
        yield f"ticket type {row.name}: {row.held} registrations hold a place, the pool says {row.taken}"


@check("1", "confirmed registrations hold a place, ended ones do not")
def holders() -> Iterator[str]:
    wrong = sa.select(Registration.code, Registration.state).where(
        sa.or_(
            sa.and_(Registration.state == RegistrationState.CONFIRMED, sa.not_(Registration.holds_place)),
            sa.and_(Registration.state.not_in(LIVE), Registration.holds_place),
        )
    )
    for row in db.session.execute(wrong):
        yield f"registration {row.code} is {row.state} with the wrong hold on its place"


@check("2", "one live registration per person and conference")
def one_live() -> Iterator[str]:
    twice = (
        sa.select(Registration.person_id, Registration.conference_id)
        .where(Registration.state.in_(LIVE), Registration.person_id.is_not(None))
        .group_by(Registration.person_id, Registration.conference_id)
        .having(sa.func.count() > 1)
    )
    for row in db.session.execute(twice):
        yield f"person {row.person_id} is registered twice for conference {row.conference_id}"
