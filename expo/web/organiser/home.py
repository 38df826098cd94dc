"""The desk's home: what needs me, what is on today, and the three numbers."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.booking import walk_ups
from expo.checkin import queries as checkin
from expo.checkin.verdicts import city_day
from expo.core import clock
from expo.programme.words import Deed
from expo.publishing import differences
from expo.publishing import queries as publishing
from expo.reports import attendance, doors
from expo.web.context import this_expo

from . import blueprint, mine, rail


@blueprint.get("/organise/")
def home() -> ResponseReturnValue:
    expo, ids = this_expo(), mine.conference_ids()
    today = city_day(clock.now(), expo.zone)
    numbers = attendance.numbers(expo, ids)
    items = publishing.of_team(expo.id, today, ids)
    may_publish = mine.rights().anywhere(Deed.PUBLISH)
    return render_template(
        "organiser/home.html",
        today=today,
        waiting=rail.waiting(),
        unpublished=differences.sessions_with_changes(expo.id, mine.conference_ids(Deed.PUBLISH))
        if may_publish
        else set(),
        may_publish=may_publish,
        devices=_devices(),
        items=items,
        taken=walk_ups.booked(items),
        now=clock.now(),
        registered=sum(line.registered for line in numbers.values()),
        booked=sum(line.booked for line in numbers.values()),
        seats=sum(line.seats for line in numbers.values()),
        inside=sum(line.inside for line in numbers.values()),
        conferences=mine.conferences(),
    )


def _devices() -> list[doors.DeviceLine]:
    """Scanners in use that the visitor looks after."""
    if not mine.rights().anywhere(Deed.RUN_DOORS):
        return []
    within = checkin.reach(this_expo().id, mine.scope(Deed.RUN_DOORS))
    return [line for line in doors.devices(this_expo(), within) if line.device.revoked_at is None]
