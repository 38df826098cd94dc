"""A ballot as anybody sees it: what was promised, what was drawn, and how to draw it again."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Response, abort, jsonify, render_template
from flask.typing import ResponseReturnValue

from expo.ballots import drawing, queries
from expo.ballots.models import Ballot
from expo.booking.slots import Slot
from expo.web.context import this_expo
from expo.web.filters import capital, city_time, day_name, this_language

from . import blueprint


@blueprint.get("/ballots/<code>")
def ballot(code: str) -> ResponseReturnValue:
    found = _found(code)
    slots = queries.slots_of(found)
    return render_template(
        "public/ballot.html",
        ballot=found,
        sessions=[(slot, slot.title_in(this_language())) for slot in slots],
        called={slot.code: called(slot) for slot in slots},
        told=queries.for_anybody(found),
    )


def called(slot: Slot) -> str:
    """Sat 4 Jun, 11:00 A walk through the city: times of one session differ by no more."""
    zone = ZoneInfo(slot.time_zone)
    day = capital(day_name(slot.starts_at.astimezone(zone).date()))
    return f"{day}, {city_time(slot.starts_at, zone)} {slot.title_in(this_language())}"


@blueprint.get("/ballots/<code>.json")
def ballot_file(code: str) -> ResponseReturnValue:
    """All that the drawing needs, and what came out; without a name. Before the drawing the promise alone."""
    return jsonify(queries.for_anybody(_found(code)))


@blueprint.get("/ballots/draw.py")
def draw_script() -> ResponseReturnValue:
    """The very module that the platform draws with."""
    return Response(Path(drawing.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")


def _found(code: str) -> Ballot:
    found = queries.ballot(this_expo().id, code)
    if found is None:
        abort(404)
    return found
