"""Who is confirmed anywhere in the expo gets a badge, in the transaction that confirms; who hands on their last place
loses it."""

from __future__ import annotations

from expo.core import news
from expo.core.db import db
from expo.registration import queries as registrations
from expo.registration.models import Registration
from expo.registration.news import PlaceHandedOn, RegistrationConfirmed

from . import actions, queries


def listen() -> None:
    news.listen(RegistrationConfirmed, _give_badge)
    news.listen(PlaceHandedOn, _end_badge)


def _give_badge(confirmed: RegistrationConfirmed) -> None:
    registration = db.session.get_one(Registration, confirmed.registration_id)
    if registration.person_id is not None:  # a group place has no person until it is named
        actions.issue(expo_id=registration.expo_id, person_id=registration.person_id)


def _end_badge(handed: PlaceHandedOn) -> None:
    """The badge ends with the last place; with other places left it stays, and opens what they give."""
    registration = db.session.get_one(Registration, handed.registration_id)
    if registration.person_id is None or registrations.tickets_of(registration.person_id):
        return
    badge = queries.active_badge(registration.expo_id, registration.person_id)
    if badge is not None:
        actions.revoke(badge=badge, reason="place handed on")
