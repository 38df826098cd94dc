"""The day as it runs: who is expected and who has come, how full it is, how the doors go, and all days by venue."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from expo.checkin import queries as checkin
from expo.core import clock
from expo.programme.words import Deed
from expo.reports import doors
from expo.reports import live as reports
from expo.web import live as parts
from expo.web.context import this_expo

from . import blueprint, mine

SILENT_AFTER = 300  # seconds without a word from a scanner that has spoken today


@blueprint.get("/organise/live", endpoint="live")
def live_page() -> ResponseReturnValue:
    mine.somewhere(Deed.READ)
    conferences = mine.conferences()
    return render_template(
        "organiser/live.html",
        **_facts(),
        heat=reports.heat(this_expo(), [one.id for one in conferences]),
    )


@blueprint.get("/organise/live/now")
def live_now() -> Response:
    """The part of the page that changes by the minute, for who keeps it open."""
    mine.somewhere(Deed.READ)
    doors_of = mine.scope(Deed.READ_DOORS) if mine.rights().anywhere(Deed.READ_DOORS) else []
    key = (
        "organiser.live", this_expo().id, tuple(mine.conference_ids()),
        None if doors_of is None else tuple(doors_of),
    )  # fmt: skip
    return parts.part(key, lambda: render_template("organiser/_live.html", **_facts()))


def _facts() -> dict[str, Any]:
    """Numbers alone: whoever reads the same conferences and doors reads the same."""
    expo = this_expo()
    sees_doors = mine.rights().anywhere(Deed.READ_DOORS)
    within = checkin.reach(expo.id, mine.scope(Deed.READ_DOORS)) if sees_doors else set()
    return {
        "arrivals": reports.arrivals(expo, mine.conferences()),
        "hours": reports.by_hour(expo),
        "sees_doors": sees_doors,
        "zones": doors.zones(expo, within) if sees_doors else [],
        "pace": reports.pace(expo, within) if sees_doors else [],
        "devices": [
            line
            for line in (doors.devices(expo, within) if sees_doors else [])
            if line.device.paired_at and not line.device.revoked_at
        ],
        "real_now": clock.real_now(),
        "silent_after": SILENT_AFTER,
    }
