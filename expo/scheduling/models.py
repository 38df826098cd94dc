from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.programme.models import Area, Conference, Occurrence, Room, Session

from .words import BlockKind, ClashRule, Level


class KeptClash(Base):
    """A clash that shall stay, with who said so and why. It holds only while `facts`, a digest of what makes it a
    clash, is what it was. `subject_id` is the room, the speaker or 0; where one time alone breaks a rule, both
    ids are its."""

    __tablename__ = "kept_clashes"
    __table_args__ = (
        sa.UniqueConstraint("one_id", "other_id", "rule", "subject_id"),
        sa.CheckConstraint("one_id <= other_id", name="order"),
        choice_check("rule", ClashRule),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    rule: Mapped[ClashRule] = choice(ClashRule)
    subject_id: Mapped[int]
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    facts: Mapped[str] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.Text)
    kept_by: Mapped[str] = mapped_column(sa.String(80))
    kept_at: Mapped[Moment]


class RuleLevel(Base):
    """How strict a rule is in a conference; in the whole expo, where none is named. `number` is the rule's own:
    minutes, or how many."""

    __tablename__ = "rule_levels"
    __table_args__ = (
        choice_check("rule", ClashRule),
        choice_check("level", Level),
        sa.Index("uq_rule_levels_conference", "conference_id", "rule", unique=True),
        partial_index("uq_rule_levels_expo", "expo_id", "rule", where="conference_id IS NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id))
    rule: Mapped[ClashRule] = choice(ClashRule)
    level: Mapped[Level] = choice(Level)
    number: Mapped[int | None]


class RoomBlock(Base):
    """A room held for a time: for the sessions of a conference, or for work in which none takes place.
    `capacity` is what it holds then, if it is furnished otherwise."""

    __tablename__ = "room_blocks"
    __table_args__ = (
        choice_check("kind", BlockKind),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("capacity >= 0", name="capacity"),
        sa.CheckConstraint("kind <> 'reserved' OR conference_id IS NOT NULL", name="for_whom"),
        sa.Index("ix_room_blocks_room_id_starts_at", "room_id", "starts_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    room_id: Mapped[int] = mapped_column(sa.ForeignKey(Room.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    kind: Mapped[BlockKind] = choice(BlockKind)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    capacity: Mapped[int | None]
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(sa.String(80))

    room: Mapped[Room] = relationship()
    conference: Mapped[Conference | None] = relationship()


class Break(Base):
    """A stretch of time that sessions leave free, as drafted: of a conference (lunch), or where none is named, of all
    of them (a royal visit), in the whole city or in an area. In these `rooms` (ids), or wherever it holds.

    Rows that one rule made share a `series`. What is removed is kept, so that it can be brought back.
    """

    __tablename__ = "breaks"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("conference_id IS NULL OR area_id IS NULL", name="areas_are_the_citys"),
        sa.Index("ix_breaks_expo_id_starts_at", "expo_id", "starts_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Area.id), index=True)
    rooms: Mapped[Json] = mapped_column(default=list)
    title: Mapped[str] = mapped_column(sa.String(120))
    language: Mapped[str] = mapped_column(sa.String(8), default="")
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    is_listed: Mapped[bool]  # in the public programme
    series: Mapped[str] = mapped_column(sa.String(20), default="")
    removed_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    conference: Mapped[Conference | None] = relationship()
    area: Mapped[Area | None] = relationship()


class SessionNeeds(Base):
    """What time and room of a session must offer. `audience` is a word shared by sessions that the same people want;
    `minutes` is how long it lasts, where it has no time yet."""

    __tablename__ = "session_needs"
    __table_args__ = (
        sa.UniqueConstraint("session_id"),
        sa.CheckConstraint("expected >= 0", name="expected"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name="minutes"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    expected: Mapped[int | None]
    minutes: Mapped[int | None]
    step_free: Mapped[bool] = mapped_column(default=False)
    is_plenary: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(sa.String(60), default="")


class SessionOrder(Base):
    """One session comes after another: whoever comes has heard the first."""

    __tablename__ = "session_orders"
    __table_args__ = (
        sa.UniqueConstraint("first_id", "then_id"),
        sa.CheckConstraint("first_id <> then_id", name="two"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    first_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id))
    then_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
