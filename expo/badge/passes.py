"""Badges without a person: made at once for whoever comes, claimed later by whoever carries one."""

from __future__ import annotations

import hmac

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from expo.accounts import actions as accounts
from expo.accounts.models import LinkPurpose, Person
from expo.core import audit, news, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.text import one_line
from expo.mail import outbox
from expo.registration import actions as registrations
from expo.registration import passes
from expo.registration import queries as tickets
from expo.registration.actions import Newcomer
from expo.registration.models import Registration, TicketType
from expo.registration.news import RegistrationConfirmed
from expo.registration.submitting import arrive

from . import actions, queries
from .models import Badge, BadgeState
from .news import BadgeChanged
from .refusals import NotToBeClaimed


def make(*, ticket_type: TicketType, size: int = 1, label: str = "") -> Badge:
    """A pass without a name, or one badge for a group of so many, with its place or places, all or nothing.

    Raises BadInput, NotOnSale, TicketsGone.
    """
    with transaction():
        registration = passes.take(ticket_type=ticket_type, party=size)
        badge = actions.issue_without_person(registration=registration, label=one_line(label)[:120])
        news.tell(RegistrationConfirmed(registration.id))
    return badge


def secret_of(badge: Badge) -> str:
    """What opens the page of an anonymous badge: made of its random part and our key, kept nowhere."""
    return tokens.derived("anonymous pass", badge.random)


def by_secret(expo_id: int, number: int, secret: str) -> Badge | None:
    """The anonymous badge with this number, for whoever holds its secret."""
    badge = db.session.scalar(sa.select(Badge).where(Badge.expo_id == expo_id, Badge.id == number))
    if badge is None or badge.label or badge.size > 1:
        return None
    fits = [hmac.compare_digest(one, secret) for one in tokens.derived_by_all("anonymous pass", badge.random)]
    return badge if any(fits) else None


def claim(*, badge: Badge, person: Person | None = None, newcomer: Newcomer | None = None) -> Person:
    """Whoever carries an anonymous badge says who they are. The badge stays theirs, with its code; who has a badge
    already keeps that one, and this one says so. Raises NotToBeClaimed."""
    with transaction():
        lock(badge)
        registration = badge.registration
        if badge.state is not BadgeState.ACTIVE or badge.size > 1 or registration is None:
            raise NotToBeClaimed(_("This badge is somebody's already, or a group's."))
        if person is None:
            assert newcomer is not None
            person = arrive(newcomer)
        lock(person)
        own = queries.active_badge(badge.expo_id, person.id)
        if tickets.live(person.id, registration.conference_id):
            registrations.withdraw(registration=registration)
            actions.end_claimed(badge)
        else:
            passes.name(registration=registration, person=person)
            if own is not None:
                actions.end_claimed(badge)
            else:
                _become_theirs(badge, person)
            news.tell(RegistrationConfirmed(registration.id))
        if newcomer is not None and person.email:
            outbox.queue(
                "pass_claimed", to=person.email, language=person.language, expo_id=badge.expo_id,
                name=person.name, token=accounts.mail_link(purpose=LinkPurpose.CLAIM, person=person),
            )  # fmt: skip
    return person


def _become_theirs(badge: Badge, person: Person) -> None:
    execute(sa.update(Badge).where(Badge.id == badge.id).values(person_id=person.id, registration_id=None))
    db.session.refresh(badge)
    audit.record("badge_claimed", "badge", badge.id, expo_id=badge.expo_id, after={"person": person.id})
    news.tell(BadgeChanged(badge.id))


def groups(expo_id: int, conference_ids: list[int]) -> list[Badge]:
    """The group badges of these conferences, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Badge)
            .join(Badge.registration)
            .options(contains_eager(Badge.registration))
            .where(
                Badge.expo_id == expo_id,
                Badge.label != "",
                Registration.conference_id.in_(conference_ids),
            )
            .order_by(Badge.id.desc())
        )
    )


def revoke_group(*, badge: Badge, reason: str) -> None:
    """End a group's badge, and give its places back. Raises BadgeIsOver."""
    with transaction():
        actions.revoke(badge=badge, reason=reason)
        if badge.registration is not None and badge.registration.is_live:
            registrations.withdraw(registration=badge.registration)
