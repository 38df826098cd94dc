"""Screens at the doors of rooms and in foyers: what runs and what comes, read at ten metres.

A screen shows what strangers may see. Where a team or a ticket holder has signed in at it, it shows as well what is
listed for holders of a ticket of their conferences, so that the door of a closed congress can have one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.publishing import scopes
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo, visitor

from . import blueprint
from .rows import Row, Rows, addresses
from .viewer import viewer

AT_A_DOOR = timedelta(days=7)  # how far a door looks ahead
IN_A_FOYER = timedelta(hours=4)
MOST_NOW = 2
MOST_NEXT = 3
BOARDS = 6  # rooms that fit on a foyer's screen
SECONDS = 30
SECONDS_OF_MANY = 15  # for one page of several


@dataclass(frozen=True, slots=True)
class Board:
    """What a screen says of one room; of a venue where the room may not be told."""

    room: str
    venue: str
    now: list[Row]
    then: list[Row]


def _tickets() -> frozenset[int]:
    """Conferences whose listed sessions may stand here with their rooms."""
    expo, held = this_expo(), teams.rights(visitor(), this_expo().id)
    if held.may(Deed.READ):
        return frozenset(found.id for found in programme.conferences(expo.id))
    return viewer().tickets | {key for key in held.at if held.may(Deed.READ, key)}


@blueprint.get("/screens/")
@for_strangers
def screens() -> ResponseReturnValue:
    """All screens there can be, for whoever hangs one up."""
    expo = this_expo()
    return render_template(
        "public/screens.html",
        venues=publishing.venues(expo.id),
        rooms=scopes.rooms(expo.id, _tickets()),
        venue_url=addresses("public.venue_screen"),
        room_url=addresses("public.room_screen"),
    )


@blueprint.get("/screens/rooms/<slug>")
@for_strangers
def room_screen(slug: str) -> ResponseReturnValue:
    """The door of a room: now, until when, how one gets in, and what comes next."""
    expo, tickets = this_expo(), _tickets()
    room = scopes.room(expo.id, slug, tickets)
    if room is None:
        abort(404)
    items = _running(AT_A_DOOR, tickets, room_id=room.id)
    boards = _boards(item for item in items if not item.closed)
    return render_template(
        "public/screen_room.html",
        room=room,
        board=boards[0] if boards else None,
        today=viewer().today,
        time=viewer().now.astimezone(items[0].zone if items else expo.zone),
        next_url=url_for("public.room_screen", slug=slug),
        seconds=SECONDS,
    )


@blueprint.get("/screens/venues/<slug>")
@for_strangers
def venue_screen(slug: str) -> ResponseReturnValue:
    venue = scopes.venue(this_expo().id, slug)
    if venue is None:
        abort(404)
    return _foyer(venue.name, url_for("public.venue_screen", slug=slug), venue_id=venue.id)


@blueprint.get("/screens/expo")
@for_strangers
def expo_screen() -> ResponseReturnValue:
    return _foyer(this_expo().name, url_for("public.expo_screen"))


def _foyer(title: str, url: str, *, venue_id: int | None = None) -> str:
    """Room by room, a page of them at a time; each page leads to the next, and the last to the first."""
    expo = this_expo()
    boards = _boards(_running(IN_A_FOYER, _tickets(), venue_id=venue_id))
    pages = max(1, -(-len(boards) // BOARDS))
    page = min(_number(request.args.get("page", "")), pages)
    return render_template(
        "public/screen_foyer.html",
        title=title,
        whole=venue_id is None,
        boards=boards[(page - 1) * BOARDS : page * BOARDS],
        page=page,
        pages=pages,
        time=expo.local(viewer().now),
        next_url=f"{url}?page={page % pages + 1}" if pages > 1 else url,
        seconds=SECONDS_OF_MANY if pages > 1 else SECONDS,
    )


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _running(ahead: timedelta, tickets: frozenset[int], **where: int | None) -> list[Item]:
    now = viewer().now
    found = scopes.running(this_expo().id, now, now + ahead, **where)
    return [item.seen_with(tickets) for item in found]


def _boards(items: Iterable[Item]) -> list[Board]:
    """The rooms of these items, venue by venue."""
    rows, now = Rows(), viewer().now
    found: dict[tuple[str, str], Board] = {}
    for item in items:
        key = (item.venue_name, item.room_name)
        board = found.setdefault(key, Board(item.room_name, item.venue_name, [], []))
        place, most = (board.now, MOST_NOW) if item.starts_at <= now else (board.then, MOST_NEXT)
        if len(place) < most:
            place.append(rows.row(item))
    return [board for _key, board in sorted(found.items())]
