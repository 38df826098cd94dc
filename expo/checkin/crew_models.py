"""Tables of the people and devices at the doors: crews and their notes, counts by hand, health, policies, queues."""

from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.badge.models import Badge
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.programme.models import Conference, Occurrence

from .models import Device, Gate, Scan


class Attention(Base):
    """What door staff must know of a person, until somebody ends it: shown at every scan, or, with `blocks`, keeping
    the person out though the ticket stands. Of several pending ones the newest counts: one is live at a time."""

    __tablename__ = "attentions"
    __table_args__ = (partial_index("uq_attentions_live", "expo_id", "person_id", where="ended_at IS NULL"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    blocks: Mapped[bool]
    created_at: Mapped[Moment]
    created_by: Mapped[str] = mapped_column(sa.String(80))
    ended_at: Mapped[Moment | None]


class CrewRole(enum.StrEnum):
    """What somebody at a door may do: stewards scan; supervisors also search, override, undo and resolve."""

    STEWARD = "steward"
    SUPERVISOR = "supervisor"


class CrewMember(Base):
    """Somebody who works at the doors for some days, known there by a PIN. The database keeps a keyed digest of it.

    Of one conference: at the doors that its tickets open; of none: at every door of the expo.

    `starts_at` and `ends_at` are the expo's time: outside of them the PIN opens nothing.
    """

    __tablename__ = "crew_members"
    __table_args__ = (
        partial_index("uq_crew_members_pin", "expo_id", "pin_digest", where="ended_at IS NULL"),
        choice_check("role", CrewRole),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    role: Mapped[CrewRole] = choice(CrewRole)
    pin_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    conference: Mapped[Conference | None] = relationship()


class Shift(Base):
    """Who works with a device, from when to when. One at a time; its end says who it was not any more."""

    __tablename__ = "shifts"
    __table_args__ = (partial_index("uq_shifts_live", "device_id", where="ended_at IS NULL"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id))
    crew_member_id: Mapped[int] = mapped_column(sa.ForeignKey(CrewMember.id), index=True)
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    member: Mapped[CrewMember] = relationship()


class ScanUndo(Base):
    """A scan that was taken back, and the scan that took it back. Both stay as they are; at most once each."""

    __tablename__ = "scan_undos"
    __table_args__ = (sa.UniqueConstraint("undo_id"),)

    scan_id: Mapped[str] = mapped_column(sa.ForeignKey(Scan.id), primary_key=True)
    undo_id: Mapped[str] = mapped_column(sa.ForeignKey(Scan.id))
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)


class HandCount(Base):
    """People counted by hand at a gate, without badges: plus in, minus out. Never changed; the id is the device's."""

    __tablename__ = "hand_counts"
    __table_args__ = (
        sa.CheckConstraint("people <> 0", name="people"),
        sa.Index("ix_hand_counts_gate_id_period", "gate_id", "period"),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    gate_id: Mapped[int] = mapped_column(sa.ForeignKey(Gate.id))
    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id))
    people: Mapped[int]
    period: Mapped[str] = mapped_column(sa.String(16))
    counted_at: Mapped[Moment]
    received_at: Mapped[Moment]


class DeviceHealth(Base):
    """What a device last said of itself. `clock_error` in seconds: positive when its clock is behind ours."""

    __tablename__ = "device_health"

    device_id: Mapped[int] = mapped_column(sa.ForeignKey(Device.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    reported_at: Mapped[Moment]
    pack_made_at: Mapped[Moment | None]
    waiting: Mapped[int]
    clock_error: Mapped[int]
    # Per cent, where the browser tells.
    battery: Mapped[int | None]
    version: Mapped[str] = mapped_column(sa.String(40), default="")


class Policy(enum.StrEnum):
    """Who is let in at the door of a session. The first four are its admission; a door may be told otherwise."""

    OPEN = "open"  # anybody; counted
    TICKET = "ticket"
    SEAT = "seat"  # booked only
    INVITATION = "invitation"
    BOOK = "book"  # the booked, and ticket holders for whom the door books a seat while there are any
    ASK = "ask"


class DoorPolicy(Base):
    """What the door of a session does otherwise than its admission says.

    `release_after`: so many minutes after the beginning the seats of who has not come go to standby numbers.
    """

    __tablename__ = "door_policies"
    __table_args__ = (
        choice_check("policy", Policy),
        sa.CheckConstraint("release_after BETWEEN 0 AND 240", name="release_after"),
    )

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id"), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    policy: Mapped[Policy | None] = choice(Policy)
    release_after: Mapped[int | None]


class DoorRelease(Base):
    """That the seats of who did not come to an occurrence were given up: once."""

    __tablename__ = "door_releases"

    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    released_at: Mapped[Moment]
    seats: Mapped[int]


class StandbyNumber(Base):
    """A place in the queue at the door of an occurrence. Numbers count from 1 and are called in order; who does not
    come when called has lapsed. Whether somebody went in, the scans say."""

    __tablename__ = "standby_numbers"
    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "number"),
        sa.UniqueConstraint("occurrence_id", "badge_id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    badge_id: Mapped[int] = mapped_column(sa.ForeignKey(Badge.id), index=True)
    number: Mapped[int]
    given_at: Mapped[Moment]
    called_at: Mapped[Moment | None]
    lapsed_at: Mapped[Moment | None]
    seated_at: Mapped[Moment | None]
