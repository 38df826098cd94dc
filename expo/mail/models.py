from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Moment, choice, choice_check
from expo.expos.models import Expo


class LetterState(enum.StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """One letter to one address, written in the transaction of its cause. Its Message-ID never changes,
    so a mailbox can tell a repeated hand-over from a second letter."""

    __tablename__ = "letters"
    __table_args__ = (
        choice_check("state", LetterState),
        sa.UniqueConstraint("message_id"),
        sa.Index("ix_letters_due", "state", "next_try_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12))
    subject: Mapped[str] = mapped_column(sa.String(300))
    # Emptied once sent outside demo mode: it holds links that open things.
    body: Mapped[str] = mapped_column(sa.Text)
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    calendar_method: Mapped[str | None] = mapped_column(sa.String(10))
    message_id: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[LetterState] = choice(LetterState, default=LetterState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    next_try_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
