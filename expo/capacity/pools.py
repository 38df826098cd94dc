"""Taking and giving back places. The only code that changes `pools.taken`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, news
from expo.core.db import db, execute, in_transaction
from expo.core.refusals import BadInput, ChangedMeanwhile

from .models import Overrun, Pool
from .news import PlacesFreed
from .refusals import PoolFull, PoolInUse

_SAME_PARENT = Pool.parent_id.is_not_distinct_from(sa.bindparam("parent"))
_TAKE = (
    sa.update(Pool)
    .where(
        Pool.id == sa.bindparam("pool"),
        _SAME_PARENT,
        sa.or_(Pool.capacity.is_(None), Pool.taken + sa.bindparam("places") <= Pool.capacity + Pool.over),
    )
    .values(taken=Pool.taken + sa.bindparam("places"))
)
_GIVE_BACK = (
    sa.update(Pool)
    .where(Pool.id == sa.bindparam("pool"), _SAME_PARENT, Pool.taken >= sa.bindparam("places"))
    .values(
        taken=Pool.taken - sa.bindparam("places"),
        # What was forced goes first: a place over the capacity is nobody else's to take.
        over=sa.case(
            (
                Pool.taken - sa.bindparam("places") > Pool.capacity,
                Pool.taken - sa.bindparam("places") - Pool.capacity,
            ),
            else_=0,
        ),
    )
)
_ABOVE = sa.select(Pool.id, Pool.parent_id).where(Pool.id.in_(sa.bindparam("pools", expanding=True)))

_Tree = dict[int, int | None]


def create(
    expo_id: int, capacity: int | None, *, parent_id: int | None = None, reserve_of_id: int | None = None
) -> Pool:
    """A new pool with nothing taken, flushed so that it has an id."""
    pool = Pool(
        expo_id=expo_id,
        capacity=capacity,
        taken=0,
        over=0,
        parent_id=parent_id,
        reserve_of_id=reserve_of_id,
    )
    db.session.add(pool)
    db.session.flush()
    return pool


def take(pool_ids: Iterable[int], places: int = 1) -> None:
    """Take places in every pool, or raise PoolFull and let the transaction undo the rest."""
    take_all(dict.fromkeys(pool_ids, places))


def take_all(wanted: Mapping[int, int]) -> None:
    """Take so many places in each pool and in all above it, or raise PoolFull and let the transaction undo the rest.

    One statement checks and takes, so two people cannot get the last place; read-then-write gave forty
    people ten seats. What one transaction takes belongs into one call: see `exchange`.
    """
    exchange(wanted, {})


def exchange(wanted: Mapping[int, int], held: Mapping[int, int]) -> None:
    """Take places and give others back at once: where both stand in one pool, nothing changes there, so whoever
    changes within a full one is not kept out. Of `held` as in `give_back_all`. Raises PoolFull.

    Pools are changed in the order of their ids, so that two who want each other's do not wait for ever.
    """
    _in_transaction()
    tree = _tree([*wanted, *held])
    net = _with_those_above(wanted, tree)
    net.subtract(_with_those_above(held, tree))
    for pool_id, places in sorted(net.items()):
        if places > 0:
            _take(pool_id, tree[pool_id], places)
        elif places < 0:
            _give_back(pool_id, tree[pool_id], -places)
    freed = frozenset(pool_id for pool_id, places in net.items() if places < 0)
    if freed:
        news.tell(PlacesFreed(freed))


def _take(pool_id: int, parent_id: int | None, places: int) -> None:
    if execute(_TAKE, {"pool": pool_id, "parent": parent_id, "places": places}) != 1:
        _check_still_there(pool_id, parent_id)
        raise PoolFull(_("No places are left."), pool=pool_id)


def _give_back(pool_id: int, parent_id: int | None, places: int) -> None:
    if execute(_GIVE_BACK, {"pool": pool_id, "parent": parent_id, "places": places}) != 1:
        _check_still_there(pool_id, parent_id)
        raise RuntimeError(f"pool {pool_id} was given back {places} places that nobody held")


def force(pool_id: int, places: int, *, reason: str) -> int:
    """Take places whether or not there is room, and raise `over` by exactly what was missing, in the pool and in all
    above it. Returns how many places were missing at most. The actor of the audit is the one who forces.

    Raises BadInput without a reason.
    """
    _in_transaction()
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why there shall be more than fit."), field="reason")
    tree = _tree([pool_id])
    chain = sorted(_chain(pool_id, tree))
    db.session.execute(sa.select(Pool.id).where(Pool.id.in_(chain)).order_by(Pool.id).with_for_update())
    most = 0
    for one in chain:
        _check_still_there(one, tree[one])
        row = db.session.execute(
            sa.select(Pool.expo_id, Pool.capacity, Pool.over, Pool.taken).where(Pool.id == one)
        ).one()
        missing = 0 if row.capacity is None else max(0, row.taken + places - row.capacity - row.over)
        execute(
            sa.update(Pool).where(Pool.id == one).values(taken=Pool.taken + places, over=Pool.over + missing)
        )
        if missing:
            _note_overrun(row.expo_id, one, missing, reason)
        most = max(most, missing)
    return most


def _note_overrun(expo_id: int, pool_id: int, places: int, reason: str) -> None:
    db.session.add(
        Overrun(
            expo_id=expo_id,
            pool_id=pool_id,
            places=places,
            reason=reason,
            forced_by=audit.actor(),
            forced_at=clock.now(),
        )
    )
    audit.record("forced_over", "pool", pool_id, expo_id=expo_id, after={"places": places}, why=reason)


def give_back(pool_ids: Iterable[int], places: int = 1) -> None:
    """Give places back. Whoever calls has just ended, by a conditional statement, what held them."""
    give_back_all(dict.fromkeys(pool_ids, places))


def give_back_all(held: Mapping[int, int]) -> None:
    """Give so many places back in each pool and in all above it, and tell those who wait for one."""
    exchange({}, held)


def left(pool_ids: Iterable[int]) -> dict[int, int | None]:
    """How many places each of these pools, and all above it, leave; None without limit. A query per level."""
    asked = set(pool_ids)
    known: dict[int, tuple[int | None, int | None]] = {}
    level = asked
    while level:
        rows = db.session.execute(
            sa.select(Pool.id, Pool.parent_id, Pool.capacity, Pool.over, Pool.taken).where(Pool.id.in_(level))
        ).all()
        for row in rows:
            free = None if row.capacity is None else max(0, row.capacity + row.over - row.taken)
            known[row.id] = (row.parent_id, free)
        level = {row.parent_id for row in rows if row.parent_id is not None} - set(known)
    found: dict[int, int | None] = {}
    for pool_id in asked & set(known):
        least, at = None, pool_id
        while at is not None:
            above, free = known[at]
            if free is not None:
                least = free if least is None else min(least, free)
            at = above  # type: ignore[assignment]
        found[pool_id] = least
    return found


def chain(pool_id: int) -> list[int]:
    """The pool and all in which it stands."""
    return _chain(pool_id, _tree([pool_id]))


def resize(pool_id: int, capacity: int | None) -> None:
    """Give the pool another size. Raises PoolInUse when more is taken than would fit."""
    _in_transaction()
    changed = execute(
        sa.update(Pool)
        .where(Pool.id == pool_id, sa.true() if capacity is None else Pool.taken <= capacity + Pool.over)
        .values(
            capacity=capacity,
            over=0 if capacity is None else sa.case((Pool.taken > capacity, Pool.taken - capacity), else_=0),
        )
    )
    if changed != 1:
        taken = db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id))
        raise PoolInUse(_("%(taken)s places are taken already, so there cannot be fewer.", taken=taken))
    news.tell(PlacesFreed(frozenset({pool_id})))


def move(pool_id: int, parent_id: int | None) -> None:
    """Hang the pool below another one, or below none; what is taken in it counts there from now on.

    Raises PoolFull where that has no room for it, ChangedMeanwhile, PoolInUse for a tree that would bite its tail.
    """
    _in_transaction()
    tree = _tree([pool_id] + ([parent_id] if parent_id is not None else []))
    old, new = _chain(tree[pool_id], tree), _chain(parent_id, tree)
    if pool_id in new:
        raise PoolInUse(_("A pool cannot stand below itself."))
    everybody = sorted({pool_id, *old, *new})
    db.session.execute(sa.select(Pool.id).where(Pool.id.in_(everybody)).order_by(Pool.id).with_for_update())
    for one in everybody:
        _check_still_there(one, tree[one])
    taken = db.session.scalar(sa.select(Pool.taken).where(Pool.id == pool_id)) or 0
    execute(sa.update(Pool).where(Pool.id == pool_id).values(parent_id=parent_id))
    for one in sorted(old):
        execute(sa.update(Pool).where(Pool.id == one).values(taken=Pool.taken - taken))
    for one in sorted(new):
        fits = sa.or_(Pool.capacity.is_(None), Pool.taken + taken <= Pool.capacity + Pool.over)
        if execute(sa.update(Pool).where(Pool.id == one, fits).values(taken=Pool.taken + taken)) != 1:
            raise PoolFull(_("That pool has no room for the places that are taken already."), pool=one)
    for pool in db.session.identity_map.values():
        if isinstance(pool, Pool) and pool.id in everybody:
            db.session.expire(pool)
    news.tell(PlacesFreed(frozenset(everybody)))


def carve(pool_id: int, places: int) -> Pool:
    """Take places out of a pool and set them aside. Raises PoolFull."""
    _in_transaction()
    take([pool_id], places)
    expo_id = db.session.scalar(sa.select(Pool.expo_id).where(Pool.id == pool_id))
    assert expo_id is not None
    return create(expo_id, places, reserve_of_id=pool_id)


def carve_more(reserve_id: int, places: int) -> None:
    """Set so many more places of the same pool aside. Raises PoolFull."""
    _in_transaction()
    of = db.session.scalar(sa.select(Pool.reserve_of_id).where(Pool.id == reserve_id))
    assert of is not None
    take([of], places)
    execute(sa.update(Pool).where(Pool.id == reserve_id).values(capacity=Pool.capacity + places))


def put_back(reserve_id: int, places: int) -> int:
    """Put so many of a reserve's places back where they came from, or as many of them as nobody took. Returns how
    many."""
    _in_transaction()
    of = sa.select(Pool.reserve_of_id).where(Pool.id == reserve_id).scalar_subquery()
    # As whoever sets more aside does: the pool first, then its reserve, which is younger.
    both = sa.select(Pool.id).where(sa.or_(Pool.id == reserve_id, Pool.id == of)).order_by(Pool.id)
    db.session.execute(both.with_for_update())
    row = db.session.execute(
        sa.select(Pool.capacity, Pool.taken, Pool.reserve_of_id).where(Pool.id == reserve_id)
    ).one()
    free: int = min(places, (row.capacity or 0) - row.taken)
    if free <= 0 or row.reserve_of_id is None:
        return 0
    execute(sa.update(Pool).where(Pool.id == reserve_id).values(capacity=Pool.capacity - free))
    give_back([row.reserve_of_id], free)
    return free


def dissolve(reserve_id: int) -> None:
    """Put what nobody took of a reserve back where it came from. May be done again when more comes back."""
    size = db.session.scalar(sa.select(Pool.capacity).where(Pool.id == reserve_id))
    put_back(reserve_id, size or 0)


def _tree(pool_ids: Iterable[int]) -> _Tree:
    """Each of these pools and all above it, with the pool that it stands in. A query per level: usually one."""
    tree: _Tree = {}
    level = set(pool_ids)
    while level:
        rows = db.session.execute(_ABOVE, {"pools": sorted(level)}).all()
        tree.update((row[0], row[1]) for row in rows)
        level = {row[1] for row in rows if row[1] is not None} - set(tree)
    return tree


def _chain(pool_id: int | None, tree: _Tree) -> list[int]:
    """The pool and all above it."""
    found: list[int] = []
    while pool_id is not None and pool_id not in found:
        found.append(pool_id)
        pool_id = tree.get(pool_id)
    return found


def _with_those_above(wanted: Mapping[int, int], tree: _Tree) -> Counter[int]:
    counted: Counter[int] = Counter()
    for pool_id, places in wanted.items():
        for one in _chain(pool_id, tree):
            counted[one] += places
    return counted


def _check_still_there(pool_id: int, parent_id: int | None) -> None:
    """Somebody may have hung the pool elsewhere since its tree was read."""
    now = db.session.execute(sa.select(Pool.parent_id).where(Pool.id == pool_id)).first()
    if now is None or now[0] != parent_id:
        raise ChangedMeanwhile(_("The places were arranged anew at this moment. Try again."))


def _in_transaction() -> None:
    if not in_transaction():
        raise RuntimeError("places change hands inside transaction() only")
