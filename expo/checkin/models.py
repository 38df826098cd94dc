from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.badge.models import Badge
from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence, Room, Venue
from expo.registration.models import Registration


class Zone(Base):
    """A place one can be inside of. Zones form a tree: expo › venue › room.

    `places` is how many people fit; where nobody said, a room's own capacity counts.
    """

    __tablename__ = "zones"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "slug"),
        sa.CheckConstraint("places > 0", name="places"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    venue_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Venue.id), index=True)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Room.id), index=True)
    places: Mapped[int | None]

    venue: Mapped[Venue | None] = relationship()
    room: Mapped[Room | None] = relationship()


class ZoneOpening(Base):
    """Tickets of this conference open this zone, on the conference's days."""

    __tablename__ = "zone_openings"
    __table_args__ = (sa.UniqueConstraint("zone_id", "conference_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey(Zone.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)


class Entitlement(Base):
    """What a registration opens: a zone, from one moment to another; one row for each run of open days.

    Rebuilt in the transaction that changes the registration, so that a door only looks.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        sa.UniqueConstraint("registration_id", "zone_id", "opens_at"),
        sa.CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        sa.Index("ix_entitlements_person_id_zone_id", "person_id", "zone_id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    # None for a place without a name: its badge is found by the registration.
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey(Zone.id), index=True)
    opens_at: Mapped[Moment]
    closes_at: Mapped[Moment]


class BadgeChange(Base):
    """When a badge, or what it opens, changed last (the world's time): scanners ask for what is new to them."""

    __tablename__ = "badge_changes"
    __table_args__ = (sa.Index("ix_badge_changes_expo_id_changed_at", "expo_id", "changed_at"),)

    badge_id: Mapped[int] = mapped_column(sa.ForeignKey(Badge.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    changed_at: Mapped[Moment]


class Gate(Base):
    """Where one enters or leaves a zone. With a room it is a session door: the schedule decides there."""

    __tablename__ = "gates"
    __table_args__ = (sa.UniqueConstraint("expo_id", "slug"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey(Zone.id), index=True)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Room.id), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))

    zone: Mapped[Zone] = relationship()
    room: Mapped[Room | None] = relationship()


class Device(Base):
    """A scanner. It is paired by a one-time code, then holds a token and sees only its gates.

    Of code and token the database keeps digests. `seen_at` is the world's time, to the minute.
    """

    __tablename__ = "devices"
    __table_args__ = (sa.UniqueConstraint("token_digest"), sa.UniqueConstraint("pairing_digest"))

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    pairing_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    pairing_until: Mapped[Moment | None]
    token_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    paired_at: Mapped[Moment | None]
    seen_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    created_at: Mapped[Moment]

    expo: Mapped[Expo] = relationship()


class DeviceGate(Base):
    """A gate that a device may scan at."""

    __tablename__ = "device_gates"
    __table_args__ = (sa.UniqueConstraint("device_id", "gate_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id))
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey(Gate.id), index=True)

    gate: Mapped[Gate] = relationship()
    device: Mapped[Device] = relationship()


class Direction(enum.StrEnum):
    """Which way somebody goes."""

    IN = "in"
    OUT = "out"


class Verdict(enum.StrEnum):
    """What a door says."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    LEFT = "left"
    REFUSED = "refused"
    ASK = "ask"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class Scan(Base):
    """One reading of a badge at a gate. Never changed, never deleted; `id` was made by the device.

    `moved` is what it changed in the zone: plus so many in, minus so many out, 0 when nobody passed. The sum
    of one period (see `Presence`) is who is inside. `message` is the sentence that the device was told, so
    that the same id gets the same answer; the person's name is not kept here, because it can be erased.
    `fingerprint` tells a repeat from another scan under a used id.
    """

    __tablename__ = "scans"
    __table_args__ = (
        choice_check("verdict", Verdict),
        choice_check("direction", Direction),
        sa.CheckConstraint("count >= 1", name="count"),
        sa.Index("ix_scans_badge_id", "badge_id"),
        sa.Index("ix_scans_gate_id_received_at", "gate_id", "received_at"),
        partial_index("ix_scans_conflicts", "expo_id", where="verdict = 'conflict'", unique=False),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey(Gate.id))
    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id))
    badge_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Badge.id))
    occurrence_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Occurrence.id))
    direction: Mapped[Direction] = choice(Direction)
    count: Mapped[int]
    scanned_at: Mapped[Moment]
    received_at: Mapped[Moment]
    offline: Mapped[bool]
    verdict: Mapped[Verdict] = choice(Verdict)
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    message: Mapped[str | None] = mapped_column(sa.Text)
    moved: Mapped[int]
    period: Mapped[str] = mapped_column(sa.String(16))
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    # What the device itself had said while it was offline, and who let somebody in by hand, and why.
    details: Mapped[Json | None] = mapped_column(sa.JSON(none_as_null=True))


class Presence(Base):
    """Who is inside: one row per badge and zone in a period, written with the scan, rebuilt from scans if
    need be.

    The period is a city day ("2022-05-31") at a zone's gates, an occurrence ("o17") at a session door. A new
    one begins at nought, because people go home without being scanned out.
    """

    __tablename__ = "presences"
    __table_args__ = (
        sa.CheckConstraint("inside >= 0", name="inside"),
        sa.Index("ix_presences_zone_id_period", "zone_id", "period"),
    )

    badge_id: Mapped[int] = mapped_column(sa.ForeignKey(Badge.id), primary_key=True)
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey(Zone.id), primary_key=True)
    period: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    inside: Mapped[int]
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey(Gate.id))
    entered_at: Mapped[Moment]


class QuarantinedScan(Base):
    """A scan that may not count, kept so that none is lost: of a revoked device, under a used id, unreadable.

    The same one sent again is kept once. `details` is what was sent without the code: a stranger's QR code
    may hold anything, and a badge is named by `badge_id`.
    """

    __tablename__ = "quarantined_scans"
    __table_args__ = (
        sa.UniqueConstraint("scan_id", "fingerprint"),
        sa.Index("ix_quarantined_scans_expo_id_received_at", "expo_id", "received_at"),
    )

    id: Mapped[Id]
    scan_id: Mapped[str] = mapped_column(sa.String(36))
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id))
    gate_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Gate.id))
    badge_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Badge.id))
    received_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(sa.String(40))
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    details: Mapped[Json]


class ScanResolution(Base):
    """What somebody found out about a conflict or a quarantined scan. The scan itself stays as it is."""

    __tablename__ = "scan_resolutions"
    __table_args__ = (
        sa.UniqueConstraint("scan_id"),
        sa.UniqueConstraint("quarantined_id"),
        sa.CheckConstraint("(scan_id IS NULL) <> (quarantined_id IS NULL)", name="one_subject"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    scan_id: Mapped[str | None] = mapped_column(sa.ForeignKey(Scan.id))
    quarantined_id: Mapped[int | None] = mapped_column(sa.ForeignKey(QuarantinedScan.id))
    note: Mapped[str] = mapped_column(sa.Text)
    resolved_at: Mapped[Moment]
    resolved_by: Mapped[str] = mapped_column(sa.String(80))
