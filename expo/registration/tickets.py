"""Actions on ticket types."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import gettext as _

from expo.capacity import pools
from expo.core import audit, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import free_slug, one_line
from expo.programme.models import Conference

from . import queries
from .models import Category, TicketType


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket type. The price has its VAT inside; the rate in hundredths of a per cent; quota None has no limit."""

    name: str
    price_minor: int = 0
    currency: str = "SEK"
    vat_basis_points: int = 0
    quota: int | None = None
    needs_approval: bool = False
    audience: str = ""
    category: Category = Category.VISITOR
    is_open_pass: bool = False
    position: int = 0
    sale_from: datetime | None = None
    sale_until: datetime | None = None


def save_ticket_type(
    *, conference: Conference, draft: TicketDraft, ticket_type: TicketType | None = None
) -> tuple[TicketType, bool]:
    """Make a ticket type, or change this one; sold ones keep the price of their order. Returns it and whether
    anything changed. Raises BadInput, PoolInUse."""
    if not draft.name.strip():
        raise BadInput(_("A ticket needs a name."), field="name")
    if draft.price_minor < 0 or (draft.quota is not None and draft.quota < 0):
        raise BadInput(_("Prices and quotas are not negative."), field="price")
    with transaction():
        values = asdict(draft)
        quota = values.pop("quota")
        values["name"] = one_line(draft.name)
        if ticket_type is None:
            taken = {other.slug for other in queries.every_of(conference.id)}
            ticket_type = TicketType(
                expo_id=conference.expo_id,
                conference_id=conference.id,
                slug=free_slug(draft.name, taken),
                pool_id=pools.create(conference.expo_id, quota).id,
                **values,
            )
            db.session.add(ticket_type)
            db.session.flush()
            stamps.raise_stamp(f"programme:{conference.expo_id}")  # whose filters ask by price and audience
            audit.record(
                "ticket_type_created",
                "ticket_type",
                ticket_type.id,
                expo_id=conference.expo_id,
                after={"name": draft.name, "quota": quota, "price": draft.price_minor},
            )
            return ticket_type, True
        before = {key: getattr(ticket_type, key) for key in values}
        quota_before = ticket_type.pool.capacity
        if before == values and quota_before == quota:
            return ticket_type, False
        for key, value in values.items():
            setattr(ticket_type, key, value)
        if quota_before != quota:
            pools.resize(ticket_type.pool_id, quota)
        stamps.raise_stamp(f"programme:{conference.expo_id}")
        audit.record(
            "ticket_type_changed",
            "ticket_type",
            ticket_type.id,
            expo_id=conference.expo_id,
            before={"quota": quota_before, "price": before["price_minor"]},
            after={"quota": quota, "price": draft.price_minor},
        )
    return ticket_type, True
