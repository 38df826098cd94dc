from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.capacity import pools
from expo.core import clock, tokens
from expo.core.db import db
from expo.core.text import folded
from expo.payment import queries as payment
from expo.payment.models import Order, OrderState
from expo.programme.models import Conference
from expo.programme.words import LISTED

from . import vouchers
from .change_models import TicketChange
from .models import LIVE, WAITING, AddOn, Category, Registration, RegistrationState, TakenAddOn, TicketType

_WITH_ALL = (
    joinedload(Registration.conference),
    joinedload(Registration.ticket_type),
    joinedload(Registration.person),
    joinedload(Registration.order),
)


def ticket_types(
    expo_id: int, *, conference_id: int | None = None, hidden_too: bool = False
) -> list[TicketType]:
    """Ticket types of conferences that anybody may see, conference by conference; hidden ones on request."""
    wanted = (
        sa.select(TicketType)
        .join(TicketType.conference)
        .where(TicketType.expo_id == expo_id, Conference.visibility.in_(LISTED))
        .options(joinedload(TicketType.conference), joinedload(TicketType.pool))
        .order_by(Conference.starts_on, Conference.id, TicketType.position, TicketType.id)
    )
    if not hidden_too:
        wanted = wanted.where(sa.not_(TicketType.is_hidden))
    if conference_id is not None:
        wanted = wanted.where(TicketType.conference_id == conference_id)
    return list(db.session.scalars(wanted))


def left(ticket_types: Iterable[TicketType | AddOn]) -> dict[int, int | None]:
    """What is left of each pool of these, with those above it; by the pool's id, None without limit."""
    return pools.left(kind.pool_id for kind in ticket_types)


def conferences_admitting(expo_id: int) -> set[tuple[int, Category, bool]]:
    """Which conferences have a ticket for whom, and whether it is free: conference, category, free. One query."""
    free = TicketType.price_minor == 0
    rows = db.session.execute(
        sa.select(TicketType.conference_id, TicketType.category, free)
        .join(TicketType.conference)
        .where(
            TicketType.expo_id == expo_id,
            Conference.visibility.in_(LISTED),
            sa.not_(TicketType.is_hidden),
        )
        .distinct()
    )
    return {(row[0], row[1], bool(row[2])) for row in rows}


def is_over(conference: Conference) -> bool:
    """Whether the conference's last day has passed, where it takes place; or it was cancelled as a whole."""
    if conference.cancelled_at is not None:
        return True
    return clock.now().astimezone(conference.zone).date() > conference.ends_on


def offered(expo_id: int, *, conference_id: int | None = None, code: str = "") -> list[TicketType]:
    """Ticket types that can still be had: of conferences that are not over; hidden ones for whoever has the code."""
    voucher = vouchers.by_code(expo_id, code) if code.strip() else None
    return [
        kind
        for kind in ticket_types(expo_id, conference_id=conference_id, hidden_too=bool(code.strip()))
        if not is_over(kind.conference) and (not kind.is_hidden or vouchers.opens(kind, code, voucher))
    ]


def add_ons(conference_ids: Iterable[int]) -> dict[int, list[AddOn]]:
    """What can be had with a ticket, by conference."""
    found: dict[int, list[AddOn]] = {}
    for one in db.session.scalars(
        sa.select(AddOn)
        .where(AddOn.conference_id.in_(list(conference_ids)))
        .options(joinedload(AddOn.pool))
        .order_by(AddOn.position, AddOn.id)
    ):
        found.setdefault(one.conference_id, []).append(one)
    return found


def add_ons_of(registration_ids: Iterable[int]) -> list[TakenAddOn]:
    """The add-ons chosen with these registrations."""
    return list(
        db.session.scalars(
            sa.select(TakenAddOn)
            .where(TakenAddOn.registration_id.in_(list(registration_ids)))
            .options(joinedload(TakenAddOn.add_on))
            .order_by(TakenAddOn.id)
        )
    )


def ticket_type(expo_id: int, ticket_type_id: int) -> TicketType | None:
    """One of them by id, if anybody may see its conference."""
    return next((found for found in ticket_types(expo_id) if found.id == ticket_type_id), None)


def open_pass(expo_id: int) -> TicketType | None:
    """The free pass of the open programme."""
    return db.session.scalar(
        sa.select(TicketType)
        .where(TicketType.expo_id == expo_id, TicketType.is_open_pass)
        .options(joinedload(TicketType.conference))
    )


def of_person(person_id: int) -> list[Registration]:
    """All registrations of a person, ended ones too, by the conference's date."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .join(Registration.conference)
            .where(Registration.person_id == person_id)
            .options(*_WITH_ALL)
            .order_by(Conference.starts_on, Registration.id)
        )
    )


def live(person_id: int, conference_id: int) -> Registration | None:
    """The person's live registration at a conference, whatever its state."""
    return db.session.scalar(
        sa.select(Registration).where(
            Registration.person_id == person_id,
            Registration.conference_id == conference_id,
            Registration.state.in_(LIVE),
        )
    )


def confirmed(person_id: int, conference_id: int) -> Registration | None:
    """The person's confirmed registration at a conference."""
    found = live(person_id, conference_id)
    return found if found and found.state is RegistrationState.CONFIRMED else None


def tickets_of(person_id: int) -> frozenset[int]:
    """Conferences of which the person holds a confirmed ticket: what is listed as "registered" opens with it."""
    return frozenset(
        db.session.scalars(
            sa.select(Registration.conference_id).where(
                Registration.person_id == person_id, Registration.state == RegistrationState.CONFIRMED
            )
        )
    )


def registration(expo_id: int, code: str) -> Registration | None:
    return db.session.scalar(
        sa.select(Registration)
        .where(Registration.expo_id == expo_id, Registration.code == code)
        .options(*_WITH_ALL)
    )


def order_by_secret(expo_id: int, code: str, secret: str) -> Order | None:
    """The order, for whoever holds its secret."""
    return db.session.scalar(
        sa.select(Order)
        .where(Order.expo_id == expo_id, Order.code == code, Order.secret_digest == tokens.digest(secret))
        .options(joinedload(Order.person))
    )


def of_order(order_id: int) -> list[Registration]:
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(Registration.order_id == order_id)
            .options(*_WITH_ALL)
            .order_by(Registration.id)
        )
    )


def of_basket(order: Order) -> tuple[list[Registration], list[Order]]:
    """All registrations and orders of this order's basket; of what somebody else pays for, no order."""
    placed = payment.of_basket(order)
    registrations = list(
        db.session.scalars(
            sa.select(Registration)
            .where(
                sa.or_(
                    Registration.order_id.in_([one.id for one in placed]),
                    sa.and_(Registration.person_id == order.person_id, Registration.payer_id.is_not(None)),
                )
            )
            .options(*_WITH_ALL)
            .order_by(Registration.id)
        )
    )
    return registrations, placed


def approved_by(order_id: int) -> list[Registration]:
    """Those who have their place as soon as this order is paid."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(Registration.order_id == order_id, Registration.state == RegistrationState.APPROVED)
            .options(*_WITH_ALL)
            .order_by(Registration.id)
        )
    )


def orders_of(
    expo_id: int, conference_ids: Iterable[int] | None, *, state: OrderState | None = None, search: str = ""
) -> list[Order]:
    """Orders with something to pay in which all is of these conferences (None: of any), the oldest open first."""
    found = (
        sa.select(Order)
        .join(Order.person)
        .where(
            Order.expo_id == expo_id,
            sa.or_(Order.total_minor > 0, Order.state.in_((OrderState.EXPIRED, OrderState.VOID))),
        )
        .options(contains_eager(Order.person), joinedload(Order.seller))
        .order_by(sa.case((Order.state == OrderState.OPEN, 0), else_=1), Order.due_at, Order.id)
        .limit(500)
    )
    if conference_ids is not None:
        ids = list(conference_ids)
        about = orders_about()
        inside = sa.select(about.c.order_id).where(about.c.conference_id.in_(ids))
        outside = sa.select(about.c.order_id).where(about.c.conference_id.not_in(ids))
        found = found.where(Order.id.in_(inside), Order.id.not_in(outside))
    if state is not None:
        found = found.where(Order.state == state)
    for word in folded(search).split():
        found = found.where(
            sa.or_(
                Person.folded_name.contains(word, autoescape=True),
                people.address_holds(word),
                sa.func.lower(Order.code).contains(word, autoescape=True),
            )
        )
    return list(db.session.scalars(found))


def conferences_in(order_id: int) -> set[int]:
    """Of which conferences an order holds something."""
    about = orders_about()
    return set(db.session.scalars(sa.select(about.c.conference_id).where(about.c.order_id == order_id)))


def changes_of(order_ids: Iterable[int]) -> list[TicketChange]:
    """The changes that these orders are for, whatever became of them."""
    found = sa.select(TicketChange).where(TicketChange.order_id.in_(list(order_ids)))
    return list(db.session.scalars(found.order_by(TicketChange.id)))


def change_of(order_id: int) -> TicketChange | None:
    return next(iter(changes_of([order_id])), None)


def orders_about() -> sa.Subquery:
    """Which order is about which conference: of registrations, and of what was changed about them since."""
    of_places = sa.select(Registration.order_id, Registration.conference_id).where(
        Registration.order_id.is_not(None)
    )
    of_changes = (
        sa.select(TicketChange.order_id, Registration.conference_id)
        .join(Registration, TicketChange.registration_id == Registration.id)
        .where(TicketChange.order_id.is_not(None))
    )
    return sa.union(of_places, of_changes).subquery("about")


def desk(
    conference_ids: Iterable[int],
    *,
    state: RegistrationState | None = None,
    search: str = "",
    most: int = 500,
    after: int = 0,
) -> list[Registration]:
    """Registrations of these conferences for their desk: those that wait longest first, then the newest."""
    waits = Registration.state.in_(WAITING)
    wanted = _on_desk(sa.select(Registration), conference_ids, state, search)
    return list(
        db.session.scalars(
            wanted.options(*_WITH_ALL)
            .order_by(sa.case((waits, 0), else_=1), sa.case((waits, Registration.id), else_=-Registration.id))
            .limit(most)
            .offset(after)
        )
    )


def desk_count(
    conference_ids: Iterable[int], *, state: RegistrationState | None = None, search: str = ""
) -> int:
    """How many `desk` would find."""
    wanted = _on_desk(sa.select(sa.func.count()).select_from(Registration), conference_ids, state, search)
    return db.session.scalar(wanted) or 0


def of_desk(conference_ids: Iterable[int], registration_ids: Iterable[int]) -> list[Registration]:
    """These registrations, those of other conferences left out; who waits longest first."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(
                Registration.id.in_(list(registration_ids)),
                Registration.conference_id.in_(list(conference_ids)),
            )
            .options(*_WITH_ALL)
            .order_by(Registration.id)
        )
    )


def _on_desk(
    wanted: sa.Select[Any], conference_ids: Iterable[int], state: RegistrationState | None, search: str
) -> sa.Select[Any]:
    wanted = wanted.join(Registration.person).where(Registration.conference_id.in_(list(conference_ids)))
    if state is not None:
        wanted = wanted.where(Registration.state == state)
    for word in folded(search).split():
        wanted = wanted.where(
            sa.or_(
                Person.folded_name.contains(word, autoescape=True),
                people.address_holds(word),
                sa.func.lower(Registration.code).contains(word, autoescape=True),
            )
        )
    return wanted


def counts(conference_ids: Iterable[int]) -> dict[int, dict[RegistrationState, int]]:
    """How many registrations each conference has in each state."""
    found: dict[int, dict[RegistrationState, int]] = {}
    rows = db.session.execute(
        sa.select(Registration.conference_id, Registration.state, sa.func.count())
        .where(Registration.conference_id.in_(list(conference_ids)))
        .group_by(Registration.conference_id, Registration.state)
    )
    for conference_id, state, count in rows:
        found.setdefault(conference_id, {})[state] = count
    return found


def every_of(conference_id: int) -> list[TicketType]:
    """All ticket types of a conference, for its team."""
    return list(
        db.session.scalars(
            sa.select(TicketType)
            .where(TicketType.conference_id == conference_id)
            .options(joinedload(TicketType.pool), joinedload(TicketType.conference))
            .order_by(TicketType.position, TicketType.id)
        )
    )


def waiting(conference_ids: Iterable[int]) -> int:
    """How many registrations of these conferences wait for a decision."""
    count = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(
            Registration.conference_id.in_(list(conference_ids)),
            Registration.state.in_(WAITING),
        )
    )
    return int(count or 0)
