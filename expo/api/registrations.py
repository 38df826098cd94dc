"""`/api/v1/expos/{expo}/registrations`: reading one, its badge, and deciding on it. Keys need `registrations:read`
or `registrations:write`; what belongs to another team is as good as not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort

from expo.accounts.models import ApiToken
from expo.badge import qr
from expo.badge import queries as badges
from expo.badge.models import Badge
from expo.core import limits
from expo.desk import deciding
from expo.printing import actions as printing
from expo.printing.models import Paper
from expo.programme.words import Deed
from expo.registration import actions, handing, queries
from expo.registration.actions import Newcomer
from expo.registration.models import WAITING, Registration

from . import answers, problems, reading, shapes, writing
from .answers import this_expo
from .described import described
from .keys import key_with

blueprint = Blueprint("api_registrations", __name__)
problems.speak(blueprint)

READ, WRITE = "registrations:read", "registrations:write"
_WHY = shapes.thing(("note", "reason"), note=shapes.TEXT, reason=shapes.TEXT)
_TO = shapes.thing(("with_seats",), name=shapes.TEXT, email=shapes.TEXT, with_seats=shapes.FLAG)
_SHAPE = shapes.ref("Registration")


@blueprint.get("/registrations/<id>")
@described("A registration", _SHAPE, scope=READ)
def registration(id: str) -> Response:
    return answers.told(told(reachable(key_with(READ), id)))


@blueprint.get("/registrations/<id>/badge.<any(svg,png):form>")
@described("The code of the person's badge as a picture", shapes.PICTURE, scope=READ, media="image/*")
def badge(id: str, form: str) -> Response:
    found = reachable(key_with(READ), id)
    code = badges.code_of(_badge(found))
    made, kind = (qr.svg(code), "image/svg+xml") if form == "svg" else (qr.png(code), "image/png")
    answer = Response(made, mimetype=kind)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/registrations/<id>/badge.pdf")
@described("The person's badge to print: A6, folded", shapes.PICTURE, scope=READ, media="application/pdf")
def badge_pdf(id: str) -> Response:
    found = reachable(key_with(READ), id)
    body = printing.pdf_of(
        this_expo(),
        _badge(found),
        paper=Paper.A6,
        language=found.person.language,
        conference_id=found.conference_id,
    )
    answer = Response(body, mimetype="application/pdf")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/registrations/<id>/approve")
@described("Approve a registration", _SHAPE, body=_WHY, scope=WRITE, once=True)
def approve(id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = _of_team(key, id)
    note = reading.text(body, "note", most=2000, least=0, default="")
    return _decided(
        key, body, found, lambda: deciding.next_step(found)(registration=found, note=note), "approve"
    )


@blueprint.post("/registrations/<id>/refuse")
@described("Turn a registration down, with a reason that the person reads", _SHAPE, body=_WHY, scope=WRITE,
           once=True)  # fmt: skip
def refuse(id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = _of_team(key, id)
    reason = reading.text(body, "reason", most=2000)
    return _decided(key, body, found, lambda: actions.refuse(registration=found, reason=reason), "refuse")


@blueprint.post("/registrations/<id>/cancel")
@described("Take a registration back, with a reason: by its own account or by the team", _SHAPE, body=_WHY,
           scope=WRITE, once=True)  # fmt: skip
def cancel(id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = reachable(key, id, Deed.DECIDE)
    reason = reading.text(body, "reason", most=2000, least=0, default="")
    if is_own(key, found):
        return _decided(key, body, found, lambda: actions.withdraw(registration=found), "cancel")
    return _decided(key, body, found, lambda: actions.revoke(registration=found, reason=reason), "cancel")


@blueprint.post("/registrations/<id>/transfer")
@described("Hand a place on to somebody else, who gets a letter: by its own account", _SHAPE, body=_TO,
           scope=WRITE, status=201, once=True)  # fmt: skip
def transfer(id: str) -> Response:
    """The answer is the registration of whoever has the place now."""
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = queries.registration(this_expo().id, id) or abort(404)
    if not is_own(key, found):
        abort(404)
    to = Newcomer(
        found.expo_id,
        reading.text(body, "name", most=200),
        reading.email(body),
        found.person.language,
        organisation=found.person.organisation,
    )
    with_seats = "with_seats" not in body or reading.flag(body, "with_seats")
    limits.count("transfer", f"person:{found.person_id}", most=20, within=timedelta(hours=1))

    def work() -> dict[str, Any]:
        (after,) = handing.hand_on(registrations=[found], to=to, with_seats=with_seats)
        return told(after)

    return answers.told(*writing.once(key, f"transfer:{found.id}", body, work))


def reachable(key: ApiToken, code: str, deed: Deed = Deed.READ_PEOPLE) -> Registration:
    """One's own, or one of a conference in which the account may do this."""
    found = queries.registration(this_expo().id, code) or abort(404)
    if not is_own(key, found):
        writing.rights_of(key).require(deed, found.conference_id)
    return found


def _badge(found: Registration) -> Badge:
    live = badges.active_badge(found.expo_id, found.person_id) if found.person_id else None
    return live or abort(404)


def _of_team(key: ApiToken, code: str) -> Registration:
    """One of a conference in which the account decides: nobody decides on themselves by holding it."""
    found = queries.registration(this_expo().id, code) or abort(404)
    rights = writing.rights_of(key)
    rights.require(Deed.DECIDE, found.conference_id)
    if found.state in WAITING:
        deciding.require(rights, found)
    return found


def is_own(key: ApiToken, found: Registration) -> bool:
    return found.person_id is not None and found.person.account_id == key.account_id


def _decided(
    key: ApiToken, body: dict[str, Any], found: Registration, act: Callable[[], object], kind: str
) -> Response:
    def work() -> dict[str, Any]:
        act()
        return told(found)

    return answers.told(*writing.once(key, f"{kind}:{found.id}", body, work, status=200))


def told(found: Registration) -> dict[str, Any]:
    return {
        "id": found.code,
        "state": found.state.value,
        "conference": found.conference.slug,
        "ticket_type": str(found.ticket_type_id),
        "name": found.person.name if found.person_id else "",
        "category": found.ticket_type.category.value,
    }
