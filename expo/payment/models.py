from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo


class OrderState(enum.StrEnum):
    """Is it paid? Nothing else: whether one is allowed in, or here, are other questions."""

    OPEN = "open"
    SETTLED = "settled"
    EXPIRED = "expired"
    VOID = "void"


class Order(Base):
    """What was taken in one basket from one seller, in one currency. `code` names it, the secret opens it."""

    __tablename__ = "orders"
    __table_args__ = (
        choice_check("state", OrderState),
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("total_minor >= 0", name="total"),
        # A form that is sent twice makes one order.
        partial_index("uq_orders_sent", "expo_id", "sent_digest", where="sent_digest IS NOT NULL"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    code: Mapped[str] = mapped_column(sa.String(12))
    secret_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    state: Mapped[OrderState] = choice(OrderState)
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int]
    created_at: Mapped[Moment]
    sent_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))

    person: Mapped[Person] = relationship()


class OrderLine(Base):
    """One position, with the price and VAT of the moment it was ordered."""

    __tablename__ = "order_lines"
    __table_args__ = (sa.CheckConstraint("price_minor >= 0", name="price"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    text: Mapped[str] = mapped_column(sa.String(300))
    price_minor: Mapped[int]
    vat_basis_points: Mapped[int]
    vat_minor: Mapped[int]

    order: Mapped[Order] = relationship()
