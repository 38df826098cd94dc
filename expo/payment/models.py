from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.accounts.models import Person
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.core.money import Money
from expo.expos.models import Expo


class OrderState(enum.StrEnum):
    """Is it paid? Nothing else: whether one is allowed in, or here, are other questions."""

    OPEN = "open"
    SETTLED = "settled"
    EXPIRED = "expired"
    VOID = "void"


class PayState(enum.StrEnum):
    """How far one payment has come. What a person writes down has succeeded."""

    CREATED = "created"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class PayMethod(enum.StrEnum):
    """By which way money came."""

    TRANSFER = "transfer"
    INVOICE = "invoice"
    DESK = "desk"


class Seller(Base):
    """Legal owner of prices, VAT and what is paid. One per expo sells what nobody else does."""

    __tablename__ = "sellers"
    __table_args__ = (
        sa.UniqueConstraint("expo_id", "slug"),
        partial_index("uq_sellers_default", "expo_id", where="is_default"),
        sa.CheckConstraint("pay_days >= 1", name="pay_days"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    slug: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(200))
    vat_number: Mapped[str] = mapped_column(sa.String(40), default="")
    # ISO 4217 codes, separated by spaces: in what it sells.
    currencies: Mapped[str] = mapped_column(sa.String(80), default="SEK")
    how_to_pay: Mapped[str] = mapped_column(sa.Text, default="")
    pay_days: Mapped[int] = mapped_column(default=14)
    is_default: Mapped[bool] = mapped_column(default=False)


class Order(Base):
    """What was taken in one basket from one seller, in one currency. `code` names it, the secret opens it.

    All orders of a basket have its code in `basket`, and one secret; the first of them keeps `sent_digest`.
    """

    __tablename__ = "orders"
    __table_args__ = (
        choice_check("state", OrderState),
        sa.UniqueConstraint("expo_id", "code"),
        sa.CheckConstraint("total_minor >= 0", name="total"),
        sa.Index("ix_orders_expo_id_basket", "expo_id", "basket"),
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
    basket: Mapped[str] = mapped_column(sa.String(12), default="")
    seller_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Seller.id), index=True)
    # Until then what it pays for is held.
    due_at: Mapped[Moment | None]
    settled_at: Mapped[Moment | None]

    person: Mapped[Person] = relationship()
    seller: Mapped[Seller | None] = relationship()

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


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
    # Taken off again before it was paid.
    struck_at: Mapped[Moment | None]

    order: Mapped[Order] = relationship()

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.order.currency)


class Payment(Base):
    """Money that came for an order. `key` is made with the form, so that a second press is the same payment."""

    __tablename__ = "payments"
    __table_args__ = (
        choice_check("state", PayState),
        choice_check("method", PayMethod),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.UniqueConstraint("expo_id", "key"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    key: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[PayState] = choice(PayState)
    method: Mapped[PayMethod] = choice(PayMethod)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    recorded_by: Mapped[str] = mapped_column(sa.String(80))
    recorded_at: Mapped[Moment]

    order: Mapped[Order] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
