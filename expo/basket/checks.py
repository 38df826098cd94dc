from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from expo.capacity import pools
from expo.core import clock
from expo.core.checks import check
from expo.core.db import db
from expo.registration.models import TicketType

from .models import Basket, BasketItem, BasketState, Waiting, WaitState
from .waiting import on_sale

LATE = timedelta(hours=1)  # a worker that was away


@check("1", "only an open basket holds places, and none long after its time")
def baskets() -> Iterator[str]:
    held = sa.select(BasketItem.basket_id).where(BasketItem.holds_place)
    wrong = sa.select(Basket.id, Basket.state, Basket.until).where(
        sa.or_(
            sa.and_(Basket.state != BasketState.OPEN, Basket.id.in_(held)),
            sa.and_(Basket.state == BasketState.OPEN, Basket.until < clock.now() - LATE),
        )
    )
    for row in db.session.execute(wrong):
        yield f"basket {row.id} is {row.state} since {row.until:%Y-%m-%d %H:%M} and holds places"


@check("1", "no place is free while somebody waits for it whose party fits")
def nobody_waits_in_vain() -> Iterator[str]:
    waiting = db.session.execute(
        sa.select(Waiting.ticket_type_id, sa.func.min(Waiting.party))
        .where(Waiting.state == WaitState.WAITING)
        .group_by(Waiting.ticket_type_id)
    ).all()
    for ticket_type_id, party in waiting:
        kind = db.session.get_one(TicketType, ticket_type_id)
        left = pools.left([kind.pool_id])[kind.pool_id]
        if on_sale(kind) and (left is None or left >= party):
            yield f"ticket type {kind.name}: {left} places are free, and a party of {party} waits"
