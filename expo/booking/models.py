from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.capacity.models import Pool
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.guests.models import SessionInvitation
from expo.programme.models import Occurrence, Session
from expo.publishing.models import Release
from expo.registration.models import Registration


class BookingState(enum.StrEnum):
    """booked; or waiting → offered → booked or lapsed. A seat ends as cancelled, or given up by not coming.

    One tap books, so nothing is held but by an offer: its seats are taken like those of a booking.
    """

    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    GIVEN_UP = "given_up"


# States in which the person means to be there; in which seats are taken; in which there is anything at all.
COUNTING = (BookingState.BOOKED,)
HOLDING = (*COUNTING, BookingState.OFFERED)
LIVE = (*HOLDING, BookingState.WAITING)
# The same as the index of live bookings says it. SQLite uses that index only for the very words.
IS_LIVE = "state IN ('booked', 'offered', 'waiting')"


class Booking(Base):
    """A person's seats in an occurrence, under a registration that opens it; or their place on its waiting list,
    which is the order of ids. Kept after it has ended, as history.

    `until` is when an offer ends. The secret of an offer's page is made of `seed` and of our key.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        # One live booking per person and occurrence, under whatever registration.
        partial_index("uq_bookings_live", "occurrence_id", "person_id", where=IS_LIVE),
        partial_index("ix_bookings_waiting", "occurrence_id", "id", where="state = 'waiting'", unique=False),
        choice_check("state", BookingState),
        sa.UniqueConstraint("secret_digest"),
        sa.CheckConstraint("seats >= 1", name="seats"),
        sa.CheckConstraint("state <> 'offered' OR until IS NOT NULL", name="until"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    # Where its seats are taken: the occurrence's pool, or what is set aside for those who walk up.
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), index=True)
    seats: Mapped[int] = mapped_column(default=1)
    state: Mapped[BookingState] = choice(BookingState)
    booked_at: Mapped[Moment]  # or since when they wait
    until: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # Of those who wait: all seats or none; take them without asking; what is given back for them; whether they know
    # of a clash and want it nevertheless; when they were passed over because they could not come.
    keep_together: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    takes_at_once: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    swap_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bookings.id"))
    accepts_clash: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    passed_over_at: Mapped[Moment | None]
    seed: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    secret_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))

    # Under which invitation, where the session is not for everybody and no organiser gave the seat.
    invitation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(SessionInvitation.id), index=True)

    occurrence: Mapped[Occurrence] = relationship()
    person: Mapped[Person] = relationship()
    registration: Mapped[Registration] = relationship()


class ClashKind(enum.StrEnum):
    """Why two seats of one person cannot both be used."""

    OVERLAP = "overlap"  # at the same time
    SIBLINGS = "siblings"  # parts of one session, at the same time
    LATE = "late"  # too far to walk in between


class BookingClash(Base):
    """Two seats of one person that clash, since when and why they may: they wanted both, or a session was moved."""

    __tablename__ = "booking_clashes"
    __table_args__ = (
        partial_index("uq_booking_clashes_live", "one_id", "other_id", where="over_at IS NULL"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        choice_check("kind", ClashKind),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    one_id: Mapped[int] = mapped_column(sa.ForeignKey(Booking.id))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey(Booking.id), index=True)
    kind: Mapped[ClashKind] = choice(ClashKind)
    late: Mapped[int] = mapped_column(default=0)  # minutes, as estimated
    # None where the person wanted both.
    release_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Release.id))
    found_at: Mapped[Moment]
    over_at: Mapped[Moment | None]

    one: Mapped[Booking] = relationship(foreign_keys=[one_id])
    other: Mapped[Booking] = relationship(foreign_keys=[other_id])


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


class AgendaShare(Base):
    """A secret address under which a person shows their agenda to others."""

    __tablename__ = "agenda_shares"
    __table_args__ = (
        sa.UniqueConstraint("token_digest"),
        partial_index("uq_agenda_shares_live", "person_id", where="ended_at IS NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    shows_name: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship()
