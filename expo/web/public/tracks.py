"""A track: the sessions that several conferences may sort under one name."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.publishing import shelf
from expo.publishing.filters import Filter
from expo.publishing.items import Item
from expo.web.cache import for_strangers
from expo.web.context import this_expo

from . import asked, blueprint
from .kinds import track_name
from .rows import conference_name
from .scope import Part, Parts, what_is_on
from .viewer import viewer


@blueprint.get("/tracks/<slug>")
@for_strangers
def track(slug: str) -> ResponseReturnValue:
    """The tracks of this slug over all conferences, as the filter of the programme finds them."""
    items = shelf.find(this_expo().id, None, None, Filter(tracks=(slug,)), viewer().tickets)
    if not items:
        abort(404)
    conferences = _conferences(items, slug)
    return render_template(
        "public/scope.html",
        heading=track_name(items[0]),
        over=_("Track"),
        about=conferences[0].label if len(conferences) == 1 else "",
        trail=[],
        feed=url_for("feeds.track", slug=slug),
        all_url=asked.address([("track", slug)]),
        parts_first=False,
        parts=[Parts(_("Conferences with this track"), conferences)] if len(conferences) > 1 else [],
        **what_is_on(items),
    )


def _conferences(items: list[Item], slug: str) -> list[Part]:
    """Which conferences have the track, with how many sessions."""
    sessions: dict[tuple[str, str], set[int]] = {}
    for item in items:
        of = sessions.setdefault((item.conference_slug, conference_name(item)), set())
        of.add(item.session_id)
    return [
        Part(
            name,
            asked.address([("conference", conference), ("track", slug)]),
            ngettext("%(num)s session", "%(num)s sessions", len(found)),
        )
        for (conference, name), found in sessions.items()
    ]
