"""Where and when, in the draft: putting a time somewhere, what that would do to people, and what clashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort

from expo.core.refusals import BadInput
from expo.impact import queries as impact
from expo.impact import sentences
from expo.programme import actions, queries, teams
from expo.programme.drafts import OccurrenceDraft
from expo.programme.models import Occurrence
from expo.programme.teams import Rights
from expo.programme.values import draft_of_occurrence
from expo.programme.words import Deed, Placement
from expo.scheduling import boards, clashes, moving

from . import answers, clashing, problems, reading, shapes, writing
from .answers import this_expo
from .clashing import WRITE
from .described import described
from .keys import key_with

blueprint = Blueprint("api_timetable", __name__)
problems.speak(blueprint)
clashing.speak(blueprint)
LONGEST = timedelta(days=31)


@blueprint.put("/occurrences/<uid>/placement")
@described("Put a time of a session somewhere in the draft", shapes.ref("Placement"), body=shapes.ref("Place"),
           scope=WRITE)  # fmt: skip
def place(uid: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = _occurrence(writing.rights_of(key), uid)
    actions.edit_occurrence(
        occurrence=found,
        draft=_wanted(found, body),
        version=reading.version(body),
        keep=reading.text(body, "override_reason", most=2000, default=""),
    )
    return answers.told(placement(found))


@blueprint.post("/occurrences/<uid>/impact")
@described("What it would do to put a time there: whom it moves, what it clashes with. Nothing is changed",
           shapes.ref("Impact"), body=shapes.ref("Place"), scope=WRITE)  # fmt: skip
def foresee(uid: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    held = writing.rights_of(key)
    found = _occurrence(held, uid)
    wanted = _wanted(found, body)
    if wanted.starts_at is None or wanted.ends_at is None or wanted.room_id is None:
        raise reading.bad("starts_at", "is needed, as are ends_at and room.")
    if not timedelta() < wanted.ends_at - wanted.starts_at <= LONGEST:
        raise BadInput("It ends before it starts, or lasts longer than a month.", field="ends_at")
    board = boards.with_demand(this_expo().id)
    row = moving.row_of(board, found, (wanted.starts_at, wanted.ends_at), wanted.room_id)
    return answers.told(_impact(impact.of(board, [row]), moving.what_if(board, [row]), held))


@blueprint.get("/clashes")
@described("What clashes in the draft of the teams' conferences",
           shapes.thing(clashes=shapes.many(shapes.ref("Clash"))), scope=WRITE)  # fmt: skip
def list_clashes() -> Response:
    held = writing.rights_of(key_with(WRITE))
    own = [each.id for each in teams.conferences_with(held, this_expo().id)]
    found = clashes.of_conferences(this_expo().id, own)
    return answers.told({"clashes": [clashing.told(each, held) for each in found]})


def _occurrence(held: Rights, uid: str) -> Occurrence:
    found = queries.occurrence(this_expo().id, uid) or abort(404)
    held.require(Deed.SCHEDULE, found.session.conference_id)
    return found


def _wanted(found: Occurrence, body: dict[str, Any]) -> OccurrenceDraft:
    """Where the body wants it; how sure and how many seats stay as they are, unless it says so."""
    room = queries.room(this_expo().id, reading.text(body, "room", most=80))
    if room is None:
        raise reading.bad("room", "is no room of this expo.")
    wanted = replace(
        draft_of_occurrence(found),
        starts_at=reading.moment(body, "starts_at"),
        ends_at=reading.moment(body, "ends_at"),
        room_id=room.id,
    )
    if found.placement is Placement.UNPLACED:
        wanted = replace(wanted, placement=Placement.FIRM)
    if "seats" not in body:
        return wanted
    seats = body["seats"]
    most = None if seats is None else reading.whole(body, "seats", least=0, most=100_000, default=0)
    return replace(wanted, seats=most)


def _impact(found: impact.Impact, clashing_: list[clashes.Clash], held: Rights) -> dict[str, Any]:
    return {
        "headline": sentences.headline(found),
        "details": sentences.details(found, held),
        "people": found.people,
        "new_clashes": found.clashes,
        "clashes_gone": found.freed,
        "waiting": found.waiting,
        "waiting_could_come": found.waiting_can,
        "lose_step_free": found.lose_steps,
        "favourites": found.in_mind,
        "speakers_asked_again": found.speakers,
        "clashes": [clashing.told(each, held) for each in clashing_],
    }


def placement(found: Occurrence) -> dict[str, Any]:
    """Where a time is, as drafted."""
    return {
        "uid": found.uid,
        "code": found.code,
        "placement": found.placement.value,
        "room": found.room.slug if found.room else None,
        "starts_at": answers.moment(found.starts_at),
        "ends_at": answers.moment(found.ends_at),
        "seats": found.seats,
        "cancelled": found.cancelled_at is not None,
        "version": found.version,
    }
