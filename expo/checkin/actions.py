from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme.models import Conference

from . import crew, entitlements
from .models import Gate, Zone, ZoneOpening


def create_zone(
    *,
    expo_id: int,
    slug: str,
    name: str,
    parent: Zone | None = None,
    venue_id: int | None = None,
    room_id: int | None = None,
) -> Zone:
    """A place to be inside of. The slug is its name for scripts: creating it again changes nothing."""
    with transaction():
        zone = db.session.scalar(sa.select(Zone).where(Zone.expo_id == expo_id, Zone.slug == slug))
        if zone is None:
            _same_expo(expo_id, parent)
            zone = Zone(
                expo_id=expo_id, slug=slug, name=one_line(name), venue_id=venue_id, room_id=room_id,
                parent_id=parent.id if parent else None,
            )  # fmt: skip
            db.session.add(zone)
            db.session.flush()
            audit.record("zone_created", "zone", zone.id, expo_id=expo_id, after={"slug": slug, "name": name})
    return zone


def create_gate(*, expo_id: int, slug: str, name: str, zone: Zone, room_id: int | None = None) -> Gate:
    """A way into a zone and out of it; with a room, a session door. Creating it again changes nothing."""
    with transaction():
        gate = db.session.scalar(sa.select(Gate).where(Gate.expo_id == expo_id, Gate.slug == slug))
        if gate is None:
            _same_expo(expo_id, zone)
            gate = Gate(expo_id=expo_id, slug=slug, name=one_line(name), zone_id=zone.id, room_id=room_id)
            db.session.add(gate)
            db.session.flush()
            audit.record("gate_created", "gate", gate.id, expo_id=expo_id, after={"slug": slug, "name": name})
    return gate


def open_zone(*, zone: Zone, conference: Conference) -> None:
    """Let tickets of the conference open the zone, on the conference's days; those already out at once."""
    with transaction():
        _same_expo(conference.expo_id, zone)
        there = sa.select(ZoneOpening.id).where(
            ZoneOpening.zone_id == zone.id, ZoneOpening.conference_id == conference.id
        )
        if db.session.scalar(there) is None:
            db.session.add(ZoneOpening(expo_id=zone.expo_id, zone_id=zone.id, conference_id=conference.id))
            db.session.flush()
            entitlements.rebuild_conference(conference_id=conference.id)
            audit.record(
                "zone_opened", "zone", zone.id, expo_id=zone.expo_id, after={"conference": conference.id}
            )


def close_zone(*, zone: Zone, conference: Conference) -> None:
    """The conference's tickets open the zone no more, from now on."""
    with transaction():
        closed = db.session.scalar(
            sa.delete(ZoneOpening)
            .where(ZoneOpening.zone_id == zone.id, ZoneOpening.conference_id == conference.id)
            .returning(ZoneOpening.id)
        )
        if closed is not None:
            entitlements.rebuild_conference(conference_id=conference.id)
            crew.end_out_of_reach(zone.expo_id)
            audit.record(
                "zone_closed", "zone", zone.id, expo_id=zone.expo_id, before={"conference": conference.id}
            )


def _same_expo(expo_id: int, zone: Zone | None) -> None:
    if zone is not None and zone.expo_id != expo_id:
        raise BadInput(_("That zone belongs to another expo."), field="zone")
