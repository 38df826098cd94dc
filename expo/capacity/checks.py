from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from expo.core.checks import check
from expo.core.db import db

from .holders import holders
from .models import Overrun, Pool


@check("1", "no pool holds more than its capacity and what was forced")
def never_over() -> Iterator[str]:
    """Beside the constraint, for databases that were restored or mended by hand."""
    over = sa.select(Pool.id, Pool.taken, Pool.capacity).where(Pool.taken > Pool.capacity + Pool.over)
    for row in db.session.execute(over):
        yield f"pool {row.id}: {row.taken} taken of {row.capacity}"


@check("1", "what is taken of a pool is what is held of it, what is taken below it, and what was set aside")
def the_tree() -> Iterator[str]:
    below = sa.select(Pool.parent_id, sa.func.sum(Pool.taken)).where(Pool.parent_id.is_not(None))
    aside = sa.select(Pool.reserve_of_id, sa.func.sum(Pool.capacity)).where(Pool.reserve_of_id.is_not(None))
    parts: list[Any] = [
        *(held() for held in holders()),
        below.group_by(Pool.parent_id),
        aside.group_by(Pool.reserve_of_id),
    ]
    held: dict[int, int] = {}
    for part in parts:
        for pool_id, places in db.session.execute(part):
            held[pool_id] = held.get(pool_id, 0) + int(places or 0)
    for row in db.session.execute(sa.select(Pool.id, Pool.taken)):
        if row.taken != held.get(row.id, 0):
            yield f"pool {row.id}: {row.taken} taken, {held.get(row.id, 0)} held"


@check("1", "what is over a pool's capacity was forced by somebody, with a reason")
def forced_by_somebody() -> Iterator[str]:
    forced = (
        sa.select(sa.func.coalesce(sa.func.sum(Overrun.places), 0))
        .where(Overrun.pool_id == Pool.id)
        .scalar_subquery()
    )
    for row in db.session.execute(
        sa.select(Pool.id, Pool.over, forced.label("forced")).where(Pool.over > forced)
    ):
        yield f"pool {row.id}: {row.over} over, {row.forced} forced"
