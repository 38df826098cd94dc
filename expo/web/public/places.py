"""Venues and rooms: where they are, how one gets in, and what happens there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import clock
from expo.programme import hours, places, ways
from expo.programme.models import Venue
from expo.programme.ways import Ways
from expo.publishing import queries as publishing
from expo.publishing import scopes, shelf
from expo.publishing.filters import Filter
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.filters import this_language
from expo.web.words import FEATURES

from . import asked, blueprint, fullness, locator, opening
from .rows import addresses
from .scope import what_is_on
from .viewer import viewer

LONGEST_WALK = 60  # minutes
MOST_WALKS = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Venues of one area, or of none. Areas have pages."""

    name: str
    url: str
    venues: list[Venue]


@blueprint.get("/venues")
@for_strangers
def venues() -> ResponseReturnValue:
    expo = this_expo()
    return render_template(
        "public/venues.html",
        groups=_groups(publishing.venues(expo.id)),
        venue_url=addresses("public.venue"),
        ahead=_ahead(expo.id),
        today_in=opening.today_in,
    )


def _ahead(expo_id: int) -> Counter[str]:
    """How many sessions are to come at each venue. The venue is told of every session that is listed at all."""
    now, tickets = clock.now(), viewer().tickets
    found = shelf.find(expo_id, None, None, Filter(), tickets)
    coming = {
        (item.venue_slug, item.session_id) for item in found if item.ends_at > now and not item.cancelled
    }
    return Counter(venue for venue, _session in coming)


def _groups(found: list[Venue]) -> list[Group]:
    """Area by area, then the rest of the city, other cities, and what is online."""
    expo, url = this_expo(), addresses("public.area")
    areas = scopes.areas(expo.id)
    free = [venue for venue in found if venue.area_id is None]
    here = [venue for venue in free if not venue.is_online and venue.city in ("", expo.city)]
    groups = [
        Group(
            area.name_in(this_language()),
            url(area.slug),
            [venue for venue in found if venue.area_id == area.id],
        )
        for area in areas
    ]
    groups += [
        Group(_("More places in %(city)s", city=expo.city) if areas else expo.city, "", here),
        Group(
            _("In other cities"), "", [venue for venue in free if not venue.is_online and venue not in here]
        ),
        Group(_("Online"), "", [venue for venue in free if venue.is_online]),
    ]
    return [group for group in groups if group.venues]


@blueprint.get("/venues/<slug>")
@for_strangers
def venue(slug: str) -> ResponseReturnValue:
    """A venue with something that anybody may know of; the others answer when they have it."""
    expo, who, language = this_expo(), viewer(), this_language()
    every = publishing.venues(expo.id)
    found = next((venue for venue in every if venue.slug == slug), None)
    if found is None:
        abort(404)
    items = publishing.of_venue(expo.id, found.id)
    seen = [item.seen_with(who.tickets) for item in items]
    rooms = publishing.rooms_of(expo.id, {item.room_id for item in seen})
    others = [other for other in every if other.id != found.id and not other.is_online]
    on_foot = ways.of(expo.id)
    return render_template(
        "public/venue.html",
        venue=found,
        area=found.area,
        fullness=None if found.is_online else fullness.word_of(venue_id=found.id),
        map=locator.draw(found, others),
        walks=_walks(found, others, on_foot),
        placed=found.latitude is not None and found.longitude is not None,
        unplaced=sum(other.latitude is None and on_foot.said(found, other) is None for other in others),
        venue_url=addresses("public.venue"),
        rooms=rooms,
        step_free=sum("step-free" in room.accessibility for room in rooms),
        room_url=addresses("public.room"),
        features=FEATURES,
        hours=opening.lines(found, hours.read(found.opening_hours)),
        today=opening.today_in(found),
        other_hours=opening.otherwise(found, rooms),
        access=found.access_in(language),
        route=found.route_in(language),
        feed=url_for("feeds.venue", slug=found.slug),
        all_url=asked.address([("venue", found.slug)]),
        zone=items[0].time_zone if items[0].time_zone != expo.time_zone else None,
        **what_is_on(seen, home=items[0].time_zone),
    )


@dataclass(frozen=True, slots=True)
class Walk:
    """A way on foot to another venue."""

    venue: Venue
    minutes: int
    estimated: bool


def _walks(venue: Venue, others: list[Venue], on_foot: Ways) -> list[Walk]:
    """The nearest venues that one would walk to."""
    found = [(on_foot.minutes(venue, other), other) for other in others]
    walks = [
        Walk(other, minutes, on_foot.said(venue, other) is None)
        for minutes, other in found
        if minutes is not None and minutes <= LONGEST_WALK
    ]
    return sorted(walks, key=lambda walk: walk.minutes)[:MOST_WALKS]


@blueprint.get("/rooms/<slug>")
@for_strangers
def room(slug: str) -> ResponseReturnValue:
    """A room in which the viewer may know of something."""
    expo, who = this_expo(), viewer()
    found = scopes.room(expo.id, slug, who.tickets)
    if found is None:
        abort(404)
    seen = [item.seen_with(who.tickets) for item in publishing.of_room(expo.id, found.id)]
    open_to_viewer = [item for item in seen if not item.closed]
    return render_template(
        "public/room.html",
        room=found,
        features=[FEATURES[feature] for feature in found.accessibility if feature in FEATURES],
        hours=opening.lines(found.venue, places.hours_of(found)),
        access=_beside_features(*found.access_in(this_language())),
        feed=url_for("feeds.room", slug=found.slug),
        all_url=asked.address([("room", found.slug)]),
        **what_is_on(open_to_viewer, home=open_to_viewer[0].time_zone),
    )


def _beside_features(note: str, language: str) -> tuple[str, str]:
    """A room's note without what its features say already, in the reader's words; with its language."""
    said = {*places.KNOWN_FEATURES, *(str(word).casefold() for word in FEATURES.values())}
    parts = [part.strip() for part in note.split(";")]
    return "; ".join(part for part in parts if part and part.casefold() not in said), language
