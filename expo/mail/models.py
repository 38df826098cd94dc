from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from expo.core.db import Base, Id, Json, Moment, choice, choice_check
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
        # Each person's letters leave in order.
        sa.Index("ix_letters_recipient", "recipient", "state", "id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12))
    subject: Mapped[str] = mapped_column(sa.String(300))
    # Emptied once sent outside demo mode: it holds links that open things.
    body: Mapped[str] = mapped_column(sa.Text)
    # One iCalendar object or several after one another; then each says its METHOD itself (RFC 5546 has one UID in each).
    calendar: Mapped[str | None] = mapped_column(sa.Text)
    calendar_method: Mapped[str | None] = mapped_column(sa.String(10))
    # Where whoever does not want more of this says so (RFC 8058); only in letters that nobody needs.
    unsubscribe: Mapped[str | None] = mapped_column(sa.String(300))
    message_id: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[LetterState] = choice(LetterState, default=LetterState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    next_try_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)


class DigestEntry(Base):
    """One thing that a reader will be told of, together with what else there is by then. `about` names the thing:
    of two entries about the same, one letter tells once."""

    __tablename__ = "digest_entries"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "kind", "recipient", "about"),
        sa.Index("ix_digest_entries_recipient", "recipient"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    kind: Mapped[str] = mapped_column(sa.String(60))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(200))
    about: Mapped[str] = mapped_column(sa.String(120))
    # What the template reads of it. `first` is what it said when the wait began: from where something moved.
    facts: Mapped[Json]
    first: Mapped[Json]
    created_at: Mapped[Moment]
