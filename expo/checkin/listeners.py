"""What a registration opens changes in the transaction that changes the registration, or its conference's days."""

from __future__ import annotations

from expo.core import news
from expo.programme.news import ConferenceDaysChanged
from expo.registration.news import RegistrationConfirmed, RegistrationEnded, TicketOpensAnew

from . import entitlements


def listen() -> None:
    news.listen(RegistrationConfirmed, _again)
    news.listen(RegistrationEnded, _again)
    news.listen(ConferenceDaysChanged, _all_again)
    news.listen(TicketOpensAnew, _all_again)


def _again(told: RegistrationConfirmed | RegistrationEnded) -> None:
    entitlements.rebuild(registration_id=told.registration_id)


def _all_again(told: ConferenceDaysChanged | TicketOpensAnew) -> None:
    entitlements.rebuild_conference(conference_id=told.conference_id)
