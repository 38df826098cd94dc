"""What registrations open: rebuilt whenever a registration, an opening or a conference's days change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from expo.core.db import db, transaction
from expo.programme.models import Conference
from expo.registration import validity
from expo.registration.models import Registration, RegistrationState

from . import changes
from .models import Entitlement, ZoneOpening


def rebuild(*, registration_id: int) -> None:
    """Make the entitlements of one registration anew, in the transaction that changed it."""
    _rebuild(Registration.id == registration_id)


def rebuild_conference(*, conference_id: int) -> None:
    """The same for all registrations of a conference, after its days or the zones it opens changed."""
    _rebuild(Registration.conference_id == conference_id)


def _rebuild(which: sa.ColumnElement[bool]) -> None:
    with transaction():
        db.session.execute(
            sa.delete(Entitlement)
            .where(Entitlement.registration_id.in_(sa.select(Registration.id).where(which)))
            .execution_options(synchronize_session=False)
        )
        confirmed = db.session.execute(
            sa.select(
                Registration.id,
                Registration.expo_id,
                Registration.person_id,
                Registration.conference_id,
                Registration.ticket_type_id,
            ).where(which, Registration.state == RegistrationState.CONFIRMED)
        ).all()
        zones: dict[int, list[int]] = {}
        spans: dict[int, list[tuple[datetime, datetime]]] = {}
        for conference_id in {row.conference_id for row in confirmed}:
            conference = db.session.get_one(Conference, conference_id)
            spans[conference_id] = list(open_spans(conference))
            zones[conference_id] = list(
                db.session.scalars(
                    sa.select(ZoneOpening.zone_id).where(ZoneOpening.conference_id == conference_id)
                )
            )
        bound = validity.spans({row.ticket_type_id for row in confirmed})
        rows = [
            {
                "expo_id": row.expo_id,
                "person_id": row.person_id,
                "registration_id": row.id,
                "zone_id": zone_id,
                "opens_at": opens_at,
                "closes_at": closes_at,
            }
            for row in confirmed
            for zone_id in zones[row.conference_id]
            for opens_at, closes_at in validity.within(
                spans[row.conference_id], bound.get(row.ticket_type_id)
            )
        ]
        if rows:
            db.session.execute(sa.insert(Entitlement), rows)
        changes.note_holders(which)


def open_spans(conference: Conference) -> Iterator[tuple[datetime, datetime]]:
    """The conference's open days as spans, neighbours joined. A day begins at its hour of day change."""
    closed = {date.fromisoformat(day) for day in conference.closed_dates or ()}
    hour = time(conference.day_change_hour)
    begun: date | None = None
    day = conference.starts_on
    while day <= conference.ends_on + timedelta(days=1):
        is_open = day <= conference.ends_on and day not in closed
        if is_open and begun is None:
            begun = day
        elif not is_open and begun is not None:
            yield (
                datetime.combine(begun, hour, conference.zone),
                datetime.combine(day, hour, conference.zone),
            )
            begun = None
        day += timedelta(days=1)
