from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.capacity.models import Pool
from expo.core.db import Base, Id, Json, Moment, choice, choice_check, partial_index
from expo.core.money import Money
from expo.expos.models import Expo
from expo.payment.models import Order, OrderLine, Seller
from expo.programme.models import Conference, Occurrence


class Category(enum.StrEnum):
    """As what a delegate comes; shown on the badge by colour and word."""

    VISITOR = "visitor"
    CITY = "city"
    MEMBER_STATE = "member_state"
    INTERNATIONAL = "international"
    CIVIL_SOCIETY = "civil_society"
    ACADEMIA = "academia"
    COMPANY = "company"
    PRESS = "press"
    SPEAKER = "speaker"
    STAFF = "staff"


class RegistrationState(enum.StrEnum):
    """Is it allowed? started → submitted → (pre-approved) → approved or refused → confirmed."""

    STARTED = "started"
    SUBMITTED = "submitted"
    PRE_APPROVED = "pre_approved"
    APPROVED = "approved"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


LIVE = (
    RegistrationState.STARTED,
    RegistrationState.SUBMITTED,
    RegistrationState.PRE_APPROVED,
    RegistrationState.APPROVED,
    RegistrationState.CONFIRMED,
)
# Somebody has to decide.
WAITING = (RegistrationState.SUBMITTED, RegistrationState.PRE_APPROVED)
_LIVE = "state IN ('started', 'submitted', 'pre_approved', 'approved', 'confirmed') AND person_id IS NOT NULL"


class TicketType(Base):
    """What can be had at a conference. The price has its VAT inside."""

    __tablename__ = "ticket_types"
    __table_args__ = (
        sa.UniqueConstraint("conference_id", "slug"),
        choice_check("category", Category),
        sa.CheckConstraint("price_minor >= 0", name="price"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    category: Mapped[Category] = choice(Category, default=Category.VISITOR)
    audience: Mapped[str] = mapped_column(sa.String(300), default="")
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="SEK")
    vat_basis_points: Mapped[int] = mapped_column(default=0)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    sale_from: Mapped[Moment | None]
    sale_until: Mapped[Moment | None]
    # The free pass that the first booking in the open programme makes by itself.
    is_open_pass: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), unique=True)
    # The price is the least that may be given; who comes chooses the amount.
    is_donation: Mapped[bool] = mapped_column(default=False)
    # Not to be seen until its code (or that of a voucher for it) is typed.
    is_hidden: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(sa.String(40), default="")
    # 1, or 2: somebody allows it beforehand, somebody else at last.
    approval_stages: Mapped[int] = mapped_column(default=1)
    # Of two approvals the last one is for owners; else the registration desk gives both.
    owners_last: Mapped[bool] = mapped_column(default=False)
    decide_by: Mapped[Moment | None]
    # Until then an approved delegate has to have paid.
    answer_by: Mapped[Moment | None]
    # Days on which it opens the conference, as ISO dates, and city times of these days; nothing: all of them.
    valid_days: Mapped[Json] = mapped_column(default=list)
    valid_from: Mapped[str] = mapped_column(sa.String(5), default="")
    valid_until: Mapped[str] = mapped_column(sa.String(5), default="")
    # Until then places can be handed on to somebody else; without it, as long as the conference lasts.
    transfer_until: Mapped[Moment | None]
    # How much goes back to whoever cancels: [days before the conference, per cent] each.
    cancellation: Mapped[Json | None] = mapped_column(default=list)

    conference: Mapped[Conference] = relationship()
    pool: Mapped[Pool] = relationship()

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


class Registration(Base):
    """A person's place at a conference, by a ticket type. Kept after it ended, as history."""

    __tablename__ = "registrations"
    __table_args__ = (
        # One live registration per person and conference; ended ones do not count.
        partial_index("uq_registrations_live", "conference_id", "person_id", where=_LIVE),
        sa.UniqueConstraint("expo_id", "code"),
        choice_check("state", RegistrationState),
        sa.CheckConstraint("party >= 1 AND (party = 1 OR person_id IS NULL)", name="party"),
        sa.Index("ix_registrations_conference_id_state", "conference_id", "state"),
        # A place is handed on to one.
        partial_index("uq_registrations_handed_to", "handed_to_id", where="handed_to_id IS NOT NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id))
    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), index=True)
    code: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[RegistrationState] = choice(RegistrationState)
    state_since: Mapped[Moment]
    submitted_at: Mapped[Moment]
    decided_by: Mapped[str | None] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    holds_place: Mapped[bool] = mapped_column(default=False)
    # How many places it is: a group that comes with one badge, and without names.
    party: Mapped[int] = mapped_column(default=1, server_default="1")
    # Where the place was taken: the ticket type's pool, or the reserve of a voucher.
    pool_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Pool.id), index=True)
    # What was agreed: the amount chosen, less the voucher; without add-ons.
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="SEK")
    order_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(OrderLine.id))
    # Who pays for it, where that is not its own person: on their bill, not on one of its own.
    payer_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    # Whose place it is now: this one has ended.
    handed_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registrations.id"))

    conference: Mapped[Conference] = relationship()
    ticket_type: Mapped[TicketType] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    order: Mapped[Order | None] = relationship()

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


class ConferenceSeller(Base):
    """Who sells what a conference has; without such a row it is the expo's default seller."""

    __tablename__ = "conference_sellers"

    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey(Seller.id), index=True)


class SharedPool(Base):
    """Places that several ticket types share: of a conference, or of the whole expo."""

    __tablename__ = "shared_pools"

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), unique=True)

    conference: Mapped[Conference | None] = relationship()
    pool: Mapped[Pool] = relationship()


class TicketSpan(Base):
    """When a ticket type opens anything. A type without spans opens all the days of its conference."""

    __tablename__ = "ticket_spans"
    __table_args__ = (sa.CheckConstraint("closes_at > opens_at", name="closes_after_opening"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    opens_at: Mapped[Moment]
    closes_at: Mapped[Moment]


class TicketOccurrence(Base):
    """A time of a session that a ticket type opens. A type without such rows opens those of all sessions."""

    __tablename__ = "ticket_occurrences"

    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey(Occurrence.id), primary_key=True)
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)


class AddOn(Base):
    """What can be had with a ticket: lunch, a tour. It has its own price and its own places."""

    __tablename__ = "add_ons"
    __table_args__ = (sa.CheckConstraint("price_minor >= 0", name="price"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="SEK")
    vat_basis_points: Mapped[int] = mapped_column(default=0)
    sale_until: Mapped[Moment | None]
    position: Mapped[int] = mapped_column(default=0)
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), unique=True)

    conference: Mapped[Conference] = relationship()
    pool: Mapped[Pool] = relationship()

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


class TakenAddOn(Base):
    """An add-on chosen with a registration, at the price of that moment. Its place is held as long as the ticket's."""

    __tablename__ = "taken_add_ons"
    __table_args__ = (sa.UniqueConstraint("registration_id", "add_on_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    add_on_id: Mapped[int] = mapped_column(sa.ForeignKey(AddOn.id), index=True)
    price_minor: Mapped[int]
    holds_place: Mapped[bool] = mapped_column(default=False)
    order_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(OrderLine.id))

    add_on: Mapped[AddOn] = relationship()
