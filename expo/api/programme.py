"""`/api/v1/expos/{expo}/sessions`: what is released, with the wishes of the programme's pages.

Reading needs no token. Whoever sends one (`Authorization: Bearer TOKEN`, scope `programme:read`) is answered as the
person of this expo that its account is, and may ask with `?open=1` for what is open to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from expo.accounts import queries as accounts
from expo.core.refusals import NotFound, Refusal
from expo.exports import talks, wishes
from expo.exports.talks import Talk
from expo.expos import queries as expos
from expo.expos.models import Expo
from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.registration import queries as registration

from .problems import Problem, of_problem, of_refusal

blueprint = Blueprint("api_programme", __name__)
blueprint.register_error_handler(Problem, of_problem)
blueprint.register_error_handler(Refusal, of_refusal)

SCOPE = "programme:read"
MOST, USUAL = 200, 100  # sessions in one answer


@blueprint.get("/<expo>/sessions")
def sessions(expo: str) -> Response:
    """Sessions with their times, by code; `next` leads on."""
    found = expos.by_slug(expo)
    if found is None:
        raise NotFound(_("There is no such expo."))
    tickets = _tickets(found)
    wish = _wish(found, tickets)
    limit, after = _limit(), request.args.get("cursor", "")
    first, last = wish.span or (wish.day, wish.day)
    items = shelf.find(found.id, first, last, replace(wish, day=None, span=None), tickets or ())
    codes = sorted({item.session_code for item in items})
    rest = [code for code in codes if code > after]
    shown = rest[:limit]
    times: dict[str, list[Talk]] = {code: [] for code in shown}
    for talk in talks.of(found, [item for item in items if item.session_code in times]):
        times[talk.item.session_code].append(talk)
    answer = Response(
        orjson.dumps(
            {
                "sessions": [_session(times[code]) for code in shown],
                "total": len(codes),
                "next": shown[-1] if len(rest) > limit else None,
            }
        ),
        mimetype="application/json",
    )
    answer.headers["Cache-Control"] = "public, max-age=60" if tickets is None else "private, no-store"
    answer.headers["Vary"] = "Authorization, Accept-Language"
    return answer


def _wish(expo: Expo, tickets: frozenset[int] | None) -> Filter:
    if request.args.get("open") and tickets is None:
        raise Problem(
            401, "not_signed_in", f"What is open to you needs a token of yours with the scope {SCOPE}."
        )
    found = wishes.read(request.args, lambda: wishes.admitting_of(expo.id), tickets)
    span = wishes.span_in(request.args)
    return wishes.within_days(found, span) if span else found


def _tickets(expo: Expo) -> frozenset[int] | None:
    """The conferences of the asker's tickets; None where no token is sent."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    scheme, _space, token = header.partition(" ")
    held = accounts.token(token.strip()) if scheme.lower() == "bearer" else None
    if held is None:
        raise Problem(401, "bad_token", "This token is not known, or it was revoked.")
    if SCOPE not in held.scopes.split():
        raise Problem(403, "missing_scope", f"This token lacks the scope {SCOPE}.", scope=SCOPE)
    person = accounts.person_of_account(expo.id, held.account_id)
    return registration.tickets_of(person.id) if person else frozenset()


def _limit() -> int:
    text = request.args.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MOST):
        raise Problem(422, "bad_input", f"limit is a whole number from 1 to {MOST}.", field="limit")
    return int(text)


def _session(times: list[Talk]) -> dict[str, Any]:
    first = times[0].item
    return {
        "code": first.session_code,
        "title": first.title,
        "conference": first.conference_slug,
        "type": first.type_slug,
        "track": first.track_name,
        "languages": first.session_languages,
        "sdgs": first.sdgs,
        "admission": None if first.closed else first.admission.value,
        "for_ticket_holders": first.closed,
        "occurrences": [_occurrence(talk) for talk in times],
    }


def _occurrence(talk: Talk) -> dict[str, Any]:
    item = talk.item
    return {
        "uid": item.uid,
        "code": item.code,
        "url": talk.url,
        "starts_at": item.starts.isoformat(),
        "ends_at": item.ends.isoformat(),
        "time_zone": item.time_zone,
        "room": item.room_slug or None,
        "room_name": item.room_name or None,
        "venue": item.venue_slug,
        "venue_name": item.venue_name,
        "languages": item.languages,
        "status": talk.status.lower(),
        "seats": item.seats,
        "seats_left": item.seats_left,
        "step_free": item.step_free,
        "people": [name for _number, name in talk.people],
        "abstract": talk.abstract,
    }
