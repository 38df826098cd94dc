"""Moving one time by a form: where to, what that does to people, and what stands in the way. Needs no script."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField, SelectField

from expo.impact import queries as impact
from expo.impact import sentences
from expo.programme import queries as programme
from expo.programme.models import Occurrence, Room, Session
from expo.scheduling import boards, clashes, moving, needs
from expo.scheduling import queries as scheduling
from expo.scheduling.moving import Move, MovedMeanwhile
from expo.web.context import this_expo
from expo.web.forms import CityMomentField, WholeNumber, needed
from expo.web.texts import _l

from . import blueprint, lists, mine, words
from .session_forms import ScheduleForm
from .timetable_wishes import day_of, meanwhile, thing


class MoveForm(ScheduleForm):
    """Where to. `read_about` is what the person has read about before they pressed again."""

    starts_at = CityMomentField(_l("Starts"))
    minutes = WholeNumber(_l("Minutes"), least=5, most=2880)
    room = SelectField(_l("Room"), choices={}, validators=[needed(_l("Choose a room."))])
    read_about = HiddenField()

    def __init__(
        self, sent: Any = None, *, what: Occurrence | Session, rooms: list[Room], **options: Any
    ) -> None:
        super().__init__(sent, **options)
        self.session = what if isinstance(what, Session) else what.session
        self._rooms = {room.slug: room for room in rooms}
        grouped: dict[str | None, list[tuple[str, str]]] = {None: [("", _("No room yet"))]}
        for venue, some in groupby(rooms, key=lambda room: room.venue.name):
            grouped[venue] = [(room.slug, f"{room.name} ({room.capacity})") for room in some]
        self.room.choices = grouped  # type: ignore[assignment]  # None: not in any group
        if not sent:
            self.starts_at.show(self.zone)

    @property
    def chosen(self) -> Room | None:
        return self._rooms.get(str(self.room.data or ""))

    @property
    def zone(self) -> ZoneInfo:
        room = self.chosen
        return ZoneInfo((room and room.venue.time_zone) or self.session.conference.time_zone)

    def validate(self, *args: Any, **options: Any) -> bool:
        settled = self.starts_at.settle(self.zone)
        errors = list(self.starts_at.errors)
        fine = bool(super().validate(*args, **options))
        self.starts_at.errors = errors
        for field, sentence in (
            (self.starts_at, _("When does it begin?")),
            (self.minutes, _("How long is it?")),
        ):
            if field.data is None and not field.errors:
                field.errors = [sentence]
                fine = False
        return fine and settled

    def move(self, what: Occurrence | Session) -> Move:
        room = self.chosen
        assert room is not None
        ends_at = self.starts_at.data + timedelta(minutes=self.minutes.data or 0)
        return Move(
            what,
            self.starts_at.data,
            ends_at,
            room.id,
            self.seen if isinstance(what, Occurrence) else None,
        )

    @property
    def place(self) -> str:
        """What `read_about` says, once the person has read what comes of it."""
        return f"{self.starts_at.data}|{self.minutes.data}|{self.room.data}"


@blueprint.get("/organise/timetable/<code>/move")
def move_to(code: str) -> ResponseReturnValue:
    what = thing(code)
    return _page(what, _form(what, None), None)


@blueprint.post("/organise/timetable/<code>/move")
def do_move(code: str) -> ResponseReturnValue:
    what = thing(code)
    form = _form(what, request.form)
    if not form.validate():
        return _page(what, form, None), 422
    wanted = form.move(what)
    foreseen = _foreseen(what, wanted)
    if foreseen["people"] and form.read_about.data != form.place:
        form.read_about.data = form.place
        return _page(what, form, foreseen)
    if form.accepts(lambda: moving.move(expo=this_expo(), moves=[wanted], keep=form.keep.data or "")):
        title = what.title if isinstance(what, Session) else what.session.title
        flash(_("%(title)s is moved in the draft. People are told when you publish.", title=title), "success")
        return redirect(_day_url(what, wanted), code=303)
    if isinstance(form.refusal, MovedMeanwhile):
        form.refusal.message = meanwhile(form.refusal)
        form.version.data = str(form.refusal.facts["version"])
    return _page(what, form, foreseen), form.status


@blueprint.post("/organise/timetable/<code>/out")
def take_out(code: str) -> ResponseReturnValue:
    """Out of the timetable, among what has no place yet."""
    what = thing(code)
    day = request.form.get("day", "")[:10]
    if isinstance(what, Occurrence):
        moving.move(
            expo=this_expo(), moves=[Move(what, None, None, None, lists.number(request.form.get("version")))]
        )
        flash(_("%(code)s has no place any more.", code=what.code), "success")
    return redirect(url_for("organiser.timetable", day=day, moved=code), code=303)


def _form(what: Occurrence | Session, sent: Any) -> MoveForm:
    saved: dict[str, Any] = {"version": 0}
    if isinstance(what, Occurrence):
        saved = {
            "version": what.version,
            "starts_at": what.starts_at,
            "room": what.room.slug if what.room else "",
        }
        if what.starts_at and what.ends_at:
            saved["minutes"] = int((what.ends_at - what.starts_at).total_seconds() // 60)
    if "minutes" not in saved:
        session = what if isinstance(what, Session) else what.session
        saved["minutes"] = needs.of(session).minutes or scheduling.USUAL
    return MoveForm(sent, what=what, rooms=programme.rooms(this_expo().id), data=saved)


def _foreseen(what: Occurrence | Session, wanted: Move) -> dict[str, Any]:
    board = boards.with_demand(this_expo().id)
    assert wanted.starts_at is not None
    assert wanted.ends_at is not None
    assert wanted.room_id is not None
    row = moving.row_of(board, what, (wanted.starts_at, wanted.ends_at), wanted.room_id)
    found = impact.of(board, [row])
    return {
        "people": found.people,
        "headline": sentences.headline(found),
        "details": sentences.details(found, mine.rights()),
        "clashes": [clash for clash in moving.what_if(board, [row]) if clash.open],
    }


def _day_url(what: Occurrence | Session, wanted: Move) -> str:
    assert wanted.starts_at is not None
    day = wanted.starts_at.astimezone(this_expo().zone).date()
    return url_for("organiser.timetable", day=day.isoformat(), moved=what.code)


def _page(what: Occurrence | Session, form: MoveForm, foreseen: dict[str, Any] | None) -> str:
    session = what if isinstance(what, Session) else what.session
    occurrence = what if isinstance(what, Occurrence) else None
    starts_at = occurrence.starts_at if occurrence else None
    day = starts_at.astimezone(this_expo().zone).date() if starts_at else day_of("").date
    return render_template(
        "organiser/move_to.html",
        form=form,
        session=session,
        occurrence=occurrence,
        foreseen=foreseen,
        day=day,
        words=words,
        sentence=lambda clash: clashes.sentence(clash, mine.rights()),
        moved_meanwhile=isinstance(form.refusal, MovedMeanwhile),
    )
