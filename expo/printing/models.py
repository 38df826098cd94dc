from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.badge.models import Badge
from expo.core.db import Base, Id, Moment, choice, choice_check
from expo.delegations.models import Delegation
from expo.expos.models import Expo
from expo.programme.models import Conference


class Paper(enum.StrEnum):
    """What a badge is printed on."""

    A6 = "a6"  # A5 lying, folded once: a badge of A6 with two faces
    A4 = "a4"  # four badges of A6 on a sheet, to be cut
    LABEL = "label"  # a roll of 62 mm


class PrintState(enum.StrEnum):
    """How far a print is; what was done stays in the log when its file is gone."""

    WAITING = "waiting"
    READY = "ready"


class BadgeLayout(Base):
    """What badges of a conference show. A conference without such a row shows all there is."""

    __tablename__ = "badge_layouts"
    __table_args__ = (choice_check("paper", Paper),)

    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    paper: Mapped[Paper] = choice(Paper, default=Paper.A6)
    shows_organisation: Mapped[bool] = mapped_column(default=True)
    shows_place: Mapped[bool] = mapped_column(default=True)
    # A line for all, such as the name of the wireless network.
    line: Mapped[str] = mapped_column(sa.String(120), default="")


class Print(Base):
    """One printing: which badges were asked for, on which paper, by whom; the log of all there were.

    Of one badge (a reprint at a desk) or of many: then a job makes the file, and it lies there for two days.
    """

    __tablename__ = "prints"
    __table_args__ = (
        choice_check("paper", Paper),
        choice_check("state", PrintState),
        sa.CheckConstraint("done >= 0 AND done <= wanted", name="done"),
        sa.CheckConstraint("(state = 'ready') = (ready_at IS NOT NULL)", name="ready"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    # Whose badges; nothing: those of all conferences of the expo.
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Delegation.id), index=True)
    # From this letter to that one; empty: from the first, to the last.
    first: Mapped[str] = mapped_column(sa.String(20), default="")
    last: Mapped[str] = mapped_column(sa.String(20), default="")
    only_new: Mapped[bool] = mapped_column(default=False)
    badge_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Badge.id), index=True)
    paper: Mapped[Paper] = choice(Paper)
    language: Mapped[str] = mapped_column(sa.String(12))
    asked_by: Mapped[str] = mapped_column(sa.String(80))
    asked_at: Mapped[Moment]
    state: Mapped[PrintState] = choice(PrintState, default=PrintState.WAITING)
    wanted: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[Moment | None]
    # Letters that no bundled font has: they are not on the paper.
    missing: Mapped[str] = mapped_column(sa.String(200), default="")
    file_gone_at: Mapped[Moment | None]

    expo: Mapped[Expo] = relationship()
    conference: Mapped[Conference | None] = relationship()
    delegation: Mapped[Delegation | None] = relationship()


class PrintedBadge(Base):
    """That a badge was in a printing."""

    __tablename__ = "printed_badges"

    print_id: Mapped[int] = mapped_column(sa.ForeignKey(Print.id), primary_key=True)
    badge_id: Mapped[int] = mapped_column(sa.ForeignKey(Badge.id), primary_key=True, index=True)
