"""What happened, told thin: which thing, never about whom. The receiver asks the API for what it may know."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from expo.core import clock, news
from expo.core.db import db
from expo.expos.models import Expo
from expo.payment.models import Order
from expo.payment.news import OrderExpired, OrderSettled
from expo.programme.models import Conference
from expo.publishing.models import Release, Scope
from expo.publishing.news import ReleasePublished
from expo.registration import queries
from expo.registration.models import Registration
from expo.registration.news import RegistrationConfirmed, RegistrationOver, TicketChanged

from .models import WebhookDelivery, WebhookEndpoint

TEST = "webhook.test"
# What can be asked for, and what it means in a sentence.
KINDS = {
    "registration.confirmed": "Somebody has a place at a conference.",
    "registration.changed": "A registration has another ticket or other add-ons.",
    "registration.ended": "A registration was refused, withdrawn or revoked.",
    "order.settled": "Nothing is left to pay on an order.",
    "order.expired": "An order was not paid in time.",
    "release.published": "A release of the programme is out.",
}


def listen() -> None:
    news.listen(RegistrationConfirmed, _registration_confirmed)
    news.listen(TicketChanged, _registration_changed)
    news.listen(RegistrationOver, _registration_ended)
    news.listen(OrderSettled, _order_settled)
    news.listen(OrderExpired, _order_expired)
    news.listen(ReleasePublished, _release_published)


def tell(kind: str, expo_id: int, conference_ids: set[int] | None, data: dict[str, Any]) -> None:
    """A delivery for each live address that wants it, in the running transaction. `conference_ids` None: of the whole
    expo, which every address may hear."""
    found = sa.select(WebhookEndpoint).where(
        WebhookEndpoint.expo_id == expo_id, WebhookEndpoint.ended_at.is_(None)
    )
    if conference_ids is not None:
        found = found.where(
            sa.or_(WebhookEndpoint.conference_id.is_(None), WebhookEndpoint.conference_id.in_(conference_ids))
        )
    for endpoint in db.session.scalars(found):
        if not endpoint.kinds or kind in endpoint.kinds:
            deliver(endpoint, kind, data)


def deliver(endpoint: WebhookEndpoint, kind: str, data: dict[str, Any]) -> None:
    """One delivery, due at once."""
    now = clock.real_now()
    expo = db.session.get_one(Expo, endpoint.expo_id)
    db.session.add(
        WebhookDelivery(
            expo_id=endpoint.expo_id,
            endpoint_id=endpoint.id,
            event_id=f"msg_{uuid4().hex}",
            kind=kind,
            payload={"type": kind, "timestamp": clock.now().isoformat(), "data": {"expo": expo.slug, **data}},
            created_at=now,
            next_try_at=now,
        )
    )


def _registration(kind: str, registration_id: int) -> None:
    one = db.session.get_one(Registration, registration_id)
    tell(
        kind,
        one.expo_id,
        {one.conference_id},
        {"registration": one.code, "conference": one.conference.slug, "state": one.state.value},
    )


def _registration_confirmed(told: RegistrationConfirmed) -> None:
    _registration("registration.confirmed", told.registration_id)


def _registration_changed(told: TicketChanged) -> None:
    _registration("registration.changed", told.registration_id)


def _registration_ended(told: RegistrationOver) -> None:
    _registration("registration.ended", told.registration_id)


def _order(kind: str, order_id: int) -> None:
    order = db.session.get_one(Order, order_id)
    conferences = queries.conferences_in(order.id)
    tell(kind, order.expo_id, conferences, {"order": order.code, "state": order.state.value})


def _order_settled(told: OrderSettled) -> None:
    _order("order.settled", told.order_id)


def _order_expired(told: OrderExpired) -> None:
    _order("order.expired", told.order_id)


def _release_published(told: ReleasePublished) -> None:
    release = db.session.get_one(Release, told.release_id)
    conference = None
    if release.scope is Scope.CONFERENCE:
        conference = db.session.scalar(
            sa.select(Conference).where(
                Conference.expo_id == told.expo_id, Conference.slug == release.scope_key
            )
        )
    tell(
        "release.published",
        told.expo_id,
        {conference.id} if conference else None,
        {
            "release": release.number,
            "conference": conference.slug if conference else None,
            "moved": len(told.moved),
            "cancelled": len(told.cancelled),
        },
    )
