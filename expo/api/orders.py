"""`/api/v1/expos/{expo}/orders`: registering one person for one or several conferences, and reading an order;
`…/ticket-types`: what there is to be had."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from expo.accounts.models import ApiToken
from expo.core.money import Money
from expo.payment import gateway
from expo.payment import orders as placing
from expo.payment import queries as payment
from expo.payment.models import Order
from expo.programme.words import Deed
from expo.questions import queries as questions
from expo.registration import actions, queries
from expo.registration.models import AddOn, Registration, TicketType
from expo.registration.submitting import Choices, Newcomer

from . import answers, problems, reading, shapes, writing
from . import questions as asking
from .answers import this_expo
from .described import described
from .keys import key_with

blueprint = Blueprint("api_orders", __name__)
problems.speak(blueprint)

READ, WRITE = "orders:read", "orders:write"
MOST_LINES = 40
LANGUAGES = ("sv", "en")


@blueprint.get("/ticket-types")
@described("What anybody may have", shapes.thing(ticket_types=shapes.many(shapes.ref("TicketType"))))
def ticket_types() -> Response:
    """What anybody may have, with the ids that orders name. Needs no key."""
    kinds = queries.offered(this_expo().id)
    left = queries.left(kinds)
    asked = questions.of_conferences({kind.conference_id for kind in kinds})
    add_ons = queries.add_ons({kind.conference_id for kind in kinds})
    return answers.told(
        {
            "ticket_types": [
                {
                    "id": str(kind.id),
                    "conference": kind.conference.slug,
                    "name": kind.name,
                    "audience": kind.audience,
                    "price": answers.money(kind.price),
                    "donation": kind.is_donation,
                    "needs_approval": kind.needs_approval,
                    "left": left[kind.pool_id],
                    "sale_from": answers.moment(kind.sale_from),
                    "sale_until": answers.moment(kind.sale_until),
                    "add_ons": [
                        {"id": str(one.id), "name": one.name, "price": answers.money(one.price)}
                        for one in add_ons.get(kind.conference_id, ())
                    ],
                    "questions": asking.asked(asked.get(kind.conference_id, []), kind),
                }
                for kind in kinds
            ]
        }
    )


@blueprint.post("/orders")
@described("Register a person for one or several conferences", shapes.ref("Basket"), body=shapes.ref("NewOrder"),
           scope=WRITE, status=201, once=True)  # fmt: skip
def place() -> Response:
    """Register a person. With an Idempotency-Key, the same request again gives the same answer."""
    key = key_with(WRITE)
    body = writing.body_of(key)
    sent = request.headers.get("Idempotency-Key", "")
    made, status = writing.once(key, "orders", body, lambda: _made(body, _form_key(key, sent)))
    return answers.told(_with_secrets(made), status)


@blueprint.get("/orders/<code>")
@described("An order with its lines", shapes.ref("OrderWithLines"), scope=READ)
def order(code: str) -> Response:
    """An order: for its own account, for teams that may read it, and for whoever has its secret."""
    key = key_with(READ)
    found = payment.order(this_expo().id, code) or abort(404)
    if not _may_read(key, found):
        abort(404)
    registrations, _orders = queries.of_basket(found)
    mine = [one for one in registrations if one.order_id == found.id]
    answer = told(found, mine)
    kept = questions.answers_of([one.id for one in mine])
    for line, one in zip(answer["registrations"], mine, strict=True):
        if _may_read_answers(key, one):
            line["answers"] = asking.plain(kept.get(one.id, {}))
    return answers.told(
        {
            **answer,
            "paid": answers.money(Money(payment.captured(found.id), found.currency)),
            "lines": _lines(found),
        }
    )


def _made(body: dict[str, Any], form_key: str) -> dict[str, Any]:
    lines = body.get("lines")
    if not isinstance(lines, list) or not lines:
        raise reading.bad("lines", "must be a list with at least one line.")
    if len(lines) > MOST_LINES:
        raise reading.bad("lines", f"must have {MOST_LINES} lines at most.")
    if not all(isinstance(line, dict) for line in lines):
        raise reading.bad("lines", "must be objects.")
    email = reading.email(body)
    code = reading.text(body, "code", most=40, default="")
    kinds, choices = _wishes(lines, code)
    submitted = actions.submit(
        ticket_types=kinds,
        newcomer=_who(body, lines, email),
        form_key=form_key,
        choices=choices,
        also=asking.given(kinds, lines),
    )
    registrations, placed = queries.of_basket(submitted.order)
    return {
        "basket": submitted.order.basket,
        "orders": [told(one, [each for each in registrations if each.order_id == one.id]) for one in placed],
    }


def _wishes(lines: list[dict[str, Any]], code: str) -> tuple[list[TicketType], Choices]:
    offered = {str(kind.id): kind for kind in queries.offered(this_expo().id, code=code)}
    kinds: list[TicketType] = []
    amounts: dict[int, int] = {}
    add_ons: dict[int, list[AddOn]] = {}
    for number, line in enumerate(lines):
        kind = offered.get(str(reading.number_of(line, "ticket_type")))
        if kind is None:
            raise reading.bad(f"lines[{number}].ticket_type", "cannot be had here.")
        if kind in kinds:
            raise reading.bad(f"lines[{number}].ticket_type", "stands there twice: one person has one.")
        kinds.append(kind)
        if line.get("amount") is not None:
            amounts[kind.id] = _amount(line, f"lines[{number}].amount", kind)
        add_ons[kind.id] = _add_ons(line, f"lines[{number}].add_ons", kind)
    return kinds, Choices(code, amounts, add_ons)


def _amount(line: dict[str, Any], field: str, kind: TicketType) -> int:
    given = line["amount"]
    if not isinstance(given, dict) or given.get("currency") != kind.currency:
        raise reading.bad(field, f'must be {{"amount": …, "currency": "{kind.currency}"}}.')
    return int(reading.whole(given, "amount", least=0, most=1_000_000_000, default=0))


def _add_ons(line: dict[str, Any], field: str, kind: TicketType) -> list[AddOn]:
    wanted = line.get("add_ons", [])
    if not isinstance(wanted, list):
        raise reading.bad(field, "must be a list of ids.")
    known = {str(one.id): one for one in queries.add_ons([kind.conference_id]).get(kind.conference_id, ())}
    found = [known.get(str(one)) for one in wanted]
    if None in found or len(set(map(str, wanted))) < len(wanted):
        raise reading.bad(field, "cannot be had here.")
    return [one for one in found if one is not None]


def _who(body: dict[str, Any], lines: list[dict[str, Any]], email: str) -> Newcomer:
    names = {
        reading.text(line, "name", most=200, default=None) or reading.text(body, "name", most=200)
        for line in lines
    }
    if len(names) > 1:
        raise reading.bad("lines", "are for one person: send an order for each name.")
    language = reading.text(body, "language", most=12, default=this_expo().languages.split()[0])
    if language not in LANGUAGES:
        raise reading.bad("language", 'must be "sv" or "en".')
    return Newcomer(
        expo_id=this_expo().id,
        name=names.pop(),
        email=email,
        language=language,
        organisation=reading.text(body, "organisation", most=200, least=0, default=""),
        city=reading.text(body, "city", most=120, least=0, default=""),
        country=reading.text(body, "country", most=2, least=0, default=""),
    )


def _form_key(key: ApiToken, sent: str) -> str:
    """So that a request whose answer was lost half-way finds its order again, whatever happened in between."""
    if not sent:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{key.id}/{sent}".encode()).digest()).decode()


def _may_read(key: ApiToken, found: Order) -> bool:
    if found.person.account_id == key.account_id:
        return True
    secret = request.headers.get("X-Order-Secret", "")
    if secret and queries.order_by_secret(found.expo_id, found.code, secret) is not None:
        return True
    rights = writing.rights_of(key)
    inside = queries.conferences_in(found.id)
    return rights.may(Deed.READ_PEOPLE) or (
        bool(inside) and all(rights.may(Deed.READ_PEOPLE, one) for one in inside)
    )


def _may_read_answers(key: ApiToken, one: Registration) -> bool:
    """The account of whoever answered, not of whoever paid; and teams that read addresses at its conference."""
    if one.person_id is not None and one.person.account_id == key.account_id:
        return True
    return writing.rights_of(key).may(Deed.READ_ADDRESSES, one.conference_id)


def told(order: Order, registrations: list[Registration]) -> dict[str, Any]:
    """What is said of an order wherever it is told."""
    return {
        "code": order.code,
        "basket": order.basket,
        "state": order.state.value,
        "total": answers.money(order.total),
        "due_at": answers.moment(order.due_at),
        "registrations": [{"id": one.code, "state": one.state.value} for one in registrations],
    }


def _lines(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "text": line.text,
            "price": answers.money(line.price),
            "vat": answers.money(Money(line.vat_minor, order.currency)),
            "vat_rate": line.vat_basis_points / 100,
        }
        for line in payment.lines_of([order.id])
    ]


def _with_secrets(answer: dict[str, Any]) -> dict[str, Any]:
    for order in answer["orders"]:
        add_secret(order)
    return answer


def add_secret(told: dict[str, Any]) -> None:
    """The secret of an order's page, and its address: made again for each answer, for what is kept of it holds none."""
    found = payment.order(this_expo().id, told["code"])
    secret = placing.secret_of(found) if found else None
    told["secret"] = secret
    if secret:
        told["url"] = url_for("delegate.order", code=told["code"], secret=secret, _external=True)
        if told["state"] == "open" and gateway.is_open():
            told["pay_url"] = told["url"] + f"#order-{told['code']}"
