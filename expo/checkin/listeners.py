"""What a registration opens changes in the transaction that changes the registration."""

from __future__ import annotations

from expo.core import news
from expo.registration.news import RegistrationConfirmed, RegistrationEnded

from . import entitlements


def listen() -> None:
    news.listen(RegistrationConfirmed, _again)
    news.listen(RegistrationEnded, _again)


def _again(told: RegistrationConfirmed | RegistrationEnded) -> None:
    entitlements.rebuild(registration_id=told.registration_id)
