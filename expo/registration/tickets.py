"""Ticket types, and what goes with them: shared pools and add-ons. Made and changed by the conference's owners."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.capacity.models import Pool
from expo.core import audit, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import free_slug, one_line
from expo.payment import sellers
from expo.payment.models import Seller
from expo.programme.models import Conference

from . import queries, reminders, validity, vouchers
from .models import AddOn, Category, ConferenceSeller, SharedPool, TicketType

MOST_PLACES = 1_000_000


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket type. The price has its VAT inside; the rate in hundredths of a per cent; quota None has no limit.

    `shared_pool_id` names places that it shares with others; `valid_days` are ISO dates, its times "14:30".
    """

    name: str
    price_minor: int = 0
    currency: str = "SEK"
    vat_basis_points: int = 0
    quota: int | None = None
    needs_approval: bool = False
    audience: str = ""
    category: Category = Category.VISITOR
    is_open_pass: bool = False
    position: int = 0
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    shared_pool_id: int | None = None
    is_donation: bool = False
    is_hidden: bool = False
    code: str = ""
    approval_stages: int = 1
    owners_last: bool = False
    decide_by: datetime | None = None
    answer_by: datetime | None = None
    valid_days: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    occurrence_ids: tuple[int, ...] = ()
    transfer_until: datetime | None = None
    # Days before the conference begins, and how many per cent go back until then.
    cancellation: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AddOnDraft:
    """Lunch, a tour: a price, places of its own."""

    name: str
    price_minor: int = 0
    currency: str = "SEK"
    vat_basis_points: int = 0
    quota: int | None = None
    sale_until: datetime | None = None
    position: int = 0


def draft_of(ticket_type: TicketType) -> TicketDraft:
    """A ticket type as it is saved."""
    names = set(TicketDraft.__slots__) - {
        "quota",
        "shared_pool_id",
        "valid_days",
        "occurrence_ids",
        "cancellation",
    }
    shared = shared_pool_of(ticket_type)
    return TicketDraft(
        **{name: getattr(ticket_type, name) for name in names},
        quota=ticket_type.pool.capacity,
        shared_pool_id=shared.id if shared else None,
        valid_days=tuple(ticket_type.valid_days or ()),
        cancellation=tuple((days, percent) for days, percent in ticket_type.cancellation or ()),
        occurrence_ids=tuple(sorted(one.id for one in validity.occurrences_of(ticket_type.id))),
    )


def save_ticket_type(
    *, conference: Conference, draft: TicketDraft, ticket_type: TicketType | None = None
) -> tuple[TicketType, bool]:
    """Make a ticket type, or change this one; sold ones keep the price of their order. Returns it and whether
    anything changed. Raises BadInput, PoolInUse, PoolFull."""
    _check(conference, draft, ticket_type)
    with transaction():
        told = _told(conference, draft)
        if ticket_type is None:
            return _made(conference, told), True
        return ticket_type, _changed(ticket_type, told)


@dataclass(frozen=True, slots=True)
class _Told:
    """A draft as its rows hold it: the columns, and what stands in pools and spans of its own."""

    values: dict[str, Any]
    quota: int | None
    parent_id: int | None
    times: tuple[int, ...]


def _told(conference: Conference, draft: TicketDraft) -> _Told:
    values = asdict(draft)
    quota, parent_id = values.pop("quota"), _parent(conference, values.pop("shared_pool_id"))
    times = tuple(sorted(values.pop("occurrence_ids")))
    values["name"] = one_line(draft.name)
    values["code"] = vouchers.written(draft.code)
    values["valid_days"] = sorted(draft.valid_days)
    values["cancellation"] = [list(rule) for rule in draft.cancellation]
    return _Told(values, quota, parent_id, times)


def _made(conference: Conference, told: _Told) -> TicketType:
    made = TicketType(
        expo_id=conference.expo_id,
        conference_id=conference.id,
        slug=free_slug(told.values["name"], {other.slug for other in queries.every_of(conference.id)}),
        pool_id=pools.create(conference.expo_id, told.quota, parent_id=told.parent_id).id,
        **told.values,
    )
    db.session.add(made)
    db.session.flush()
    if told.values["valid_days"] or told.values["valid_from"] or told.times:
        validity.write(made, told.times)
    _noted(
        made, "ticket_type_created", after={"name": made.name, "quota": told.quota, "price": made.price_minor}
    )
    return made


def _changed(ticket_type: TicketType, told: _Told) -> bool:
    before = {key: getattr(ticket_type, key) for key in told.values}
    before["valid_days"] = sorted(before["valid_days"] or ())
    before["cancellation"] = before["cancellation"] or []
    saved = draft_of(ticket_type)
    was = _Told(before, saved.quota, ticket_type.pool.parent_id, saved.occurrence_ids)
    if was == told:
        return False
    for key, value in told.values.items():
        setattr(ticket_type, key, value)
    db.session.flush()
    if was.parent_id != told.parent_id:
        pools.move(ticket_type.pool_id, told.parent_id)
    if was.quota != told.quota:
        pools.resize(ticket_type.pool_id, told.quota)
    opening = ("valid_days", "valid_from", "valid_until")
    if was.times != told.times or any(before[key] != told.values[key] for key in opening):
        validity.write(ticket_type, told.times)
    _noted(
        ticket_type,
        "ticket_type_changed",
        before={"quota": was.quota, "price": before["price_minor"]},
        after={"quota": told.quota, "price": ticket_type.price_minor},
    )
    return True


def _noted(
    ticket_type: TicketType, action: str, *, before: dict[str, Any] | None = None, after: dict[str, Any]
) -> None:
    """What goes with every change: reminders, the filters that ask by price and audience, the audit."""
    reminders.plan_decisions(ticket_type)
    stamps.raise_stamp(f"programme:{ticket_type.expo_id}")
    audit.record(
        action, "ticket_type", ticket_type.id, expo_id=ticket_type.expo_id, before=before, after=after
    )


def shared_pools(expo_id: int, conference_id: int | None = None) -> list[SharedPool]:
    """What the types of a conference may share: its own pools, and those of the whole expo."""
    own: sa.ColumnElement[bool] = SharedPool.conference_id.is_(None)
    if conference_id is not None:
        own = sa.or_(own, SharedPool.conference_id == conference_id)
    return list(
        db.session.scalars(
            sa.select(SharedPool)
            .where(SharedPool.expo_id == expo_id, own)
            .order_by(SharedPool.conference_id.is_not(None), SharedPool.name, SharedPool.id)
        )
    )


def shared_pool_of(kind: TicketType | SharedPool) -> SharedPool | None:
    """In which shared pool this one stands."""
    if kind.pool.parent_id is None:
        return None
    return db.session.scalar(sa.select(SharedPool).where(SharedPool.pool_id == kind.pool.parent_id))


def save_shared_pool(
    *,
    expo_id: int,
    name: str,
    places: int | None,
    conference: Conference | None = None,
    shared: SharedPool | None = None,
    below: SharedPool | None = None,
) -> SharedPool:
    """Make a pool that several types share, or change this one. One of a conference may stand in one of the expo.

    Raises BadInput, PoolInUse, PoolFull.
    """
    if not one_line(name):
        raise BadInput(_("Give the pool a name."), field="name")
    if places is not None and not 0 <= places <= MOST_PLACES:
        raise BadInput(_("Prices and quotas are not negative."), field="places")
    if below is not None and (
        conference is None or below.conference_id is not None or below.expo_id != expo_id
    ):
        raise BadInput(_("Only a conference's pool can stand in one of the expo."), field="below")
    with transaction():
        parent_id = below.pool_id if below else None
        before = None
        if shared is None:
            shared = SharedPool(
                expo_id=expo_id,
                conference_id=conference.id if conference else None,
                name=one_line(name),
                pool_id=pools.create(expo_id, places, parent_id=parent_id).id,
            )
            db.session.add(shared)
            db.session.flush()
        else:
            before = {"name": shared.name, "places": shared.pool.capacity}
            shared.name = one_line(name)
            db.session.flush()
            if shared.pool.parent_id != parent_id:
                pools.move(shared.pool_id, parent_id)
            if shared.pool.capacity != places:
                pools.resize(shared.pool_id, places)
        stamps.raise_stamp(f"programme:{expo_id}")
        audit.record(
            "shared_pool_saved",
            "shared_pool",
            shared.id,
            expo_id=expo_id,
            before=before,
            after={"name": shared.name, "places": places},
        )
    return shared


def add_on(conference_id: int, add_on_id: int) -> AddOn | None:
    return db.session.scalar(
        sa.select(AddOn).where(AddOn.conference_id == conference_id, AddOn.id == add_on_id)
    )


def save_add_on(*, conference: Conference, draft: AddOnDraft, add_on: AddOn | None = None) -> AddOn:
    """Make an add-on, or change this one; those that are chosen keep their price. Raises BadInput, PoolInUse."""
    if not one_line(draft.name):
        raise BadInput(_("An add-on needs a name."), field="name")
    _check_money(conference, draft, add_on)
    with transaction():
        values = asdict(draft) | {"name": one_line(draft.name)}
        quota = values.pop("quota")
        before = None
        if add_on is None:
            add_on = AddOn(
                expo_id=conference.expo_id,
                conference_id=conference.id,
                pool_id=pools.create(conference.expo_id, quota).id,
                **values,
            )
            db.session.add(add_on)
            db.session.flush()
        else:
            before = {"price": add_on.price_minor, "quota": add_on.pool.capacity}
            for key, value in values.items():
                setattr(add_on, key, value)
            db.session.flush()
            if add_on.pool.capacity != quota:
                pools.resize(add_on.pool_id, quota)
        audit.record(
            "add_on_saved",
            "add_on",
            add_on.id,
            expo_id=conference.expo_id,
            before=before,
            after={"name": draft.name, "price": draft.price_minor, "quota": quota},
        )
    return add_on


def _check(conference: Conference, draft: TicketDraft, ticket_type: TicketType | None) -> None:
    if not draft.name.strip():
        raise BadInput(_("A ticket needs a name."), field="name")
    _check_money(conference, draft, ticket_type)
    if draft.approval_stages not in (1, 2):
        raise BadInput(_("One approval or two."), field="approval_stages")
    if draft.is_hidden and draft.code and len(vouchers.written(draft.code)) < vouchers.SHORTEST_CODE:
        raise BadInput(
            _("Take at least %(n)s letters, so that nobody guesses it.", n=vouchers.SHORTEST_CODE),
            field="code",
        )
    if draft.sale_from and draft.sale_until and draft.sale_until <= draft.sale_from:
        raise BadInput(_("The sale ends before it begins."), field="sale_until")
    if draft.is_open_pass and (draft.price_minor or draft.is_hidden or draft.needs_approval):
        raise BadInput(_("The open pass is free, open to all, and needs no approval."), field="price")
    validity.check_times(draft.valid_days, draft.valid_from, draft.valid_until)
    for day in draft.valid_days:
        if not conference.starts_on.isoformat() <= day <= conference.ends_on.isoformat():
            raise BadInput(_("%(day)s is not a day of the conference.", day=day), field="valid_days")


def _check_money(
    conference: Conference, draft: TicketDraft | AddOnDraft, itself: TicketType | AddOn | None
) -> None:
    price_minor, currency, quota = draft.price_minor, draft.currency, draft.quota
    if price_minor < 0 or (quota is not None and quota < 0):
        raise BadInput(_("Prices and quotas are not negative."), field="price")
    if price_minor > 1_000_000_000 or (quota or 0) > MOST_PLACES:
        raise BadInput(_("That is more than anybody can mean."), field="price")
    if price_minor == 0:
        return
    seller = db.session.scalar(
        sa.select(Seller)
        .join(ConferenceSeller, ConferenceSeller.seller_id == Seller.id)
        .where(ConferenceSeller.conference_id == conference.id)
    ) or next((one for one in sellers.of_expo(conference.expo_id) if one.is_default), None)
    if seller is not None and currency not in seller.currencies.split():
        raise BadInput(
            _("%(seller)s sells in %(currencies)s only.", seller=seller.name, currencies=seller.currencies),
            field="currency",
        )
    others = {
        one.currency
        for one in [
            *queries.every_of(conference.id),
            *queries.add_ons([conference.id]).get(conference.id, ()),
        ]
        if one.price_minor and one is not itself
    }
    if others - {currency}:
        raise BadInput(
            _("This conference sells in %(currency)s: one currency for all of it.", currency=min(others)),
            field="currency",
        )


def _parent(conference: Conference, shared_id: int | None) -> int | None:
    if shared_id is None:
        return None
    known = {one.id: one for one in shared_pools(conference.expo_id, conference.id)}
    if shared_id not in known:
        raise BadInput(_("There is no such pool here."), field="shared_pool")
    found: Pool = known[shared_id].pool
    return found.id
