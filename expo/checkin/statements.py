"""The statements of a scan: written once, compiled once (see prepared.py).

A scan that is admitted costs three of them in one transaction: LOOK, ENTER, SCAN (a session door adds what is
on in its room, and at most one question about the ticket or the seat). Only a refusal asks further, for the
sentence that helps.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from expo.accounts.models import Person
from expo.badge.models import Badge
from expo.booking.models import Booking, BookingState
from expo.core.db import Base, MomentType
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence, Room, Venue
from expo.publishing.models import OccurrenceVersion
from expo.registration import validity
from expo.registration.models import Category, Registration, RegistrationState, TicketType

from .crew_models import Attention, CrewMember, CrewRole, Shift, StandbyNumber
from .models import Device, DeviceGate, Entitlement, Gate, Presence, QuarantinedScan, Scan, Zone, ZoneOpening
from .prepared import Prepared


def _table(model: type[Base]) -> sa.Table:
    # The bare table: a statement on mapped attributes passes through the ORM's compiler each time.
    return sa.inspect(model).local_table  # type: ignore[return-value]


_devices, _device_gates, _gates = _table(Device), _table(DeviceGate), _table(Gate)
_expos, _badges, _persons = _table(Expo), _table(Badge), _table(Person)
_scans, _presences, _quarantine = _table(Scan), _table(Presence), _table(QuarantinedScan)
_entitlements, _openings = _table(Entitlement), _table(ZoneOpening)
_registrations, _tickets, _bookings = _table(Registration), _table(TicketType), _table(Booking)
_attentions, _crew, _shifts = _table(Attention), _table(CrewMember), _table(Shift)
_standby = _table(StandbyNumber)
_occurrences, _released = _table(Occurrence), _table(OccurrenceVersion)
_conferences, _rooms, _venues = _table(Conference), _table(Room), _table(Venue)

_now = sa.bindparam("now", type_=MomentType())

_entitled = (
    sa.exists()
    .where(
        sa.or_(
            _entitlements.c.person_id == _badges.c.person_id,
            _entitlements.c.registration_id == _badges.c.registration_id,  # of a badge without person
        ),
        # Looked up by whose it is: a zone opens for all, and SQLite would read them all.
        _entitlements.c.zone_id + 0 == _gates.c.zone_id,
        _entitlements.c.opens_at <= _now,
        _entitlements.c.closes_at > _now,
    )
    .correlate(_badges, _gates)
)
# As what somebody comes: the first ticket that says more than "visitor". Category and name in one column, so
# that it is one subquery.
_comes_as = (
    sa.select(sa.type_coerce(_tickets.c.category, sa.String).concat(":").concat(_tickets.c.name))
    .select_from(_registrations.join(_tickets, _registrations.c.ticket_type_id == _tickets.c.id))
    .where(
        sa.or_(
            _registrations.c.person_id == _badges.c.person_id,
            _registrations.c.id == _badges.c.registration_id,
        ),
        _registrations.c.state == RegistrationState.CONFIRMED,
    )
    .order_by(_tickets.c.category == Category.VISITOR, _registrations.c.id)
    .limit(1)
    .correlate(_badges)
    .scalar_subquery()
)

# The device by its token, its gate, the scan if its id was used before, and the badge with its person.
LOOK = Prepared(
    sa.select(
        _devices.c.id.label("device_id"),
        _devices.c.expo_id,
        _devices.c.revoked_at.is_not(None).label("revoked"),
        _expos.c.time_zone,
        _gates.c.id.label("gate_id"),
        _gates.c.zone_id,
        _gates.c.room_id,
        _scans.c.expo_id.label("told_expo_id"),
        _scans.c.fingerprint.label("told_fingerprint"),
        _scans.c.verdict.label("told_verdict"),
        _scans.c.reason.label("told_reason"),
        _scans.c.message.label("told_message"),
        _scans.c.details.label("told_details"),
        _badges.c.id.label("badge_id"),
        _badges.c.random,
        _badges.c.state,
        _badges.c.size,
        _badges.c.person_id,
        _badges.c.registration_id,
        sa.func.coalesce(_persons.c.name, sa.func.nullif(_badges.c.label, "")).label("name"),
        _persons.c.language,
        _attentions.c.text.label("attention"),
        _attentions.c.blocks.label("blocked"),
        _entitled.label("entitled"),
        _comes_as.label("comes_as"),
    )
    .select_from(
        _devices.join(_expos, _devices.c.expo_id == _expos.c.id)
        .outerjoin(
            _device_gates,
            sa.and_(
                _device_gates.c.device_id == _devices.c.id, _device_gates.c.gate_id == sa.bindparam("gate")
            ),
        )
        .outerjoin(_gates, _gates.c.id == _device_gates.c.gate_id)
        .outerjoin(_scans, _scans.c.id == sa.bindparam("scan"))
        .outerjoin(
            _badges,
            sa.and_(_badges.c.id == sa.bindparam("number"), _badges.c.expo_id == _devices.c.expo_id),
        )
        .outerjoin(_persons, _persons.c.id == _badges.c.person_id)
        .outerjoin(
            _attentions,
            sa.and_(
                _attentions.c.person_id == _badges.c.person_id,
                _attentions.c.expo_id == _badges.c.expo_id,
                _attentions.c.ended_at.is_(None),
            ),
        )
    )
    .where(_devices.c.token_digest == sa.bindparam("digest"))
)


def _enter(insert: Any) -> Any:
    """Go in, if there is room on the badge: one statement checks and counts, so that of two gates at the same
    moment one admits. When no row comes back, nobody went in."""
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[_presences.c.badge_id, _presences.c.zone_id, _presences.c.period],
        set_={
            "inside": _presences.c.inside + new.inside,
            "gate_id": new.gate_id,
            "entered_at": new.entered_at,
        },
        where=_presences.c.inside + new.inside <= sa.bindparam("size"),
    ).returning(_presences.c.inside)


ENTER = Prepared(_enter(sqlite.insert(_presences)), _enter(postgresql.insert(_presences)))

# Go out of where one went in last. Who came before `since` has gone home without being scanned.
_latest = _presences.alias()
LEAVE = Prepared(
    sa.update(_presences)
    .where(
        _presences.c.badge_id == sa.bindparam("badge"),
        _presences.c.zone_id == sa.bindparam("zone"),
        _presences.c.inside >= sa.bindparam("people"),
        _presences.c.period
        == sa.select(_latest.c.period)
        .where(
            _latest.c.badge_id == sa.bindparam("badge"),
            _latest.c.zone_id == sa.bindparam("zone"),
            _latest.c.inside >= sa.bindparam("people"),
            _latest.c.entered_at >= sa.bindparam("since", type_=MomentType()),
        )
        .order_by(_latest.c.entered_at.desc())
        .limit(1)
        .scalar_subquery(),
    )
    .values(inside=_presences.c.inside - sa.bindparam("people"))
    .returning(_presences.c.period)
)

SCAN = Prepared(sa.insert(_scans))

QUARANTINE = Prepared(
    sqlite.insert(_quarantine).on_conflict_do_nothing(),
    postgresql.insert(_quarantine).on_conflict_do_nothing(),
    columns=tuple(column.name for column in _quarantine.c if column.name != "id"),
)

# Questions that only a closed way asks.

INSIDE = Prepared(
    sa.select(_presences.c.entered_at, _presences.c.gate_id, _presences.c.inside, _gates.c.name)
    .join(_gates, _presences.c.gate_id == _gates.c.id)
    .where(
        _presences.c.badge_id == sa.bindparam("badge"),
        _presences.c.zone_id == sa.bindparam("zone"),
        _presences.c.period == sa.bindparam("period"),
    )
)

_zones = _table(Zone)
ZONES = Prepared(sa.select(_zones.c.id, _zones.c.parent_id).where(_zones.c.expo_id == sa.bindparam("expo")))

# Where else a badge went in after it went in here.
ENTERED_SINCE = Prepared(
    sa.select(_presences.c.zone_id).where(
        _presences.c.badge_id == sa.bindparam("badge"),
        _presences.c.inside > 0,
        _presences.c.entered_at > sa.bindparam("entered", type_=MomentType()),
    )
)

COME_BACK = Prepared(
    sa.update(_presences)
    .where(
        _presences.c.badge_id == sa.bindparam("badge"),
        _presences.c.zone_id == sa.bindparam("zone"),
        _presences.c.period == sa.bindparam("period"),
        _presences.c.entered_at == sa.bindparam("entered", type_=MomentType()),
    )
    .values(
        gate_id=sa.bindparam("gate", type_=sa.Integer()),
        entered_at=sa.bindparam("moment", type_=MomentType()),
    )
    .returning(_presences.c.badge_id)
)

OPENINGS_OF = Prepared(
    sa.select(_entitlements.c.opens_at, _entitlements.c.closes_at)
    .where(
        sa.or_(
            _entitlements.c.person_id == sa.bindparam("person"),
            _entitlements.c.registration_id == sa.bindparam("registration"),
        ),
        _entitlements.c.zone_id + 0 == sa.bindparam("zone"),
    )
    .order_by(_entitlements.c.opens_at)
)

TICKETS_FOR_ZONE = Prepared(
    sa.select(_conferences.c.title)
    .join(_openings, _openings.c.conference_id == _conferences.c.id)
    .where(_openings.c.zone_id == sa.bindparam("zone"))
    .order_by(_conferences.c.ends_on < sa.bindparam("today", type_=sa.Date()), _conferences.c.starts_on)
    .limit(2)
)

# What stands between the person and the zone, or the conference, is its price.
_unpaid = (
    sa.select(_registrations.c.price_minor, _registrations.c.currency, _conferences.c.title)
    .join(_conferences, _registrations.c.conference_id == _conferences.c.id)
    .where(
        _registrations.c.person_id == sa.bindparam("person"),
        _registrations.c.state == RegistrationState.APPROVED,
        _registrations.c.price_minor > 0,
    )
    .order_by(_registrations.c.id)
    .limit(1)
)
UNPAID_FOR_ZONE = Prepared(
    _unpaid.join(_openings, _openings.c.conference_id == _registrations.c.conference_id).where(
        _openings.c.zone_id == sa.bindparam("zone")
    )
)
UNPAID_FOR_CONFERENCE = Prepared(_unpaid.where(_registrations.c.conference_id == sa.bindparam("conference")))

# Who may let in against a rule: the supervisor who works with the device now, or did when the scan was made
# that waited since.
SUPERVISOR = Prepared(
    sa.select(_crew.c.name)
    .join(_shifts, _shifts.c.crew_member_id == _crew.c.id)
    .where(
        _shifts.c.device_id == sa.bindparam("device"),
        _shifts.c.started_at <= _now,
        sa.or_(_shifts.c.ended_at.is_(None), _shifts.c.ended_at > _now),
        sa.or_(_crew.c.ended_at.is_(None), _crew.c.ended_at > _now),
        _crew.c.role == CrewRole.SUPERVISOR,
        _crew.c.starts_at <= _now,
        _crew.c.ends_at > _now,
    )
)

HAS_TICKET = Prepared(
    sa.select(_registrations.c.id)
    .where(
        sa.or_(
            _registrations.c.person_id == sa.bindparam("person"),
            _registrations.c.id == sa.bindparam("registration"),
        ),
        _registrations.c.conference_id == sa.bindparam("conference"),
        _registrations.c.state == RegistrationState.CONFIRMED,
        validity.condition(
            _registrations.c.ticket_type_id,
            sa.bindparam("occurrence", type_=sa.Integer()),
            sa.bindparam("at", type_=MomentType()),
        ),
    )
    .limit(1)
)

HAS_SEAT = Prepared(
    sa.select(_bookings.c.seats)
    .where(
        _bookings.c.person_id == sa.bindparam("person"),
        _bookings.c.occurrence_id == sa.bindparam("occurrence"),
        _bookings.c.state == BookingState.BOOKED,
    )
    .limit(1)
)

WAS_CALLED = Prepared(
    sa.select(_standby.c.number).where(
        _standby.c.badge_id == sa.bindparam("badge"),
        _standby.c.occurrence_id == sa.bindparam("occurrence"),
        _standby.c.called_at.is_not(None),
        _standby.c.lapsed_at.is_(None),
        _standby.c.seated_at.is_(None),
    )
)

CONFERENCE = Prepared(sa.select(_conferences.c.title).where(_conferences.c.id == sa.bindparam("conference")))

# Where the person is expected now, or next.
BOOKED_NEXT = Prepared(
    sa.select(
        _released.c.starts_at,
        _rooms.c.name.label("room"),
        _venues.c.name.label("venue"),
        _venues.c.id.label("venue_id"),
    )
    .select_from(
        _bookings.join(_released, _released.c.occurrence_id == _bookings.c.occurrence_id)
        .join(_rooms, _released.c.room_id == _rooms.c.id)
        .join(_venues, _rooms.c.venue_id == _venues.c.id)
    )
    .where(
        _bookings.c.person_id == sa.bindparam("person"),
        _bookings.c.state == BookingState.BOOKED,
        _released.c.until_release_id.is_(None),
        sa.not_(_released.c.cancelled),
        _released.c.ends_at > _now,
        _released.c.starts_at < sa.bindparam("latest", type_=MomentType()),
        _released.c.room_id != sa.bindparam("room"),
    )
    .order_by(_released.c.starts_at)
    .limit(1)
)

OCCURRENCE = Prepared(
    sa.select(_occurrences.c.id).where(
        _occurrences.c.uid == sa.bindparam("uid"), _occurrences.c.expo_id == sa.bindparam("expo")
    )
)
