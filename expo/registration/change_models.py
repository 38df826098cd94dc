from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.capacity.models import Pool
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.payment.models import Order, OrderLine

from .models import AddOn, Registration, TicketType


class ChangeState(enum.StrEnum):
    """Where a change of choices stands. The first one holds what it is to give; the last two gave it back."""

    WAITING = "waiting"  # for its difference to be paid
    DONE = "done"
    LAPSED = "lapsed"  # nobody paid in time
    CANCELLED = "cancelled"


class TicketChange(Base):
    """Another ticket of the same conference, other add-ons, or both, for one registration.

    What it costs more stands on an order of its own, until whose due date it holds the new places; the old ones are
    given back when it is done. What is given up goes back by `percent`, as it was quoted.
    """

    __tablename__ = "ticket_changes"
    __table_args__ = (
        choice_check("state", ChangeState),
        # One at a time.
        partial_index("uq_ticket_changes_waiting", "registration_id", where="state = 'waiting'"),
        partial_index("uq_ticket_changes_order", "order_id", where="order_id IS NOT NULL"),
        sa.CheckConstraint("less_minor >= 0", name="less"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        sa.Index("ix_ticket_changes_registration_id", "registration_id"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    state: Mapped[ChangeState] = choice(ChangeState)
    asked_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    from_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id))
    to_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    # What is agreed for the ticket from then on, and how much less that is than what was paid for it.
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    less_minor: Mapped[int] = mapped_column(default=0)
    # How much of the new ticket's price the registration's voucher takes over.
    discount_minor: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)
    # The order of the difference, and its line for the ticket.
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id))
    order_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(OrderLine.id))
    # Where old and new ticket stand in one pool, its place is held by the old one: the lowest such pool.
    shared_pool_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Pool.id))

    registration: Mapped[Registration] = relationship()
    from_type: Mapped[TicketType] = relationship(foreign_keys=[from_type_id])
    to_type: Mapped[TicketType] = relationship(foreign_keys=[to_type_id])
    order: Mapped[Order | None] = relationship()


class ChangedAddOn(Base):
    """An add-on that a change brings, at the price of that moment, or takes away."""

    __tablename__ = "changed_add_ons"
    __table_args__ = (sa.UniqueConstraint("change_id", "add_on_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    change_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketChange.id))
    add_on_id: Mapped[int] = mapped_column(sa.ForeignKey(AddOn.id), index=True)
    is_added: Mapped[bool]
    price_minor: Mapped[int]
    order_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(OrderLine.id))

    add_on: Mapped[AddOn] = relationship()
