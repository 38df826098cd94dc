"""The day's list as time × room: which column, from which line to which, in the classes of grid.css.

Lines are counted from the first full hour in real time, so a night in which an hour is missing or comes twice has
as many hours as it lasts. Markup and order are the list's; without the style sheet it is the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme.models import Room
from expo.publishing.breaks import Pause
from expo.publishing.items import Item

from . import pauses
from .rows import Group, Rows, by_start, once_a_day
from .zones import season

STEP = 5  # minutes a line
LONG_ENOUGH = 30  # minutes: a cell that has room for a button, unless several lanes share a room
MOST_HOURS = 48  # grid.css has classes for as many
MOST_LANES = 120  # and for as many columns

_Column = tuple[str, str, int]  # venue by name and slug, then the room; 0: held where only tickets tell


@dataclass(frozen=True, slots=True)
class Head:
    """The name over one or several lanes. `alone`: a room that is the whole venue, so one name serves both."""

    name: str
    note: str
    lane: int
    lanes: int
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """`hours` are the labels of its hours, `now` the classes of the line that says now."""

    groups: list[Group]
    venues: list[Head]
    rooms: list[Head]
    lanes: int
    hours: list[str]
    now: str | None


def grid(
    rows: Rows,
    found: Sequence[Item],
    rooms: Sequence[Room],
    home: ZoneInfo,
    now: datetime,
    free: Sequence[Pause] = (),
) -> Grid | None:
    """These items, by start, in columns of their rooms (given in order), and breaks across them. None where they do
    not fit."""
    zone = found[0].zone if len({item.time_zone for item in found}) == 1 else home
    first = found[0].starts_at.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    lines = {item.occurrence_id: _lines(item, first) for item in found}
    lane_of, columns = _lanes(found, lines, rooms)
    if sum(columns.values()) > MOST_LANES:
        return None
    ends = accumulate(columns.values())
    begins = {column: end - columns[column] + 1 for column, end in zip(columns, ends, strict=True)}
    leading = {item.occurrence_id: times for item, times in once_a_day(found, now)}
    placed = []
    for item in found:
        number, (top, bottom) = item.occurrence_id, lines[item.occurrence_id]
        again = "" if number in leading else " again"
        slim = " slim" if columns[_column(item)] > 1 or bottom - top < LONG_ENOUGH else ""
        where = (
            f"{again}{slim} k-{begins[_column(item)] + lane_of[number]}{_at('at', top)}{_at('to', bottom)}"
        )
        placed.append(rows.row(item, times=leading.get(number, ()), placed=where))
    last = max(bottom for _top, bottom in lines.values())
    hours = -(-last // 60)

    def pieces(pause: Pause) -> list[str]:
        top, bottom = _lines(pause, first)
        if bottom <= 0 or top >= hours * 60:
            return []
        top = max(top, 0)  # what began before the first hour stands from its line
        at = f"{_at('at', top)}{_at('to', min(bottom, hours * 60))}"
        lanes = [
            lane
            for column, lane in begins.items()
            if _left_free(pause, column, found, rooms)
            for lane in range(lane, lane + columns[column])
        ]
        taken = {
            begins[_column(item)] + lane_of[item.occurrence_id]
            for item in found
            if lines[item.occurrence_id][0] < bottom and lines[item.occurrence_id][1] > top
        }
        # What stands in it all the same would hide its words.
        return _side_by_side([lane for lane in lanes if lane not in taken] or lanes, at)

    elapsed = int((now - first).total_seconds()) // 60
    return Grid(
        groups=pauses.among(by_start(placed), free, found, pieces),
        venues=_venues(columns, begins, found),
        rooms=_rooms(columns, begins, rooms),
        lanes=sum(columns.values()),
        hours=[_hour(first + timedelta(hours=hour), zone) for hour in range(hours)],
        now=_at("at", elapsed) if 0 <= elapsed < hours * 60 else None,
    )


def _left_free(pause: Pause, column: _Column, found: Sequence[Item], rooms: Sequence[Room]) -> bool:
    """Whether a break holds in a column: in its rooms; else where its conference is that day; else in its area."""
    room = next((room for room in rooms if room.id == column[2]), None)
    if pause.rooms:
        return column[2] in pause.rooms
    if pause.conference_id is not None:
        return any(_column(item) == column and item.conference_id == pause.conference_id for item in found)
    return room is not None and not room.venue.is_online and pause.area_id in (None, room.venue.area_id)


def _side_by_side(lanes: list[int], at: str) -> list[str]:
    """The classes of a piece for each run of lanes; all but the first only repeat it."""
    pieces: list[str] = []
    for _gap, run in groupby(enumerate(lanes), key=lambda pair: pair[1] - pair[0]):
        own = [lane for _number, lane in run]
        pieces.append(f"k-{own[0]} rooms-{len(own)}{at}{' again' if pieces else ''}")
    return pieces


def _lines(item: Item | Pause, first: datetime) -> tuple[int, int]:
    """Minutes after the first hour: the line at or before the start, and a later one at or after the end."""
    top, bottom = (int((moment - first).total_seconds()) // 60 for moment in (item.starts_at, item.ends_at))
    top = min(top // STEP * STEP, MOST_HOURS * 60 - STEP)
    return top, min(max(-(-bottom // STEP) * STEP, top + STEP), MOST_HOURS * 60)


def _column(item: Item) -> _Column:
    return (item.venue_name, item.venue_slug, item.room_id)


def _lanes(
    found: Sequence[Item], lines: dict[int, tuple[int, int]], rooms: Sequence[Room]
) -> tuple[dict[int, int], dict[_Column, int]]:
    """The lane of each occurrence within its column, and how many lanes each column needs, from left to right:
    what overlaps in a room stands side by side."""
    until: dict[_Column, list[int]] = {}
    lane_of = {}
    for item in found:
        top, bottom = lines[item.occurrence_id]
        lanes = until.setdefault(_column(item), [])
        lane = next((number for number, end in enumerate(lanes) if end <= top), len(lanes))
        lanes[lane : lane + 1] = [bottom]
        lane_of[item.occurrence_id] = lane
    order = {room.id: number for number, room in enumerate(rooms)}
    columns = sorted(until, key=lambda column: (column[:2], order.get(column[2], len(order))))
    return lane_of, {column: len(until[column]) for column in columns}


def _venues(columns: dict[_Column, int], begins: dict[_Column, int], found: Sequence[Item]) -> list[Head]:
    """A name over the rooms of each venue, but for a venue that is one room of the same name."""
    heads = []
    for (name, _slug), of_venue in groupby(columns, key=lambda column: column[:2]):
        mine = list(of_venue)
        if not (len(mine) == 1 and _is_venue(mine[0], found)):
            heads.append(Head(name, "", begins[mine[0]], sum(columns[column] for column in mine)))
    return heads


def _is_venue(column: _Column, found: Sequence[Item]) -> bool:
    return any(_column(item) == column and item.room_name == item.venue_name for item in found)


def _rooms(columns: dict[_Column, int], begins: dict[_Column, int], rooms: Sequence[Room]) -> list[Head]:
    known = {room.id: room for room in rooms}
    single = Counter(column[1] for column in columns)
    heads = []
    for column, lanes in columns.items():
        room = known.get(column[2])
        name, places = _("With a ticket"), 0
        if room is not None:
            name, places = room.name, 0 if room.venue.is_online else room.capacity or 0
        note = ngettext("%(num)s place", "%(num)s places", places) if places else ""
        alone = name == column[0] and single[column[1]] == 1
        heads.append(Head(name, note, begins[column], lanes, alone))
    return heads


def _at(name: str, minutes: int) -> str:
    hours, minutes = divmod(minutes // STEP * STEP, 60)
    return f" {name}-{hours}" + (f" {name}-m{minutes}" if minutes else "")


def _hour(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    said = season(local)
    return f"{local:%H} {said}" if said else f"{local:%H}"
