from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.capacity.models import Pool
from expo.core.db import Base, Id, Moment, choice, choice_check, partial_index
from expo.expos.models import Expo
from expo.registration.models import TicketType


class BasketState(enum.StrEnum):
    """Open: its places are held. Whatever comes after, they are not."""

    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    RELEASED = "released"


class Basket(Base):
    """What a person gathers, held for some minutes. The token in its address is kept as a digest."""

    __tablename__ = "baskets"
    __table_args__ = (
        choice_check("state", BasketState),
        sa.UniqueConstraint("token_digest"),
        sa.CheckConstraint("extended >= 0", name="extended"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    token_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    state: Mapped[BasketState] = choice(BasketState)
    # What was typed to open hidden tickets, or a voucher.
    code: Mapped[str] = mapped_column(sa.String(40), default="")
    until: Mapped[Moment]
    extended: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]


class BasketItem(Base):
    """One ticket in a basket. What needs approval holds no place."""

    __tablename__ = "basket_items"
    __table_args__ = (sa.UniqueConstraint("basket_id", "ticket_type_id"),)

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    basket_id: Mapped[int] = mapped_column(sa.ForeignKey(Basket.id))
    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id), index=True)
    pool_id: Mapped[int] = mapped_column(sa.ForeignKey(Pool.id), index=True)
    holds_place: Mapped[bool] = mapped_column(default=False)

    basket: Mapped[Basket] = relationship()
    ticket_type: Mapped[TicketType] = relationship()


class WaitState(enum.StrEnum):
    """waiting → offered → taken, declined or lapsed; whoever does not want to wait any more has left."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"


class Waiting(Base):
    """Somebody who waits for places of a ticket type, for so many people. An offer holds all of them.

    The secret of the offer's page is made of `seed` and of our key, so that later letters can lead to it.
    """

    __tablename__ = "waiting"
    __table_args__ = (
        choice_check("state", WaitState),
        sa.UniqueConstraint("secret_digest"),
        sa.CheckConstraint("party >= 1", name="party"),
        partial_index("uq_waiting_live", "ticket_type_id", "email", where="state IN ('waiting', 'offered')"),
        sa.Index("ix_waiting_state", "state"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    ticket_type_id: Mapped[int] = mapped_column(sa.ForeignKey(TicketType.id))
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12))
    party: Mapped[int]
    state: Mapped[WaitState] = choice(WaitState)
    seed: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    secret_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[Moment]
    offer_until: Mapped[Moment | None]
    # The order that came of it.
    order_code: Mapped[str] = mapped_column(sa.String(12), default="")

    ticket_type: Mapped[TicketType] = relationship()
