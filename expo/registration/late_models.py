from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.payment.models import Order


class LateState(enum.StrEnum):
    """What becomes of money that came after its places were given back. The first two wait for something."""

    OPEN = "open"  # the delegate chooses
    IN_LINE = "in_line"  # first of all who wait
    SEATED = "seated"
    EXCHANGED = "exchanged"  # another ticket
    REFUNDED = "refunded"


UNDECIDED = (LateState.OPEN, LateState.IN_LINE)


class LateMoney(Base):
    """A choice about an order that was paid too late. Nobody chooses: at `deadline` the money goes back."""

    __tablename__ = "late_money"
    __table_args__ = (
        choice_check("state", LateState),
        partial_index("uq_late_money_undecided", "order_id", where="state IN ('open', 'in_line')"),
        sa.Index("ix_late_money_expo_id_state", "expo_id", "state"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey(Order.id), index=True)
    state: Mapped[LateState] = choice(LateState)
    opened_at: Mapped[Moment]
    deadline: Mapped[Moment]

    order: Mapped[Order] = relationship()
