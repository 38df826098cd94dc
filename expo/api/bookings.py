"""`/api/v1/expos/{expo}/bookings`: seats taken, swapped, waited for, answered and given back.

For the account of the person, with a key for `bookings:write` or `bookings:read`, and for teams of the conference.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from expo.accounts.models import ApiToken, Person
from expo.booking import actions, queries, waiting
from expo.booking.models import Booking, BookingState
from expo.booking.refusals import BookingNotOpen, Overlap, SessionFull
from expo.core import idempotency, limits
from expo.core.refusals import Refusal
from expo.expos.models import Expo
from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.registration import queries as registrations
from expo.registration.models import Registration

from . import reading
from .keys import key_with, visitor_of
from .problems import Problem, of_problem, of_refusal

blueprint = Blueprint("api_bookings", __name__)
blueprint.register_error_handler(Problem, of_problem)
blueprint.register_error_handler(Refusal, of_refusal)

MOST_BYTES = 16 * 1024
READ, WRITE = "bookings:read", "bookings:write"


@blueprint.errorhandler(HTTPException)
def of_http(error: HTTPException) -> Response:
    """What the web server itself refuses, in the same form."""
    code = error.code or 500
    return of_problem(Problem(code, "not_found" if code == 404 else "bad_request", error.description or ""))


@blueprint.errorhandler(Overlap)
def of_overlap(refusal: Overlap) -> Response:
    """Which seats clash, and whether that may be accepted: {"accept": ["overlap"]} or {"swap_for": booking}."""
    clashes = [
        {
            "booking": str(clash.seat.booking_id),
            "occurrence": clash.seat.slot.code,
            "kind": clash.kind.value,
            "rule": clash.rule.value if clash.rule else None,
            "minutes_late": clash.late,
            "message": clash.said(),
        }
        for clash in refusal.clashes
    ]
    return of_problem(Problem(409, refusal.code, refusal.message, clashes=clashes))


@blueprint.errorhandler(SessionFull)
def of_full(refusal: SessionFull) -> Response:
    return of_problem(Problem(409, refusal.code, refusal.message, left=refusal.facts.get("left", 0)))


@blueprint.errorhandler(BookingNotOpen)
def of_not_open(refusal: BookingNotOpen) -> Response:
    opens = refusal.facts.get("opens_at")
    moment = _moment(opens) if isinstance(opens, datetime) else None
    return of_problem(Problem(409, refusal.code, refusal.message, opens_at=moment))


@blueprint.post("/bookings")
def book() -> Response:
    """Take seats, or a place in line. With an Idempotency-Key, the same request again gives the same answer."""
    key = key_with(WRITE)
    body = reading.body(most_bytes=MOST_BYTES)
    limits.count("api_bookings", str(key.id), most=20_000, within=timedelta(minutes=15))
    return _once(key, "", body, lambda: (201, _made(key, body)))


@blueprint.get("/bookings")
def bookings() -> Response:
    """What is booked, offered and waited for under a registration: ?registration="""
    key = key_with(READ)
    found = _registration(key, request.args.get("registration", ""), Deed.READ_PEOPLE)
    live = queries.live_of_registration(found.id)
    positions = waiting.positions([one for one in live if one.state is BookingState.WAITING])
    return _json({"bookings": [_told(one, positions.get(one.id)) for one in live]})


@blueprint.post("/bookings/<booking_id>/accept")
def accept(booking_id: str) -> Response:
    """Take what is offered. {"accept": ["overlap"]} takes it beside a seat that it clashes with."""
    key = key_with(WRITE)
    found = _booking(key, booking_id)
    body = reading.body(most_bytes=MOST_BYTES) if request.get_data(cache=True) else {}

    def work() -> tuple[int, dict[str, Any]]:
        waiting.accept(booking=found, accept=_accepted(body))
        return 200, _told(found)

    return _once(key, f"{found.id}/accept", body, work)


@blueprint.post("/bookings/<booking_id>/decline")
def decline(booking_id: str) -> Response:
    """Leave the line, or let an offer go to the next."""
    key = key_with(WRITE)
    found = _booking(key, booking_id)

    def work() -> tuple[int, dict[str, Any]]:
        waiting.decline(booking=found)
        return 200, _told(found)

    return _once(key, f"{found.id}/decline", {}, work)


@blueprint.delete("/bookings/<booking_id>")
def cancel(booking_id: str) -> Response:
    """Give seats back. Twice is once."""
    found = _booking(key_with(WRITE), booking_id)
    actions.cancel(booking=found)
    return Response(status=204, headers={"Cache-Control": "no-store"})


def _made(key: ApiToken, body: dict[str, Any]) -> dict[str, Any]:
    registration = _registration(key, reading.text(body, "registration", most=40), Deed.DECIDE)
    if registration.person_id is None:
        raise reading.bad("registration", "has no person yet.")
    person = registration.person
    named = reading.text(body, "occurrence", most=80)
    occurrence = programme.occurrence(_expo().id, named)
    item = publishing.item(_expo().id, occurrence.id) if occurrence else None
    if item is None:
        raise reading.bad("occurrence", "is not one of this expo's.")
    seats = reading.whole(body, "seats", least=1, most=20, default=1)
    wishes: dict[str, Any] = {
        "person": person,
        "occurrence_id": item.occurrence_id,
        "seats": seats,
        "accept": _accepted(body),
        "swap_for": _swapped(body, person),
    }
    try:
        return _told(actions.book_seat(**wishes))
    except SessionFull:
        if not reading.flag(body, "waitlist"):
            raise
    entry = waiting.join(
        **wishes,
        keep_together=body.get("keep_together") is not False,
        takes_at_once=body.get("takes_at_once") is not False,
    )
    return _told(entry, waiting.position(entry))


def _accepted(body: dict[str, Any]) -> list[str]:
    accepted = body.get("accept", [])
    if not isinstance(accepted, list) or not set(map(str, accepted)) <= {actions.OVERLAP}:
        raise reading.bad("accept", 'must be a list that may hold "overlap".')
    return [str(each) for each in accepted]


def _swapped(body: dict[str, Any], person: Person) -> Booking | None:
    if body.get("swap_for") is None:
        return None
    number = reading.number_of(body, "swap_for")
    found = queries.booking(person.id, number) if number is not None else None
    if found is None:
        raise reading.bad("swap_for", "is no booking of this person.")
    return found


def _registration(key: ApiToken, code: str, deed: Deed) -> Registration:
    found = registrations.registration(_expo().id, code) if code and "\0" not in code else None
    if found is None or not _may(key, found, deed):
        abort(404)
    return found


def _booking(key: ApiToken, booking_id: str) -> Booking:
    number = reading.number_of({"id": booking_id}, "id")
    found = queries.of_expo(_expo().id, number) if number is not None else None
    if found is None or not _may(key, found.registration, Deed.DECIDE):
        abort(404)
    return found


def _may(key: ApiToken, registration: Registration, deed: Deed) -> bool:
    if registration.person_id is not None and registration.person.account_id == key.account_id:
        return True
    return teams.rights(visitor_of(key), _expo().id).may(deed, registration.conference_id)


def _once(key: ApiToken, what: str, body: dict[str, Any], work: Any) -> Response:
    sent = request.headers.get("Idempotency-Key", "")

    def answer() -> tuple[int, str]:
        status, told = work()
        return status, orjson.dumps(told).decode()

    if not sent:
        status, text = answer()
    else:
        scope, asked = f"bookings:{_expo().id}:{key.id}", orjson.dumps([what, body])
        status, text = idempotency.once(scope=scope, key=sent, asked=asked, work=answer)
    return _json(orjson.loads(text), status)


def _told(booking: Booking, position: int | None = None) -> dict[str, Any]:
    told = {
        "id": str(booking.id),
        "registration": booking.registration.code,
        "occurrence": booking.occurrence.uid,
        "state": booking.state.value,
        "seats": booking.seats,
    }
    if position is not None:
        told["position"] = position
    if booking.until is not None:
        told["until"] = _moment(booking.until)
    return told


def _moment(moment: datetime) -> str:
    return moment.astimezone(_expo().zone).isoformat(timespec="seconds")


def _expo() -> Expo:
    found: Expo = g.expo
    return found


def _json(content: Any, status: int = 200) -> Response:
    answer = Response(orjson.dumps(content), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
