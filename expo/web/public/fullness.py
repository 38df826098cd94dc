"""How full it is where, in words: a page and a feed for everybody; and the numbers called at the door of a session.

Only places of the public programme are named. Numbers come from the doors, so they are of badges, not of people by name.
"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from expo.checkin import occupancy, standby
from expo.checkin.occupancy import Fullness, Place
from expo.publishing import queries as publishing
from expo.publishing import scopes
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.texts import _l

from . import blueprint
from .viewer import viewer

WORDS = {
    Fullness.CALM: (_l("Calm"), "go"),
    Fullness.BUSY: (_l("Busy"), "wait"),
    Fullness.FULL: (_l("Full just now"), "stop"),
}
SECONDS = 10


@blueprint.get("/occupancy")
@for_strangers
def occupied() -> ResponseReturnValue:
    """Every place that anybody may know of, and how full it is now."""
    found = _public()
    return render_template(
        "public/occupancy.html",
        places=[(place, WORDS[place.fullness] if place.fullness else None) for place in found],
        feed=url_for("public.occupancy_feed"),
    )


@blueprint.get("/occupancy.json")
def occupancy_feed() -> ResponseReturnValue:
    """The same for programs."""
    answer: Response = jsonify(
        {"now": viewer().now.isoformat(), "zones": [_told(place) for place in _public()]}
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=15"
    return answer


@blueprint.get("/feeds/rooms.json")
def room_status() -> ResponseReturnValue:
    """Rooms that their doors count, "1" where one is full, in the shape that conference apps know from FOSDEM
    (https://api.fosdem.org/roomstatus/v1/listrooms)."""
    answer: Response = jsonify(
        [
            {"roomname": place.zone.room.name, "state": "1" if place.fullness is Fullness.FULL else "0"}
            for place in _public()
            if place.zone.room is not None and place.fullness is not None
        ]
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=15"
    return answer


@blueprint.get("/screens/standby/<slug>")
@for_strangers
def standby_screen(slug: str) -> ResponseReturnValue:
    """The numbers at the door of a room: who may come in now, and who waits."""
    expo = this_expo()
    room = scopes.room(expo.id, slug, frozenset())
    if room is None:
        abort(404)
    now = viewer().now
    on = publishing.in_room(room.id, now, now)
    running = min(on, key=lambda one: abs(one.starts_at - now), default=None)
    return render_template(
        "public/screen_standby.html",
        room=room,
        queue=standby.queue(running.occurrence_id) if running else None,
        time=now.astimezone(expo.zone),
        next_url=url_for("public.standby_screen", slug=slug),
        seconds=SECONDS,
    )


def word_of(*, room_id: int | None = None, venue_id: int | None = None) -> tuple[Any, str] | None:
    """How full a room or a venue is now, as (word, kind); None where no door counts or nobody said how many fit."""
    place = occupancy.at(this_expo(), room_id=room_id, venue_id=venue_id)
    return WORDS[place.fullness] if place is not None and place.fullness else None


def words_by_room() -> dict[int, str]:
    """How full each room is that its door counts, for lists that name the rooms they may. Four queries, or one."""
    return {
        place.zone.room_id: str(WORDS[place.fullness][0])
        for place in occupancy.places(this_expo())
        if place.zone.room_id is not None and place.fullness is not None
    }


def _public() -> list[Place]:
    expo = this_expo()
    venues = {venue.id for venue in publishing.venues(expo.id)}
    rooms = {room.id for room in scopes.rooms(expo.id, frozenset())}

    def known(place: Place) -> bool:
        zone = place.zone
        if zone.room_id is not None:
            return zone.room_id in rooms
        return zone.venue_id is None or zone.venue_id in venues

    return [place for place in occupancy.places(expo) if known(place)]


def _told(place: Place) -> dict[str, Any]:
    zone = place.zone
    return {
        "zone": zone.slug,
        "name": zone.name,
        "venue": zone.venue.slug if zone.venue else zone.room.venue.slug if zone.room else None,
        "room": zone.room.slug if zone.room else None,
        "people": place.people,
        "places": place.places,
        "fullness": place.fullness,
    }
