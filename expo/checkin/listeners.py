"""What a registration opens changes in the transaction that changes the registration, or its conference's days."""

from __future__ import annotations

from expo.badge.news import BadgeChanged
from expo.core import news
from expo.programme.news import ConferenceDaysChanged
from expo.registration.news import RegistrationConfirmed, RegistrationEnded, TicketChanged, TicketOpensAnew

from . import changes, entitlements


def listen() -> None:
    news.listen(RegistrationConfirmed, _again)
    news.listen(RegistrationEnded, _again)
    news.listen(TicketChanged, _again)
    news.listen(ConferenceDaysChanged, _all_again)
    news.listen(BadgeChanged, _badge_changed)
    news.listen(TicketOpensAnew, _all_again)


def _again(told: RegistrationConfirmed | RegistrationEnded | TicketChanged) -> None:
    entitlements.rebuild(registration_id=told.registration_id)


def _all_again(told: ConferenceDaysChanged | TicketOpensAnew) -> None:
    entitlements.rebuild_conference(conference_id=told.conference_id)


def _badge_changed(told: BadgeChanged) -> None:
    changes.note_badge(told.badge_id)
