"""`/api/v1/expos/{expo}/registrations/{id}/change`: what another ticket or other add-ons would cost, and the change
itself (R10), by the same rules as in pages: by its own account, or by the team at its desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from expo.accounts.models import ApiToken
from expo.core.money import Money
from expo.payment.models import Order, OrderState
from expo.programme.words import Deed
from expo.registration import changing, queries, quoting
from expo.registration.change_models import ChangeState
from expo.registration.models import AddOn, Registration, TicketType
from expo.registration.quoting import Quote
from expo.registration.refusals import QuoteChanged

from . import answers, orders, problems, reading, registrations, shapes, writing
from .described import described
from .keys import key_with
from .registrations import READ, WRITE

blueprint = Blueprint("api_changing", __name__)
problems.speak(blueprint)

MOST_ADD_ONS = 100
_WISH = (
    shapes.Parameter("ticket_type", shapes.TEXT, "The other ticket; unless said, the one there is."),
    shapes.Parameter("add_ons", shapes.TEXT, "All that shall go with it, as in 3,7; empty for nothing, and "
                     "unless said, what there is."),
    shapes.Parameter("code", shapes.TEXT, "The code that opens a hidden ticket."),
)  # fmt: skip
_CHANGE = shapes.thing(
    ("ticket_type", "add_ons", "code"), ticket_type=shapes.TEXT, add_ons=shapes.many(shapes.TEXT),
    code=shapes.TEXT, pay=shapes.ref("Money"), back=shapes.ref("Money"),
)  # fmt: skip


@blueprint.get("/registrations/<id>/change")
@described("What another ticket or other add-ons would cost, and what would go back", shapes.ref("Quote"),
           query=_WISH, scope=READ)  # fmt: skip
def ask_change(id: str) -> Response:
    found, by_team = _changeable(key_with(READ), id)
    wish: dict[str, Any] = {
        name: request.args[name] for name in ("ticket_type", "code") if name in request.args
    }
    if "add_ons" in request.args:
        wish["add_ons"] = [one for one in request.args["add_ons"].split(",") if one]
    kind, add_ons = _wished(found, wish, by_team)
    return answers.told(
        _quote(quoting.quote(registration=found, kind=kind, add_ons=add_ons, by_team=by_team))
    )


@blueprint.post("/registrations/<id>/change")
@described("Change the ticket or its add-ons for just what the quote said: at once, or held until the difference is "
           "paid", shapes.ref("Change"), body=_CHANGE, scope=WRITE, status=201, once=True)  # fmt: skip
def change(id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found, by_team = _changeable(key, id)
    pay, back = _amount(body, "pay"), _amount(body, "back")
    made, status = writing.once(
        key, f"change:{found.id}", body, lambda: _made(found, body, pay, back, by_team)
    )
    if made["order"] is not None and not by_team:
        orders.add_secret(made["order"])
    return answers.told(made, status)


@blueprint.delete("/registrations/<id>/change")
@described("Call off a change that waits for its payment; what was paid for it goes back", scope=WRITE,
           status=204)  # fmt: skip
def cancel_change(id: str) -> Response:
    found, _by_team = _changeable(key_with(WRITE), id)
    changing.cancel(change=quoting.waiting(found.id) or abort(404))
    return Response(status=204, mimetype="application/json", headers={"Cache-Control": "no-store"})


def _changeable(key: ApiToken, code: str) -> tuple[Registration, bool]:
    """One's own, or one of a conference whose team decides; and whether it is the team that asks."""
    found = registrations.reachable(key, code, Deed.DECIDE)
    return found, not registrations.is_own(key, found)


def _made(
    found: Registration, body: dict[str, Any], pay: Money, back: Money, by_team: bool
) -> dict[str, Any]:
    kind, add_ons = _wished(found, body, by_team)
    quoted = quoting.quote(registration=found, kind=kind, add_ons=add_ons, by_team=by_team)
    if {pay.currency, back.currency} != {quoted.currency}:
        raise QuoteChanged(_("What is to pay or goes back has changed. Look again."))
    made = changing.change(
        registration=found, kind=kind, add_ons=add_ons, expected=(pay.minor, back.minor), by_team=by_team
    )
    to_pay = made.order if made.state is ChangeState.WAITING else found.order
    return {
        "state": made.state.value,
        "registration": registrations.told(found),
        "order": orders.told(to_pay, [found]) if to_pay and to_pay.state is OrderState.OPEN else None,
    }


def _wished(found: Registration, wish: dict[str, Any], by_team: bool) -> tuple[TicketType, Sequence[AddOn]]:
    kind = found.ticket_type
    if "ticket_type" in wish:
        code = reading.text(wish, "code", most=40, least=0, default="")
        number = reading.number_of(wish, "ticket_type")
        offered = {one.id: one for one in quoting.offered(found, code=code, by_team=by_team)}
        if number is None or number not in offered:
            raise reading.bad("ticket_type", "cannot be had here.")
        kind = offered[number]
    if "add_ons" not in wish:
        return kind, [one.add_on for one in queries.add_ons_of([found.id])]
    named = reading.many(wish, "add_ons", str, most=MOST_ADD_ONS)
    every = queries.add_ons([found.conference_id]).get(found.conference_id, [])
    known = {str(one.id): one for one in every}
    if not set(named) <= set(known) or len(set(named)) < len(named):
        raise reading.bad("add_ons", "cannot be had here.")
    return kind, [known[one] for one in named]


def _amount(body: dict[str, Any], field: str) -> Money:
    given = body.get(field)
    if not isinstance(given, dict):
        raise reading.bad(field, 'must be what the quote said: {"amount": …, "currency": …}.')
    minor = reading.whole({field: given.get("amount")}, field, least=0, most=2_000_000_000, default=-1)
    return Money(minor, reading.text(given, "currency", most=3, least=3))


def _quote(quoted: Quote) -> dict[str, Any]:
    order: Order | None = quoted.registration.order if quoted.is_open else None
    return {
        "ticket_type": str(quoted.kind.id),
        "pay": answers.money(quoted.pay),
        "back": answers.money(quoted.back),
        "kept": answers.money(quoted.kept),
        "percent_back": quoted.percent,
        "until": answers.moment(quoted.until),
        "lines": [
            {"text": one.text, "price": answers.money(one.price), "vat_rate": one.vat_basis_points / 100}
            for one in quoted.lines
        ],
        "given_up": [
            {"text": one.text, "worth": answers.money(one.worth), "back": answers.money(one.back)}
            for one in quoted.given
        ],
        # Where nothing was paid yet, the order itself is changed, and this is what it says then.
        "order": order.code if order else None,
        "total": answers.money(quoted.total) if order else None,
    }
