"""Bookings: the times of a day with their seats, and who has one."""

from __future__ import annotations

from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.booking import walk_ups
from expo.checkin.verdicts import city_day
from expo.core import clock
from expo.programme.words import Admission, Deed
from expo.publishing import queries as publishing
from expo.reports import attendance
from expo.web.context import this_expo
from expo.web.forms import a_day

from . import blueprint, lists, mine, seats


@blueprint.get("/organise/bookings", endpoint="bookings")
def bookings_of_day() -> ResponseReturnValue:
    mine.somewhere(Deed.READ_PEOPLE)
    expo = this_expo()
    conferences = mine.chosen(lists.asked("conference"), Deed.READ_PEOPLE)
    ids = [conference.id for conference in conferences]
    days = publishing.team_days(expo.id, ids)
    day = _day([one for one, _count in days])
    items = publishing.of_team(expo.id, day, ids)
    if lists.asked("seats") == "1":
        items = [item for item in items if item.admission is Admission.SEAT]
    return render_template(
        "organiser/bookings.html",
        items=items,
        taken=walk_ups.booked(items),
        came=attendance.came([item.occurrence_id for item in items]),
        day=day,
        days=days,
        conferences=mine.conferences(Deed.READ_PEOPLE),
        conference=lists.asked("conference"),
        seats=lists.asked("seats") == "1",
        here=lists.here,
    )


@blueprint.get("/organise/bookings/<code>")
def booked(code: str) -> ResponseReturnValue:
    return seats.page(code)


def _day(days: list[date]) -> date:
    """The day that the address asks for; else today, or the next day that has something."""
    today = city_day(clock.now(), this_expo().zone)
    try:
        return a_day(lists.asked("day"))
    except ValueError:
        return next((day for day in days if day >= today), days[-1] if days else today)
