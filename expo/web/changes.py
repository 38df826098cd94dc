"""The form of a change of choices, as delegates and the desk see it: choose, see to the öre what it costs, confirm."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from expo.booking import queries as bookings
from expo.core import clock
from expo.core.refusals import Refusal
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.registration import changing, queries, quoting
from expo.registration.change_models import TicketChange
from expo.registration.models import AddOn, Registration, TicketType
from expo.registration.quoting import Quote
from expo.registration.refusals import QuoteChanged
from expo.web import amounts


@dataclass(slots=True)
class Choice:
    """What can be chosen, and what was: by the address where it is only looked at, by the form where it is done."""

    registration: Registration
    kinds: list[TicketType]
    closed: dict[int, str]
    add_ons: list[AddOn]
    shut: set[int]
    chosen: int
    ticked: set[int]
    code: str
    impossible: str = ""
    problem: str = ""
    status: int = 200
    quote: Quote | None = None
    ends: list[Item] | None = None

    @property
    def kind(self) -> TicketType:
        return next((one for one in self.kinds if one.id == self.chosen), self.registration.ticket_type)

    @property
    def wanted(self) -> list[AddOn]:
        return [one for one in self.add_ons if one.id in self.ticked]


def read(registration: Registration, *, code: str = "", by_team: bool = False) -> Choice:
    """The choice that was sent, or what the registration has, where nothing was."""
    kinds = quoting.offered(registration, code=code, by_team=by_team)
    have = {one.add_on_id for one in queries.add_ons_of([registration.id])}
    every = queries.add_ons([registration.conference_id]).get(registration.conference_id, [])
    free = queries.left(every)
    sent = "ticket" in request.values
    made = Choice(
        registration,
        kinds,
        {kind.id: said for kind in kinds if (said := _closed(registration, kind, by_team))},
        every,
        {one.id for one in every if one.id not in have and (_is_over(one) or free[one.pool_id] == 0)},
        _number(request.values.get("ticket", "")) if sent else registration.ticket_type_id,
        {_number(text) for text in request.values.getlist("addon")} if sent else have,
        code,
    )
    try:
        quoting.check(registration)
    except Refusal as no:
        made.impossible = no.message
    if sent and not made.impossible and "look" not in request.values:
        _ask(made, by_team)
    return made


def make(made: Choice, *, by_team: bool = False) -> TicketChange | None:
    """Do what was quoted. None where that cannot be: then `problem` says why."""
    said = [amounts.said(request.form.get(name, "")) for name in ("pay", "back")]
    try:
        return changing.change(
            registration=made.registration,
            kind=made.kind,
            add_ons=made.wanted,
            expected=(said[0], said[1]),
            by_team=by_team,
        )
    except QuoteChanged as changed:
        made.problem, made.status = changed.message, changed.status
        _ask(made, by_team, keep=True)
    except Refusal as no:
        made.problem, made.status, made.quote = no.message, no.status, None
    return None


def _ask(made: Choice, by_team: bool, *, keep: bool = False) -> None:
    try:
        made.quote = quoting.quote(
            registration=made.registration, kind=made.kind, add_ons=made.wanted, by_team=by_team
        )
    except Refusal as no:
        made.problem = made.problem if keep else no.message
        return
    lost = bookings.not_opened_by(made.registration.id, made.kind.id)
    made.ends = publishing.of_occurrences(made.registration.expo_id, [one.occurrence_id for one in lost])


def _closed(registration: Registration, kind: TicketType, by_team: bool) -> str:
    """Why a ticket cannot be had instead; "" where it can."""
    if kind.id == registration.ticket_type_id:
        return ""
    try:
        quoting.check_kind(registration, kind, by_team=by_team)
    except Refusal as no:
        return no.message
    pool = kind.pool
    if pool.capacity is not None and pool.taken >= pool.capacity + pool.over:
        return _("All places are taken")
    return ""


def _is_over(one: AddOn) -> bool:
    return one.sale_until is not None and one.sale_until <= clock.now()


def _number(text: str) -> int:
    """The id that stands there; -1, which no row has, where none does."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
