from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.registration.models import Registration


class BadgeState(enum.StrEnum):
    """Whether a badge still opens anything."""

    ACTIVE = "active"
    REPLACED = "replaced"
    REVOKED = "revoked"


_ACTIVE = "state = 'active'"


class Badge(Base):
    """One live badge per person and expo. Its id is the issue number in its code; the random part stands
    here, the tag does not: whoever steals this table cannot print a badge without the key.

    `size` is how many may go in with it (a counted group badge); a badge without person is anonymous, and opens what
    its registration gives.
    """

    __tablename__ = "badges"
    __table_args__ = (
        partial_index("uq_badges_active", "expo_id", "person_id", where=_ACTIVE),
        sa.UniqueConstraint("expo_id", "spoken_digest"),
        choice_check("state", BadgeState),
        sa.CheckConstraint("size >= 1", name="size"),
        sa.CheckConstraint("person_id IS NULL OR registration_id IS NULL", name="one_holder"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    random: Mapped[bytes] = mapped_column(sa.LargeBinary(8))
    spoken_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    size: Mapped[int] = mapped_column(default=1)
    # What a badge without person stands for, and what a group calls itself.
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    label: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    state: Mapped[BadgeState] = choice(BadgeState)
    issued_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[Person | None] = relationship()
    registration: Mapped[Registration | None] = relationship()
