from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.capacity.models import Pool
from expo.core.db import Base, Id, Moment, partial_index
from expo.expos.models import Expo
from expo.programme.models import Conference

from .models import Registration, TicketType


class Voucher(Base):
    """A code that makes something cheaper or possible. Bound to an address it is an invitation.

    What it may give is counted in the row itself, and the checks are the last word.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("amount_minor >= 0", name="amount"),
        sa.CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="uses"),
        sa.CheckConstraint(
            "spent_minor >= 0 AND (budget_minor IS NULL OR spent_minor <= budget_minor)", name="budget"
        ),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    # For one ticket type, or for all of the conference.
    ticket_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    percent: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(default=0)
    max_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    budget_minor: Mapped[int | None]
    spent_minor: Mapped[int] = mapped_column(default=0)
    for_email: Mapped[str] = mapped_column(sa.String(254), default="")
    for_domain: Mapped[str] = mapped_column(sa.String(254), default="")
    skips_approval: Mapped[bool] = mapped_column(default=False)
    opens_hidden: Mapped[bool] = mapped_column(default=False)
    valid_until: Mapped[Moment | None]
    reserve_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Pool.id), unique=True)
    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]

    conference: Mapped[Conference] = relationship()
    ticket_type: Mapped[TicketType | None] = relationship()
    reserve: Mapped[Pool | None] = relationship()


class VoucherUse(Base):
    """One use of a voucher, by one registration; given back when that ends."""

    __tablename__ = "voucher_uses"
    __table_args__ = (
        partial_index("uq_voucher_uses_live", "registration_id", where="undone_at IS NULL"),
        sa.CheckConstraint("amount_minor >= 0", name="amount"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    voucher_id: Mapped[int] = mapped_column(sa.ForeignKey(Voucher.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    amount_minor: Mapped[int]
    used_at: Mapped[Moment]
    undone_at: Mapped[Moment | None]

    voucher: Mapped[Voucher] = relationship()
    registration: Mapped[Registration] = relationship()


class Answered(enum.StrEnum):
    """Where an invitation stands; read off its moments and its voucher."""

    SENT = "sent"
    OPENED = "opened"
    REGISTERED = "registered"
    DECLINED = "declined"
    ENDED = "ended"  # taken back, or over


class Invitation(Base):
    """A voucher for one address, with whom it was sent to. `list_name` says with which others; "" by itself."""

    __tablename__ = "invitations"
    __table_args__ = (sa.UniqueConstraint("voucher_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    conference_id: Mapped[int] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    voucher_id: Mapped[int] = mapped_column(sa.ForeignKey(Voucher.id))
    list_name: Mapped[str] = mapped_column(sa.String(120), default="")
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(12))
    message: Mapped[str] = mapped_column(sa.Text, default="")
    sent_at: Mapped[Moment]
    opened_at: Mapped[Moment | None]
    declined_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]

    voucher: Mapped[Voucher] = relationship()

    @property
    def standing(self) -> Answered:
        if self.declined_at:
            return Answered.DECLINED
        if self.voucher.uses:
            return Answered.REGISTERED
        if self.voucher.ended_at:
            return Answered.ENDED
        return Answered.OPENED if self.opened_at else Answered.SENT
