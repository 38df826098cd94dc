from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from expo.accounts import queries as accounts
from expo.accounts.models import Person
from expo.core.db import db
from expo.core.text import folded
from expo.organisations.models import GroupMember
from expo.programme.models import Conference
from expo.registration import queries as registrations
from expo.registration.models import WAITING, Category, Registration, TicketType

from .models import (
    LIVE,
    CategorySeats,
    Delegation,
    DelegationConference,
    Nominee,
    NomineeState,
    NomineeTicket,
)


@dataclass(slots=True)
class Line:
    """A delegation on the organisers' board: its conferences, its seats, and how many of them wait for an answer."""

    delegation: Delegation
    conferences: list[Conference] = field(default_factory=list)
    seats: list[CategorySeats] = field(default_factory=list)
    states: Counter[NomineeState] = field(default_factory=Counter)

    @property
    def given(self) -> int:
        return sum(one.pool.capacity or 0 for one in self.seats)

    @property
    def taken(self) -> int:
        return sum(one.pool.taken for one in self.seats)


def delegation(expo_id: int, code: str, conference_ids: Collection[int] | None = None) -> Delegation | None:
    """One by its code; with conferences, only if it nominates to none but these."""
    wanted = sa.select(Delegation).where(Delegation.expo_id == expo_id, Delegation.code == code)
    return db.session.scalar(wanted.where(_within(conference_ids)))


def board(
    expo_id: int,
    conference_ids: Collection[int] | None,
    *,
    search: str = "",
    group_id: int | None = None,
    conference_id: int | None = None,
) -> list[Line]:
    """The delegations of these conferences by name, with seats and answers. A handful of queries for all."""
    wanted = (
        sa.select(Delegation)
        .where(Delegation.expo_id == expo_id, _within(conference_ids))
        .options(joinedload(Delegation.organisation))
        .order_by(Delegation.folded_name, Delegation.id)
    )
    if group_id is not None:
        inside = sa.select(GroupMember.organisation_id).where(GroupMember.group_id == group_id)
        wanted = wanted.where(Delegation.organisation_id.in_(inside))
    if conference_id is not None:
        sent = sa.select(DelegationConference.delegation_id).where(
            DelegationConference.conference_id == conference_id
        )
        wanted = wanted.where(Delegation.id.in_(sent))
    for word in folded(search).split():
        wanted = wanted.where(
            sa.or_(
                Delegation.folded_name.contains(word, autoescape=True),
                Delegation.focal_email.contains(word, autoescape=True),
                sa.func.lower(Delegation.country) == word,
                sa.func.lower(Delegation.code) == word,
            )
        )
    return lines(db.session.scalars(wanted))


def lines(delegations: Iterable[Delegation]) -> list[Line]:
    """These delegations with all that the board says of each."""
    found = {one.id: Line(one) for one in delegations}
    for place in db.session.scalars(
        sa.select(DelegationConference)
        .join(DelegationConference.conference)
        .where(DelegationConference.delegation_id.in_(found))
        .options(joinedload(DelegationConference.conference))
        .order_by(Conference.starts_on, Conference.id)
    ):
        found[place.delegation_id].conferences.append(place.conference)
    for seats in db.session.scalars(
        sa.select(CategorySeats)
        .where(CategorySeats.delegation_id.in_(found))
        .options(joinedload(CategorySeats.pool))
        .order_by(CategorySeats.id)
    ):
        found[seats.delegation_id].seats.append(seats)
    counted = sa.select(Nominee.delegation_id, Nominee.state, sa.func.count()).group_by(
        Nominee.delegation_id, Nominee.state
    )
    for delegation_id, state, count in db.session.execute(counted.where(Nominee.delegation_id.in_(found))):
        found[delegation_id].states[state] = count
    return list(found.values())


def _within(conference_ids: Collection[int] | None) -> sa.ColumnElement[bool]:
    """Only those all of whose conferences are among these: who may not read one of them reads nothing."""
    if conference_ids is None:
        return sa.true()
    elsewhere = sa.exists().where(
        DelegationConference.delegation_id == Delegation.id,
        DelegationConference.conference_id.not_in(list(conference_ids)),
    )
    return sa.not_(elsewhere)


def conferences_of(delegation_id: int) -> list[Conference]:
    return list(
        db.session.scalars(
            sa.select(Conference)
            .join(DelegationConference)
            .where(DelegationConference.delegation_id == delegation_id)
            .order_by(Conference.starts_on, Conference.id)
        )
    )


def seats_of(delegation_id: int) -> list[CategorySeats]:
    return list(
        db.session.scalars(
            sa.select(CategorySeats)
            .where(CategorySeats.delegation_id == delegation_id)
            .options(joinedload(CategorySeats.pool))
            .order_by(CategorySeats.id)
        )
    )


def ticket_types_for(conferences: Iterable[Conference], categories: Collection[Category]) -> list[TicketType]:
    """What may be asked for: tickets of these categories, of conferences that are not over. One query."""
    coming = [conference for conference in conferences if not registrations.is_over(conference)]
    places = {conference.id: place for place, conference in enumerate(coming)}
    kinds = db.session.scalars(
        sa.select(TicketType)
        .where(TicketType.conference_id.in_(places), TicketType.category.in_(list(categories)))
        .options(joinedload(TicketType.pool), joinedload(TicketType.conference))
        .order_by(TicketType.position, TicketType.id)
    )
    return sorted(kinds, key=lambda kind: places[kind.conference_id])


def offered(delegation: Delegation) -> list[TicketType]:
    """The tickets that the delegation may give to its nominees."""
    categories = {seats.category for seats in seats_of(delegation.id)}
    return ticket_types_for(conferences_of(delegation.id), categories)


def nominees(delegation_id: int) -> list[Nominee]:
    """All nominees, live ones first, in the order in which they were named."""
    return list(
        db.session.scalars(
            sa.select(Nominee)
            .where(Nominee.delegation_id == delegation_id)
            .options(joinedload(Nominee.seats), undefer(Nominee.is_protected))
            .order_by(sa.case((Nominee.state.in_(LIVE), 0), else_=1), Nominee.id)
        )
    )


def nominee(delegation_id: int, nominee_id: int) -> Nominee | None:
    """One of the delegation's own nominees."""
    return db.session.scalar(
        sa.select(Nominee).where(Nominee.delegation_id == delegation_id, Nominee.id == nominee_id)
    )


def person_of(nominee: Nominee) -> Person | None:
    """The person that a nominee became."""
    return accounts.person(nominee.expo_id, nominee.person_id) if nominee.person_id else None


def namesake(delegation_id: int, name: str, email: str) -> Nominee | None:
    """A live nominee of this name and address."""
    same = sa.select(Nominee).where(
        Nominee.delegation_id == delegation_id, Nominee.email == email, Nominee.state.in_(LIVE)
    )
    return next((one for one in db.session.scalars(same) if folded(one.name) == folded(name)), None)


def tickets_of(nominee_ids: Iterable[int]) -> dict[int, list[NomineeTicket]]:
    """What each nominee is to have, with the registrations it became. One query."""
    told: dict[int, list[NomineeTicket]] = {}
    for one in db.session.scalars(
        sa.select(NomineeTicket)
        .where(NomineeTicket.nominee_id.in_(list(nominee_ids)))
        .options(
            joinedload(NomineeTicket.ticket_type).joinedload(TicketType.conference),
            joinedload(NomineeTicket.registration).joinedload(Registration.order),
        )
        .order_by(NomineeTicket.ticket_type_id)
    ):
        told.setdefault(one.nominee_id, []).append(one)
    return told


def waiting(delegation_id: int) -> list[Registration]:
    """Registrations of the delegation's nominees that wait for the organisers."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .join(NomineeTicket, NomineeTicket.registration_id == Registration.id)
            .join(Nominee, NomineeTicket.nominee_id == Nominee.id)
            .where(Nominee.delegation_id == delegation_id, Registration.state.in_(WAITING))
            .options(joinedload(Registration.person), joinedload(Registration.ticket_type))
            .order_by(Registration.id)
        )
    )


def invited_nominees(delegation_id: int) -> list[Nominee]:
    """Who has a link and has not come yet."""
    return list(
        db.session.scalars(
            sa.select(Nominee)
            .where(Nominee.delegation_id == delegation_id, Nominee.state == NomineeState.INVITED)
            .order_by(Nominee.id)
        )
    )


def open_ones(expo_id: int, conference_ids: Collection[int]) -> list[Delegation]:
    """Delegations that may nominate to one of these conferences, neither declined nor closed."""
    sent = sa.select(DelegationConference.delegation_id).where(
        DelegationConference.conference_id.in_(list(conference_ids))
    )
    return list(
        db.session.scalars(
            sa.select(Delegation).where(
                Delegation.expo_id == expo_id,
                Delegation.declined_at.is_(None),
                Delegation.closed_at.is_(None),
                Delegation.id.in_(sent),
            )
        )
    )


def focal_points(expo_id: int, organisation_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """With whom one last corresponded at each of these organisations: name and address."""
    rows = db.session.execute(
        sa.select(Delegation.organisation_id, Delegation.focal_name, Delegation.focal_email)
        .where(Delegation.expo_id == expo_id, Delegation.organisation_id.in_(list(organisation_ids)))
        .order_by(Delegation.id)
    )
    return {row[0]: (row[1], row[2]) for row in rows if row[0] is not None}


def of_registration(registration_id: int) -> Nominee | None:
    """The nominee who came by this registration, if a delegation sent its person."""
    return db.session.scalar(
        sa.select(Nominee)
        .join(NomineeTicket, NomineeTicket.nominee_id == Nominee.id)
        .where(NomineeTicket.registration_id == registration_id)
        .options(joinedload(Nominee.delegation))
    )
