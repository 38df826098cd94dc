"""Time that sessions leave free: the breaks of a conference, and what stops the whole city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, SelectField, SelectMultipleField

from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.refusals import Clashes
from expo.programme.repeating import Reach
from expo.programme.words import Deed
from expo.publishing import breaks as publishing
from expo.reports import timeline
from expo.scheduling import breaks, clashes
from expo.scheduling.breaks import BreakDraft
from expo.scheduling.models import Break
from expo.web.context import this_expo
from expo.web.filters import day_name
from expo.web.forms import CityMomentField, DayField, DayList, TextLine, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words
from .session_forms import ScheduleForm, reaches


class BreakForm(ScheduleForm):
    """What, when and where; `read()` hands it to the action as one typed value. Times are those of the conference,
    for the whole expo the city's."""

    beside: ClassVar[tuple[str, ...]] = ("version", "keep", "reach", "conference", "until", "without")

    title = TextLine(
        _l("What"),
        [needed(_l("Say what it is.")), short(120)],
        description=_l("Lunch, coffee, the King's visit."),
    )
    language = TextLine(_l("Language of the title"), [short(3)], description=_l("A code, such as sv."))
    conference = SelectField(_l("Whose"), choices=[], default="", id="break-conference")
    area = SelectField(_l("Area"), choices=[], default="", description=_l("For the whole expo only."))
    starts_at = CityMomentField(_l("Starts"))
    ends_at = CityMomentField(_l("Ends"))
    until = DayField(
        _l("Every day until"), description=_l("At the same time of the clock. Closed days are left out.")
    )
    without = DayList(_l("But not on"), description=_l("One day on each line, such as 2022-06-06."))
    rooms = SelectMultipleField(
        _l("Only in these rooms"), choices={}, description=_l("None chosen: in all rooms of the conference, or of the area."),
    )  # fmt: skip
    is_listed = BooleanField(_l("Shown in the public programme"), default=True)
    reach = SelectField(_l("Change"), choices=lambda: reaches(), default=Reach.THIS.value)

    def __init__(self, sent: Any = None, *, of: Break | None = None, **options: Any) -> None:
        super().__init__(sent, **options)
        self._of = of
        rooms = programme.rooms(this_expo().id)
        self._rooms = {room.slug: room.id for room in rooms}
        self.rooms.choices = {
            venue: [(room.slug, room.name) for room in some]
            for venue, some in groupby(rooms, key=lambda room: room.venue.name)
        }
        self._areas = {area.slug: area for area in programme.areas(this_expo().id)}
        self.area.choices = [
            ("", _("The whole city")),
            *((slug, area.name) for slug, area in self._areas.items()),
        ]
        own = [(one.slug, one.title) for one in mine.conferences(Deed.SCHEDULE)]
        self.conference.choices = [
            *own,
            *([("", _("Everybody: the whole expo"))] if mine.may(Deed.SCHEDULE) else []),
        ]
        if not sent:
            for field in (self.starts_at, self.ends_at):
                field.show(self.zone)

    @property
    def chosen(self) -> Conference | None:
        """The conference whose break it is; None for the whole expo, for whoever may."""
        if self._of is not None:
            return self._of.conference
        slug = str(self.conference.data or "")
        if not slug:
            mine.rights().require(Deed.SCHEDULE, None)
        return mine.conference(slug, Deed.SCHEDULE) if slug else None

    @property
    def zone(self) -> ZoneInfo:
        conference = (
            self._of.conference
            if self._of
            else programme.conference(this_expo().id, str(self.conference.data or ""))
        )
        return breaks.zone_of(conference, this_expo())

    def validate(self, *args: Any, **options: Any) -> bool:
        moments = [field.settle(self.zone) for field in (self.starts_at, self.ends_at)]
        errors = [list(field.errors) for field in (self.starts_at, self.ends_at)]
        fine = bool(super().validate(*args, **options))
        for field, before in zip((self.starts_at, self.ends_at), errors, strict=True):
            field.errors = before or ([] if field.data else [_("Say when.")])
            fine = fine and not field.errors
        return fine and all(moments)

    def read(self) -> BreakDraft:
        area = self._areas.get(str(self.area.data or ""))
        return BreakDraft(
            title=self.title.data or "",
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            rooms=tuple(self._rooms[slug] for slug in self.rooms.data or ()),
            area_id=area.id if area else None,
            language=(self.language.data or "").lower(),
            is_listed=bool(self.is_listed.data),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A break, or a series of them, as the list shows it."""

    first: Break
    count: int
    when: str
    where: str
    waits: bool


@blueprint.get("/organise/breaks")
def breaks_list() -> ResponseReturnValue:
    return _list(BreakForm(data={"conference": lists.asked("conference"), "is_listed": True}))


@blueprint.post("/organise/breaks")
def make_break() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = BreakForm(request.form)

    def make() -> None:
        made = breaks.add(
            expo=this_expo(), conference=form.chosen, draft=form.read(), until=form.until.data,
            without=form.without.data or (), keep=form.keep.data or "",
        )  # fmt: skip
        flash(
            ngettext("Made. The public sees it with the next release.", "%(num)s are made. The public sees them with the next release.", len(made)),
            "success",
        )  # fmt: skip

    if form.validate() and form.accepts(make):
        return redirect(url_for("organiser.breaks_list"), code=303)
    return _list(form), form.status


@blueprint.get("/organise/breaks/<int(max=2147483647):break_id>")
def break_page(break_id: int) -> ResponseReturnValue:
    found = _break(break_id, Deed.READ)
    return _page(found, _saved(found))


@blueprint.post("/organise/breaks/<int(max=2147483647):break_id>")
def change_break(break_id: int) -> ResponseReturnValue:
    found = _break(break_id, Deed.SCHEDULE)
    form = _saved(found, request.form)

    def change() -> None:
        breaks.change(
            pause=found, draft=form.read(), reach=Reach(form.reach.data or Reach.THIS.value), version=form.seen,
            keep=form.keep.data or "",
        )  # fmt: skip

    if form.validate() and form.accepts(change):
        flash(
            _("%(title)s is saved. The public sees it with the next release.", title=found.title), "success"
        )
        return redirect(url_for("organiser.breaks_list"), code=303)
    form.lay_beside(_saved(found))
    return _page(found, form), form.status


@blueprint.post("/organise/breaks/<int(max=2147483647):break_id>/remove")
def remove_break(break_id: int) -> ResponseReturnValue:
    found = _break(break_id, Deed.SCHEDULE)
    form, word = _saved(found, request.form), request.form.get("reach", "")

    def remove() -> None:
        count = breaks.remove(
            pause=found, reach=Reach(word) if word in set(Reach) else Reach.THIS, version=form.seen
        )
        flash(
            ngettext(
                "Removed. It can be brought back below.",
                "%(num)s are removed. They can be brought back below.",
                count,
            ),
            "success",
        )

    if form.accepts(remove):
        return redirect(url_for("organiser.breaks_list"), code=303)
    saved = _saved(found)
    saved.refusal = form.refusal
    return _page(found, saved), saved.status


@blueprint.post("/organise/breaks/<int(max=2147483647):break_id>/back")
def bring_break_back(break_id: int) -> ResponseReturnValue:
    found = _break(break_id, Deed.SCHEDULE)
    form = _saved(found)
    if form.accepts(lambda: breaks.bring_back(pause=found, keep=request.form.get("keep", "")[:500])):
        flash(_("%(title)s is back.", title=found.title), "success")
        return redirect(url_for("organiser.breaks_list"), code=303)
    form.keep.data = request.form.get("keep", "")
    return _page(found, form), form.status


def _break(break_id: int, deed: Deed) -> Break:
    """One of the expo's: everybody's to read who schedules here, or of the visitor's conferences; else 404."""
    found = breaks.one(this_expo().id, break_id) or abort(404)
    if found.conference_id is not None or deed is not Deed.READ:
        mine.rights().require(deed, found.conference_id)
    return found


def _saved(found: Break, sent: Any = None) -> BreakForm:
    slugs = {room.id: room.slug for room in programme.rooms(this_expo().id)}
    saved = {
        "version": found.version,
        "title": found.title,
        "language": found.language,
        "conference": found.conference.slug if found.conference else "",
        "area": found.area.slug if found.area else "",
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "rooms": [slugs[room_id] for room_id in found.rooms if room_id in slugs],
        "is_listed": found.is_listed,
    }
    return BreakForm(sent, of=found, data=saved)


def _list(form: BreakForm) -> str:
    expo, series = this_expo(), lists.asked("series")
    wanted = lists.asked("conference")
    seen = [one for one in breaks.every(expo.id) if _visible(one, wanted)]
    if series:
        seen = [one for one in seen if one.series == series]
    waiting = {one.pause.id for one in publishing.differences(expo.id)}
    names = {room.id: room.name for room in programme.rooms(expo.id)}
    part = lists.page_of(_lines(seen, waiting, names, each=bool(series)))
    removed = _lines(
        (one for one in breaks.every(expo.id, removed=True) if _visible(one, wanted)), waiting, names
    )
    return render_template(
        "organiser/breaks.html",
        form=form,
        part=part,
        removed=removed[-50:],
        series=series,
        conferences=mine.conferences(),
        may=lambda one: mine.may(Deed.SCHEDULE, one.conference_id),
        may_add=mine.rights().anywhere(Deed.SCHEDULE),
        sentence=_sentence,
    )


def _page(found: Break, form: BreakForm) -> str:
    others = [one for one in breaks.every(this_expo().id) if found.series and one.series == found.series]
    return render_template(
        "organiser/break.html",
        pause=found,
        form=form,
        several=len(others) > 1,
        reaches=reaches(),
        may_edit=mine.may(Deed.SCHEDULE, found.conference_id),
        history=timeline.of([("break", found.id)], most=6),
        sentence=_sentence,
        clashing=isinstance(form.refusal, Clashes),
    )


def _sentence(clash: clashes.Clash) -> str:
    return clashes.sentence(clash, mine.rights())


def _visible(one: Break, slug: str) -> bool:
    """Of the visitor's conferences, or everybody's; of the one that the filter names, and everybody's."""
    if one.conference is None:
        return True
    return mine.may(Deed.READ, one.conference_id) and slug in ("", one.conference.slug)


def _lines(
    found: Iterable[Break], waiting: set[int], names: dict[int, str], *, each: bool = False
) -> list[Line]:
    """A line for each series, or for each of its breaks, by start."""
    together: dict[object, list[Break]] = {}
    for one in found:
        alone = each or not one.series
        together.setdefault(one.id if alone else (one.series, one.removed_at), []).append(one)
    lines = []
    for some in together.values():
        first, last = some[0], some[-1]
        zone = breaks.zone_of(first.conference, this_expo())
        when = words.span(first.starts_at, first.ends_at, zone)
        if len(some) > 1:
            until = day_name(last.starts_at.astimezone(zone).date())
            when = _("%(first)s, further days until %(last)s", first=when, last=until)
        rooms = ", ".join(names[room_id] for room_id in first.rooms if room_id in names)
        where = rooms or (first.area.name if first.area else "")
        lines.append(Line(first, len(some), when, where, any(one.id in waiting for one in some)))
    return lines
