"""To whom a message goes: a filter of the desk's list, who is booked at a time, or who belongs to a delegation.

A segment is kept as plain values and asked when it is shown and when it is sent, always within the conferences
that the message is for: a session or a delegation of others has nobody in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from expo.accounts.models import Person
from expo.booking.models import Booking, BookingState
from expo.core.db import db
from expo.delegations.models import Delegation, Nominee, NomineeState, NomineeTicket
from expo.desk import filters
from expo.desk.filters import PeopleFilter, Scope
from expo.programme.models import Conference, Occurrence
from expo.registration.models import LIVE, Category, Registration, RegistrationState

from .models import Message, MessagesDeclined

Segment = dict[str, Any]


def people(wish: PeopleFilter) -> Segment:
    """Those whom a filter of the desk's list finds."""
    values = asdict(wish)
    del values["sort"]
    return {"kind": "people", **{name: value for name, value in values.items() if value}}


def registered() -> Segment:
    """Everybody whose place is confirmed."""
    return people(PeopleFilter(state=RegistrationState.CONFIRMED))


def booked(occurrence: Occurrence) -> Segment:
    """Everybody who has a seat at this time, wherever it was moved."""
    return {"kind": "booked", "occurrence": occurrence.id, "code": occurrence.code}


def delegation(of: Delegation) -> Segment:
    """Everybody whom this delegation has sent."""
    return {"kind": "delegation", "delegation": of.id, "code": of.code}


def wish_of(segment: Mapping[str, Any]) -> PeopleFilter:
    """The filter that a segment of people was made of."""
    values = {name: value for name, value in segment.items() if name != "kind"}
    if "state" in values:
        values["state"] = RegistrationState(values["state"])
    if "category" in values:
        values["category"] = Category(values["category"])
    return PeopleFilter(**values)


def scope_of(message: Message) -> Scope:
    """The conferences whose people a message may reach. Whoever may write to them may also decide on them, and so
    search addresses and notes."""
    if message.conference_id is not None:
        ids: tuple[int, ...] = (message.conference_id,)
    else:
        ids = tuple(db.session.scalars(sa.select(Conference.id).where(Conference.expo_id == message.expo_id)))
    return Scope(ids, addresses=frozenset(ids), notes=frozenset(ids))


def recipients(message: Message) -> sa.Select[int | None, str]:
    """Person and code of a registration, one row for each person with an address who has not declined."""
    scope = scope_of(message)
    query = (
        sa.select(Registration.person_id, sa.func.min(Registration.code))
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.expo_id == message.expo_id, Person.email.is_not(None))
        .group_by(Registration.person_id)
    )
    query = query.where(Registration.id.in_(_registrations(message.segment, scope)))
    if not message.needed:
        query = query.where(Person.id.not_in(sa.select(MessagesDeclined.person_id)))
    return query


def _registrations(segment: Mapping[str, Any], scope: Scope) -> sa.Select[int]:
    ids = sa.select(Registration.id).where(Registration.conference_id.in_(scope.conferences))
    match segment["kind"]:
        case "booked":
            return ids.join(Booking, Booking.registration_id == Registration.id).where(
                Booking.occurrence_id == segment["occurrence"], Booking.state == BookingState.BOOKED
            )
        case "delegation":
            theirs = (
                sa.select(NomineeTicket.registration_id)
                .join(Nominee, Nominee.id == NomineeTicket.nominee_id)
                .where(
                    Nominee.delegation_id == segment["delegation"], Nominee.state == NomineeState.REGISTERED
                )
            )
            return ids.where(Registration.id.in_(theirs), Registration.state.in_(LIVE))
        case _:
            return filters.apply(sa.select(Registration.id), scope, wish_of(segment))
