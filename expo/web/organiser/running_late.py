"""“+15”: a room runs late. First what that does, then one press that moves, publishes and tells."""

from __future__ import annotations

from itertools import groupby
from typing import Any, ClassVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import HiddenField, SelectField

from expo.core import clock
from expo.core.refusals import Refusal
from expo.impact import queries as impact
from expo.impact import sentences
from expo.programme import queries as programme
from expo.programme.models import Room
from expo.programme.refusals import Clashes
from expo.programme.words import Deed
from expo.publishing import late as publishing
from expo.publishing.refusals import FewerSeatsThanBooked, NeedsApproval
from expo.scheduling import boards, clashes, late, moving
from expo.scheduling.late import Shift
from expo.scheduling.refusals import NothingRunsLate, NotToBePublished
from expo.web.context import this_expo
from expo.web.forms import WholeNumber, needed
from expo.web.texts import _l

from . import blueprint, lists, mine, words
from .session_forms import ScheduleForm


class LateForm(ScheduleForm):
    """Which room, and how late it runs. `read_about` is what the person has read about."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (
        Clashes, NothingRunsLate, NotToBePublished, FewerSeatsThanBooked, NeedsApproval,
    )  # fmt: skip

    room = SelectField(_l("Room"), choices={}, validators=[needed(_l("Choose a room."))])
    minutes = WholeNumber(_l("Minutes late"), least=1, most=240)
    read_about = HiddenField()

    @property
    def place(self) -> str:
        return f"{self.room.data}|{self.minutes.data}"


@blueprint.get("/organise/timetable/late")
def running_late() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = _form(None, {"room": lists.asked("room"), "minutes": 15})
    return _page(form, [])


@blueprint.post("/organise/timetable/late")
def run_late() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = _form(request.form, {})
    shifts: list[Shift] = []

    def plan() -> None:
        room = programme.room(this_expo().id, str(form.room.data))
        assert room is not None
        shifts.extend(late.plan(this_expo().id, room.id, form.minutes.data or 15, clock.now()))
        for each in shifts:
            mine.rights().require(Deed.PUBLISH, each.row.conference_id)

    def act() -> None:
        publishing.shift(expo=this_expo(), shifts=shifts, keep=form.keep.data or "")

    if not form.validate() or not form.accepts(plan):
        return _page(form, []), form.status
    if form.read_about.data != form.place:
        form.read_about.data = form.place
        return _page(form, shifts)
    if form.accepts(act):
        flash(
            ngettext(
                "%(num)s session runs later. Those whom it touches are told.",
                "%(num)s sessions run later. Those whom it touches are told.", len(shifts),
            ),
            "success",
        )  # fmt: skip
        return redirect(url_for("organiser.timetable"), code=303)
    return _page(form, shifts), form.status


def _form(sent: Any, saved: dict[str, Any]) -> LateForm:
    form = LateForm(sent, data=saved)
    grouped: dict[str | None, list[tuple[str, str]]] = {None: [("", _("Choose a room."))]}
    rooms: list[Room] = programme.rooms(this_expo().id)
    for venue, some in groupby(rooms, key=lambda room: room.venue.name):
        grouped[venue] = [(room.slug, room.name) for room in some]
    form.room.choices = grouped  # type: ignore[assignment]  # None: not in any group
    return form


def _page(form: LateForm, shifts: list[Shift]) -> str:
    foreseen = None
    board = boards.with_demand(this_expo().id)
    if shifts:
        rows = [moving.at(each.row, each.starts_at, each.ends_at) for each in shifts]
        found = impact.of(board, rows)
        foreseen = {
            "headline": sentences.headline(found),
            "details": sentences.details(found, mine.rights()),
            "clashes": [clash for clash in moving.what_if(board, rows) if clash.open],
        }
    return render_template(
        "organiser/running_late.html",
        form=form,
        foreseen=foreseen,
        shifts=[
            (each.row, words.span(each.row.starts_at, each.row.ends_at, board.zone_of(each.row)),
             words.span(each.starts_at, each.ends_at, board.zone_of(each.row)))
            for each in shifts
        ],
        words=words,
        sentence=lambda clash: clashes.sentence(clash, mine.rights()),
    )  # fmt: skip
