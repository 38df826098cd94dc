"""The sheet for a room's door: what happens in it on a day, large, to be printed."""

from __future__ import annotations

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from expo.publishing import queries as publishing
from expo.publishing import scopes
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import asked, blueprint
from .rows import Rows
from .viewer import viewer


@blueprint.get("/rooms/<slug>/sheet")
@for_strangers
def door_sheet(slug: str) -> ResponseReturnValue:
    """A room in which the viewer may know of something; without a day its next one."""
    expo, who = this_expo(), viewer()
    room = scopes.room(expo.id, slug, who.tickets)
    if room is None:
        abort(404)
    seen = [item.seen_with(who.tickets) for item in publishing.of_room(expo.id, room.id)]
    shown = [item for item in seen if not item.closed]
    days = sorted({item.day for item in shown})
    ahead = [day for day in days if day >= who.today]
    day = asked.day_in(request.args.get("day", "")) or (ahead or days[-1:])[0]
    return render_template(
        "public/sheet.html",
        room=room,
        day=day,
        rows=Rows(shown[0].time_zone).rows(item for item in shown if item.day == day),
        earlier=next((each for each in reversed(days) if each < day), None),
        later=next((each for each in days if each > day), None),
        back=url_for("public.room", slug=room.slug),
    )
