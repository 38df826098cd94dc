"""The timetable: a day of all rooms, what clashes in it and what has no place yet. Moved by mouse, by keyboard, or by
the form of move_to.py, which needs no script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.core.text import folded
from expo.impact import queries as impact
from expo.impact import sentences
from expo.programme import queries as programme
from expo.programme.models import Occurrence, Room
from expo.programme.words import Deed, Placement, SessionState
from expo.scheduling import boards, clashes, moving, queries
from expo.scheduling.board import Board, Pause, Place
from expo.scheduling.clashes import Clash
from expo.scheduling.queries import Cell
from expo.scheduling.rules_rooms import closed, held_for
from expo.scheduling.words import Level
from expo.web.context import this_expo

from . import blueprint, lists, mine, words
from . import timetable_grid as grid
from .timetable_grid import Day, Drawn
from .timetable_wishes import day_of, in_json, read, thing, told

ROOMS = 30  # on a page
ZOOMS = ("near", "", "far")


@blueprint.get("/organise/timetable")
def timetable() -> ResponseReturnValue:
    expo, day = this_expo(), day_of(lists.asked("day"))
    venue = lists.asked("venue")
    rooms = [room for room in programme.rooms(expo.id) if venue in ("", room.venue.slug)]
    part = lists.page_of(rooms, ROOMS)
    cells = queries.day(expo.id, day.begins, day.shown_until)
    board = boards.with_demand(expo.id)
    found = clashes.of_teams(clashes.find(board), mine.conference_ids())
    bounds = grid.window(day, [cell for cell in cells if cell.starts_at < day.ends])
    lines = {room.id: number for number, room in enumerate(part.rows, start=1)}
    return render_template(
        "organiser/timetable.html",
        day=day,
        earlier=day.date - timedelta(days=1),
        later=day.date + timedelta(days=1),
        part=part,
        lines=lines,
        bounds=bounds,
        hours=grid.hours(day, *bounds),
        drawn=_drawn(cells, lines, part.rows, day, bounds, found),
        shut=_shut(board, cells, part.rows, lines, day, bounds),
        found=[clash for clash in found if clash.open and _on(clash, day)],
        open_clashes=sum(clash.open for clash in found),
        sentence=lambda clash: clashes.sentence(clash, mine.rights()),
        backlog=queries.backlog(mine.conference_ids(Deed.SCHEDULE)),
        moved=_moved(),
        venues=programme.venues(expo.id),
        conferences=mine.conferences(),
        zoom=lists.asked("zoom") if lists.asked("zoom") in ZOOMS else "",
        q=lists.asked("q"),
        here=lists.here,
        at=grid.at,
        words=words,
        may_edit=mine.rights().anywhere(Deed.SCHEDULE),
    )


@blueprint.get("/organise/timetable/<code>/shut")
@in_json
def timetable_shut(code: str) -> ResponseReturnValue:
    """Where this one cannot be that day, asked for once when it is picked up."""
    what, day = thing(code), day_of(lists.asked("day"))
    board = boards.with_demand(this_expo().id)
    found = moving.shut(board, what, (day.begins, day.shown_until), board.places)
    slugs = {place.id: place.slug for place in board.places.values()}
    return jsonify(shut=grid.shut(found, day, slugs))


@blueprint.post("/organise/timetable/impact")
@in_json
def timetable_impact() -> ResponseReturnValue:
    """What these moves would do, before they are made."""
    mine.somewhere(Deed.SCHEDULE)
    day, wishes, _reason = read()
    board = boards.with_demand(this_expo().id)
    placed = []
    for wish in wishes:
        if wish.room is not None:
            starts_at = day.moment(wish.at)
            span = starts_at, starts_at + timedelta(minutes=wish.minutes)
            placed.append(moving.row_of(board, wish.what, span, wish.room.id))
    return jsonify(_foreseen(board, placed))


def _foreseen(board: Board, placed: list[Any]) -> dict[str, Any]:
    found = impact.of(board, placed)
    clashing = moving.what_if(board, placed)
    return {
        "headline": sentences.headline(found),
        "details": sentences.details(found, mine.rights()),
        "clashes": told([clash for clash in clashing if clash.open]),
        # Whether somebody should read it before it is done.
        "asks": bool(found.people or found.too_small)
        or any(clash.open and clash.level is Level.BLOCK for clash in clashing),
    }


@blueprint.post("/organise/timetable/moves")
@in_json
def timetable_moves() -> ResponseReturnValue:
    """All of these moves, or none."""
    mine.somewhere(Deed.SCHEDULE)
    day, wishes, reason = read()
    expo = this_expo()
    changed = moving.move(expo=expo, moves=[wish.move(day) for wish in wishes], keep=reason)
    return jsonify(changed=changed)


@blueprint.post("/organise/timetable/undo")
def timetable_undo() -> ResponseReturnValue:
    """Take the last move of these times back. `moved` is CODE:VERSION."""
    mine.somewhere(Deed.SCHEDULE)
    found = []
    for text in request.form.getlist("moved")[:60]:
        code, _colon, version = text.rpartition(":")
        what = thing(code)
        if isinstance(what, Occurrence):
            found.append((what, lists.number(version)))
    changed = moving.undo(expo=this_expo(), moved=found)
    flash(ngettext("%(num)s move is taken back.", "%(num)s moves are taken back.", changed), "success")
    return redirect(url_for("organiser.timetable", day=request.form.get("day", "")[:10]), code=303)


def _moved() -> list[str]:
    """What was moved just now and can be taken back, as the form says it."""
    found = []
    for code in lists.asked("moved", 2000).split(",")[:60]:
        occurrence = programme.occurrence(this_expo().id, code) if code else None
        if (
            occurrence is not None
            and mine.may(Deed.SCHEDULE, occurrence.session.conference_id)
            and moving.can_undo(occurrence)
        ):
            found.append(f"{occurrence.code}:{occurrence.version}")
    return found


def _on(clash: Clash, day: Day) -> bool:
    return any(
        row is not None and row.starts_at < day.ends and row.ends_at > day.begins
        for row in (clash.own, clash.other)
    )


def _drawn(
    cells: list[Cell],
    lines: dict[int, int],
    rooms: list[Room],
    day: Day,
    bounds: tuple[int, int],
    found: list[Clash],
) -> list[Drawn]:
    by_id = {room.id: room for room in rooms}
    hot = {
        clash.own.id: clash
        for clash in reversed(found)
        if clash.open and clash.level in (Level.BLOCK, Level.RELEASE)
    }
    wanted, q = lists.asked("conference"), folded(lists.asked("q"))
    chosen = {conference.id for conference in mine.conferences() if conference.slug == wanted}
    drawn = []
    for cell in cells:
        if cell.room_id not in lines or cell.starts_at >= day.moment(bounds[1] * 60):
            continue
        named = cell.listed or mine.may(Deed.READ, cell.conference_id)
        movable = mine.may(Deed.SCHEDULE, cell.conference_id)
        faint = (wanted and cell.conference_id not in chosen) or (
            q and q not in folded(f"{cell.code} {cell.title}")
        )
        classes = [
            f"c-{cell.colour} k-{lines[cell.room_id]}",
            grid.place(day, cell.starts_at, cell.ends_at, bounds),
        ]
        if cell.id in hot:
            classes.append("hot")
        if cell.placement is Placement.TENTATIVE or cell.state is SessionState.DRAFT:
            classes.append("tentative")
        if faint:
            classes.append("faint")
        drawn.append(
            Drawn(
                code=cell.code if named else "",
                title=cell.title if named else _("Another conference"),
                url=url_for("organiser.move_to", code=cell.code) if movable else "",
                classes=" ".join(classes),
                note=_note(cell, hot.get(cell.id)) if named else "",
                span=grid.span(cell, by_id[cell.room_id], day),
                at=day.minutes(cell.starts_at),
                minutes=int((cell.ends_at - cell.starts_at).total_seconds() // 60),
                room=by_id[cell.room_id].slug,
                version=cell.version,
                movable=movable,
            )
        )  # fmt: skip
    return drawn


def _note(cell: Cell, clash: Clash | None) -> str:
    """What is said under the title: what is wrong, else how sure it is, else how many have booked."""
    if clash is not None:
        return str(words.RULES[clash.rule])
    if cell.state is SessionState.DRAFT:
        return _("Draft")
    if cell.placement is Placement.TENTATIVE:
        return _("Tentative")
    if cell.taken:
        return ngettext("%(num)s booked", "%(num)s booked", cell.taken)
    return ngettext("%(num)s seat", "%(num)s seats", cell.seats) if cell.seats else ""


def _pauses(board: Board, used: Mapping[int, set[int]], place: Place) -> list[Pause]:
    """What is left free in a room: by everybody, and by the conferences that use it that day."""
    return [
        pause
        for whose, pauses in board.pauses.items()
        if whose is None or mine.may(Deed.READ, whose)
        for pause in pauses
        if pause.holds_in(place) and (whose is None or pause.rooms or whose in used[place.id])
    ]


def _shut(
    board: Board,
    cells: list[Cell],
    rooms: list[Room],
    lines: dict[int, int],
    day: Day,
    bounds: tuple[int, int],
) -> list[tuple[str, str]]:
    """What is shut that day whatever is put there: closed hours, breaks, and rooms that are held. Classes and words."""
    span = day.moment(bounds[0] * 60), day.moment(bounds[1] * 60)
    used: defaultdict[int, set[int]] = defaultdict(set)
    for cell in cells:
        used[cell.room_id].add(cell.conference_id)
    found = []
    for room in rooms:
        place = board.places[room.id]
        stretches = [] if room.venue.is_online else list(closed(place, span, day.zone))
        stretches += [
            (pause.starts_at, pause.ends_at, pause.title)
            for pause in _pauses(board, used, place)
            if pause.starts_at < span[1] and pause.ends_at > span[0]
        ]
        stretches += [
            (held.starts_at, held.ends_at, held_for(board, held))
            for held in board.held.get(room.id, ())
            if held.starts_at < span[1] and held.ends_at > span[0]
        ]
        for starts_at, ends_at, why in stretches:
            found.append((f"k-{lines[room.id]} {grid.place(day, starts_at, ends_at, bounds)}", why))
    return found
