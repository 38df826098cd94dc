from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.capacity.models import Pool
from expo.core.db import Base, Id, choice, choice_check
from expo.expos.models import Expo

from .models import Occurrence, SessionType
from .words import OverlapRule


class BookingTerms(Base):
    """How seats are booked: of a kind of session, or of one occurrence. What is None there, the kind says; what the
    kind leaves open has a default (see terms.py). Not released: in force as soon as it is saved."""

    __tablename__ = "booking_terms"
    __table_args__ = (
        sa.UniqueConstraint("type_id"),
        sa.UniqueConstraint("occurrence_id"),
        sa.CheckConstraint("(type_id IS NULL) <> (occurrence_id IS NULL)", name="one_subject"),
        sa.CheckConstraint("walk_ups IS NULL OR walk_up_percent IS NULL", name="walk_ups"),
        sa.CheckConstraint("walk_up_percent BETWEEN 0 AND 100", name="walk_up_percent"),
        choice_check("overlap", OverlapRule),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    type_id: Mapped[int | None] = mapped_column(sa.ForeignKey(SessionType.id))
    occurrence_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Occurrence.id))
    overlap: Mapped[OverlapRule | None] = choice(OverlapRule)
    late_minutes: Mapped[int | None]  # so many minutes late by the way on foot are told only
    # Minutes before it begins; a moment of its own stands with the occurrence.
    opens_before: Mapped[int | None]
    closes_before: Mapped[int | None]
    most_party: Mapped[int | None]
    walk_ups: Mapped[int | None]  # seats kept for those who come without
    walk_up_percent: Mapped[int | None]
    # The pool of the seats kept for those who come without; of an occurrence only.
    reserve_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Pool.id), unique=True)
