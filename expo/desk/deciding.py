"""Deciding on many at once: each by itself, so that one that cannot be keeps no other waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db
from expo.core.refusals import Forbidden, Refusal
from expo.programme.teams import Rights
from expo.programme.words import Deed
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


def next_step(registration: Registration) -> Callable[..., None]:
    """What approving means for it as it stands: where two approvals are needed, the first one comes first."""
    two = registration.ticket_type.approval_stages == 2
    first = two and registration.state is RegistrationState.SUBMITTED
    return actions.pre_approve if first else actions.approve


def deed_for(registration: Registration) -> Deed:
    """What somebody must be allowed to do in order to decide on this registration as it stands."""
    kind = registration.ticket_type
    if kind.approval_stages == 2 and registration.state is RegistrationState.SUBMITTED:
        return Deed.PRE_APPROVE
    if kind.approval_stages == 2 and kind.owners_last:
        return Deed.APPROVE_LAST
    return Deed.DECIDE


def require(rights: Rights, registration: Registration) -> None:
    """Raises Forbidden where this step is for others of the team."""
    if not rights.may(deed_for(registration), registration.conference_id):
        if deed_for(registration) is Deed.APPROVE_LAST:
            raise Forbidden(_("The last approval of this ticket is for owners of the conference."))
        rights.require(deed_for(registration), registration.conference_id)


def decide(
    registrations: Iterable[Registration], rights: Rights, *, refuse_them: bool = False, note: str = ""
) -> Decided:
    """Approve many with a note that each reads, or refuse them with it as the reason; as far as these rights reach."""
    decided = Decided([], [])
    for registration in registrations:
        try:
            require(rights, registration)
            if refuse_them:
                actions.refuse(registration=registration, reason=note)
            else:
                next_step(registration)(registration=registration, note=note)
        except Refusal as no:
            decided.refused.append((registration, no))
        else:
            decided.done.append(registration)
    return decided
