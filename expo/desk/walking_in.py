"""Somebody stands at the desk and is not registered: registered, confirmed and given a badge in one go."""

from __future__ import annotations

from expo.core import audit
from expo.core.db import transaction
from expo.registration import actions
from expo.registration.actions import Newcomer
from expo.registration.models import WAITING, Registration, TicketType


def walk_in(*, newcomer: Newcomer, ticket_type: TicketType, form_key: str = "") -> Registration:
    """Register somebody who is here, and confirm them: whoever sends the form decides. Sent twice is sent once.

    Raises TicketsGone, NotOnSale, NeedsPayment. Where the last place goes to somebody else in between, the
    registration stays and waits.
    """
    # Not inside a transaction of ours: a second sending undoes all it did, and finds the first.
    submitted = actions.submit(newcomer=newcomer, ticket_types=[ticket_type], form_key=form_key)
    (registration,) = submitted.registrations
    with transaction():
        if registration.state in WAITING:
            actions.approve(registration=registration)
            audit.record("walked_in", "registration", registration.id, expo_id=registration.expo_id)
    return registration
