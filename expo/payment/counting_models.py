from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Moment
from expo.core.money import Money
from expo.expos.models import Expo

from .models import Seller


class CashCount(Base):
    """A till that was counted: what one person took in cash for one seller since they counted last, less what went
    back out of it. Never changed."""

    __tablename__ = "cash_counts"
    __table_args__ = (
        sa.CheckConstraint("counted_minor >= 0", name="counted"),
        sa.Index("ix_cash_counts_expo_id_counted_at", "expo_id", "counted_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey(Seller.id), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    # Who took the money, and who counted it.
    taken_by: Mapped[str] = mapped_column(sa.String(80))
    counted_by: Mapped[str] = mapped_column(sa.String(80))
    counted_at: Mapped[Moment]
    expected_minor: Mapped[int]
    counted_minor: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(300), default="")

    seller: Mapped[Seller] = relationship()

    @property
    def expected(self) -> Money:
        return Money(self.expected_minor, self.currency)

    @property
    def counted(self) -> Money:
        return Money(self.counted_minor, self.currency)

    @property
    def difference(self) -> Money:
        return self.counted - self.expected


class CountedPayment(Base):
    """A payment in cash that a count has in it: each stands in one at most."""

    __tablename__ = "counted_payments"

    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), primary_key=True)
    count_id: Mapped[int] = mapped_column(sa.ForeignKey(CashCount.id), index=True)


class CountedRefund(Base):
    """Cash that went back out of a till and that a count has in it: each stands in one at most."""

    __tablename__ = "counted_refunds"

    refund_id: Mapped[int] = mapped_column(sa.ForeignKey("refunds.id"), primary_key=True)
    count_id: Mapped[int] = mapped_column(sa.ForeignKey(CashCount.id), index=True)
