from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.guests.models import SessionInvitation
from expo.programme.models import Occurrence, Session
from expo.registration.models import Registration


class BookingState(enum.StrEnum):
    """A seat, and how it ended."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


_LIVE = "state = 'booked'"


class Booking(Base):
    """A person's seats in an occurrence, under a registration that opens it. Kept after cancelling, as history."""

    __tablename__ = "bookings"
    __table_args__ = (
        # One live booking per person and occurrence, under whatever registration.
        partial_index("uq_bookings_live", "occurrence_id", "person_id", where=_LIVE),
        choice_check("state", BookingState),
        sa.CheckConstraint("seats >= 1", name="seats"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    seats: Mapped[int] = mapped_column(default=1)
    state: Mapped[BookingState] = choice(BookingState)
    booked_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # Under which invitation, where the session is not for everybody and no organiser gave the seat.
    invitation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(SessionInvitation.id), index=True)

    occurrence: Mapped[Occurrence] = relationship()
    person: Mapped[Person] = relationship()
    registration: Mapped[Registration] = relationship()


class GuideLink(Base):
    """A secret address under which somebody without an account reads who comes to a session."""

    __tablename__ = "guide_links"
    __table_args__ = (sa.UniqueConstraint("token_digest"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey(Session.id), index=True)
    label: Mapped[str] = mapped_column(sa.String(120))
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(sa.String(80))
    opened_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]

    session: Mapped[Session] = relationship()
