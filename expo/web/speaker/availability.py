"""When a speaker can: a calendar of parts of days to tick, and a file of their own calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.core import clock
from expo.speakers import availability as calendar
from expo.speakers import queries as speakers
from expo.speakers.availability import Box, Part
from expo.speakers.busy_files import MOST_BYTES
from expo.speakers.models import AvailabilitySource, SpeakerLink
from expo.speakers.refusals import BadCalendar
from expo.speaking import queries
from expo.web.context import this_expo
from expo.web.texts import _l

from . import blueprint, mine
from .forms import CalendarForm

PARTS = {Part.MORNING: _l("Morning"), Part.AFTERNOON: _l("Afternoon"), Part.EVENING: _l("Evening")}
HOURS = {Part.MORNING: "6–12", Part.AFTERNOON: "12–18", Part.EVENING: "18–"}


@blueprint.get("/speaker/<token:secret>/availability")
def availability(secret: str) -> ResponseReturnValue:
    return _page(secret, mine.link(secret), CalendarForm())


@blueprint.post("/speaker/<token:secret>/availability")
def say_availability(secret: str) -> ResponseReturnValue:
    """What is ticked; or all days, or none, by a button of their own."""
    found = mine.link(secret)
    days = _shown(found)
    every = calendar.boxes(days)
    quick = request.form.get("quick", "")
    ticked = set(request.form.getlist("can"))
    can = (
        set(every) if quick == "all" else {box for box in every if name_of(box) in ticked and quick != "none"}
    )
    calendar.say(speaker=found.speaker, days=days, can=can, zone=this_expo().zone)
    flash(
        _("Now tick when you can.") if quick == "none" else _("Saved. Your sessions are planned by it."),
        "info" if quick == "none" else "success",
    )
    return redirect(url_for("speaker.availability", secret=secret), code=303)


@blueprint.post("/speaker/<token:secret>/calendar")
def import_calendar(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    mine.count(found)
    form, sent, days = CalendarForm(request.form), request.files.get("calendar"), _days(found)
    content = sent.read(MOST_BYTES + 1) if sent else b""
    read: list[int] = []

    def act() -> None:
        if not content:
            raise BadCalendar(_("Choose a file first."), field="calendar")
        read.append(
            calendar.import_busy(
                speaker=found.speaker, content=content, first=days[0], last=days[-1], zone=this_expo().zone
            )
        )

    if form.accepts(act):
        said = ngettext("%(num)s busy time is read.", "%(num)s busy times are read.", read[0])
        flash(said if read[0] else _("The file says that you are free on all these days."), "success")
        return redirect(url_for("speaker.availability", secret=secret), code=303)
    return _page(secret, found, form), form.status


@blueprint.post("/speaker/<token:secret>/calendar/forget")
def forget_calendar(secret: str) -> ResponseReturnValue:
    found = mine.link(secret)
    calendar.forget_calendar(speaker=found.speaker)
    flash(_("What the file said holds no longer."), "info")
    return redirect(url_for("speaker.availability", secret=secret), code=303)


def name_of(box: Box) -> str:
    """A part of a day as its tick box is named."""
    return f"{box[0].isoformat()}/{box[1].value}"


def _days(link: SpeakerLink) -> list[date]:
    """The days that are asked about: of the conferences where they appear; of the expo, where that is none."""
    found = queries.days(queries.asked(link.speaker_id))
    expo = this_expo()
    first = max(expo.starts_on, expo.local(clock.now()).date())
    return found or [first + timedelta(days=n) for n in range(max(1, (expo.ends_on - first).days + 1))]


def _shown(link: SpeakerLink) -> list[date]:
    """The days that stood on the form, of those that are asked about: a day that has passed meanwhile is left out."""
    sent = set(request.form.getlist("day"))
    return [day for day in _days(link) if day.isoformat() in sent]


def _page(secret: str, link: SpeakerLink, form: CalendarForm) -> str:
    days, zone = _days(link), this_expo().zone
    busy = speakers.absences(link.speaker_id, AvailabilitySource.CALENDAR)
    return render_template(
        "speaker/availability.html",
        secret=secret,
        link=link,
        speaker=link.speaker,
        weeks=_weeks(days),
        parts=PARTS,
        hours=HOURS,
        ticked=calendar.ticked(link.speaker, days, zone),
        name_of=name_of,
        busy=busy[:40],
        more=len(busy) - 40,
        form=form,
    )


def _weeks(days: Iterable[date]) -> list[tuple[int, list[date]]]:
    """The days by week, with its number."""
    return [(number, list(group)) for number, group in groupby(days, key=lambda day: day.isocalendar().week)]
