"""Time and rooms that are kept: breaks of conferences and of the whole expo, and rooms that are held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from expo.core.refusals import NotFound
from expo.programme import queries
from expo.programme.models import Conference, Room
from expo.programme.repeating import Reach
from expo.programme.teams import Rights
from expo.programme.words import Deed
from expo.publishing import breaks as publishing
from expo.publishing.breaks import Pause
from expo.scheduling import blocks, breaks
from expo.scheduling.blocks import BlockDraft
from expo.scheduling.breaks import BreakDraft
from expo.scheduling.models import Break, RoomBlock
from expo.scheduling.words import BlockKind

from . import answers, clashing, problems, reading, shapes, writing
from .answers import Row, this_expo
from .clashing import WRITE
from .described import described
from .keys import key_with

blueprint = Blueprint("api_reserving", __name__)
problems.speak(blueprint)
clashing.speak(blueprint)
MOST = 100
_REMOVAL = (
    shapes.Parameter("reach", shapes.word(Reach), "How many of its series; only this one unless said."),
    shapes.Parameter("version", shapes.NUMBER, "As which it was read; 409 if it is another one by now."),
)


@blueprint.get("/breaks")
@described("Breaks of conferences, and what stops the whole expo, as released", shapes.page("breaks", "Break"),
           query=shapes.LIST)  # fmt: skip
def list_breaks() -> Response:
    slugs = _slugs()
    rows = (
        Row(f"{each.starts_at.isoformat()} {each.id:09}", each, each.changed_at)
        for each in publishing.listed(this_expo())
    )
    return answers.public(
        answers.listed("breaks", rows, lambda found: [_released(each, slugs) for each in found])
    )


@blueprint.get("/break-drafts")
@described("Breaks as they are drafted: those of the teams' conferences, and everybody's",
           shapes.thing(breaks=shapes.many(shapes.ref("BreakDraft"))), scope=WRITE)  # fmt: skip
def list_break_drafts() -> Response:
    held, slugs = writing.rights_of(key_with(WRITE)), _slugs()
    _somewhere(held)
    found = [one for one in breaks.every(this_expo().id) if _known(held, one.conference_id)]
    return answers.told({"breaks": [_drafted(one, slugs) for one in found]})


@blueprint.post("/breaks")
@described("Make a break in the draft, or one each day until a day; nothing may stand in it without a reason",
           shapes.thing(breaks=shapes.many(shapes.ref("BreakDraft"))), body=shapes.ref("NewBreak"), scope=WRITE,
           status=201, once=True)  # fmt: skip
def make_break() -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    conference = _whose(writing.rights_of(key), body)
    draft = _break_draft(body, None)
    until = _day(body["until"], "until") if body.get("until") is not None else None
    without = [
        _day(each, "without")
        for each in (reading.many(body, "without", str, most=MOST) if "without" in body else ())
    ]

    def work() -> dict[str, Any]:
        made = breaks.add(
            expo=this_expo(),
            conference=conference,
            draft=draft,
            until=until,
            without=without,
            keep=_reason(body),
        )
        slugs = _slugs()
        return {"breaks": [_drafted(each, slugs) for each in made]}

    return answers.told(*writing.once(key, "breaks", body, work))


@blueprint.patch("/breaks/<break_id>")
@described("Change a break in the draft, and others of its series alike; what is left out stays",
           shapes.ref("BreakDraft"), body=shapes.ref("BreakChange"), scope=WRITE)  # fmt: skip
def change_break(break_id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    found = _break(writing.rights_of(key), break_id)
    breaks.change(
        pause=found, draft=_break_draft(body, breaks.draft_of(found)), reach=_reach(body),
        version=reading.version(body), keep=_reason(body),
    )  # fmt: skip
    return answers.told(_drafted(found, _slugs()))


@blueprint.delete("/breaks/<break_id>")
@described("Take a break away in the draft, or more of its series", query=_REMOVAL, scope=WRITE, status=204)
def remove_break(break_id: str) -> Response:
    found = _break(writing.rights_of(key_with(WRITE)), break_id)
    asked: dict[str, Any] = request.args.to_dict()
    if "version" in asked:
        asked["version"] = reading.number_of(asked, "version")
    breaks.remove(pause=found, reach=_reach(asked), version=reading.version(asked))
    return Response(status=204, mimetype="application/json", headers={"Cache-Control": "no-store"})


@blueprint.get("/room-blocks")
@described("Rooms that are held: for a conference, for set-up, for deliveries",
           shapes.thing(room_blocks=shapes.many(shapes.ref("RoomBlock"))), scope=WRITE)  # fmt: skip
def list_room_blocks() -> Response:
    _somewhere(writing.rights_of(key_with(WRITE)))
    return answers.told({"room_blocks": [_block_told(each) for each in blocks.every(this_expo().id)]})


@blueprint.post("/room-blocks")
@described("Hold a room for a time", shapes.ref("RoomBlock"), body=shapes.ref("NewRoomBlock"), scope=WRITE,
           status=201, once=True)  # fmt: skip
def hold_room() -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    conference, room = _whose(writing.rights_of(key), body), _room(body)
    draft = _block_draft(body, None)

    def work() -> dict[str, Any]:
        return _block_told(blocks.hold(expo=this_expo(), room=room, conference=conference, draft=draft))

    return answers.told(*writing.once(key, "room_blocks", body, work))


@blueprint.patch("/room-blocks/<block_id>")
@described("Hold a room otherwise; what is left out stays", shapes.ref("RoomBlock"),
           body=shapes.ref("RoomBlockChange"), scope=WRITE)  # fmt: skip
def change_room_block(block_id: str) -> Response:
    key = key_with(WRITE)
    body = writing.body_of(key)
    held = writing.rights_of(key)
    found = _block(held, block_id)
    conference = _whose(held, body) if "conference" in body else found.conference
    before = BlockDraft(found.kind, found.starts_at, found.ends_at, found.note, found.capacity)
    blocks.change(
        block=found, room=_room(body) if "room" in body else found.room, conference=conference,
        draft=_block_draft(body, before),
    )  # fmt: skip
    return answers.told(_block_told(found))


@blueprint.delete("/room-blocks/<block_id>")
@described("Give a room free. What stands in it stays", scope=WRITE, status=204)
def free_room(block_id: str) -> Response:
    blocks.free(block=_block(writing.rights_of(key_with(WRITE)), block_id))
    return Response(status=204, mimetype="application/json", headers={"Cache-Control": "no-store"})


def _somewhere(held: Rights) -> None:
    if not held.anywhere(Deed.READ):
        held.require(Deed.READ, None)


def _known(held: Rights, conference_id: int | None) -> bool:
    return conference_id is None or held.may(Deed.READ, conference_id)


def _whose(held: Rights, body: dict[str, Any]) -> Conference | None:
    """The conference that the body names; None for the whole expo, for whoever schedules all of it."""
    slug = body.get("conference")
    found = None
    if slug is not None:
        found = queries.conference(this_expo().id, reading.text(body, "conference", most=80))
        if found is None or not held.may(Deed.READ, found.id):
            raise NotFound("There is no such conference in your teams.")
    held.require(Deed.SCHEDULE, found.id if found else None)
    return found


def _break(held: Rights, break_id: str) -> Break:
    number = reading.number_of({"id": break_id}, "id")
    found = breaks.one(this_expo().id, number) if number is not None else None
    if found is None or found.removed_at is not None:
        raise NotFound("There is no such break.")
    held.require(Deed.SCHEDULE, found.conference_id)
    return found


def _block(held: Rights, block_id: str) -> RoomBlock:
    number = reading.number_of({"id": block_id}, "id")
    found = blocks.one(this_expo().id, number) if number is not None else None
    if found is None:
        raise NotFound("There is no such room block.")
    held.require(Deed.SCHEDULE, found.conference_id)
    return found


def _room(body: dict[str, Any]) -> Room:
    found = queries.room(this_expo().id, reading.text(body, "room", most=80))
    if found is None:
        raise reading.bad("room", "is no room of this expo.")
    return found


def _break_draft(body: dict[str, Any], before: BreakDraft | None) -> BreakDraft:
    said: dict[str, Any] = {}
    if before is None or "title" in body:
        said["title"] = reading.text(body, "title", most=120)
    for name in ("starts_at", "ends_at"):
        if before is None or name in body:
            said[name] = reading.moment(body, name)
    if "language" in body:
        said["language"] = reading.text(body, "language", most=3, least=0)
    if "listed" in body:
        said["is_listed"] = reading.flag(body, "listed")
    if "rooms" in body:
        ids = {room.slug: room.id for room in queries.rooms(this_expo().id)}
        slugs = reading.many(body, "rooms", str, most=MOST)
        unknown = [slug for slug in slugs if slug not in ids]
        if unknown:
            raise reading.bad("rooms", "must be rooms of this expo.")
        said["rooms"] = tuple(ids[slug] for slug in slugs)
    if "area" in body:
        areas = {area.slug: area.id for area in queries.areas(this_expo().id)}
        slug = None if body["area"] is None else reading.text(body, "area", most=80)
        if slug is not None and slug not in areas:
            raise reading.bad("area", "is no area of this expo.")
        said["area_id"] = areas[slug] if slug is not None else None
    return BreakDraft(**said) if before is None else replace(before, **said)


def _block_draft(body: dict[str, Any], before: BlockDraft | None) -> BlockDraft:
    said: dict[str, Any] = {}
    if before is None or "kind" in body:
        kind = reading.text(body, "kind", most=40)
        if kind not in set(BlockKind):
            raise reading.bad("kind", f"must be one of {', '.join(BlockKind)}.")
        said["kind"] = BlockKind(kind)
    for name in ("starts_at", "ends_at"):
        if before is None or name in body:
            said[name] = reading.moment(body, name)
    if "note" in body:
        said["note"] = reading.text(body, "note", most=200, least=0)
    if "capacity" in body:
        fits = body["capacity"] is not None
        said["capacity"] = (
            reading.whole(body, "capacity", least=0, most=1_000_000, default=0) if fits else None
        )
    return BlockDraft(**said) if before is None else replace(before, **said)


def _reason(body: dict[str, Any]) -> str:
    return str(reading.text(body, "override_reason", most=2000, default=""))


def _reach(body: dict[str, Any]) -> Reach:
    word = reading.text(body, "reach", most=20, default=Reach.THIS.value)
    if word not in set(Reach):
        raise reading.bad("reach", f"must be one of {', '.join(Reach)}.")
    return Reach(word)


def _day(text: Any, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as wrong:
        raise reading.bad(field, "must be a day such as 2022-05-31.") from wrong


def _slugs() -> dict[int, str]:
    return {room.id: room.slug for room in queries.rooms(this_expo().id)}


def _released(pause: Pause, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "id": str(pause.id),
        "title": pause.title,
        "language": pause.language,
        "conference": pause.conference_slug or None,
        "area": pause.area_slug or None,
        "day": pause.day.isoformat(),
        "starts_at": pause.starts.isoformat(),
        "ends_at": pause.ends.isoformat(),
        "rooms": [slugs[room_id] for room_id in pause.rooms if room_id in slugs],
        "modified_at": answers.stamp(pause.changed_at),
    }


def _drafted(pause: Break, slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "id": str(pause.id),
        "version": pause.version,
        "title": pause.title,
        "language": pause.language,
        "conference": pause.conference.slug if pause.conference else None,
        "area": pause.area.slug if pause.area else None,
        "starts_at": answers.moment(pause.starts_at),
        "ends_at": answers.moment(pause.ends_at),
        "rooms": [slugs[room_id] for room_id in pause.rooms if room_id in slugs],
        "listed": pause.is_listed,
        "series": pause.series or None,
    }


def _block_told(block: RoomBlock) -> dict[str, Any]:
    return {
        "id": str(block.id),
        "room": block.room.slug,
        "conference": block.conference.slug if block.conference else None,
        "kind": block.kind.value,
        "starts_at": answers.moment(block.starts_at),
        "ends_at": answers.moment(block.ends_at),
        "note": block.note,
        "capacity": block.capacity,
    }
