"""Deciding on many at once: each by itself, so that one that cannot be keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from expo.core.db import db
from expo.core.refusals import Refusal
from expo.registration import actions
from expo.registration.actions import Decided
from expo.registration.models import WAITING, Registration, RegistrationState

from . import filters
from .filters import PeopleFilter, Scope

MOST = 500  # in one go; the others wait for the next


def waiting_ids(scope: Scope, wish: PeopleFilter, *, most: int = MOST) -> list[int]:
    """Of what the filter finds, those that wait for a decision, the longest first."""
    query = filters.apply(sa.select(Registration.id), scope, wish).where(Registration.state.in_(WAITING))
    return list(db.session.scalars(query.order_by(Registration.id).limit(most)))


def waiting_count(scope: Scope, wish: PeopleFilter) -> int:
    query = filters.apply(sa.select(sa.func.count()).select_from(Registration), scope, wish)
    return db.session.scalar(query.where(Registration.state.in_(WAITING))) or 0


def _next_step(registration: Registration) -> Callable[..., None]:
    """Where two approvals are needed, the first one comes first."""
    two = registration.ticket_type.approval_stages == 2
    first = two and registration.state is RegistrationState.SUBMITTED
    return actions.pre_approve if first else actions.approve


def decide(registrations: Iterable[Registration], *, refuse_them: bool = False, note: str = "") -> Decided:
    """Approve many with a note that each reads, or refuse them with it as the reason."""
    decided = Decided([], [])
    for registration in registrations:
        try:
            if refuse_them:
                actions.refuse(registration=registration, reason=note)
            else:
                _next_step(registration)(registration=registration, note=note)
        except Refusal as no:
            decided.refused.append((registration, no))
        else:
            decided.done.append(registration)
    return decided
