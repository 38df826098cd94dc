"""Delivering: signed as Standard Webhooks says, tried for days, ended when the other side says that it is gone.

The signature is HMAC-SHA256 over "id.timestamp.body" (https://www.standardwebhooks.com, version 1). Each delivery is
sent at least once; its id is the same every time.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import logging
from datetime import timedelta

import orjson
import sqlalchemy as sa

from expo.core import clock, jobs, outgoing
from expo.core.db import db, execute, is_sqlite, transaction

from . import actions
from .models import DeliveryState, WebhookDelivery, WebhookEndpoint

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# After each failure; together three days and a half.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 32 * 3600)
)
ENDED_AFTER = timedelta(days=5)  # of nothing but failures
KEPT = timedelta(days=30)
GONE = 410


def send_due(most: int = 20) -> int:
    """Deliver what is due, one by one. Returns how many were tried."""
    tried = 0
    while tried < most:
        delivery_id = _claim()
        if delivery_id is None:
            break
        tried += 1
        _deliver(delivery_id)
    return tried


def _claim() -> int | None:
    """Lease the next one by moving its next try away. An address that failed is left alone for a while, so that it
    keeps no other waiting."""
    now = clock.real_now()
    due = (
        sa.select(WebhookDelivery.id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.state == DeliveryState.WAITING,
            # Or it was put off by a clock that was wrong and has been set right since.
            sa.or_(WebhookDelivery.next_try_at <= now, WebhookDelivery.next_try_at > now + 2 * PAUSES[-1]),
            sa.or_(
                WebhookEndpoint.paused_until.is_(None),
                WebhookEndpoint.paused_until <= now,
                WebhookEndpoint.paused_until > now + 2 * PAUSES[-1],
            ),
            WebhookEndpoint.ended_at.is_(None),
        )
        .order_by(WebhookDelivery.next_try_at, WebhookDelivery.id)
        .limit(1)
    )
    if db.session.scalar(due) is None:
        db.session.rollback()
        return None
    with transaction():
        if not is_sqlite():
            due = due.with_for_update(skip_locked=True, of=WebhookDelivery)
        delivery_id = db.session.scalar(due)
        if delivery_id is not None:
            execute(
                sa.update(WebhookDelivery)
                .where(WebhookDelivery.id == delivery_id)
                .values(next_try_at=now + LEASE, attempts=WebhookDelivery.attempts + 1)
            )
        return delivery_id


def signed(event_id: str, timestamp: int, body: bytes, secrets: list[str]) -> str:
    """The header's value: a signature for each secret, the present one first."""
    content = f"{event_id}.{timestamp}.".encode() + body
    made = [hmac.digest(base64.b64decode(one.removeprefix("whsec_")), content, "sha256") for one in secrets]
    return " ".join("v1," + base64.b64encode(one).decode() for one in made)


def _deliver(delivery_id: int) -> None:
    one = db.session.get_one(WebhookDelivery, delivery_id, populate_existing=True)
    endpoint = one.endpoint
    attempts, url, endpoint_id = one.attempts, endpoint.url, endpoint.id
    body = orjson.dumps(one.payload, option=orjson.OPT_SORT_KEYS)
    timestamp = int(clock.real_now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Expo-Webhooks/1",
        "webhook-id": one.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed(one.event_id, timestamp, body, actions.secrets_of(endpoint)),
    }
    db.session.rollback()  # no transaction stays open while somebody else's server is waited for
    status, fault, wait = None, "", None
    try:
        answer = outgoing.post(url, body, headers)
    except (outgoing.Refused, OSError, http.client.HTTPException, UnicodeError) as no:
        fault = f"{type(no).__name__}: {no}"[:300]
    else:
        status, wait = answer.status, answer.retry_after
    if status is not None and 200 <= status < 300:
        _taken(delivery_id, endpoint_id, status)
    elif status == GONE:
        _failed(delivery_id, endpoint_id, status, "", None)
        actions.end(endpoint=db.session.get_one(WebhookEndpoint, endpoint_id), because="410 Gone")
    else:
        log.info("webhook %s was not taken: %s", delivery_id, status or fault.partition(":")[0])
        pause = PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
        if pause is not None and wait:
            pause = max(pause, min(timedelta(seconds=wait), timedelta(days=1)))
        _failed(delivery_id, endpoint_id, status, fault, pause)


def _taken(delivery_id: int, endpoint_id: int, status: int) -> None:
    with transaction():
        execute(
            sa.update(WebhookDelivery)
            .where(WebhookDelivery.id == delivery_id)
            .values(state=DeliveryState.SENT, sent_at=clock.real_now(), last_status=status, last_error=None)
        )
        execute(
            sa.update(WebhookEndpoint)
            .where(WebhookEndpoint.id == endpoint_id)
            .values(paused_until=None, failing_since=None)
        )


def _failed(
    delivery_id: int, endpoint_id: int, status: int | None, fault: str, pause: timedelta | None
) -> None:
    """Put it off, or give it up. An address that has taken nothing for days is told no more."""
    now = clock.real_now()
    told: dict[str, object] = {"last_status": status, "last_error": fault or None}
    with transaction():
        if pause is None:
            told |= {"state": DeliveryState.FAILED}
        else:
            told |= {"next_try_at": now + pause}
        this = (WebhookDelivery.id == delivery_id, WebhookDelivery.state == DeliveryState.WAITING)
        execute(sa.update(WebhookDelivery).where(*this).values(**told))
        execute(
            sa.update(WebhookEndpoint)
            .where(WebhookEndpoint.id == endpoint_id)
            .values(
                paused_until=now + min(pause or PAUSES[3], PAUSES[3]),
                failing_since=sa.func.coalesce(WebhookEndpoint.failing_since, now),
            )
        )
        endpoint = db.session.get_one(WebhookEndpoint, endpoint_id, populate_existing=True)
        if endpoint.failing_since is not None and now - endpoint.failing_since > ENDED_AFTER:
            actions.end(endpoint=endpoint, because="has taken nothing for days")


@jobs.every("sweep_webhooks", timedelta(hours=24))
def sweep() -> None:
    """Forgets deliveries that were taken or given up a month ago."""
    with transaction():
        execute(
            sa.delete(WebhookDelivery).where(
                WebhookDelivery.state != DeliveryState.WAITING,
                WebhookDelivery.created_at < clock.real_now() - KEPT,
            )
        )
