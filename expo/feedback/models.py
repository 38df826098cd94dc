from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment
from expo.expos.models import Expo
from expo.programme.models import Occurrence

BEST = 5


class Feedback(Base):
    """How a person found one time of a session: `overall` from 1 (poor) to 5 (excellent), and words if they like.

    The questions are columns, because they are the same from event to event: only so can years be compared.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "occurrence_id"),
        sa.CheckConstraint("overall BETWEEN 1 AND 5", name="overall"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    overall: Mapped[int]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    given_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class FeedbackDeclined(Base):
    """Somebody wants no letters that ask how it was."""

    __tablename__ = "feedback_declined"
    __table_args__ = (sa.UniqueConstraint("person_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    declined_at: Mapped[Moment]


class FeedbackRequest(Base):
    """That a letter asked a person about one time of a session. Nobody is asked twice."""

    __tablename__ = "feedback_requests"
    __table_args__ = (sa.UniqueConstraint("person_id", "occurrence_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), index=True)
    asked_at: Mapped[Moment]
