"""Ticket types as people compare them."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from expo.core import clock
from expo.core.money import Money
from expo.registration import queries as registration
from expo.registration.models import TicketType
from expo.web.filters import city_moment

FEW = 50


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket type with what is left of it, in a word and its kind of state chip."""

    name: str
    audience: str
    price: Money
    vat_basis_points: int
    needs_approval: bool
    word: str
    kind: str


def tickets_by_conference(expo_id: int) -> dict[int, list[Ticket]]:
    """The ticket types of all conferences, or their absence."""
    found: dict[int, list[Ticket]] = {}
    kinds = registration.ticket_types(expo_id)
    left = registration.left(kinds)
    for ticket_type in kinds:
        found.setdefault(ticket_type.conference_id, []).append(
            _ticket(ticket_type, left[ticket_type.pool_id])
        )
    return found


def _ticket(ticket_type: TicketType, left: int | None) -> Ticket:
    word, kind = _on_sale(ticket_type) or _left(left)
    return Ticket(
        name=ticket_type.name,
        audience=ticket_type.audience,
        price=ticket_type.price,
        vat_basis_points=ticket_type.vat_basis_points,
        needs_approval=ticket_type.needs_approval,
        word=word,
        kind=kind,
    )


def _on_sale(ticket_type: TicketType) -> tuple[str, str] | None:
    """What to say while a ticket cannot be had."""
    now = clock.now()
    if ticket_type.sale_from is not None and now < ticket_type.sale_from:
        return _("From %(moment)s", moment=city_moment(ticket_type.sale_from)), "wait"
    if ticket_type.sale_until is not None and now >= ticket_type.sale_until:
        return _("No longer sold"), "stop"
    return None


def _left(left: int | None) -> tuple[str, str]:
    if left == 0:
        return _("None left"), "stop"
    if left is not None and left <= FEW:
        return ngettext("%(num)s left", "%(num)s left", left), "go"
    return _("Places left"), "go"
