"""What the timetable's script asks for, as values; and how it is answered. What is nobody's, or another team's, looks
as if it did not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.refusals import BadInput, Refusal
from expo.programme import queries as programme
from expo.programme.models import Occurrence, Room, Session
from expo.programme.refusals import Clashes
from expo.programme.words import Deed
from expo.reports import timeline
from expo.scheduling import clashes
from expo.scheduling.clashes import Clash
from expo.scheduling.moving import Move, MovedMeanwhile
from expo.web.context import this_expo
from expo.web.filters import city_time

from . import mine, words
from .timetable_grid import Day

MOST_MOVES = 60
LONGEST = 48 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that goes somewhere, or out of the timetable."""

    what: Occurrence | Session
    room: Room | None
    at: int
    minutes: int
    version: int | None

    def move(self, day: Day) -> Move:
        if self.room is None:
            return Move(self.what, None, None, None, self.version)
        starts_at = day.moment(self.at)
        return Move(
            self.what, starts_at, starts_at + timedelta(minutes=self.minutes), self.room.id, self.version
        )


def in_json(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """A no is answered as the script reads it: which rule, in a sentence each."""

    @wraps(view)
    def answer(*args: Any, **options: Any) -> ResponseReturnValue:
        try:
            return view(*args, **options)
        except Refusal as no:
            return refused(no), no.status

    return answer


def refused(no: Refusal) -> Response:
    found = no.facts.get("clashes") if isinstance(no, Clashes) else []
    said: dict[str, Any] = {"code": no.code, "message": no.message, "clashes": told(found)}  # type: ignore[arg-type]
    if isinstance(no, MovedMeanwhile):
        said["message"] = meanwhile(no)
        said["version"] = no.facts["version"]
    return jsonify(said)


def told(found: list[Clash]) -> list[dict[str, Any]]:
    return [
        {
            "rule": clash.rule.value,
            "level": clash.level.value,
            "message": clashes.sentence(clash, mine.rights()),
            "keepable": clash.keepable,
            "kept": not clash.open,
        }
        for clash in found
    ]


def meanwhile(no: MovedMeanwhile) -> str:
    """Who moved it, when and where to."""
    facts: dict[str, Any] = no.facts
    who = timeline.names_of([facts["actor"]]).get(facts["actor"]) or _("Somebody")
    at = city_time(facts["at"]) if facts["at"] else ""
    if not facts["room"] or not facts["starts_at"]:
        return _("%(who)s took %(code)s out of the timetable at %(at)s.", who=who, code=facts["code"], at=at)
    return _(
        "%(who)s moved or changed %(code)s at %(at)s: it is in %(room)s now, %(when)s.",
        who=who, code=facts["code"], at=at, room=facts["room"],
        when=words.span(facts["starts_at"], facts["ends_at"], facts["zone"]),
    )  # fmt: skip


def read() -> tuple[Day, list[Wish], str]:
    """The body: {"day", "moves": [{"code", "at", "minutes", "room", "version"}], "reason"}."""
    body = request.get_json(silent=True)
    moves = body.get("moves") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(moves, list) or not 0 < len(moves) <= MOST_MOVES:
        raise BadInput(_("This is no list of moves."))
    day = day_of(str(body.get("day", "")))
    rooms = {room.slug: room for room in programme.rooms(this_expo().id)}
    return day, [_wish(one, rooms) for one in moves], str(body.get("reason") or "")[:500]


def _wish(one: Any, rooms: dict[str, Room]) -> Wish:
    if not isinstance(one, dict):
        raise BadInput(_("This is no list of moves."))
    what = thing(str(one.get("code", "")))
    version = one.get("version")
    version = version if isinstance(version, int) and isinstance(what, Occurrence) else None
    if one.get("room") is None:
        return Wish(what, None, 0, 0, version)
    room = rooms.get(str(one["room"])) or abort(404)
    at, minutes = one.get("at"), one.get("minutes")
    if not isinstance(at, int) or not isinstance(minutes, int):
        raise BadInput(_("This is no list of moves."))
    if not -LONGEST < at < LONGEST or not 0 < minutes <= LONGEST:
        raise BadInput(_("Check day and time."))
    return Wish(what, room, at, minutes, version)


def thing(code: str, deed: Deed = Deed.SCHEDULE) -> Occurrence | Session:
    """A time of one of the visitor's sessions; or a session that has none yet. 404 else."""
    found = programme.occurrence(this_expo().id, code)
    if found is not None:
        mine.rights().require(deed, found.session.conference_id)
        return found
    session = programme.session(this_expo().id, code)
    if session is None or programme.occurrences(session.id):
        abort(404)
    mine.rights().require(deed, session.conference_id)
    return session


def day_of(text: str) -> Day:
    """The day that is asked for; today, or the expo's first, where none is."""
    from expo.core import clock

    expo = this_expo()
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        today = clock.now().astimezone(expo.zone).date()
        wanted = today if expo.starts_on <= today <= expo.ends_on else expo.starts_on
    if not 1970 <= wanted.year < 2200:
        abort(404)
    return Day(wanted, expo.zone)
