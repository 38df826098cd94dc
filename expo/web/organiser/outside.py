"""What goes on in the city beside the programme: for orientation only, and for owners of the whole expo to note."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme import outside as actions
from expo.programme import queries as programme
from expo.programme.drafts import OutsideEventDraft
from expo.programme.outside_models import OutsideEvent, PartnerCalendar
from expo.programme.texts import LONGEST_LINK
from expo.programme.words import Deed
from expo.reports import timeline
from expo.transfer import pulling
from expo.web.context import this_expo
from expo.web.forms import CityMomentField, PlainForm, TextLine, VersionedForm, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine


class OutsideForm(VersionedForm):
    """An event outside the programme; `read()` hands it to the action as one typed value. Times are the city's."""

    title = TextLine(_l("Title"), [needed(_l("Give the event a title.")), short(200)])
    language = TextLine(_l("Language of the title"), [short(3)], description=_l("A code, such as sv."))
    starts_at = CityMomentField(_l("Starts"), [needed(_l("When does it begin?"))])
    ends_at = CityMomentField(_l("Ends"), [needed(_l("When does it end?"))])
    place = TextLine(_l("Place"), [short(200)], description=_l("As it stands on the page."))
    url = TextLine(_l("Link"), [short(LONGEST_LINK)], description=_l("Begins with https://."))

    @classmethod
    def of(cls, event: OutsideEvent | None, sent: Any = None) -> OutsideForm:
        """The form of an event: as it is saved, or as it was sent."""
        saved: dict[str, Any] = {"version": 0}
        if event is not None:
            names = (*OutsideEventDraft.__slots__, "version")
            saved = {name: getattr(event, name) for name in names}
        form = cls(sent, data=saved)
        if not sent:
            form.starts_at.show(this_expo().zone)
            form.ends_at.show(this_expo().zone)
        return form

    def validate(self, *args: Any, **options: Any) -> bool:
        # Before the rest: whether a moment was given is known only where the clocks are.
        moments = [field.settle(this_expo().zone) for field in (self.starts_at, self.ends_at)]
        errors = [list(field.errors) for field in (self.starts_at, self.ends_at)]
        fine = bool(super().validate(*args, **options))
        for field, before in zip((self.starts_at, self.ends_at), errors, strict=True):
            field.errors = before or field.errors
        return fine and all(moments)

    def read(self) -> OutsideEventDraft:
        return OutsideEventDraft(
            title=self.title.data or "",
            starts_at=self.starts_at.data,
            ends_at=self.ends_at.data,
            place=self.place.data or "",
            url=self.url.data or "",
            language=(self.language.data or "").lower(),
        )


class CalendarForm(PlainForm):
    """A calendar of a partner."""

    name = TextLine(_l("Whose it is"), [needed(_l("Whose calendar is it?")), short(120)], id="calendar-name")
    address = TextLine(
        _l("Address"), [needed(_l("What is its address?")), short(500)], id="calendar-url",
        description=_l("Of an iCal file (.ics), beginning with https:// or webcal://."),
    )  # fmt: skip
    spoken = TextLine(
        _l("Language of its titles"),
        [short(3)],
        id="calendar-language",
        description=_l("A code, such as sv."),
    )


@blueprint.get("/organise/outside")
def outside() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    part = lists.page_of(programme.outside_events(this_expo().id))
    return render_template(
        "organiser/outside.html",
        part=part,
        here=lists.here,
        calendars=pulling.every(this_expo().id),
        counts=pulling.counts(this_expo().id),
        form=CalendarForm(),
    )


@blueprint.post("/organise/outside/calendars")
def follow_calendar() -> ResponseReturnValue:
    """Follow a partner's calendar, and read it at once."""
    mine.rights().require(Deed.SET_UP, None)
    expo, form, made = this_expo(), CalendarForm(request.form), list[PartnerCalendar]()

    def follow() -> None:
        made.append(
            pulling.add(
                expo=expo,
                name=form.name.data or "",
                url=form.address.data or "",
                language=(form.spoken.data or "").lower(),
            )
        )

    if form.validate() and form.accepts(follow):
        return _pulled(made[0])
    part = lists.page_of(programme.outside_events(expo.id))
    page = render_template(
        "organiser/outside.html", part=part, here=lists.here, form=form,
        calendars=pulling.every(expo.id), counts=pulling.counts(expo.id),
    )  # fmt: skip
    return page, form.status


@blueprint.post("/organise/outside/calendars/<int(max=2147483647):calendar_id>/pull")
def pull_calendar(calendar_id: int) -> ResponseReturnValue:
    return _pulled(_calendar(calendar_id))


@blueprint.post("/organise/outside/calendars/<int(max=2147483647):calendar_id>/remove")
def leave_calendar(calendar_id: int) -> ResponseReturnValue:
    found = _calendar(calendar_id)
    name = found.name
    pulling.remove(calendar=found)
    flash(_("%(title)s is removed.", title=name), "success")
    return redirect(url_for("organiser.outside"), code=303)


def _calendar(calendar_id: int) -> PartnerCalendar:
    mine.rights().require(Deed.SET_UP, None)
    return pulling.by_id(this_expo().id, calendar_id) or abort(404)


def _pulled(calendar: PartnerCalendar) -> ResponseReturnValue:
    name, fault = calendar.name, pulling.pull(calendar.id)
    if fault:
        flash(_("%(name)s could not be read: %(reason)s", name=name, reason=fault), "error")
    else:
        flash(_("%(name)s is read. It is read again every hour.", name=name), "success")
    return redirect(url_for("organiser.outside"), code=303)


@blueprint.get("/organise/outside/new")
def new_outside() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _page(None, OutsideForm.of(None))


@blueprint.post("/organise/outside/new")
def create_outside() -> ResponseReturnValue:
    mine.rights().require(Deed.SET_UP, None)
    return _save(None)


@blueprint.get("/organise/outside/<int:event_id>")
def outside_event(event_id: int) -> ResponseReturnValue:
    found = _event(event_id)
    return _page(found, OutsideForm.of(found))


@blueprint.post("/organise/outside/<int:event_id>")
def save_outside(event_id: int) -> ResponseReturnValue:
    return _save(_event(event_id))


@blueprint.post("/organise/outside/<int:event_id>/remove")
def remove_outside(event_id: int) -> ResponseReturnValue:
    found = _event(event_id)
    title = found.title
    actions.remove_outside_event(event=found)
    flash(_("%(title)s is removed.", title=title), "success")
    return redirect(url_for("organiser.outside"), code=303)


def _event(event_id: int) -> OutsideEvent:
    """One of this expo's, or 404."""
    mine.rights().require(Deed.SET_UP, None)
    found = programme.outside_event(this_expo().id, event_id)
    if found is None:
        abort(404)
    return found


def _save(event: OutsideEvent | None) -> ResponseReturnValue:
    form = OutsideForm.of(event, request.form)

    def save() -> None:
        actions.save_outside_event(
            expo=this_expo(), draft=form.read(), event=event, version=form.seen if event else None
        )

    if form.validate() and form.accepts(save):
        flash(_("%(title)s is saved, and shown so at once.", title=form.title.data), "success")
        return redirect(url_for("organiser.outside"), code=303)
    if event is not None:
        form.lay_beside(OutsideForm.of(event))
    return _page(event, form), form.status


def _page(event: OutsideEvent | None, form: OutsideForm) -> str:
    return render_template(
        "organiser/outside_event.html",
        event=event,
        form=form,
        history=timeline.of([("outside_event", event.id)], most=6) if event else [],
    )
