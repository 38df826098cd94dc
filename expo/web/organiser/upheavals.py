"""Cancelling or moving a day, a venue or a conference at once: what it touches, in numbers; then draft, publish, undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import RadioField, SelectField

from expo.programme import queries as programme
from expo.programme.models import Conference, Occurrence, Room
from expo.programme.refusals import Clashes
from expo.programme.words import Deed
from expo.publishing.refusals import NeedsApproval, NothingToPublish
from expo.reports import timeline
from expo.scheduling import clashes
from expo.upheavals import actions, numbers, touching
from expo.upheavals.models import Kind, Upheaval, Whole
from expo.upheavals.touching import Wish
from expo.web.context import this_expo
from expo.web.forms import DayField, PlainForm, TextBlock, TextLine, needed, short, ticked
from expo.web.texts import _l

from . import blueprint, lists, mine, words

KINDS = {Kind.CANCEL: _l("Cancel"), Kind.MOVE: _l("Move")}
WHOLES = {Whole.DAY: _l("A day"), Whole.VENUE: _l("A venue"), Whole.CONFERENCE: _l("A conference")}


class ChoiceForm(PlainForm):
    """What is to be cancelled or moved."""

    kind = RadioField(
        _l("What happens"), [ticked("")], choices=lambda: words.choices(KINDS), default=Kind.CANCEL.value
    )
    whole = RadioField(
        _l("To what"), [ticked("")], choices=lambda: words.choices(WHOLES), default=Whole.DAY.value
    )
    conference = SelectField(_l("Conference"), choices=[])
    venue = SelectField(_l("Venue"), choices=[])
    day = DayField(_l("Day"))


class UpheavalForm(PlainForm):
    """Where it moves, why, and its name as a promise that it is meant."""

    expected = (Clashes,)

    to_day = DayField(
        _l("New day"), description=_l("Of a conference, its new first day. All else keeps its hour.")
    )
    why = TextBlock(
        _l("Why"),
        [needed(_l("Say why: people read it.")), short(1_000)],
        description=_l("Everybody who is touched reads it."),
    )
    typed = TextLine(_l("Its name"), [short(250)])


@blueprint.get("/organise/upheavals")
def upheavals() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    found = [one for one in actions.of_expo(this_expo().id) if _may(one, Deed.READ)]
    return render_template(
        "organiser/upheavals.html",
        form=_choice(),
        upheavals=found,
        kinds=KINDS,
        wholes=WHOLES,
        names=timeline.names_of(one.made_by for one in found),
    )


@blueprint.get("/organise/upheavals/new")
def new_upheaval() -> ResponseReturnValue:
    wish = _wish({}, None)
    return _page(wish, UpheavalForm())


@blueprint.post("/organise/upheavals/new")
def draft_upheaval() -> ResponseReturnValue:
    """Look what would clash, or draft it."""
    form = UpheavalForm(request.form)
    wish = _wish(_rooms(), form.to_day.data)
    if request.form.get("try"):
        form.typed.validators, found = [], None
        if form.accepts(lambda: touching.check(wish)):
            found = actions.try_it(wish)
        return _page(wish, form, tried=found), 200
    made: list[Upheaval] = []
    if form.validate() and form.accepts(
        lambda: made.append(actions.draft(wish=wish, typed=form.typed.data or "", why=form.why.data or ""))
    ):
        flash(_("Drafted. Nobody has been told yet."), "success")
        return redirect(url_for("organiser.upheaval", upheaval_id=made[0].id), code=303)
    found = list(form.refusal.facts["clashes"]) if isinstance(form.refusal, Clashes) else None  # type: ignore[call-overload]
    return _page(wish, form, tried=found), form.status


@blueprint.get("/organise/upheavals/<int:upheaval_id>")
def upheaval(upheaval_id: int) -> ResponseReturnValue:
    found = _mine(upheaval_id, Deed.READ)
    sessions = programme.sessions_with_times(numbers.sessions_of([row["id"] for row in found.touched]))
    return render_template(
        "organiser/upheaval.html",
        upheaval=found,
        sessions=[session for session, _times in sessions.values()],
        ending=len(numbers.places_that_end(found.conference_id, _day_of(found)))
        if found.kind is Kind.CANCEL and found.conference_id and found.whole is not Whole.VENUE
        else 0,
        by=timeline.names_of([found.made_by])[found.made_by],
        may_publish=_may(found, Deed.PUBLISH),
        may_undo=_may(found, Deed.SCHEDULE),
        kinds=KINDS,
    )


@blueprint.post("/organise/upheavals/<int:upheaval_id>/publish")
def publish_upheaval(upheaval_id: int) -> ResponseReturnValue:
    found = _mine(upheaval_id, Deed.PUBLISH)
    if found.whole is Whole.CONFERENCE:
        mine.rights().require(Deed.SET_UP, found.conference_id)
    try:
        actions.publish(upheaval=found)
    except (NeedsApproval, NothingToPublish) as no:
        flash(no.message, "error")
    else:
        flash(_("Published. Everybody who is touched has a letter, or will have it soon."), "success")
    return redirect(url_for("organiser.upheaval", upheaval_id=upheaval_id), code=303)


@blueprint.post("/organise/upheavals/<int:upheaval_id>/undo")
def undo_upheaval(upheaval_id: int) -> ResponseReturnValue:
    actions.undo(upheaval=_mine(upheaval_id, Deed.SCHEDULE))
    flash(_("All of it is back where it was."), "success")
    return redirect(url_for("organiser.upheaval", upheaval_id=upheaval_id), code=303)


def _choice() -> ChoiceForm:
    form = ChoiceForm()
    own = [(one.slug, one.title) for one in mine.conferences(Deed.SCHEDULE)]
    form.conference.choices = [("", _("All of my conferences")), *own]
    form.venue.choices = [("", ""), *((one.slug, one.name) for one in programme.venues(this_expo().id))]
    return form


def _wish(rooms: dict[int, int], to_day: date | None) -> Wish:
    """What the address asks for; 404 where that is nothing, or another team's."""
    mine.somewhere(Deed.SCHEDULE)
    kind, whole = _word(Kind, "kind"), _word(Whole, "whole")
    slug = lists.asked("conference")
    conference: Conference | None = None
    if slug or whole is Whole.CONFERENCE:
        conference = mine.conference(slug, Deed.SET_UP if whole is Whole.CONFERENCE else Deed.SCHEDULE)
    venue = programme.venue(this_expo().id, lists.asked("venue")) if whole is Whole.VENUE else None
    day = _day(lists.asked("day")) if whole is Whole.DAY else None
    if (whole is Whole.VENUE and venue is None) or (whole is Whole.DAY and day is None):
        abort(404)
    begins = day if whole is Whole.DAY else conference.starts_on if conference else None
    days = (to_day - begins).days if kind is Kind.MOVE and to_day and begins else 0
    ids = [conference.id] if conference else mine.conference_ids(Deed.SCHEDULE)
    return Wish(
        this_expo().id,
        kind,
        whole,
        tuple(ids),
        conference,
        venue,
        day,
        days,
        rooms if kind is Kind.MOVE else {},
    )


def _word(of: Any, name: str) -> Any:
    try:
        return of(lists.asked(name))
    except ValueError:
        abort(404)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_of(found: Upheaval) -> date | None:
    return date.fromisoformat(found.key) if found.whole is Whole.DAY else None


def _rooms() -> dict[int, int]:
    """Which room takes the place of which, of this expo's."""
    known = {room.id for room in programme.rooms(this_expo().id)}
    chosen = {}
    for name, value in request.form.items():
        key = lists.number(name.removeprefix("room-")) if name.startswith("room-") else 0
        to = lists.number(value)
        if key in known and to in known:
            chosen[key] = to
    return chosen


def _may(found: Upheaval, deed: Deed) -> bool:
    if found.conference_id is not None:
        return mine.may(deed, found.conference_id)
    return mine.may(deed) or _conferences_of(found) <= set(mine.conference_ids(deed))


def _conferences_of(found: Upheaval) -> set[int]:
    rows = programme.sessions_with_times(numbers.sessions_of([row["id"] for row in found.touched]))
    return {session.conference_id for session, _times in rows.values()}


def _mine(upheaval_id: int, deed: Deed) -> Upheaval:
    """One of the visitor's teams, or 404; 403 where the role does not reach."""
    found = actions.one(this_expo().id, upheaval_id) or abort(404)
    if not _may(found, Deed.READ):
        abort(404)
    if not _may(found, deed):
        abort(403)
    return found


def _page(wish: Wish, form: UpheavalForm, tried: list[Any] | None = None) -> str:
    times = touching.times(wish)
    return render_template(
        "organiser/upheaval_new.html",
        form=form,
        wish=wish,
        kinds=KINDS,
        numbers=numbers.count(wish, times),
        others=touching.of_others(wish),
        lines=_lines(times),
        rooms=touching.rooms(times) if wish.kind is Kind.MOVE else [],
        targets=_targets() if wish.kind is Kind.MOVE else [],
        chosen=dict(wish.rooms),
        tried=tried,
        sentence=lambda clash: clashes.sentence(clash, mine.rights()),
        here=request.full_path,
    )


def _lines(times: Sequence[Occurrence]) -> list[tuple[Occurrence, str]]:
    return [(time, words.when(time, time.session)) for time in times[:60]]


def _targets() -> list[Room]:
    return programme.rooms(this_expo().id)
