"""`/api/v1/expos/{expo}/sessions` and `…/occurrences`: what is released, with the wishes of the programme's pages.

Reading needs no key. Whoever sends one (`Authorization: Bearer KEY`, scope `programme:read`) is answered as the
person of this expo that its account is, and may ask with `?open=1` for what is open to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request

from expo.exports import talks, wishes
from expo.exports.talks import Talk
from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item

from . import answers, outcomes, problems, shapes
from .answers import Row, this_expo
from .described import described
from .keys import READ, tickets_of_asker
from .problems import Problem

blueprint = Blueprint("api_programme", __name__)
problems.speak(blueprint)

_OPEN = shapes.Parameter("open", shapes.TEXT, "1: what is open to the holder of the key.")


@blueprint.get("/sessions")
@described(
    "Sessions with their times, by code",
    shapes.page("sessions", "Session"),
    query=(*shapes.WISHES, _OPEN, *shapes.LIST),
    scope=READ,
    open_to_all=True,
)
def sessions() -> Response:
    tickets = tickets_of_asker()
    found: dict[str, list[Item]] = {}
    for item in _wanted(tickets):
        found.setdefault(item.session_code, []).append(item)
    since = outcomes.changed(this_expo().id) if request.args.get("modified_since") else {}
    rows = (
        Row(
            code,
            times,
            max(filter(None, (*(item.changed_at for item in times), since.get(times[0].session_id)))),
        )
        for code, times in found.items()
    )
    return answers.public(
        answers.listed(
            "sessions", rows, lambda lists: outcomes.with_all(this_expo(), _talks(lists), _session)
        ),
        shared=tickets is None,
    )


@blueprint.get("/sessions/<code>")
@described("A session with all its times", shapes.ref("Session"), scope=READ, open_to_all=True)
def session(code: str) -> Response:
    tickets = tickets_of_asker()
    number = shelf.session_named(this_expo().id, code)
    times = shelf.of_session(this_expo().id, number, tickets or ()) if number else []
    times = [item for item in times if not item.private]
    if not times:
        abort(404)
    told = outcomes.with_all(this_expo(), _talks([times]), _session)
    return answers.public(told[0], shared=tickets is None)


@blueprint.get("/occurrences")
@described(
    "Times of sessions, by start",
    shapes.page("occurrences", "OccurrenceOfSession"),
    query=(*shapes.WISHES, _OPEN, *shapes.LIST),
    scope=READ,
    open_to_all=True,
)
def occurrences() -> Response:
    tickets = tickets_of_asker()
    rows = (
        Row(f"{item.starts_at:%Y-%m-%dT%H:%M} {item.uid}", item, item.changed_at) for item in _wanted(tickets)
    )

    def shape(items: list[Item]) -> list[dict[str, Any]]:
        return [_of_session(talk) for talk in talks.of(this_expo(), items)]

    return answers.public(answers.listed("occurrences", rows, shape), shared=tickets is None)


@blueprint.get("/occurrences/<uid>")
@described(
    "One time of a session, by UID or code", shapes.ref("OccurrenceOfSession"), scope=READ, open_to_all=True
)
def occurrence(uid: str) -> Response:
    tickets = tickets_of_asker()
    number = shelf.session_named(this_expo().id, uid)
    times = shelf.of_session(this_expo().id, number, tickets or ()) if number else _all(tickets)
    found = next((item for item in times if uid in (item.uid, item.code) and not item.private), None)
    if found is None:
        abort(404)
    return answers.public(_of_session(next(talks.of(this_expo(), [found]))), shared=tickets is None)


def _all(tickets: frozenset[int] | None) -> list[Item]:
    return shelf.find(this_expo().id, None, None, Filter(), tickets or ())


def _wanted(tickets: frozenset[int] | None) -> Iterable[Item]:
    """What is asked for, private events left out: they have no name and lead nowhere."""
    expo = this_expo()
    if request.args.get("open") and tickets is None:
        raise Problem(401, "no_key", f"What is open to you needs a key of yours with the scope {READ}.")
    wish = wishes.read(request.args, lambda: wishes.admitting_of(expo.id), tickets)
    span = wishes.span_in(request.args)
    wish = wishes.within_days(wish, span) if span else wish
    first, last = wish.span or (wish.day, wish.day)
    found = shelf.find(expo.id, first, last, replace(wish, day=None, span=None), tickets or ())
    return (item for item in found if not item.private)


def _talks(lists: list[list[Item]]) -> list[list[Talk]]:
    """The times of several sessions with what there is to say of them, in the same order. Four queries."""
    told = {
        talk.item.occurrence_id: talk
        for talk in talks.of(this_expo(), [item for times in lists for item in times])
    }
    return [[told[item.occurrence_id] for item in times] for times in lists]


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
        "tags": first.tags,
        "admission": None if first.closed else first.admission.value,
        "for_ticket_holders": first.closed,
        "occurrences": [_occurrence(talk) for talk in times],
    }


def _of_session(talk: Talk) -> dict[str, Any]:
    item = talk.item
    return {
        **_occurrence(talk),
        "session": item.session_code,
        "title": item.title,
        "conference": item.conference_slug,
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
        "modified_at": answers.stamp(item.changed_at),
    }
