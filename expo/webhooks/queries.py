from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from expo.core.db import db

from .models import DeliveryState, WebhookDelivery, WebhookEndpoint


def endpoint(expo_id: int, endpoint_id: int) -> WebhookEndpoint | None:
    return db.session.scalar(
        sa.select(WebhookEndpoint).where(
            WebhookEndpoint.expo_id == expo_id, WebhookEndpoint.id == endpoint_id
        )
    )


def endpoints(expo_id: int, conference_ids: Collection[int], *, whole_expo: bool) -> list[WebhookEndpoint]:
    """Those of these conferences, and the whole expo's if asked for; live ones first."""
    these: sa.ColumnElement[bool] = WebhookEndpoint.conference_id.in_(list(conference_ids))
    if whole_expo:
        these = sa.or_(these, WebhookEndpoint.conference_id.is_(None))
    return list(
        db.session.scalars(
            sa.select(WebhookEndpoint)
            .where(WebhookEndpoint.expo_id == expo_id, these)
            .options(joinedload(WebhookEndpoint.conference))
            .order_by(WebhookEndpoint.ended_at.is_not(None), WebhookEndpoint.id.desc())
        )
    )


def counts(endpoint_ids: Collection[int]) -> dict[int, dict[DeliveryState, int]]:
    """How many deliveries of each address stand where. One query."""
    found: dict[int, dict[DeliveryState, int]] = {}
    rows = db.session.execute(
        sa.select(WebhookDelivery.endpoint_id, WebhookDelivery.state, sa.func.count())
        .where(WebhookDelivery.endpoint_id.in_(list(endpoint_ids)))
        .group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    )
    for endpoint_id, state, number in rows:
        found.setdefault(endpoint_id, {})[state] = number
    return found


def deliveries(endpoint_id: int, most: int = 100) -> list[WebhookDelivery]:
    """The latest, newest first."""
    return list(
        db.session.scalars(
            sa.select(WebhookDelivery)
            .where(WebhookDelivery.endpoint_id == endpoint_id)
            .order_by(WebhookDelivery.id.desc())
            .limit(most)
        )
    )


def delivery(endpoint_id: int, delivery_id: int) -> WebhookDelivery | None:
    return db.session.scalar(
        sa.select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.id == delivery_id
        )
    )


def backlog() -> int:
    """How many deliveries were not taken yet."""
    waits = sa.select(sa.func.count()).where(WebhookDelivery.state == DeliveryState.WAITING)
    return db.session.scalar(waits) or 0
