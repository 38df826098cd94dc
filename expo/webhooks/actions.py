"""Who is told: addresses, their secrets, and deliveries that are tried once more."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, outgoing, tokens
from expo.core.db import db, execute, transaction
from expo.core.refusals import BadInput
from expo.programme.models import Conference

from . import events
from .models import DeliveryState, WebhookDelivery, WebhookEndpoint
from .refusals import EndpointEnded

MOST = 20  # live ones of an expo or conference
_PURPOSE = "webhook secret"


def add(
    *, expo_id: int, conference: Conference | None, url: str, kinds: Collection[str]
) -> tuple[WebhookEndpoint, str]:
    """Tell this address from now on. Returns it with its secret, which is shown this once. Raises BadInput."""
    url = url.strip()
    try:
        outgoing.checked(url)
    except outgoing.Refused as no:
        raise BadInput(
            _("This address cannot be told: it must begin with https:// and be reachable from anywhere."),
            field="url",
        ) from no
    if len(url) > 500:
        raise BadInput(_("That is too long: at most %(max)d letters.", max=500), field="url")
    unknown = set(kinds) - set(events.KINDS)
    if unknown:
        raise BadInput(_("There is no such event: %(kind)s", kind=min(unknown)), field="kinds")
    with transaction():
        live = sa.select(sa.func.count()).where(
            WebhookEndpoint.expo_id == expo_id, WebhookEndpoint.ended_at.is_(None)
        )
        if (db.session.scalar(live) or 0) >= MOST:
            raise BadInput(_("There are %(most)s addresses already. End one first.", most=MOST), field="url")
        endpoint = WebhookEndpoint(
            expo_id=expo_id,
            conference_id=conference and conference.id,
            url=url,
            kinds=sorted(kinds),
            seed=secrets.token_bytes(16),
            made_by=audit.actor(),
            made_at=clock.now(),
        )
        db.session.add(endpoint)
        db.session.flush()
        audit.record("webhook_added", "webhook", endpoint.id, expo_id=expo_id, after={"kinds": sorted(kinds)})
    return endpoint, secrets_of(endpoint)[0]


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """Its secret by the present key, then by earlier ones, as the receiver keeps it (Standard Webhooks: whsec_…)."""
    made = tokens.derived_by_all(_PURPOSE, endpoint.seed)
    return ["whsec_" + base64.b64encode(base64.urlsafe_b64decode(one + "=")).decode() for one in made]


def end(*, endpoint: WebhookEndpoint, because: str = "") -> None:
    """Tell it no more; what waits is given up. Twice is once."""
    with transaction():
        ended = execute(
            sa.update(WebhookEndpoint)
            .where(WebhookEndpoint.id == endpoint.id, WebhookEndpoint.ended_at.is_(None))
            .values(ended_at=clock.now(), ended_because=because[:200])
        )
        if ended:
            execute(
                sa.update(WebhookDelivery)
                .where(
                    WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == DeliveryState.WAITING
                )
                .values(state=DeliveryState.FAILED)
            )
            audit.record(
                "webhook_ended", "webhook", endpoint.id, expo_id=endpoint.expo_id, why=because or None
            )


def send_test(*, endpoint: WebhookEndpoint) -> None:
    """Have it told that it can be told. Raises EndpointEnded."""
    with transaction():
        if endpoint.ended_at is not None:
            raise EndpointEnded(_("This address has ended. Add it anew."))
        events.deliver(endpoint, events.TEST, {"webhook": endpoint.id})


def replay(*, endpoint: WebhookEndpoint, delivery_id: int | None = None) -> int:
    """Send a delivery again, or all that failed, under the same ids. Returns how many. Raises EndpointEnded."""
    now = clock.real_now()
    with transaction():
        db.session.refresh(endpoint)
        if endpoint.ended_at is not None:
            raise EndpointEnded(_("This address has ended. Add it anew."))
        these = [WebhookDelivery.endpoint_id == endpoint.id]
        if delivery_id is None:
            these.append(WebhookDelivery.state == DeliveryState.FAILED)
        else:
            these += [WebhookDelivery.id == delivery_id, WebhookDelivery.state != DeliveryState.WAITING]
        again = execute(
            sa.update(WebhookDelivery)
            .where(*these)
            .values(state=DeliveryState.WAITING, attempts=0, next_try_at=now, created_at=now)
        )
        if again:
            execute(
                sa.update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint.id).values(paused_until=None)
            )
            audit.record(
                "webhook_replayed",
                "webhook",
                endpoint.id,
                expo_id=endpoint.expo_id,
                after={"deliveries": again},
            )
    return again
