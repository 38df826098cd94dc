from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from expo.accounts.models import Person
from expo.capacity.models import Pool
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.organisations.models import Organisation
from expo.payment.models import Order
from expo.programme.models import Conference
from expo.registration.models import Category, Registration, TicketType


class Standing(enum.StrEnum):
    """Where an invitation stands; read off the moments of its delegation."""

    SENT = "sent"
    OPENED = "opened"
    ANSWERED = "answered"  # somebody is nominated
    DECLINED = "declined"
    CLOSED = "closed"  # taken back by the organisers


class Delegation(Base):
    """A group that sends people: so many seats per category, and a focal point who says for whom."""

    __tablename__ = "delegations"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("declined_at IS NULL OR closed_at IS NULL", name="one_end"),
        partial_index("uq_delegations_order", "order_id", where="order_id IS NOT NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    code: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200))
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    focal_name: Mapped[str] = mapped_column(sa.String(200))
    focal_email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    message: Mapped[str] = mapped_column(sa.Text, default="")
    nominate_until: Mapped[Moment | None]
    invited_at: Mapped[Moment]
    sent_at: Mapped[Moment]
    opened_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    declined_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]

    # A group order: its places are bought already, and every seat is one of them.
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id))

    # On whose bill its nominees stand; made with the first of them who costs something.
    payer_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))

    organisation: Mapped[Organisation | None] = relationship()
    payer: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.declined_at is None and self.closed_at is None

    @property
    def standing(self) -> Standing:
        if self.closed_at:
            return Standing.CLOSED
        if self.declined_at:
            return Standing.DECLINED
        if self.answered_at:
            return Standing.ANSWERED
        return Standing.OPENED if self.opened_at else Standing.SENT


class DelegationConference(Base):
    """A conference to which the delegation may nominate."""

    __tablename__ = "delegation_conferences"
    __table_args__ = (sa.UniqueConstraint("delegation_id", "conference_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey(Delegation.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)

    conference: Mapped[Conference] = relationship()


class CategorySeats(Base):
    """How many may come in one category. The pool counts them, so that the last seat is given once."""

    __tablename__ = "delegation_seats"
    __table_args__ = (
        sa.UniqueConstraint("delegation_id", "category"),
        sa.UniqueConstraint("pool_id"),
        choice_check("category", Category),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey(Delegation.id))
    category: Mapped[Category] = choice(Category)
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id))

    pool: Mapped[Pool] = relationship()


class NomineeState(enum.StrEnum):
    """Where a nominee stands with the delegation; the registration has states of its own."""

    INVITED = "invited"  # a link is on its way; the delegation holds the seat
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"  # by the focal point
    SUBSTITUTED = "substituted"  # somebody else has the seat
    DECLINED = "declined"  # by the nominee
    ENDED = "ended"  # the registration was refused, revoked or given back


LIVE = (NomineeState.INVITED, NomineeState.REGISTERED)
_LIVE = "state IN ('invited', 'registered')"


class Nominee(Base):
    """Somebody whom a focal point named for a seat. Live ones hold it; the others are history."""

    __tablename__ = "nominees"
    __table_args__ = (
        choice_check("state", NomineeState),
        partial_index("ix_nominees_live", "seats_id", where=_LIVE, unique=False),
        # A seat is handed on once.
        partial_index("uq_nominees_replaces", "replaces_id", where="replaces_id IS NOT NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey(Delegation.id), index=True)
    seats_id: Mapped[int] = mapped_column(sa.ForeignKey(CategorySeats.id))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("nominees.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254))
    state: Mapped[NomineeState] = choice(NomineeState)
    state_since: Mapped[Moment]
    nominated_at: Mapped[Moment]
    opened_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]

    # Whether an alias protects whom they became, or whoever has the address while the link is on its way.
    is_protected: Mapped[bool] = column_property(
        sa.exists()
        .where(
            Person.expo_id == expo_id,
            sa.or_(Person.id == person_id, Person.email == email),
            Person.protected_at.is_not(None),
        )
        .correlate_except(Person),
        deferred=True,
    )

    delegation: Mapped[Delegation] = relationship()
    seats: Mapped[CategorySeats] = relationship()

    @property
    def shown_email(self) -> str | None:
        """The address for pages that others read: a protected person's is shown to nobody."""
        return None if self.is_protected else self.email

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class NomineeTicket(Base):
    """One ticket that a nominee is to have, and the registration it became."""

    __tablename__ = "nominee_tickets"
    __table_args__ = (sa.UniqueConstraint("nominee_id", "ticket_type_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    nominee_id: Mapped[int] = mapped_column(sa.ForeignKey(Nominee.id))
    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Registration.id), unique=True)

    ticket_type: Mapped[TicketType] = relationship()
    registration: Mapped[Registration | None] = relationship()


class Link(Base):
    """A secret address: of the delegation's page, or, with a nominee, of an invitation.

    Kept as a digest. `seed` makes the same secret again with the installation's key, so that a reminder need not
    change the address that somebody has kept.
    """

    __tablename__ = "delegation_links"
    __table_args__ = (
        sa.UniqueConstraint("token_digest"),
        partial_index(
            "uq_delegation_links_live", "delegation_id", where="nominee_id IS NULL AND ended_at IS NULL"
        ),
        partial_index(
            "uq_delegation_links_nominee", "nominee_id", where="nominee_id IS NOT NULL AND ended_at IS NULL"
        ),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    delegation_id: Mapped[int] = mapped_column(sa.ForeignKey(Delegation.id), index=True)
    nominee_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Nominee.id))
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    seed: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    made_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    delegation: Mapped[Delegation] = relationship()
    nominee: Mapped[Nominee | None] = relationship()
