"""A city with an invitation, made by the real actions; the secret of its page as the letter told it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from expo.delegations import actions, nominating
from expo.delegations.actions import FocalPoint, Terms
from expo.delegations.models import Delegation, Nominee
from expo.delegations.nominating import NomineeDraft
from expo.mail import outbox
from expo.programme.models import Conference
from expo.registration.models import Category, TicketType
from tests import factories as a

CITY = Category.CITY


def a_city_ticket(conference: Conference | None = None, **changes: Any) -> TicketType:
    return a.a_ticket_type(conference or a.a_conference(), "City delegate", **{"category": CITY, **changes})


def a_delegation(
    *tickets: TicketType, seats: int | Mapping[Category, int] = 4, name: str = "Turin", **changes: Any
) -> Delegation:
    """A city that may nominate to the conferences of these tickets."""
    conferences = tuple(ticket.conference for ticket in tickets)
    given = seats if isinstance(seats, Mapping) else {CITY: seats}
    email = changes.pop("email", f"focal@{name.lower().replace(' ', '')}.example")
    return actions.invite(
        expo=conferences[0].expo,
        terms=Terms(conferences, given, **changes),
        focal_points=[FocalPoint(name, "Fanny Focal", email)],
    ).delegations[0]


def nominate(
    delegation: Delegation,
    *tickets: TicketType,
    name: str = "Ada Rossi",
    by_link: bool = False,
    **changes: Any,
) -> Nominee:
    email = changes.pop("email", f"{name.split()[0].lower()}@turin.example")
    return nominating.nominate(
        delegation=delegation, draft=NomineeDraft(name, email, tickets, by_link, **changes)
    )


def secret_for(email: str, page: str = "delegation") -> str:
    """The secret in the latest letter to this address."""
    letter = outbox.latest(1, to=email)[0]
    found = re.search(rf"/{page}/([\w-]{{43}})", letter.body)
    assert found is not None, letter.body
    return found[1]
