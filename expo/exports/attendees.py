"""Who has a seat in one time, as rows for a spreadsheet: for whoever guides, counts, or calls them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from expo.booking import queries as bookings
from expo.core import audit
from expo.core.db import transaction
from expo.publishing.items import Item

from .people import Table


def table(
    item: Item, *, categories: Mapping[Any, str], addresses: bool, came: Collection[int], form: str
) -> Table:
    """One row for each booking, by name; e-mail addresses only for readers who may have them. That it left the
    house is written down first."""
    heads = [
        _("Name"),
        _("Organisation"),
        _("City"),
        _("Country code"),
        _("Language"),
        _("Comes as"),
        _("Seats"),
    ]
    heads += [_("Came"), _("Registration")] + ([_("E-mail")] if addresses else [])
    found = bookings.of_occurrence(item.occurrence_id)
    rows = []
    for booking in found:
        person = booking.person
        row = [
            person.name, person.organisation, person.city, person.country, person.language,
            categories[booking.registration.ticket_type.category], str(booking.seats),
            _("yes") if person.id in came else "", booking.registration.code,
        ]  # fmt: skip
        rows.append([*row, person.shown_email or ""] if addresses else row)
    with transaction():
        audit.record(
            "attendees_exported",
            "occurrence",
            item.occurrence_id,
            expo_id=item.expo_id,
            after={"form": form, "rows": len(rows), "addresses": addresses},
        )
    return Table(heads, iter(rows), len(rows))
