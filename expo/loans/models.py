from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.badge.models import Badge
from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo
from expo.programme.models import Conference

_OUT = "back_at IS NULL"


class LoanKind(Base):
    """What can be borrowed: its name, how many there are, for how long. Of one conference, or of the expo."""

    __tablename__ = "loan_kinds"
    __table_args__ = (
        # The database itself lends no more than there are.
        sa.CheckConstraint("out >= 0 AND out <= total", name="out"),
        sa.CheckConstraint("hours >= 1", name="hours"),
        sa.UniqueConstraint("expo_id", "name"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    total: Mapped[int]
    hours: Mapped[int]
    out: Mapped[int] = mapped_column(default=0)

    conference: Mapped[Conference | None] = relationship()


class Loan(Base):
    """One thing that somebody has, or had. Kept after it came back, as history."""

    __tablename__ = "loans"
    __table_args__ = (
        # One thing is with one person.
        partial_index("uq_loans_out", "kind_id", "label", where=f"{_OUT} AND label <> ''"),
        partial_index("ix_loans_out", "kind_id", where=_OUT, unique=False),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey(LoanKind.id), index=True)
    badge_id: Mapped[int] = mapped_column(sa.ForeignKey(Badge.id), index=True)
    # What stands on the thing itself: a number. May be empty.
    label: Mapped[str] = mapped_column(sa.String(40), default="")
    lent_at: Mapped[Moment]
    lent_by: Mapped[str] = mapped_column(sa.String(80))
    due_at: Mapped[Moment]
    back_at: Mapped[Moment | None]
    back_by: Mapped[str | None] = mapped_column(sa.String(80))

    kind: Mapped[LoanKind] = relationship()
    badge: Mapped[Badge] = relationship()
