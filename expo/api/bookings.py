"""`/api/v1/expos/{expo}/bookings`: seats taken, swapped, waited for, answered and given back.

For the account of the person, with a key for `bookings:write` or `bookings:read`, and for teams of the conference.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request

from expo.accounts.models import ApiToken, Person
from expo.booking import actions, queries, waiting
from expo.booking.models import Booking, BookingState
from expo.booking.refusals import BookingNotOpen, Overlap, SessionFull
from expo.programme import queries as programme
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.registration import queries as registrations
from expo.registration.models import Registration

from . import answers, problems, reading, shapes, writing
from .answers import this_expo
from .described import described
from .keys import key_with
from .problems import Problem, of_problem

blueprint = Blueprint("api_bookings", __name__)
problems.speak(blueprint)

READ, WRITE = "bookings:read", "bookings:write"
_SHAPE = shapes.ref("Booking")


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
    moment = answers.moment(opens) if isinstance(opens, datetime) else None
    return of_problem(Problem(409, refusal.code, refusal.message, opens_at=moment))


@blueprint.post("/bookings")
@described("Take seats, or a place in line", _SHAPE, body=shapes.ref("NewBooking"), scope=WRITE, status=201,
           once=True)  # fmt: skip
def book() -> Response:
    """Take seats, or a place in line. With an Idempotency-Key, the same request again gives the same answer."""
    key = key_with(WRITE)
    body = writing.body_of(key)
    return answers.told(*writing.once(key, "bookings", body, lambda: _made(key, body)))


@blueprint.get("/bookings")
@described("What is booked, offered and waited for under a registration",
           shapes.thing(bookings=shapes.many(_SHAPE)), query=(shapes.Parameter("registration", shapes.TEXT),),
           scope=READ)  # fmt: skip
def bookings() -> Response:
    """What is booked, offered and waited for under a registration: ?registration="""
    key = key_with(READ)
    found = _registration(key, request.args.get("registration", ""), Deed.READ_PEOPLE)
    live = queries.live_of_registration(found.id)
    positions = waiting.positions([one for one in live if one.state is BookingState.WAITING])
    return answers.told({"bookings": [_told(one, positions.get(one.id)) for one in live]})


@blueprint.post("/bookings/<booking_id>/accept")
@described("Take what is offered", _SHAPE, body=shapes.thing(("accept",), accept=shapes.many(shapes.TEXT)),
           scope=WRITE, once=True)  # fmt: skip
def accept(booking_id: str) -> Response:
    """Take what is offered. {"accept": ["overlap"]} takes it beside a seat that it clashes with."""
    key = key_with(WRITE)
    found = _booking(key, booking_id)
    body = writing.body_of(key) if request.get_data(cache=True) else {}

    def work() -> dict[str, Any]:
        waiting.accept(booking=found, accept=_accepted(body))
        return _told(found)

    return answers.told(*writing.once(key, f"accept:{found.id}", body, work, status=200))


@blueprint.post("/bookings/<booking_id>/decline")
@described("Leave the line, or let an offer go to the next", _SHAPE, scope=WRITE, once=True)
def decline(booking_id: str) -> Response:
    """Leave the line, or let an offer go to the next."""
    key = key_with(WRITE)
    found = _booking(key, booking_id)

    def work() -> dict[str, Any]:
        waiting.decline(booking=found)
        return _told(found)

    return answers.told(*writing.once(key, f"decline:{found.id}", {}, work, status=200))


@blueprint.delete("/bookings/<booking_id>")
@described("Give seats back", scope=WRITE, status=204)
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
    occurrence = programme.occurrence(this_expo().id, named)
    item = publishing.item(this_expo().id, occurrence.id) if occurrence else None
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
    found = registrations.registration(this_expo().id, code) if code and "\0" not in code else None
    if found is None or not _may(key, found, deed):
        abort(404)
    return found


def _booking(key: ApiToken, booking_id: str) -> Booking:
    number = reading.number_of({"id": booking_id}, "id")
    found = queries.of_expo(this_expo().id, number) if number is not None else None
    if found is None or not _may(key, found.registration, Deed.DECIDE):
        abort(404)
    return found


def _may(key: ApiToken, registration: Registration, deed: Deed) -> bool:
    if registration.person_id is not None and registration.person.account_id == key.account_id:
        return True
    return writing.rights_of(key).may(deed, registration.conference_id)


def _told(booking: Booking, position: int | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(booking.id),
        "registration": booking.registration.code,
        "occurrence": booking.occurrence.uid,
        "state": booking.state.value,
        "seats": booking.seats,
    }
    if position is not None:
        told["position"] = position
    if booking.until is not None:
        told["until"] = answers.moment(booking.until)
    return told
