"""What an expo is made of: conferences, venues, rooms, speakers, and what its releases changed. As strangers may
know it, and as holders of a ticket may who send a key with the scope `programme:read`."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app

from expo.outcomes import partners
from expo.programme import queries as programme
from expo.programme.models import Conference, Room, Venue
from expo.programme.words import Visibility
from expo.publishing import changes, history, people, shelf
from expo.publishing import queries as publishing
from expo.publishing.filters import Filter
from expo.publishing.history import Change
from expo.speakers import queries as speakers
from expo.speakers.models import Speaker

from . import answers, outcomes, problems, shapes
from .answers import Row, this_expo
from .described import described
from .keys import READ, tickets_of_asker

blueprint = Blueprint("api_catalogue", __name__)
problems.speak(blueprint)


@blueprint.get("")
@described("The expo itself", shapes.ref("Expo"))
def expo() -> Response:
    found = this_expo()
    return answers.public(
        {
            "slug": found.slug,
            "name": found.name,
            "city": found.city,
            "description": found.description,
            "starts_on": found.starts_on.isoformat(),
            "ends_on": found.ends_on.isoformat(),
            "time_zone": found.time_zone,
            "languages": found.languages.split(),
            "url": _url(),
        }
    )


@blueprint.get("/conferences")
@described("Conferences by their first day", shapes.page("conferences", "Conference"), query=shapes.LIST)
def conferences() -> Response:
    rows = (
        Row(f"{each.starts_on} {each.slug}", each, each.changed_at)
        for each in publishing.conferences(this_expo().id)
    )
    return answers.public(answers.listed("conferences", rows, _conferences))


@blueprint.get("/conferences/<slug>")
@described("A conference", shapes.ref("Conference"))
def conference(slug: str) -> Response:
    found = publishing.conference(this_expo().id, slug) or abort(404)
    return answers.public(_conferences([found])[0])


@blueprint.get("/venues")
@described("Venues where something takes place, all of them whenever they were changed",
           shapes.page("venues", "Venue"), query=shapes.LIST)  # fmt: skip
def venues() -> Response:
    rows = (Row(each.slug, each) for each in publishing.venues(this_expo().id))
    return answers.public(answers.listed("venues", rows, lambda found: [_venue(each) for each in found]))


@blueprint.get("/rooms")
@described("Rooms in which something takes place, all of them whenever they were changed",
           shapes.page("rooms", "Room"), query=shapes.LIST, scope=READ, open_to_all=True)  # fmt: skip
def rooms() -> Response:
    tickets = tickets_of_asker()
    used = {item.room_id for item in shelf.find(this_expo().id, None, None, Filter(), tickets or ())}
    rows = (Row(each.slug, each) for each in publishing.rooms_of(this_expo().id, used))
    told = answers.listed("rooms", rows, lambda found: [_room(each) for each in found])
    return answers.public(told, shared=tickets is None)


@blueprint.get("/speakers")
@described("Who appears, by slug", shapes.page("speakers", "Speaker"), query=shapes.LIST, scope=READ,
           open_to_all=True)  # fmt: skip
def speakers_() -> Response:
    tickets = tickets_of_asker()
    known = {each.id for each, _often in people.appearing(this_expo().id, tickets or ())}
    rows = (Row(each.slug, each, each.changed_at) for each in speakers.by_ids(this_expo().id, known))
    told = answers.listed("speakers", rows, lambda found: [_speaker(each, tickets) for each in found])
    return answers.public(told, shared=tickets is None)


@blueprint.get("/speakers/<slug>")
@described("A person or group that appears", shapes.ref("Speaker"), scope=READ, open_to_all=True)
def speaker(slug: str) -> Response:
    tickets = tickets_of_asker()
    found = speakers.by_slug(this_expo().id, slug) or abort(404)
    told = _speaker(found, tickets)
    if not told["sessions"]:
        abort(404)
    return answers.public(told, shared=tickets is None)


@blueprint.get("/releases")
@described(
    "Releases with what they changed, by number", shapes.page("releases", "Release"), query=shapes.LIST
)
def releases() -> Response:
    rows = (Row(f"{each['number']:09}", each, at) for each, at in _releases())
    return answers.public(answers.listed("releases", rows, list))


@blueprint.get("/releases/<int:number>")
@described("A release", shapes.ref("Release"))
def release(number: int) -> Response:
    return answers.public(
        next((each for each, _at in _releases() if each["number"] == number), None) or abort(404)
    )


def _url(*parts: str) -> str:
    home = f"{current_app.config['EXPO'].base_url.rstrip('/')}/{this_expo().slug}"
    return "/".join([home, *(quote(part, safe="") for part in parts)])


def _conferences(found: list[Conference]) -> list[dict[str, Any]]:
    hosts = programme.hosts([each.id for each in found])
    names = {each.id: each.slug for each in publishing.conferences(this_expo().id)}
    behind = partners.of_conferences(this_expo().id, [each.id for each in found])
    return [
        {
            "slug": each.slug,
            "title": each.title,
            "description": each.description,
            "starts_on": each.starts_on.isoformat(),
            "ends_on": each.ends_on.isoformat(),
            "closed_dates": list(each.closed_dates or ()),
            "time_zone": each.time_zone,
            "mode": each.mode.value,
            "city": each.city,
            "hosts": hosts.get(each.id, []),
            "partners": [outcomes.body(one) for one in behind.get(each.id, [])],
            "other_names": list(each.other_names),
            "parent": names.get(each.parent_id or 0),
            "series": each.series,
            "series_number": each.series_number,
            "for_ticket_holders": each.visibility is Visibility.REGISTERED,
            "url": _url("conferences", each.slug),
            "modified_at": answers.stamp(each.changed_at),
        }
        for each in found
    ]


def _venue(found: Venue) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "name": found.name,
        "address": found.address,
        "city": found.city,
        "area": found.area.slug if found.area else None,
        "latitude": found.latitude,
        "longitude": found.longitude,
        "time_zone": found.time_zone,
        "online": found.is_online,
        "access_notes": found.access_notes,
        "step_free_route": found.step_free_route,
        "url": _url("venues", found.slug),
    }


def _room(found: Room) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "name": found.name,
        "venue": found.venue.slug,
        "capacity": found.capacity,
        "parallel_items": found.parallel_items,
        "features": list(found.accessibility),
        "accessibility": found.accessibility_text,
        "url": _url("rooms", found.slug),
    }


def _speaker(found: Speaker, tickets: frozenset[int] | None) -> dict[str, Any]:
    seen = shelf.of_speaker(this_expo().id, found.id, tickets or ())
    return {
        "slug": found.slug,
        "name": found.name,
        "title": found.title,
        "organisation": found.organisation_name,
        "city": found.city,
        "country": found.country,
        "bio": found.bio,
        "sessions": sorted({item.session_code for item in seen if not item.closed and not item.private}),
        "url": _url("speakers", found.slug),
        "modified_at": answers.stamp(found.changed_at),
    }


def _releases() -> list[tuple[dict[str, Any], Any]]:
    """Releases that changed something of which strangers may know, with their moments."""
    found = []
    for number, of_release in groupby(history.changes(this_expo().id), lambda change: change.number):
        told = list(of_release)
        found.append(
            (
                {
                    "number": number,
                    "published_at": answers.moment(told[0].at),
                    "changes": [_change(each) for each in told],
                },
                told[0].at,
            )
        )
    return found


def _change(change: Change) -> dict[str, Any]:
    said = changes.said(change.told)
    return {"kind": said.kind, "code": change.code, "title": said.title, "text": said.what}
