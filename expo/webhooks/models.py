from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expo.core.db import Base, Id, Json, Moment, choice, choice_check
from expo.expos.models import Expo
from expo.programme.models import Conference


class DeliveryState(enum.StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class WebhookEndpoint(Base):
    """An address that wants to be told. `seed` makes its secret with the installation's key: the table alone can sign
    nothing. Ended ones stay, with their deliveries, as history."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    # None: everything of the expo.
    conference_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Conference.id), index=True)
    url: Mapped[str] = mapped_column(sa.String(500))
    # Which events; empty: all there are.
    kinds: Mapped[Json]
    seed: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    made_by: Mapped[str] = mapped_column(sa.String(80))
    made_at: Mapped[Moment]
    # After a failure nothing else is tried there before this (the world's time).
    paused_until: Mapped[Moment | None]
    failing_since: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    ended_because: Mapped[str] = mapped_column(sa.String(200), default="")

    conference: Mapped[Conference | None] = relationship()


class WebhookDelivery(Base):
    """One event for one endpoint. Its `event_id` is the same at each try, so that the receiver can tell."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        choice_check("state", DeliveryState),
        sa.UniqueConstraint("endpoint_id", "event_id"),
        sa.Index("ix_webhook_deliveries_due", "state", "next_try_at"),
    )

    id: Mapped[Id]
    expo_id: Mapped[int] = mapped_column(sa.ForeignKey(Expo.id), index=True)
    endpoint_id: Mapped[int] = mapped_column(sa.ForeignKey(WebhookEndpoint.id))
    event_id: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(60))
    payload: Mapped[Json]
    state: Mapped[DeliveryState] = choice(DeliveryState, default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    next_try_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(300))

    endpoint: Mapped[WebhookEndpoint] = relationship()
