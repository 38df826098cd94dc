"""Venues and rooms: where they are, how one gets in, and what happens there."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from expo.programme import queries as programme
from expo.publishing import queries as publishing
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo
from expo.web.words import FEATURES

from . import asked, blueprint
from .programme import once, rows_by_day
from .rows import Rows, addresses
from .viewer import viewer

MOST_AHEAD = 24


@blueprint.get("/venues/<slug>")
@for_strangers
def venue(slug: str) -> ResponseReturnValue:
    """A venue with something that anybody may know of; the others answer when they have it."""
    expo, who = this_expo(), viewer()
    found = programme.venue(expo.id, slug)
    items = publishing.of_venue(expo.id, found.id) if found else []
    if found is None or not items:
        abort(404)
    seen = [item.seen_with(who.tickets) for item in items]
    return render_template(
        "public/venue.html",
        venue=found,
        rooms=publishing.rooms_of(expo.id, {item.room_id for item in seen}),
        room_url=addresses("public.room"),
        features=FEATURES,
        feed=url_for("feeds.venue", slug=found.slug),
        all_url=asked.address([("venue", found.slug)]),
        zone=items[0].time_zone if items[0].time_zone != expo.time_zone else None,
        **_what_is_on(seen),
    )


@blueprint.get("/rooms/<slug>")
@for_strangers
def room(slug: str) -> ResponseReturnValue:
    """A room in which the viewer may know of something."""
    expo, who = this_expo(), viewer()
    found = programme.room(expo.id, slug)
    seen = [item.seen_with(who.tickets) for item in publishing.of_room(expo.id, found.id)] if found else []
    open_to_viewer = [item for item in seen if not item.closed]
    if found is None or not open_to_viewer:
        abort(404)
    return render_template(
        "public/room.html",
        room=found,
        features=[FEATURES[feature] for feature in found.accessibility if feature in FEATURES],
        feed=url_for("feeds.room", slug=found.slug),
        all_url=asked.address([("room", found.slug)]),
        **_what_is_on(open_to_viewer),
    )


def _what_is_on(items: list[Item]) -> dict[str, object]:
    """The sessions to come here, each once, and how many there are in all."""
    ahead, past = once(items, viewer().now)
    rows = Rows(items[0].time_zone)
    return {
        "ahead": rows_by_day(rows, ahead[:MOST_AHEAD]),
        "past": rows_by_day(rows, past[:MOST_AHEAD]),
        "sessions": len(ahead) + len(past),
        "more": max(0, len(ahead) - MOST_AHEAD),
    }
