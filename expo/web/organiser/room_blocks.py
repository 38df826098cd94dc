"""Rooms held for a time: for a conference, for set-up, for deliveries."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.programme import queries as programme
from expo.programme.models import Room
from expo.programme.words import Deed
from expo.reports import timeline
from expo.scheduling import blocks
from expo.scheduling.blocks import BlockDraft
from expo.scheduling.models import RoomBlock
from expo.scheduling.words import BlockKind
from expo.web.context import this_expo
from expo.web.forms import CityMomentField, PlainForm, TextLine, WholeNumber, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words


class BlockForm(PlainForm):
    """Which room, when and for what. Times are those of the room."""

    room = SelectField(_l("Room"), choices={}, validators=[needed(_l("Choose a room."))])
    kind = SelectField(_l("For what"), choices=lambda: words.choices(words.BLOCKS))
    conference = SelectField(_l("Conference"), choices=[])
    starts_at = CityMomentField(_l("Starts"))
    ends_at = CityMomentField(_l("Ends"))
    note = TextLine(_l("Note"), [short(200)], description=_l("Rehearsal, piano tuning, chairs in rows."))
    capacity = WholeNumber(
        _l("Seats then"),
        least=0,
        most=1_000_000,
        description=_l("Only if the room is furnished otherwise then."),
    )

    def __init__(self, sent: Any = None, **options: Any) -> None:
        super().__init__(sent, **options)
        rooms = programme.rooms(this_expo().id)
        self._rooms = {room.slug: room for room in rooms}
        grouped: dict[str | None, list[tuple[str, str]]] = {None: [("", _("Choose a room."))]}
        for venue, some in groupby(rooms, key=lambda room: room.venue.name):
            grouped[venue] = [(room.slug, room.name) for room in some]
        self.room.choices = grouped  # type: ignore[assignment]  # None: not in any group
        own = [(one.slug, one.title) for one in mine.conferences(Deed.SCHEDULE)]
        self.conference.choices = [
            *([("", _("None: the whole expo"))] if mine.may(Deed.SCHEDULE) else []),
            *own,
        ]

    @property
    def chosen(self) -> Room | None:
        return self._rooms.get(str(self.room.data or ""))

    def validate(self, *args: Any, **options: Any) -> bool:
        room = self.chosen
        zone = ZoneInfo((room and room.venue.time_zone) or this_expo().time_zone)
        moments = [field.settle(zone) for field in (self.starts_at, self.ends_at)]
        errors = [list(field.errors) for field in (self.starts_at, self.ends_at)]
        fine = bool(super().validate(*args, **options))
        for field, before in zip((self.starts_at, self.ends_at), errors, strict=True):
            field.errors = before or ([] if field.data else [_("Say when.")])
            fine = fine and not field.errors
        return fine and all(moments)

    def read(self) -> BlockDraft:
        return BlockDraft(
            BlockKind(self.kind.data),
            self.starts_at.data,
            self.ends_at.data,
            self.note.data or "",
            self.capacity.data,
        )


@blueprint.get("/organise/room-blocks")
def room_blocks() -> ResponseReturnValue:
    saved = {"room": lists.asked("room"), "conference": lists.asked("conference"), "kind": "reserved"}
    return _page(BlockForm(data=saved))


@blueprint.post("/organise/room-blocks")
def hold_room() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = BlockForm(request.form)

    def hold() -> None:
        slug = str(form.conference.data or "")
        conference = mine.conference(slug, Deed.SCHEDULE) if slug else None
        if conference is None:
            mine.rights().require(Deed.SCHEDULE, None)
        room = form.chosen
        assert room is not None
        blocks.hold(expo=this_expo(), room=room, conference=conference, draft=form.read())

    if form.validate() and form.accepts(hold):
        flash(_("The room is held."), "success")
        return redirect(url_for("organiser.room_blocks"), code=303)
    return _page(form), form.status


@blueprint.post("/organise/room-blocks/<int:block_id>/free")
def free_room(block_id: int) -> ResponseReturnValue:
    found = blocks.one(this_expo().id, block_id)
    if found is None:
        abort(404)
    mine.rights().require(Deed.SCHEDULE, found.conference_id)
    blocks.free(block=found)
    flash(_("The room is free again."), "success")
    return redirect(url_for("organiser.room_blocks"), code=303)


def _page(form: BlockForm) -> str:
    room = lists.asked("room")
    found = [block for block in blocks.every(this_expo().id) if room in ("", block.room.slug)]
    part = lists.page_of(found)
    return render_template(
        "organiser/room_blocks.html",
        form=form,
        part=part,
        may_free=lambda block: mine.may(Deed.SCHEDULE, block.conference_id),
        may_add=mine.rights().anywhere(Deed.SCHEDULE),
        when=_when,
        who=timeline.names_of(block.made_by for block in part.rows),
        words=words,
    )


def _when(block: RoomBlock) -> str:
    return words.span(block.starts_at, block.ends_at, block.room.venue.time_zone or this_expo().time_zone)
