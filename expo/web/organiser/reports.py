"""Who is registered, booked and in: in numbers, and by name."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.checkin import queries as checkin
from expo.core import clock
from expo.programme.words import Deed
from expo.reports import attendance, doors
from expo.web.context import this_expo

from . import blueprint, lists, mine


@blueprint.get("/organise/numbers")
def numbers() -> ResponseReturnValue:
    expo, conferences = this_expo(), mine.conferences()
    within = checkin.reach(expo.id, mine.scope(Deed.READ))
    return render_template(
        "organiser/numbers.html",
        conferences=conferences,
        numbers=attendance.numbers(expo, [conference.id for conference in conferences]),
        zones=doors.zones(expo, within),
        now=clock.now(),
        readable=set(mine.conference_ids(Deed.READ_PEOPLE)),
    )


@blueprint.get("/organise/inside")
def inside() -> ResponseReturnValue:
    mine.somewhere(Deed.READ_PEOPLE)
    expo, search = this_expo(), lists.asked("q")
    scope = mine.scope(Deed.READ_PEOPLE)
    within = checkin.reach(expo.id, scope)
    zone = lists.number(lists.asked("zone"))
    found = attendance.people_inside(expo, scope, zone_id=zone or None, search=search)
    return render_template(
        "organiser/inside.html",
        part=lists.page_of([one for one in found if scope is None or one.zone_id in within]),
        zones=doors.zones(expo, within),
        zone=zone,
        q=search,
        now=clock.now(),
    )
