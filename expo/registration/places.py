"""The places that registrations and their add-ons hold: taken together, given back exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.capacity.holders import holder
from expo.capacity.models import Pool
from expo.capacity.refusals import PoolFull
from expo.core.db import db, execute

from .change_models import ChangedAddOn, ChangeState, TicketChange
from .models import AddOn, Registration, TakenAddOn, TicketType
from .refusals import TicketsGone

_WAITING = TicketChange.state == ChangeState.WAITING


def take(registrations: Iterable[Registration], *, held: Collection[int] = ()) -> None:
    """Take the places of these registrations and their add-ons. Of the ticket types in `held` the caller has taken
    one each already, in this transaction. Raises TicketsGone, naming what is full."""
    wanted: Counter[int] = Counter()
    names: dict[int, str] = {}
    registrations = list(registrations)
    for registration in registrations:
        pool_id = pool_of(registration)
        names[pool_id] = registration.ticket_type.name
        if registration.ticket_type_id not in held:
            wanted[pool_id] += registration.party
    chosen = _add_ons(registrations)
    for one in chosen:
        wanted[one.add_on.pool_id] += 1
        names[one.add_on.pool_id] = one.add_on.name
    try:
        pools.take_all(wanted)
    except PoolFull as full:
        raise gone(full, names) from full
    for registration in registrations:
        registration.holds_place = True
        registration.pool_id = pool_of(registration)
    for one in chosen:
        one.holds_place = True


def give_back(registration: Registration) -> None:
    """Give back what the registration holds, if it does: decided by one statement each, so exactly once."""
    freed: Counter[int] = Counter()
    gave = execute(
        sa.update(Registration)
        .where(Registration.id == registration.id, Registration.holds_place)
        .values(holds_place=False)
    )
    db.session.refresh(registration)
    if gave == 1:
        freed[pool_of(registration)] += registration.party
    for one in _add_ons([registration]):
        gave = execute(
            sa.update(TakenAddOn)
            .where(TakenAddOn.id == one.id, TakenAddOn.holds_place)
            .values(holds_place=False)
        )
        db.session.refresh(one)
        if gave == 1:
            freed[one.add_on.pool_id] += 1
    pools.give_back_all(freed)


def pool_of(registration: Registration) -> int:
    """Where the registration's place is, or would be, taken."""
    return registration.pool_id or registration.ticket_type.pool_id


def _add_ons(registrations: list[Registration]) -> list[TakenAddOn]:
    return list(
        db.session.scalars(
            sa.select(TakenAddOn)
            .where(TakenAddOn.registration_id.in_([one.id for one in registrations]))
            .order_by(TakenAddOn.id)
        )
    )


def gone(full: PoolFull, names: Mapping[int, str]) -> TicketsGone:
    """The refusal that names the pool that is full: by its own name, or that of what stands below it."""
    pool_id = int(str(full.facts["pool"]))
    below = (name for one, name in names.items() if pool_id in pools.chain(one))
    return TicketsGone(_("All places of %(ticket)s are taken.", ticket=names.get(pool_id) or next(below, "")))


@holder
def _held() -> sa.Select[int, int]:
    pool = sa.func.coalesce(Registration.pool_id, TicketType.pool_id)
    return (
        sa.select(pool, sa.func.sum(Registration.party))
        .select_from(Registration)
        .join(TicketType, Registration.ticket_type_id == TicketType.id)
        .where(Registration.holds_place)
        .group_by(pool)
    )


@holder
def _held_by_add_ons() -> sa.Select[int, int]:
    return (
        sa.select(AddOn.pool_id, sa.func.count())
        .select_from(TakenAddOn)
        .join(AddOn, TakenAddOn.add_on_id == AddOn.id)
        .where(TakenAddOn.holds_place)
        .group_by(AddOn.pool_id)
    )


@holder
def _held_by_changes() -> sa.Select[int, int]:
    """The new tickets of changes that wait for their payment."""
    return (
        sa.select(TicketType.pool_id, sa.func.count())
        .select_from(TicketChange)
        .join(TicketType, TicketChange.to_type_id == TicketType.id)
        .where(_WAITING, TicketChange.to_type_id != TicketChange.from_type_id)
        .group_by(TicketType.pool_id)
    )


@holder
def _held_by_the_old_ticket() -> sa.Select[int, int]:
    """What of it counts once, because old and new ticket stand in one pool."""
    return (
        sa.select(Pool.id, -sa.func.count())
        .join(TicketChange, TicketChange.shared_pool_id == Pool.id)
        .where(_WAITING)
        .group_by(Pool.id)
    )


@holder
def _held_by_changed_add_ons() -> sa.Select[int, int]:
    return (
        sa.select(AddOn.pool_id, sa.func.count())
        .select_from(ChangedAddOn)
        .join(AddOn, ChangedAddOn.add_on_id == AddOn.id)
        .join(TicketChange, ChangedAddOn.change_id == TicketChange.id)
        .where(_WAITING, ChangedAddOn.is_added)
        .group_by(AddOn.pool_id)
    )
