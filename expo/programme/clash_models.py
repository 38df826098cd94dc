from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Moment, choice, choice_check
from expo.expos.models import Expo

from .models import Occurrence
from .words import ClashRule


class KeptClash(Base):
    """Two occurrences that clash and shall stay, with who said so and why. Lapses when one of them is moved:
    it holds only while both have the times that stand here. `subject_id` is the room or the speaker."""

    __tablename__ = "kept_clashes"
    __table_args__ = (
        sa.UniqueConstraint("one_id", "other_id", "rule", "subject_id"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        choice_check("rule", ClashRule),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    rule: Mapped[ClashRule] = choice(ClashRule)
    subject_id: Mapped[int]
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    one_starts_at: Mapped[Moment]
    one_ends_at: Mapped[Moment]
    other_starts_at: Mapped[Moment]
    other_ends_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(sa.Text)
    kept_by: Mapped[str] = mapped_column(sa.String(80))
    kept_at: Mapped[Moment]
