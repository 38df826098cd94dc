"""What a delegation does when a registration of one of its nominees ends by itself, or is handed on."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import news
from expo.core.db import db, execute
from expo.organisations.news import OrganisationsMerged
from expo.payment.news import OrderExpired
from expo.registration.models import Registration
from expo.registration.news import PlaceHandedOn, RegistrationOver, SeatedAgain

from . import actions, nominating, queries
from .models import Delegation, NomineeState
from .refusals import SeatOfDelegation


def listen() -> None:
    news.listen(RegistrationOver, _free_the_seat)
    news.listen(PlaceHandedOn, _keep_the_seat)
    news.listen(SeatedAgain, _take_the_seat_again)
    news.listen(OrganisationsMerged, _follow)
    news.listen(OrderExpired, _end_group)


def _free_the_seat(told: RegistrationOver) -> None:
    nominee = queries.of_registration(told.registration_id)
    if nominee is None:
        return
    tickets = queries.tickets_of([nominee.id])[nominee.id]
    if not any(one.registration and one.registration.is_live for one in tickets):
        nominating.give_seat_back(nominee)


def _keep_the_seat(told: PlaceHandedOn) -> None:
    """A seat of a delegation is the delegation's: its focal point hands it on, not whoever has it."""
    nominee = queries.of_registration(told.registration_id)
    if nominee is not None and nominee.state is NomineeState.REGISTERED:
        raise SeatOfDelegation(
            _(
                "This place belongs to %(delegation)s. Ask %(focal)s to substitute you.",
                delegation=nominee.delegation.name,
                focal=nominee.delegation.focal_name,
            )
        )


def _take_the_seat_again(told: SeatedAgain) -> None:
    """The money came after all: the nominee has the seat again, or SeatsGone says that somebody else has it."""
    nominee = queries.of_registration(told.registration_id)
    if nominee is not None and nominee.state is NomineeState.ENDED:
        nominating.take_seat_again(nominee)
    registration = db.session.get_one(Registration, told.registration_id)
    group = db.session.scalar(
        sa.select(Delegation).where(
            Delegation.order_id == registration.order_id, Delegation.closed_at.is_not(None)
        )
    )
    if group is not None:
        actions.open_again(delegation=group)


def _follow(merged: OrganisationsMerged) -> None:
    execute(
        sa.update(Delegation)
        .where(Delegation.organisation_id == merged.gone_id)
        .values(organisation_id=merged.kept_id)
    )


def _end_group(expired: OrderExpired) -> None:
    """A group order that nobody paid in time: who has only a link loses it, and the board opens nothing."""
    delegation = db.session.scalar(
        sa.select(Delegation).where(Delegation.order_id == expired.order_id, Delegation.closed_at.is_(None))
    )
    if delegation is not None:
        actions.close(delegation=delegation, reason="not paid in time")
