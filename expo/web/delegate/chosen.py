"""What somebody chose on a form: tickets, amounts, add-ons, a code. And what the form shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _

from expo.core import clock, limits
from expo.core.refusals import BadInput
from expo.registration import queries
from expo.registration.models import AddOn, TicketType
from expo.registration.refusals import NotOnSale
from expo.registration.submitting import Choices, check_sale
from expo.web import amounts, signing

LONGEST_CODE = 40


@dataclass(slots=True)
class Chosen:
    """The tickets that were ticked, and all that was typed beside them, as it was typed."""

    kinds: list[TicketType] = field(default_factory=list)
    typed: dict[int, str] = field(default_factory=dict)
    add_ons: set[int] = field(default_factory=set)
    code: str = ""

    @property
    def ids(self) -> set[int]:
        return {kind.id for kind in self.kinds}

    def choices(self) -> Choices:
        """For the action. Raises BadInput for an amount that is none."""
        given: dict[int, int] = {}
        for kind in self.kinds:
            text = self.typed.get(kind.id, "").strip()
            if kind.is_donation and text:
                try:
                    given[kind.id] = amounts.minor(text, kind.currency)
                except ValueError as wrong:
                    raise BadInput(str(wrong), field="amount") from wrong
        known = queries.add_ons({kind.conference_id for kind in self.kinds})
        with_it: dict[int, list[AddOn]] = {}
        for kind in self.kinds:
            mine = [one for one in known.get(kind.conference_id, ()) if one.id in self.add_ons]
            if mine:
                with_it[kind.id] = mine
        return Choices(self.code, given, with_it)


def code_asked() -> str:
    """The code of the form or the address. Codes can be guessed, so tries are counted."""
    code = request.values.get("code", "").strip()[:LONGEST_CODE]
    if code:
        limits.count("code", signing.network_address(), most=300, within=timedelta(minutes=15))
    return code


def read(among: Iterable[TicketType], code: str) -> Chosen:
    """What the form that was sent has of these tickets."""
    ticked = set(request.form.getlist("ticket"))
    kinds = [kind for kind in among if str(kind.id) in ticked]
    numbers = {text for text in request.form.getlist("addon") if text.isascii() and text.isdigit()}
    return Chosen(
        kinds,
        {kind.id: request.form.get(f"amount-{kind.id}", "")[:20] for kind in kinds},
        {int(text) for text in numbers if len(text) < 10},
        code,
    )


def shown(kinds: list[TicketType]) -> dict[str, Any]:
    """What a form says of these tickets: what is left, why one cannot be had, and what goes with it."""
    add_ons = queries.add_ons({kind.conference_id for kind in kinds})
    every = [one for some in add_ons.values() for one in some]
    return {
        "left": queries.left([*kinds, *every]),
        "closed": {kind.id: said for kind in kinds if (said := _closed(kind))},
        "add_ons": add_ons,
        "over_add_ons": {one.id for one in every if one.sale_until and one.sale_until <= clock.now()},
        "as_typed": amounts.typed,
    }


def _closed(kind: TicketType) -> str | None:
    try:
        check_sale(kind)
    except NotOnSale as no:
        return no.message
    return None


def nothing_chosen() -> str:
    return _("Choose at least one ticket.")
