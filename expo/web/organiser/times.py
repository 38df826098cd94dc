"""The times of a session: add, move, cancel; and who appears, in all of them or in one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme import actions, billing, hours, places, repeating
from expo.programme import queries as programme
from expo.programme.models import Occurrence, Session
from expo.programme.repeating import Reach
from expo.programme.words import Deed
from expo.speakers import queries as speakers
from expo.web.context import this_expo

from . import blueprint, lists, mine
from .session_forms import BillForm, CancelForm, ScheduleForm, TimeForm
from .sessions import summary


@blueprint.get("/organise/sessions/<code>/times/new")
def new_time(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    return _page(session, None, TimeForm.of(session, programme.rooms(this_expo().id)))


@blueprint.post("/organise/sessions/<code>/times/new")
def add_time(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    form = TimeForm.of(session, programme.rooms(this_expo().id), sent=request.form)

    def add() -> None:
        actions.create_occurrence(session=session, draft=form.read(), keep=form.keep.data or "")

    if form.validate() and form.accepts(add):
        flash(_("The time is added."), "success")
        _warn_if_closed(form)
        return redirect(url_for("organiser.session", code=session.code), code=303)
    return _page(session, None, form), form.status


@blueprint.get("/organise/sessions/<code>/times/<time_code>")
def time(code: str, time_code: str) -> ResponseReturnValue:
    session = mine.session(code)
    found = mine.occurrence(session, time_code)
    return _page(session, found, TimeForm.of(session, programme.rooms(this_expo().id), found))


@blueprint.post("/organise/sessions/<code>/times/<time_code>")
def save_time(code: str, time_code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code)
    rooms, changed = programme.rooms(this_expo().id), list[int]()
    form = TimeForm.of(session, rooms, found, sent=request.form)

    def save() -> None:
        reach = Reach(form.reach.data or Reach.THIS.value)
        changed.append(
            repeating.change(
                occurrence=found, draft=form.read(), reach=reach, version=form.seen, keep=form.keep.data or ""
            )
        )

    if form.validate() and form.accepts(save):
        if changed[0] > 1:
            flash(ngettext("%(num)s time is saved.", "%(num)s times are saved.", changed[0]), "success")
        else:
            flash(_("%(code)s is saved.", code=found.code), "success")
        _warn_if_closed(form)
        return redirect(url_for("organiser.session", code=session.code), code=303)
    form.lay_beside(TimeForm.of(session, rooms, found))
    return _page(session, found, form), form.status


@blueprint.post("/organise/sessions/<code>/times/<time_code>/cancel")
def cancel_time(code: str, time_code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code)
    form = CancelForm(request.form)
    if form.validate():
        reach = Reach(form.reach.data or Reach.THIS.value)
        count = repeating.cancel(occurrence=found, reach=reach, why=form.why.data or "")
        if count > 1:
            said = ngettext(
                "%(num)s time is cancelled. People are told when you publish.",
                "%(num)s times are cancelled. People are told when you publish.",
                count,
            )
            flash(said, "success")
        else:
            flash(_("%(code)s is cancelled. People are told when you publish.", code=found.code), "success")
        return redirect(_time_url(session, found), code=303)
    return _page(session, found, TimeForm.of(session, programme.rooms(this_expo().id), found), form), 422


@blueprint.post("/organise/sessions/<code>/times/<time_code>/restore")
def restore_time(code: str, time_code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code)
    form = TimeForm.of(session, programme.rooms(this_expo().id), found)
    form.keep.data = ScheduleForm(request.form).keep.data

    if form.accepts(lambda: actions.restore_occurrence(occurrence=found, keep=form.keep.data or "")):
        flash(_("%(code)s takes place after all.", code=found.code), "success")
        return redirect(_time_url(session, found), code=303)
    return _page(session, found, form), form.status


@blueprint.get("/organise/sessions/<code>/people", defaults={"time_code": None})
@blueprint.get("/organise/sessions/<code>/times/<time_code>/people")
def bill(code: str, time_code: str | None) -> ResponseReturnValue:
    session = mine.session(code)
    found = mine.occurrence(session, time_code) if time_code else None
    return _bill_page(session, found, BillForm())


@blueprint.post("/organise/sessions/<code>/people", defaults={"time_code": None})
@blueprint.post("/organise/sessions/<code>/times/<time_code>/people")
def change_bill(code: str, time_code: str | None) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    found = mine.occurrence(session, time_code) if time_code else None
    where: dict[str, Any] = {"session": session, "occurrence": found}
    form = BillForm(request.form)
    gone: dict[str, Any] = {}

    def change() -> None:
        if form.remove.data:
            was = billing.take_off(**where, appearance_id=form.remove.data)
            gone.update(gone=was.speaker_id, role=was.role)
        elif form.up.data or form.down.data:
            by = -1 if form.up.data else 1
            billing.move(**where, appearance_id=form.up.data or form.down.data or 0, by=by)
        else:
            billing.put_on(
                **where,
                speaker_id=form.add.data or 0,
                role=form.role.data or "",
                keep=form.keep.data or "",
                asked=form.asked.data,
            )

    if form.validate() and form.accepts(change):
        return redirect(url_for("organiser.bill", code=session.code, time_code=time_code, **gone), code=303)
    return _bill_page(session, found, form), form.status


def _warn_if_closed(form: TimeForm) -> None:
    """Say so where the room is not open then: somebody may open it all the same."""
    room, starts, ends = form.chosen_room, form.starts_at.data, form.ends_at.data
    said = places.hours_of(room) if room else None
    if room is None or said is None or starts is None or ends is None:
        return
    starts, ends = starts.astimezone(form.zone), ends.astimezone(form.zone)
    if said.cover(starts, ends):
        return
    spans = hours.told(said.on(starts.date()))
    flash(
        _("%(room)s is not open then: that day it is open %(hours)s.", room=room.name, hours=spans)
        if spans
        else _("%(room)s is closed that day.", room=room.name),
        "warning",
    )


def _time_url(session: Session, occurrence: Occurrence) -> str:
    return url_for("organiser.time", code=session.code, time_code=occurrence.code)


def _page(
    session: Session, occurrence: Occurrence | None, form: TimeForm, cancel: CancelForm | None = None
) -> str:
    return render_template(
        "organiser/time.html",
        form=form,
        cancel=cancel or CancelForm(),
        occurrence=occurrence,
        several=occurrence is not None and bool(repeating.siblings(occurrence)),
        **summary(session),
    )


def _bill_page(session: Session, occurrence: Occurrence | None, form: BillForm) -> str:
    """Who appears, and who might. A search keeps the list of candidates short."""
    search, gone = lists.asked("q"), lists.number(lists.asked("gone"))
    known = {one.id: one for one in speakers.by_ids(this_expo().id, {gone, form.add.data or 0})}
    return render_template(
        "organiser/bill.html",
        form=form,
        occurrence=occurrence,
        roles=programme.roles(this_expo().id),
        candidates=speakers.every(this_expo().id, search)[:20] if search else [],
        q=search,
        gone=known.get(gone),
        gone_role=lists.asked("role"),
        wanted=known.get(form.add.data or 0),
        **summary(session),
    )
