"""Pools in trees: taking a place takes it everywhere above, or nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from expo.capacity import pools
from expo.capacity.refusals import PoolFull, PoolInUse
from expo.core import checks
from expo.core.db import db, transaction
from expo.registration import actions, queries, tickets
from expo.registration.refusals import TicketsGone
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("R2")]


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def shared(expo, places: int | None, conference=None, below=None, name: str = "Hall"):
    return tickets.save_shared_pool(
        expo_id=expo.id, name=name, places=places, conference=conference, below=below
    )


def test_types_that_share_a_pool_never_take_more_than_it_has_nor_less():
    expo = a.an_expo()
    one, other = a.a_conference(expo), a.a_conference(expo)
    whole = shared(expo, 3)
    half = shared(expo, 2, one, whole, "Morning")
    early = a.a_ticket_type(one, "Early", quota=2, shared_pool_id=half.id)
    late = a.a_ticket_type(one, "Late", quota=2, shared_pool_id=half.id)
    free = a.a_ticket_type(other, "Open", shared_pool_id=whole.id)
    first = a.a_registration(a.a_person(expo), one, early)
    a.a_registration(a.a_person(expo), one, late)
    assert queries.left([early, late, free]) == {early.pool_id: 0, late.pool_id: 0, free.pool_id: 1}

    with pytest.raises(TicketsGone, match="Early"):
        actions.submit(person=a.a_person(expo), ticket_types=[early, free])
    nothing_is_broken()
    actions.submit(person=a.a_person(expo), ticket_types=[free])
    with pytest.raises(TicketsGone, match="Open"):
        actions.submit(person=a.a_person(expo), ticket_types=[free])
    actions.withdraw(registration=first)

    assert (whole.pool.taken, half.pool.taken, early.pool.taken) == (2, 1, 0)
    nothing_is_broken()


def test_a_pool_that_is_hung_elsewhere_takes_along_what_is_taken():
    expo = a.an_expo()
    conference = a.a_conference(expo)
    roomy, tight = shared(expo, 5), shared(expo, 1, name="Tight")
    kind = a.a_ticket_type(conference, shared_pool_id=roomy.id)
    for _person in "ab":
        a.a_registration(a.a_person(expo), conference, kind)
    draft = tickets.draft_of(kind)
    with pytest.raises(PoolFull):
        tickets.save_ticket_type(
            conference=conference, draft=replace(draft, shared_pool_id=tight.id), ticket_type=kind
        )
    nothing_is_broken()
    tickets.save_ticket_type(
        conference=conference, draft=replace(draft, shared_pool_id=None), ticket_type=kind
    )

    db.session.expire_all()
    assert (roomy.pool.taken, kind.pool.taken) == (0, 2)
    with transaction(), pytest.raises(PoolInUse):
        pools.move(roomy.pool_id, roomy.pool_id)
    nothing_is_broken()


def test_a_reserve_takes_from_the_whole_tree_at_once():
    expo = a.an_expo()
    whole = shared(expo, 3)
    kind = a.a_ticket_type(a.a_conference(expo), quota=5, shared_pool_id=whole.id)
    with transaction():
        reserve = pools.carve(kind.pool_id, 2)
    assert (whole.pool.taken, kind.pool.taken, reserve.taken) == (2, 2, 0)
    with pytest.raises(PoolFull), transaction():
        pools.carve(kind.pool_id, 2)
    nothing_is_broken()

    with transaction():
        pools.dissolve(reserve.id)

    db.session.expire_all()
    assert (whole.pool.taken, kind.pool.taken, reserve.capacity) == (0, 0, 0)
    nothing_is_broken()
