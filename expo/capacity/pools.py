"""Taking and giving back places. The only code that changes `pools.taken`."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db, execute, in_transaction

from .models import Pool
from .refusals import PoolFull, PoolInUse

_TAKE = (
    sa.update(Pool)
    .where(
        Pool.id == sa.bindparam("pool"),
        sa.or_(Pool.capacity.is_(None), Pool.taken + sa.bindparam("places") <= Pool.capacity + Pool.over),
    )
    .values(taken=Pool.taken + sa.bindparam("places"))
)
_GIVE_BACK = (
    sa.update(Pool)
    .where(Pool.id == sa.bindparam("pool"), Pool.taken >= sa.bindparam("places"))
    .values(taken=Pool.taken - sa.bindparam("places"))
)


def create(expo_id: int, capacity: int | None) -> Pool:
    """A new pool with nothing taken, flushed so that it has an id."""
    pool = Pool(expo_id=expo_id, capacity=capacity, taken=0, over=0)
    db.session.add(pool)
    db.session.flush()
    return pool


def take(pool_ids: Iterable[int], places: int = 1) -> None:
    """Take places in every pool, or raise PoolFull and let the transaction undo the rest.

    One statement checks and takes, so two people cannot get the last place; read-then-write gave forty
    people ten seats. Pools are taken in the order of their ids, so that two baskets cannot wait for each
    other for ever.
    """
    _in_transaction()
    for pool_id in sorted(set(pool_ids)):
        if execute(_TAKE, {"pool": pool_id, "places": places}) != 1:
            raise PoolFull(_("No places are left."), pool=pool_id)


def give_back(pool_ids: Iterable[int], places: int = 1) -> None:
    """Give places back. Whoever calls has just ended, by a conditional statement, what held them."""
    _in_transaction()
    for pool_id in sorted(set(pool_ids)):
        if execute(_GIVE_BACK, {"pool": pool_id, "places": places}) != 1:
            raise RuntimeError(f"pool {pool_id} was given back {places} places that nobody held")


def resize(pool_id: int, capacity: int | None) -> None:
    """Give the pool another size. Raises PoolInUse when more is taken than would fit."""
    _in_transaction()
    changed = execute(
        sa.update(Pool)
        .where(Pool.id == pool_id, sa.true() if capacity is None else Pool.taken <= capacity + Pool.over)
        .values(capacity=capacity)
    )
    if changed != 1:
        taken = db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id))
        raise PoolInUse(_("%(taken)s places are taken already, so there cannot be fewer.", taken=taken))


def _in_transaction() -> None:
    if not in_transaction():
        raise RuntimeError("places change hands inside transaction() only")
