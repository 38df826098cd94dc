"""Who is confirmed anywhere in the expo gets a badge, in the transaction that confirms."""

from __future__ import annotations

from expo.core import news
from expo.core.db import db
from expo.registration.models import Registration
from expo.registration.news import RegistrationConfirmed

from . import actions


def listen() -> None:
    news.listen(RegistrationConfirmed, _give_badge)


def _give_badge(confirmed: RegistrationConfirmed) -> None:
    registration = db.session.get_one(Registration, confirmed.registration_id)
    if registration.person_id is not None:  # a group place has no person until it is named
        actions.issue(expo_id=registration.expo_id, person_id=registration.person_id)
